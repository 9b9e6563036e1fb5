-- title: Users of one person
-- description: Each user that stands under this person, with what decides about its seats: the newest human activity and
--   which signal it is, machines, grace (from creation or reactivation), and by what it was matched.
-- parameters: holder_id
-- columns: org, org_id, is_sandbox, user_id, name, user_principal_name, email, title, department, manager, profile,
--   user_type, is_active, is_frozen, is_administrator, is_machine, machine_reason, created_at, grace_since,
--   last_activity_at, inactive_days, deciding_signal, last_machine_at, taken_at, matched_by, is_confirmed, is_no_person,
--   is_erased
WITH chosen AS (
    SELECT org_id, user_id FROM holder_user WHERE holder_id = $holder_id
),
own AS (
    SELECT u.* FROM sf_user u JOIN chosen c ON c.org_id = u.org_id AND c.user_id = u.id
)
SELECT
    o.org, u.org_id, o.is_sandbox, u.id AS user_id, u.name, u.username AS user_principal_name, u.email, u.title,
    u.department, m.name AS manager, p.name AS profile, u.user_type, u.is_active,
    coalesce(a.is_frozen, false) AS is_frozen, coalesce(a.is_administrator, false) AS is_administrator,
    coalesce(a.is_machine, false) AS is_machine, a.machine_reason, u.created_date AS created_at, a.grace_since,
    a.last_human_at AS last_activity_at, date_sub('day', a.last_human_at, o.taken_at)::INTEGER AS inactive_days,
    a.deciding_signal, a.last_machine_at, o.taken_at, r.name AS matched_by, coalesce(x.is_confirmed, false) AS is_confirmed,
    coalesce(x.is_confirmed AND x.person_id IS NULL, false) AS is_no_person, e.user_id IS NOT NULL AS is_erased
FROM own u
JOIN org o ON o.org_id = u.org_id
-- Each is narrowed to these users first, so that no table of a million users is joined.
LEFT JOIN (SELECT * FROM user_activity SEMI JOIN chosen USING (org_id, user_id)) a ON a.org_id = u.org_id AND a.user_id = u.id
LEFT JOIN (SELECT * FROM user_person SEMI JOIN chosen USING (org_id, user_id)) x ON x.org_id = u.org_id AND x.user_id = u.id
LEFT JOIN (
    SELECT w.org_id, w.id, w.name FROM sf_user w SEMI JOIN own ON own.org_id = w.org_id AND own.manager_id = w.id
) m ON m.org_id = u.org_id AND m.id = u.manager_id
LEFT JOIN sf_profile p ON p.org_id = u.org_id AND p.id = u.profile_id
LEFT JOIN resolution_rule r ON r.rule_id = x.rule_id
LEFT JOIN erased_person e ON e.org_id = u.org_id AND e.user_id = u.id
ORDER BY o.org, u.username
