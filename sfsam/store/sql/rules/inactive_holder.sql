-- title: Inactive person still holds a paid seat
-- description: Permission set and package licenses of deactivated users, where the org's own count says that such a
--   holder still takes a seat (Salesforce fact sheet 5.4). Licenses whose inactive holders cost nothing are left out.
-- example: of the package CPQ the org counts 3 seats used, held by 2 active people and by Gus, who was deactivated:
--   Gus is caught. Of Sales User it counts 2 of 3 holders, the inactive one is free: not caught.
-- parameters: org_id, stale_after_days, grace_days, kinds, identifiers, models, profiles, departments
-- columns: org_id, user_id, user_principal_name, kind, identifier, action, justification, last_activity_at,
--   inactive_days, deciding_signal, name, department, model, assigned_at, snapshot_taken_at, seats, potential_savings,
--   currency
SELECT
    s.org_id, s.user_id, s.user_principal_name, s.kind, s.identifier,
    CASE s.kind WHEN 'package' THEN 'remove_package_license' ELSE 'remove_permission_set_license' END AS action,
    'inactive_holder' AS justification, s.last_activity_at, s.inactive_days, s.deciding_signal, s.name, s.department,
    s.model, s.assigned_at, s.taken_at AS snapshot_taken_at, 1::BIGINT AS seats, s.unit_cost AS potential_savings,
    s.currency
FROM seats($stale_after_days, $grace_days) s
WHERE s.org_id = $org_id AND s.part = 'inactive_holder' AND s.costs_seat AND s.kind IN ('permission_set', 'package')
    AND s.user_principal_name IS NOT NULL AND NOT s.is_connected_user AND NOT s.is_excluded
    AND in_scope($kinds, $identifiers, $models, $profiles, $departments, s.kind, s.identifier, s.model, s.profile,
        s.department)
ORDER BY s.kind, s.identifier, s.user_id
