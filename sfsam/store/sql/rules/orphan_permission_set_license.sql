-- title: Permission set license that nothing needs
-- description: Permission set licenses of people who use Salesforce, where no permission set they hold, directly, through
--   a group or by their profile, is tied to that license. Only licenses that some permission set of the org is tied to
--   are looked at: of any other it cannot be told who needs it. Whoever does not use Salesforce is left to the rule
--   "No human activity", which takes all seats of a person back. Sign-ins say nothing about a permission set license.
-- example: the license Sales User is tied to the permission set Sales. Ada holds the license and the set: not caught.
--   Ben had the set taken away and kept the license: caught. Cleo holds the set through a group: not caught.
-- parameters: org_id, stale_after_days, grace_days, kinds, identifiers, models, profiles, departments
-- columns: org_id, user_id, user_principal_name, kind, identifier, action, justification, last_activity_at,
--   inactive_days, deciding_signal, name, department, model, assigned_at, permission_sets_tied, snapshot_taken_at, seats,
--   potential_savings, currency
WITH tied AS (
    SELECT l.developer_name AS identifier, s.id AS permission_set_id, s.profile_id, s.is_owned_by_profile
    FROM sf_permission_set s
    JOIN sf_permission_set_license l ON l.org_id = s.org_id AND l.id = s.license_id
    WHERE s.org_id = $org_id
),
held AS (
    SELECT assignee_id AS user_id, permission_set_id
    FROM sf_permission_set_assignment WHERE org_id = $org_id
    UNION
    SELECT a.assignee_id, c.permission_set_id
    FROM sf_permission_set_assignment a
    JOIN sf_permission_set_group_component c
        ON c.org_id = a.org_id AND c.permission_set_group_id = a.permission_set_group_id
    WHERE a.org_id = $org_id
    UNION
    SELECT u.id, t.permission_set_id
    FROM tied t JOIN sf_user u ON u.org_id = $org_id AND u.profile_id = t.profile_id
    WHERE t.is_owned_by_profile
),
needed AS (
    SELECT DISTINCT h.user_id, t.identifier FROM held h JOIN tied t ON t.permission_set_id = h.permission_set_id
),
ties AS (SELECT identifier, count(*) AS permission_sets_tied FROM tied GROUP BY identifier)
SELECT
    s.org_id, s.user_id, s.user_principal_name, s.kind, s.identifier, 'remove_permission_set_license' AS action,
    'unallocated' AS justification, s.last_activity_at, s.inactive_days, s.deciding_signal, s.name, s.department,
    s.model, s.assigned_at, t.permission_sets_tied, s.taken_at AS snapshot_taken_at, 1::BIGINT AS seats,
    s.unit_cost AS potential_savings, s.currency
FROM seats($stale_after_days, $grace_days) s
JOIN ties t ON t.identifier = s.identifier
ANTI JOIN needed n ON n.user_id = s.user_id AND n.identifier = s.identifier
WHERE s.org_id = $org_id AND s.kind = 'permission_set' AND s.holder_is_active AND s.part NOT IN ('stale', 'machine')
    AND NOT s.is_administrator AND NOT s.is_machine AND NOT s.is_connected_user AND NOT s.is_excluded
    AND in_scope($kinds, $identifiers, $models, $profiles, $departments, s.kind, s.identifier, s.model, s.profile,
        s.department)
ORDER BY s.identifier, s.user_id
