-- title: Licenses, for monitoring
-- description: Seats owned, assigned, and unused (of stale or inactive holders) of each org and kind of license, over
--   all licenses, sandboxes and free ones as well. owned leaves out licenses whose owned number is unknown or unlimited.
-- parameters: stale_after_days, grace_days
-- columns: org_id, kind, owned, assigned, stale
SELECT
    org_id, kind, coalesce(sum(owned) FILTER (NOT is_unlimited), 0)::BIGINT AS owned,
    coalesce(sum(assigned), 0)::BIGINT AS assigned, coalesce(sum(stale + inactive_holder), 0)::BIGINT AS stale
FROM license_position($stale_after_days, $grace_days, NULL)
GROUP BY org_id, kind
ORDER BY org_id, kind
