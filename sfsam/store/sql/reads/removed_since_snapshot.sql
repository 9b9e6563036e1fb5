-- title: What our own reclaims removed since the download
-- description: Records that were taken back, and seen to be gone, after the newest download of the org began.
-- parameters: org_ids
-- columns: step, records
SELECT a.step, count(DISTINCT a.record_id) AS records
FROM attempt a
JOIN (
    SELECT profile_id, org_id, max(taken_at) AS taken_at FROM snapshot WHERE is_chosen($org_ids, org_id) GROUP BY ALL
) o ON o.profile_id = a.profile_id
WHERE a.outcome = 'done' AND a.closed_at >= o.taken_at
GROUP BY a.step
