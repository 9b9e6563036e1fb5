-- title: One person
-- description: One user of one org as of its last download. inactive days count back from that download.
-- parameters: org_id, user_id
-- columns: org, org_id, user_id, name, user_principal_name, email, title, department, division, manager, profile,
--   role_id, user_type, is_active, is_frozen, is_administrator, is_machine, machine_reason, created_at,
--   last_activity_at, inactive_days, deciding_signal
SELECT
    o.org, u.org_id, u.id AS user_id, u.name, u.username AS user_principal_name, u.email, u.title, u.department,
    u.division, m.name AS manager, p.name AS profile, u.user_role_id AS role_id, u.user_type, u.is_active,
    a.is_frozen, a.is_administrator, a.is_machine, a.machine_reason, u.created_date AS created_at,
    a.last_human_at AS last_activity_at, date_sub('day', a.last_human_at, o.taken_at)::INTEGER AS inactive_days,
    a.deciding_signal
FROM sf_user u
JOIN org o ON o.org_id = u.org_id
JOIN user_activity a ON a.org_id = u.org_id AND a.user_id = u.id
LEFT JOIN sf_user m ON m.org_id = u.org_id AND m.id = u.manager_id
LEFT JOIN sf_profile p ON p.org_id = u.org_id AND p.id = u.profile_id
WHERE u.org_id = $org_id AND u.id = $user_id
