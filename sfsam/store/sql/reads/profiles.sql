-- title: Integration profiles
-- description: Every profile with its org and how fresh its data is. `users` counts the active users of the last
--   completed download.
-- parameters:
-- columns: profile_id, name, status, org_id, org_name, edition, is_sandbox, is_practice, reclaim_enabled, url,
--   grant_type, username, connected_at, last_download_at, users
WITH active_users AS (
    SELECT org_id, count(*) AS users FROM sf_user WHERE is_active GROUP BY org_id
)
SELECT
    p.profile_id, p.name, p.status, o.org_id, o.org_name, o.edition, o.is_sandbox, p.is_practice, p.reclaim_enabled,
    c.url, c."grant" AS grant_type, c.org ->> '$.username' AS username, c.connected_at,
    o.completed_at AS last_download_at, u.users
FROM integration_profile p
LEFT JOIN connection c ON c.profile_id = p.profile_id
LEFT JOIN org o ON o.profile_id = p.profile_id
LEFT JOIN active_users u ON u.org_id = o.org_id
ORDER BY lower(p.name)
