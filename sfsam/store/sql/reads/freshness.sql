-- title: How fresh the data is
-- description: orgs are connected ones; the download moments are of each org's last completed download, by this
--   machine's clock. failed_since counts downloads that failed after it.
-- parameters:
-- columns: orgs, orgs_with_data, oldest_download_at, newest_download_at, has_practice, running_jobs, failed_since
SELECT
    (SELECT count(*) FROM org) AS orgs,
    (SELECT count(*) FROM org WHERE taken_at IS NOT NULL) AS orgs_with_data,
    (SELECT min(completed_at) FROM org) AS oldest_download_at,
    (SELECT max(completed_at) FROM org) AS newest_download_at,
    (SELECT coalesce(bool_or(is_practice), false) FROM integration_profile) AS has_practice,
    (SELECT count(*) FROM job WHERE state IN ('queued', 'running')) AS running_jobs,
    (
        SELECT count(*) FROM job j LEFT JOIN org o ON o.profile_id = j.profile_id
        WHERE j.kind = 'download' AND j.state = 'failed' AND j.created_at > coalesce(o.completed_at, '-infinity')
    ) AS failed_since
