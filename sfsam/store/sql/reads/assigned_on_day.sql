-- title: What was assigned on a day
-- description: Seats held at the end of this day, one row per license: those of the last download on or before it. Nothing
--   is known of an org before its first download.
-- parameters: day, org_ids, kinds, models
-- columns: org, org_id, kind, identifier, model, assigned
SELECT o.org, p.org_id, p.kind, p.identifier, coalesce(l.model, p.identifier) AS model, count(*) AS assigned
FROM seat_period p
JOIN org o ON o.org_id = p.org_id
LEFT JOIN priced_license l ON l.org_id = p.org_id AND l.kind = p.kind AND l.identifier = p.identifier
WHERE p.from_day <= $day::DATE AND coalesce(p.until_day > $day::DATE, true)
    AND is_chosen($org_ids, p.org_id) AND is_chosen($kinds, p.kind)
    AND is_chosen($models, coalesce(l.model, p.identifier))
GROUP BY o.org, p.org_id, p.kind, p.identifier, l.model
ORDER BY assigned DESC, o.org, model
