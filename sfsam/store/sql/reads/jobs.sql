-- title: Jobs
-- description: Every job, the newest first. seconds is how long it ran; result and failure are JSON.
-- parameters:
-- columns: job_id, kind, profile, profile_id, state, requested_by, created_at, started_at, ended_at, seconds,
--   progress_share, progress_sentence, result, failure
SELECT
    j.job_id, j.kind, p.name AS profile, j.profile_id, j.state, j.requested_by, j.created_at, j.started_at,
    j.ended_at, round(epoch(j.ended_at - j.started_at), 1)::DOUBLE AS seconds,
    (j.progress ->> '$.share')::DOUBLE AS progress_share, j.progress ->> '$.sentence' AS progress_sentence,
    j.result, j.failure
FROM job j
LEFT JOIN integration_profile p ON p.profile_id = j.profile_id
ORDER BY j.created_at DESC, j.job_id
