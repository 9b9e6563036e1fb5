-- Seats: who holds which license. User and feature licenses are held by active users only (fact sheet 4.3, 4.1);
-- permission set and package licenses also by inactive ones, which may cost a seat (5.4). A license that the org does
-- not show goes by its record's id.
CREATE TEMP TABLE staged_subscription AS
WITH held AS (
    SELECT
        'user' AS kind, p.user_license_id AS license_id, NULL AS field, u.id AS user_id, u.id AS record_id,
        NULL::TIMESTAMP AS assigned_at
    FROM staged_sf_user u
    JOIN staged_sf_profile p ON p.id = u.profile_id
    WHERE u.is_active AND p.user_license_id IS NOT NULL
    UNION ALL
    SELECT 'permission_set', permission_set_license_id, NULL, assignee_id, id, coalesce(created_date, system_modstamp)
    FROM staged_sf_permission_set_license_assign
    UNION ALL
    SELECT 'package', package_license_id, NULL, user_id, id, coalesce(created_date, system_modstamp)
    FROM staged_sf_user_package_license
    UNION ALL
    SELECT 'feature', NULL, f.field, f.user_id, NULL, NULL
    FROM staged_sf_user_feature f
    JOIN staged_sf_user u ON u.id = f.user_id
    WHERE u.is_active
)
SELECT
    $org_id::VARCHAR AS org_id,
    concat_ws(':', $org_id::VARCHAR, h.kind, coalesce(h.record_id, h.user_id || ':' || h.field)) AS subscription_id,
    h.kind, coalesce(i.identifier, h.field, h.license_id) AS identifier, h.user_id, h.record_id, h.assigned_at,
    u.is_active AS holder_is_active
FROM held h
LEFT JOIN staged_license_identifier i ON i.kind = h.kind AND i.license_id = h.license_id
LEFT JOIN staged_sf_user u ON u.id = h.user_id
