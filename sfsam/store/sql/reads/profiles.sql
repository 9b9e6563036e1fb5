-- title: Integration profiles
-- description: Every profile with its org and how fresh its data is. `users` counts the active users of the last
--   completed download; a profile that has no connection yet has an empty url.
-- parameters:
-- columns: profile_id, name, status, org_id, org_name, edition, is_sandbox, is_practice, reclaim_enabled, url,
--   grant_type, username, connected_at, last_download_at, users, alias, is_paused, four_eyes
WITH active_users AS (
    SELECT org_id, count(*) AS users FROM sf_user WHERE is_active GROUP BY org_id
)
SELECT
    p.profile_id, p.name, p.status, o.org_id, o.org_name, o.edition, o.is_sandbox, p.is_practice, p.reclaim_enabled,
    coalesce(c.url, '') AS url, coalesce(c."grant", b."grant", 'authorization-code') AS grant_type,
    c.org ->> '$.username' AS username, c.connected_at,
    o.completed_at AS last_download_at, u.users, coalesce(c.alias, '') AS alias, p.is_paused, p.four_eyes
FROM integration_profile p
LEFT JOIN connection c ON c.profile_id = p.profile_id AND c.purpose = 'read'
LEFT JOIN playbook b ON b.profile_id = p.profile_id
LEFT JOIN org o ON o.profile_id = p.profile_id
LEFT JOIN active_users u ON u.org_id = o.org_id
ORDER BY lower(p.name)
