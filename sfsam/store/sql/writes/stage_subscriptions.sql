-- Seats: who holds which license. User and feature licenses are held by active users only (fact sheet 4.3, 4.1);
-- permission set and package licenses also by inactive ones, which may cost a seat (5.4). A license that the org does
-- not show goes by its record's id. A seat carries what lists show of its person, so that no list has to look it up.
-- One part of the users at a time: how many there are must not decide how much memory it takes.
INSERT INTO staged_subscription BY NAME
WITH person AS (
    SELECT id, name, username, email, department, title, user_type, profile_id, is_active, created_date
    FROM staged_sf_user WHERE hash(id) % $parts = $part
),
held AS (
    SELECT
        'user' AS kind, p.user_license_id AS license_id, NULL AS field, u.id AS user_id, u.id AS record_id,
        NULL::TIMESTAMP AS assigned_at
    FROM person u
    JOIN staged_sf_profile p ON p.id = u.profile_id
    WHERE u.is_active AND p.user_license_id IS NOT NULL
    UNION ALL
    SELECT 'permission_set', permission_set_license_id, NULL, assignee_id, id, coalesce(created_date, system_modstamp)
    FROM staged_sf_permission_set_license_assign WHERE hash(assignee_id) % $parts = $part
    UNION ALL
    SELECT 'package', package_license_id, NULL, user_id, id, coalesce(created_date, system_modstamp)
    FROM staged_sf_user_package_license WHERE hash(user_id) % $parts = $part
    UNION ALL
    SELECT 'feature', NULL, f.field, f.user_id, NULL, NULL
    FROM staged_sf_user_feature f
    JOIN person u ON u.id = f.user_id
    WHERE u.is_active
),
ordered AS (   -- before anything wide is joined: ordering keeps its rows in memory
    SELECT
        *, row_number() OVER (PARTITION BY user_id ORDER BY kind <> 'user', record_id, field) = 1 AS is_first
    FROM held
)
SELECT
    $org_id::VARCHAR AS org_id,
    concat_ws(':', $org_id::VARCHAR, h.kind, coalesce(h.record_id, h.user_id || ':' || h.field)) AS subscription_id,
    h.kind, coalesce(i.identifier, h.field, h.license_id) AS identifier, h.user_id, h.record_id, h.assigned_at,
    coalesce(u.is_active, true) AS holder_is_active,   -- a user who is hidden from us may well be active
    u.name, u.username AS user_principal_name, u.email, u.department, u.title, u.user_type, p.name AS profile,
    a.last_human_at AS last_activity_at, a.deciding_signal, a.last_machine_at, a.last_login_date, u.created_date,
    a.grace_since, coalesce(a.is_machine, false) AS is_machine, coalesce(a.is_known, false) AS is_known,
    coalesce(a.is_administrator, false) AS is_administrator, coalesce(a.is_frozen, false) AS is_frozen,
    days_idle(a.last_human_at, $taken_at::TIMESTAMP) AS idle_days,
    days_in_grace(a.grace_since, $taken_at::TIMESTAMP) AS grace_age_days,
    h.is_first,
    lower(concat_ws(' ', u.name, u.username, u.title)) AS search_text
FROM ordered h
LEFT JOIN staged_license_identifier i ON i.kind = h.kind AND i.license_id = h.license_id
LEFT JOIN person u ON u.id = h.user_id
LEFT JOIN staged_sf_profile p ON p.id = u.profile_id
LEFT JOIN (FROM staged_user_activity WHERE hash(user_id) % $parts = $part) a ON a.user_id = h.user_id
