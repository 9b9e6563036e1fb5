-- By which identifier each Salesforce license record goes: the name that is the same in every org, else its id.
CREATE TEMP TABLE staged_license_identifier AS
SELECT 'user' AS kind, id AS license_id, coalesce(license_definition_key, name, id) AS identifier
FROM staged_sf_user_license
UNION ALL
SELECT 'permission_set', id, coalesce(developer_name, permission_set_license_key, id)
FROM staged_sf_permission_set_license
UNION ALL
SELECT 'package', id, coalesce(namespace_prefix, id) FROM staged_sf_package_license
