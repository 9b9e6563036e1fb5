-- title: A cheaper license would do
-- description: User licenses of working people whom their own permission sets describe as users of the cheaper license
--   that the rule's Salesforce profile belongs to, by Salesforce's rules of changing (data/license_alternatives.csv, fact
--   sheet 5.8). Caught is only whom the evidence speaks for: at least one permission set that is tied to the cheaper
--   license, and nothing that needs more: no permission set tied to the present license or to a permission set license,
--   no permission set license, no feature license. What a person opens by the Salesforce profile alone cannot be seen
--   here; the evidence says so, and the person can be asked first (notify user).
-- example: the rule's profile Platform User belongs to Salesforce Platform. Ada holds the permission set Expenses, tied
--   to Salesforce Platform, and nothing else: caught, worth the difference of both prices. Ben holds the feature license
--   Marketing User too: not caught. Cleo holds no permission set that is tied to a license: nothing is known, not caught.
-- parameters: org_id, stale_after_days, grace_days, kinds, identifiers, models, profiles, departments, target_profile_id
-- columns: org_id, user_id, user_principal_name, kind, identifier, action, justification, last_activity_at,
--   inactive_days, deciding_signal, name, department, model, profile, target_profile_id, target_profile, target_license,
--   permission_sets_for_target, not_seen, loses, condition, source, snapshot_taken_at, seats, potential_savings, currency
WITH target AS (
    SELECT
        p.id AS target_profile_id, p.name AS target_profile, u.id AS license_id, u.license_definition_key AS identifier
    FROM sf_profile p
    JOIN sf_user_license u ON u.org_id = p.org_id AND u.id = p.user_license_id
    WHERE p.org_id = $org_id AND p.id = $target_profile_id
),
held AS (
    SELECT a.assignee_id AS user_id, s.id, s.label, s.name, s.license_id
    FROM sf_permission_set_assignment a
    JOIN sf_permission_set s ON s.org_id = a.org_id AND s.id = a.permission_set_id
    WHERE a.org_id = $org_id AND s.license_id IS NOT NULL AND NOT coalesce(s.is_owned_by_profile, false)
    UNION
    SELECT a.assignee_id, s.id, s.label, s.name, s.license_id
    FROM sf_permission_set_assignment a
    JOIN sf_permission_set_group_component c
        ON c.org_id = a.org_id AND c.permission_set_group_id = a.permission_set_group_id
    JOIN sf_permission_set s ON s.org_id = c.org_id AND s.id = c.permission_set_id
    WHERE a.org_id = $org_id AND s.license_id IS NOT NULL
),
described AS (
    SELECT h.user_id, string_agg(DISTINCT coalesce(h.label, h.name), ', ' ORDER BY coalesce(h.label, h.name)) AS sets
    FROM held h
    CROSS JOIN target t
    GROUP BY h.user_id
    HAVING bool_and(h.license_id = t.license_id)
),
more AS (
    SELECT DISTINCT user_id FROM subscription WHERE org_id = $org_id AND kind IN ('permission_set', 'feature')
)
SELECT
    s.org_id, s.user_id, s.user_principal_name, s.kind, s.identifier, 'change_license' AS action,
    'downgrade' AS justification, s.last_activity_at, s.inactive_days, s.deciding_signal, s.name, s.department, s.model,
    s.profile, t.target_profile_id, t.target_profile, coalesce(l.model, t.identifier) AS target_license,
    d.sets AS permission_sets_for_target, 'What the present Salesforce profile alone opens' AS not_seen,
    a.loses, a.condition, a.source, s.taken_at AS snapshot_taken_at, 1::BIGINT AS seats,
    CASE WHEN l.currency = s.currency THEN s.unit_cost - l.unit_cost END::DECIMAL(18, 2) AS potential_savings,
    CASE WHEN l.currency = s.currency THEN s.currency END AS currency
FROM seats($stale_after_days, $grace_days) s
CROSS JOIN target t
JOIN license_alternative a ON a.kind = 'user' AND a.identifier = s.identifier AND a.alternative = t.identifier
JOIN described d ON d.user_id = s.user_id
LEFT JOIN priced_license l ON l.org_id = s.org_id AND l.kind = 'user' AND l.identifier = t.identifier
ANTI JOIN more m ON m.user_id = s.user_id
WHERE s.org_id = $org_id AND s.kind = 'user' AND s.part IN ('active', 'in_grace')
    AND NOT s.is_administrator AND NOT s.is_machine AND NOT s.is_connected_user AND NOT s.is_excluded
    AND in_scope($kinds, $identifiers, $models, $profiles, $departments, s.kind, s.identifier, s.model, s.profile,
        s.department)
ORDER BY potential_savings DESC NULLS LAST, s.user_id
