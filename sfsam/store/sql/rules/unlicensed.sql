-- title: More seats held than owned
-- description: Permission set, package and feature licenses of which more seats are held than the org owns, the newest
--   assignments first, as many as are too many; and every seat of a license that Salesforce calls expired or disabled.
--   An inactive holder counts only where Salesforce counts the seat (fact sheet 5.4). User licenses are left out: whom
--   to deactivate after a contract was reduced is a decision about people, which the newest date must not make.
-- example: the org owns 2 seats of CPQ. Ben and Cleo got theirs in January, Dan in March: Dan is caught. Of Sales User
--   5 are owned and 3 held: nobody is caught. The license CRM User is disabled: all its holders are caught.
-- parameters: org_id, stale_after_days, grace_days, kinds, identifiers, models, profiles, departments
-- columns: org_id, user_id, user_principal_name, kind, identifier, action, justification, last_activity_at,
--   inactive_days, deciding_signal, name, department, model, assigned_at, owned, assigned, license_status,
--   license_expires_on, snapshot_taken_at, seats, potential_savings, currency
WITH held AS (
    SELECT
        s.*, l.owned, l.is_unlimited, l.status AS license_status, l.expires_on AS license_expires_on,
        coalesce(l.status IN ('Expired', 'Disabled'), false)
            OR coalesce(l.expires_on < s.taken_at::DATE, false) AS is_over,
        count(*) OVER (PARTITION BY s.kind, s.identifier) AS assigned,
        row_number() OVER (
            PARTITION BY s.kind, s.identifier ORDER BY s.assigned_at DESC NULLS LAST, s.user_id
        ) AS place
    FROM seats($stale_after_days, $grace_days) s
    JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
    WHERE s.org_id = $org_id AND s.kind IN ('permission_set', 'package', 'feature') AND s.costs_seat
        AND s.user_principal_name IS NOT NULL
)
SELECT
    s.org_id, s.user_id, s.user_principal_name, s.kind, s.identifier,
    CASE s.kind WHEN 'package' THEN 'remove_package_license' WHEN 'feature' THEN 'clear_feature_license'
        ELSE 'remove_permission_set_license' END AS action,
    'unlicensed' AS justification, s.last_activity_at, s.inactive_days, s.deciding_signal, s.name, s.department,
    s.model, s.assigned_at, s.owned, s.assigned, s.license_status, s.license_expires_on,
    s.taken_at AS snapshot_taken_at, 1::BIGINT AS seats, s.unit_cost AS potential_savings, s.currency
FROM held s
WHERE (s.is_over OR (NOT s.is_unlimited AND s.place <= s.assigned - s.owned))
    AND NOT s.is_administrator AND NOT s.is_machine AND NOT s.is_connected_user AND NOT s.is_excluded
    AND in_scope($kinds, $identifiers, $models, $profiles, $departments, s.kind, s.identifier, s.model, s.profile,
        s.department)
ORDER BY s.kind, s.identifier, s.place
