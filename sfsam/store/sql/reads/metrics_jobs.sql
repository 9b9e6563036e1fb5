-- title: Jobs, for monitoring
-- description: How many jobs of each kind and profile stand in each state, and when the last of them ended. Jobs of no
--   profile have an empty one.
-- parameters:
-- columns: kind, profile_id, state, jobs, last_ended_at
SELECT kind, coalesce(profile_id, '') AS profile_id, state, count(*) AS jobs, max(ended_at) AS last_ended_at
FROM job
GROUP BY kind, coalesce(profile_id, ''), state
ORDER BY kind, profile_id, state
