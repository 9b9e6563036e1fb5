-- Per user: whether a permission set makes them an administrator, and whether one allows the API only. Counted are
-- sets held directly, through a group, and the one that belongs to the user's profile. What a group mutes is not
-- subtracted: a person too many is protected rather than one too few.
CREATE TEMP TABLE staged_privilege AS
WITH special AS (
    SELECT
        id, profile_id, coalesce(is_owned_by_profile, false) AS is_owned_by_profile,
        coalesce(permissions_manage_users, false) OR coalesce(permissions_modify_all_data, false)
            OR coalesce(permissions_customize_application, false) AS is_administrator,
        coalesce(permissions_api_user_only, false) AS is_api_only
    FROM staged_sf_permission_set
),
held AS (
    SELECT a.assignee_id AS user_id, s.*
    FROM staged_sf_permission_set_assignment a JOIN special s ON s.id = a.permission_set_id
    WHERE s.is_administrator OR s.is_api_only
    UNION ALL
    SELECT a.assignee_id, s.*
    FROM staged_sf_permission_set_assignment a
    JOIN staged_sf_permission_set_group_component c ON c.permission_set_group_id = a.permission_set_group_id
    JOIN special s ON s.id = c.permission_set_id
    WHERE s.is_administrator OR s.is_api_only
    UNION ALL
    SELECT u.id, s.*
    FROM staged_sf_user u JOIN special s ON s.profile_id = u.profile_id AND s.is_owned_by_profile
    WHERE s.is_administrator OR s.is_api_only
)
SELECT
    user_id, bool_or(is_administrator) AS is_administrator,
    bool_or(is_api_only AND is_owned_by_profile) AS is_api_only_by_profile,
    bool_or(is_api_only AND NOT is_owned_by_profile) AS is_api_only_by_permission_set
FROM held
GROUP BY user_id
