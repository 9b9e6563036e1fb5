-- Permission sets that make an administrator, or allow the API only, as they are now and as they were before.
CREATE TEMP TABLE special_permission_sets AS
WITH every AS (
    SELECT true AS is_now, * FROM staged_sf_permission_set
    UNION ALL BY NAME
    SELECT false AS is_now, * FROM sf_permission_set WHERE org_id = $org_id
)
SELECT
    is_now, id, profile_id,
    concat_ws(',', coalesce(is_owned_by_profile, false), coalesce(permissions_manage_users, false),
        coalesce(permissions_modify_all_data, false), coalesce(permissions_customize_application, false),
        coalesce(permissions_api_user_only, false)) AS flags
FROM every
WHERE permissions_manage_users OR permissions_modify_all_data OR permissions_customize_application
    OR permissions_api_user_only
