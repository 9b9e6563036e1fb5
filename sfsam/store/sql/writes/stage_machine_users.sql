-- Users that are no person, with the reason. Positive evidence only (product.md D7): a user type that nobody logs in
-- as, API-only access, or a license made for integrations (data/license_catalog.csv).
CREATE TEMP TABLE staged_machine_user AS
WITH judged AS (
    SELECT
        u.id AS user_id,
        CASE
            WHEN u.user_type IN ('AutomatedProcess', 'CloudIntegrationUser', 'Guest') THEN 'Automated user type'
            WHEN p.permissions_api_user_only OR v.is_api_only_by_profile THEN 'API-only profile'
            WHEN v.is_api_only_by_permission_set THEN 'API-only permission set'
            WHEN c.is_machine THEN 'Integration license'
        END AS reason
    FROM staged_sf_user u
    LEFT JOIN staged_sf_profile p ON p.id = u.profile_id
    LEFT JOIN staged_sf_user_license l ON l.id = p.user_license_id
    LEFT JOIN license_catalog c ON c.kind = 'user' AND c.identifier = l.license_definition_key
    LEFT JOIN staged_privilege v ON v.user_id = u.id
)
SELECT user_id, reason FROM judged WHERE reason IS NOT NULL
