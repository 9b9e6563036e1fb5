-- Whether something changed on which the seats or the protection of anybody may depend: how licenses are called, which
-- permission sets make administrators or machines and which groups hold those, and whether there are any at all.
WITH named_before AS (
    SELECT 'user' AS kind, id AS license_id, coalesce(license_definition_key, name, id) AS identifier
    FROM sf_user_license WHERE org_id = $org_id
    UNION ALL
    SELECT 'permission_set', id, coalesce(developer_name, permission_set_license_key, id)
    FROM sf_permission_set_license WHERE org_id = $org_id
    UNION ALL
    SELECT 'package', id, coalesce(namespace_prefix, id) FROM sf_package_license WHERE org_id = $org_id
),
special_now AS (SELECT * FROM special_permission_sets WHERE is_now),
special_before AS (SELECT * FROM special_permission_sets WHERE NOT is_now),
told_now AS (
    SELECT kind, license_id, identifier, NULL AS flags FROM staged_license_identifier
    UNION ALL
    SELECT 'special', id, profile_id, flags FROM special_now
    UNION ALL
    SELECT 'group', permission_set_group_id, permission_set_id, NULL FROM staged_sf_permission_set_group_component
    WHERE permission_set_id IN (SELECT id FROM special_permission_sets)
    UNION ALL
    SELECT 'any', (count(*) > 0)::VARCHAR, NULL, NULL FROM staged_sf_permission_set
),
told_before AS (
    SELECT kind, license_id, identifier, NULL AS flags FROM named_before
    UNION ALL
    SELECT 'special', id, profile_id, flags FROM special_before
    UNION ALL
    SELECT 'group', permission_set_group_id, permission_set_id, NULL FROM sf_permission_set_group_component
    WHERE org_id = $org_id AND permission_set_id IN (SELECT id FROM special_permission_sets)
    UNION ALL
    SELECT 'any', (count(*) > 0)::VARCHAR, NULL, NULL FROM sf_permission_set WHERE org_id = $org_id
)
SELECT EXISTS ((FROM told_now EXCEPT FROM told_before) UNION ALL (FROM told_before EXCEPT FROM told_now))
