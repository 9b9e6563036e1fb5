-- title: Scheduled jobs
-- description: What runs by itself, profile by profile, then for the whole installation. next_run_at is empty while the
--   job or its profile is paused or a draft, and for what follows a download. last_state, last_result and last_failure
--   are of its last job; cadence, last_result and last_failure are JSON; an empty time_zone is the installation's.
-- parameters:
-- columns: schedule_id, task, profile_id, profile, cadence, time_zone, state, next_run_at, last_run_at, last_job_id,
--   last_kind, last_state, last_result, last_failure
WITH standing AS (
    SELECT
        s.*, p.name AS profile,
        CASE
            WHEN p.status <> 'published' THEN 'profile_draft'
            WHEN p.is_paused THEN 'profile_paused'
            WHEN s.is_paused THEN 'paused'
            ELSE 'active'
        END AS state
    FROM scheduled_job s
    LEFT JOIN integration_profile p ON p.profile_id = s.profile_id
)
SELECT
    s.schedule_id, s.task, s.profile_id, s.profile, s.cadence, s.time_zone, s.state,
    CASE WHEN s.state = 'active' THEN s.next_run_at END AS next_run_at, s.last_run_at, s.last_job_id,
    j.kind AS last_kind, j.state AS last_state, j.result AS last_result, j.failure AS last_failure
FROM standing s
LEFT JOIN job j ON j.job_id = s.last_job_id
ORDER BY s.profile IS NULL, lower(s.profile), list_position(['refresh', 'identify', 'full_refresh'], s.task), s.task
