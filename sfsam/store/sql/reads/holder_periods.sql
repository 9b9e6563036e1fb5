-- title: Seats of one person over time
-- description: What this person held from when to when, as far as sfsam has seen it; an end is the day of the first
--   download that did not show the seat any more.
-- parameters: holder_id
-- columns: org, kind, model, identifier, from_day, until_day
SELECT o.org, p.kind, coalesce(l.model, p.identifier) AS model, p.identifier, p.from_day, p.until_day
FROM seat_period p
JOIN holder_user h ON h.org_id = p.org_id AND h.user_id = p.user_id
JOIN org o ON o.org_id = p.org_id
LEFT JOIN priced_license l ON l.org_id = p.org_id AND l.kind = p.kind AND l.identifier = p.identifier
WHERE h.holder_id = $holder_id
ORDER BY p.until_day DESC NULLS FIRST, p.from_day DESC, o.org, model
