-- title: Orgs, for monitoring
-- description: Each connected org: the org's moment of its last complete download, and what the org said then of API
--   calls in the last 24 hours, by anybody, and of how many it allows.
-- parameters:
-- columns: org_id, profile_id, taken_at, api_calls, api_allowance
WITH last_download AS (
    SELECT profile_id, result
    FROM job
    WHERE kind = 'download' AND state = 'succeeded'
    QUALIFY row_number() OVER (PARTITION BY profile_id ORDER BY ended_at DESC, job_id) = 1
)
SELECT
    o.org_id, o.profile_id, o.taken_at, (d.result ->> '$.org_api_calls')::BIGINT AS api_calls,
    (d.result ->> '$.org_api_allowance')::BIGINT AS api_allowance
FROM org o
LEFT JOIN last_download d ON d.profile_id = o.profile_id
ORDER BY o.org_id
