-- title: Whom an exclusion catches
-- description: Every user that an exclusion of users would catch: by exact user name, pattern (* anything, ? one
--   character), profile or department. excluded_already says that another exclusion has caught them before.
-- parameters: subject, value, org_ids
-- columns: org, org_id, user_id, name, user_principal_name, profile, department, is_active, excluded_already
SELECT
    o.org, u.org_id, u.user_id, u.name, u.username AS user_principal_name, u.profile, u.department,
    coalesce(u.is_active, true) AS is_active, x.user_id IS NOT NULL AS excluded_already
FROM excludable_user u
JOIN org o ON o.org_id = u.org_id
LEFT JOIN user_exclusion x ON x.org_id = u.org_id AND x.user_id = u.user_id
WHERE is_caught($subject, $value, u.username, u.profile, u.department) AND is_chosen($org_ids, u.org_id)
