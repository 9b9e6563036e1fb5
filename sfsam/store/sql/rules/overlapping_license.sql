-- title: Another license gives the same
-- description: Permission set, package and feature licenses of working people who also hold a license that gives them the
--   same. Which license includes which is said by the rule (its identifiers, and what they are included in), because
--   contracts differ and Salesforce publishes no list. A permission set license stays where a permission set of its
--   holder, held directly, through a group or by the profile, is tied to it: Salesforce would not let it go (fact sheet
--   5.5).
-- example: the rule says that CRM User includes Sales User. Ada holds both, and no permission set of hers is tied to
--   Sales User: caught. Ben holds Sales User alone: not caught. Cleo holds both and the permission set Sales, which is
--   tied to Sales User: not caught.
-- parameters: org_id, stale_after_days, grace_days, kinds, identifiers, models, profiles, departments, included_in
-- columns: org_id, user_id, user_principal_name, kind, identifier, action, justification, last_activity_at,
--   inactive_days, deciding_signal, name, department, model, assigned_at, included_in, snapshot_taken_at, seats,
--   potential_savings, currency
WITH tied AS (
    SELECT l.developer_name AS identifier, s.id AS permission_set_id, s.profile_id, s.is_owned_by_profile
    FROM sf_permission_set s
    JOIN sf_permission_set_license l ON l.org_id = s.org_id AND l.id = s.license_id
    WHERE s.org_id = $org_id AND is_chosen($identifiers, l.developer_name)
),
needed AS (
    SELECT a.assignee_id AS user_id, t.identifier
    FROM tied t JOIN sf_permission_set_assignment a ON a.org_id = $org_id AND a.permission_set_id = t.permission_set_id
    UNION
    SELECT a.assignee_id, t.identifier
    FROM tied t
    JOIN sf_permission_set_group_component c ON c.org_id = $org_id AND c.permission_set_id = t.permission_set_id
    JOIN sf_permission_set_assignment a
        ON a.org_id = $org_id AND a.permission_set_group_id = c.permission_set_group_id
    UNION
    SELECT u.id, t.identifier
    FROM tied t JOIN sf_user u ON u.org_id = $org_id AND u.profile_id = t.profile_id
    WHERE t.is_owned_by_profile
),
including AS (
    SELECT s.user_id, string_agg(DISTINCT l.model, ', ' ORDER BY l.model) AS included_in
    FROM subscription s
    JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
    WHERE s.org_id = $org_id AND list_contains($included_in::VARCHAR[], s.identifier)
        AND NOT coalesce(list_contains($identifiers::VARCHAR[], s.identifier), false)
    GROUP BY s.user_id
)
SELECT
    s.org_id, s.user_id, s.user_principal_name, s.kind, s.identifier,
    CASE s.kind WHEN 'package' THEN 'remove_package_license' WHEN 'feature' THEN 'clear_feature_license'
        ELSE 'remove_permission_set_license' END AS action,
    'overlapping' AS justification, s.last_activity_at, s.inactive_days, s.deciding_signal, s.name, s.department,
    s.model, s.assigned_at, i.included_in, s.taken_at AS snapshot_taken_at, 1::BIGINT AS seats,
    s.unit_cost AS potential_savings, s.currency
FROM seats($stale_after_days, $grace_days) s
JOIN including i ON i.user_id = s.user_id
ANTI JOIN needed n ON n.user_id = s.user_id AND n.identifier = s.identifier AND s.kind = 'permission_set'
WHERE s.org_id = $org_id AND s.kind IN ('permission_set', 'package', 'feature')
    AND list_contains($identifiers::VARCHAR[], s.identifier)
    AND s.holder_is_active AND s.part NOT IN ('stale', 'machine')
    AND NOT s.is_administrator AND NOT s.is_machine AND NOT s.is_connected_user AND NOT s.is_excluded
    AND in_scope($kinds, $identifiers, $models, $profiles, $departments, s.kind, s.identifier, s.model, s.profile,
        s.department)
ORDER BY s.kind, s.identifier, s.user_id
