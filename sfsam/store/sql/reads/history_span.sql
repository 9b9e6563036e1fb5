-- title: Since when history is known
-- description: The day of each org's first download, and of its last one; before the first nothing is known.
-- parameters: org_ids
-- columns: org, org_id, first_day, last_day
SELECT o.org, o.org_id, min(p.from_day) AS first_day, any_value(o.taken_at)::DATE AS last_day
FROM org o
JOIN seat_period p ON p.org_id = o.org_id
WHERE is_chosen($org_ids, o.org_id)
GROUP BY o.org, o.org_id
ORDER BY o.org
