-- What was used on the snapshot's day; a second download of that day replaces it.
INSERT INTO consumption_day
SELECT org_id, entitlement_id, kind, identifier, CAST($taken_at::TIMESTAMP AS DATE) AS day, allowed, used
FROM consumption
WHERE org_id = $org_id AND (allowed > 0 OR used > 0 OR is_unlimited)
