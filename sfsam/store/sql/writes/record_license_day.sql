-- The org's position of the snapshot's day, by the thresholds of the download; a second one of that day replaces it.
INSERT INTO license_day
SELECT
    org_id, kind, identifier, CAST($taken_at::TIMESTAMP AS DATE) AS day, owned, assigned, active, stale, in_grace,
    machine, inactive_holder, unknown
FROM license_position($stale_after_days, $grace_days, NULL)
WHERE org_id = $org_id
