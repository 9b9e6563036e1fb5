-- title: Snapshots
-- description: Every completed download: what it read, and which objects it could not read whole. `object_rows`,
--   `incomplete` and `warnings` are JSON. `is_confirmed`: a person said that the org may have shrunk as much.
-- parameters: org_ids
-- columns: profile_id, org_id, job_id, taken_at, completed_at, object_rows, incomplete, warnings, is_confirmed
SELECT
    profile_id, org_id, job_id, taken_at, completed_at, object_rows, incomplete, warnings,
    coalesce(is_confirmed, false) AS is_confirmed
FROM snapshot
WHERE is_chosen($org_ids, org_id)
ORDER BY taken_at
