-- What the org owns. A number that the org does not show stays empty: not known is not zero. A negative total means
-- unlimited (fact sheet 4.6). Whether inactive holders cost a seat is told by comparing the org's own count with the
-- assignments (5.4): always for packages, never for user and feature licenses.
CREATE TEMP TABLE staged_license AS
WITH shown AS (
    SELECT
        'user' AS kind, id AS license_id, coalesce(master_label, name) AS label, total_licenses AS total,
        used_licenses AS used, status, NULL::DATE AS expires_on
    FROM staged_sf_user_license
    UNION ALL
    SELECT 'permission_set', id, master_label, total_licenses, used_licenses, status, expiration_date
    FROM staged_sf_permission_set_license
    UNION ALL
    SELECT 'package', id, namespace_prefix, allowed_licenses, used_licenses, status, CAST(expiration_date AS DATE)
    FROM staged_sf_package_license
),
known AS (
    SELECT
        s.kind, i.identifier, any_value(s.label) AS label, sum(greatest(s.total, 0)) AS total,
        bool_or(coalesce(s.total < 0, false)) AS is_unlimited, sum(s.used) AS used, min(s.status) AS status,
        max(s.expires_on) AS expires_on
    FROM shown s
    JOIN staged_license_identifier i ON i.kind = s.kind AND i.license_id = s.license_id
    GROUP BY s.kind, i.identifier
    UNION ALL
    SELECT 'feature', coalesce(f.field, 'UserPermissions' || m.feature_type), any_value(coalesce(f.label, m.feature_type)),
        sum(greatest(m.total_license_count, 0)), bool_or(coalesce(m.total_license_count < 0, false)),
        sum(m.assigned_user_count), NULL, NULL
    FROM staged_sf_active_feature_license_metric m
    LEFT JOIN feature_license f ON m.feature_type IN (f.feature_type, f.label, f.field)
    WHERE m.metrics_date IS NOT DISTINCT FROM (SELECT max(metrics_date) FROM staged_sf_active_feature_license_metric)
    GROUP BY 2
)
SELECT
    $org_id::VARCHAR AS org_id, coalesce(k.kind, h.kind) AS kind, coalesce(k.identifier, h.identifier) AS identifier,
    coalesce(k.label, f.label, k.identifier, h.identifier) AS label,
    CASE WHEN NOT k.is_unlimited THEN k.total END::BIGINT AS owned,
    coalesce(k.is_unlimited, false) AS is_unlimited, k.used::BIGINT AS used_by_org, k.status, k.expires_on,
    CASE
        WHEN coalesce(k.kind, h.kind) = 'package' THEN true
        WHEN coalesce(k.kind, h.kind) <> 'permission_set' THEN false
        WHEN h.by_inactive = 0 OR h.by_inactive IS NULL THEN NULL
        WHEN k.used = h.by_active + h.by_inactive THEN true
        WHEN k.used = h.by_active THEN false
    END AS inactive_costs_seat
FROM known k
FULL JOIN staged_held h ON h.kind = k.kind AND h.identifier = k.identifier
LEFT JOIN feature_license f ON h.kind = 'feature' AND f.field = h.identifier
