-- title: One license over time
-- description: The position of one license on each day that had a download, by the thresholds of then.
-- parameters: org_id, kind, identifier
-- columns: day, owned, assigned, active, stale, in_grace, machine, inactive_holder, unknown
SELECT day, owned, assigned, active, stale, in_grace, machine, inactive_holder, unknown
FROM license_day
WHERE org_id = $org_id AND kind = $kind AND identifier = $identifier
ORDER BY day
