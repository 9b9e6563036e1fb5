-- title: A cheaper license would do
-- description: User licenses of working people of Salesforce profiles or departments of which the rule says that they
--   need no more than the cheaper license, namely that of the rule's target profile, and who hold nothing that speaks
--   against it: no permission set that is tied to a user license or to a permission set license, directly or through a
--   group, no permission set license, no feature license; Salesforce would refuse the change while they do (fact sheet
--   5.8). Only changes that Salesforce allows are proposed (data/license_alternatives.csv). Which objects a person opens
--   is not downloaded, so the rule says nothing of people whom nobody has named; the permission sets without a license
--   that they hold are evidence for whoever decides.
-- example: the rule names the profile Standard User and the target profile Platform User, which belongs to Salesforce
--   Platform. Hal holds the permission set Reports, which is tied to no license: caught, worth the difference of both
--   prices. Ada holds the feature license Marketing User: not caught. Dan holds a permission set that is tied to the
--   Salesforce license: not caught. Eve has another profile: not caught.
-- parameters: org_id, stale_after_days, grace_days, kinds, identifiers, models, profiles, departments, target_profile_id
-- columns: org_id, user_id, user_principal_name, kind, identifier, action, justification, last_activity_at,
--   inactive_days, deciding_signal, name, department, model, profile, target_profile_id, target_profile, target_license,
--   target_seats_free, permission_sets_to_check, loses, condition, source, snapshot_taken_at, seats, potential_savings, currency
WITH target AS (
    SELECT
        p.id AS target_profile_id, p.name AS target_profile, u.license_definition_key AS identifier,
        (
            SELECT count(*) FROM subscription h
            WHERE h.org_id = p.org_id AND h.kind = 'user' AND h.identifier = u.license_definition_key
        ) AS assigned
    FROM sf_profile p
    JOIN sf_user_license u ON u.org_id = p.org_id AND u.id = p.user_license_id
    WHERE p.org_id = $org_id AND p.id = $target_profile_id
),
held AS (
    SELECT a.assignee_id AS user_id, coalesce(s.label, s.name) AS permission_set, s.license_id
    FROM sf_permission_set_assignment a
    JOIN sf_permission_set s ON s.org_id = a.org_id AND s.id = a.permission_set_id
    WHERE a.org_id = $org_id AND NOT coalesce(s.is_owned_by_profile, false)
    UNION
    SELECT a.assignee_id, coalesce(s.label, s.name), s.license_id
    FROM sf_permission_set_assignment a
    JOIN sf_permission_set_group_component c
        ON c.org_id = a.org_id AND c.permission_set_group_id = a.permission_set_group_id
    JOIN sf_permission_set s ON s.org_id = c.org_id AND s.id = c.permission_set_id
    WHERE a.org_id = $org_id
),
needing AS (
    SELECT user_id FROM held WHERE license_id IS NOT NULL
    UNION
    SELECT user_id FROM subscription WHERE org_id = $org_id AND kind IN ('permission_set', 'feature')
),
to_check AS (
    SELECT user_id, string_agg(DISTINCT permission_set, ', ' ORDER BY permission_set) AS permission_sets
    FROM held WHERE license_id IS NULL
    GROUP BY user_id
)
SELECT
    s.org_id, s.user_id, s.user_principal_name, s.kind, s.identifier, 'change_license' AS action,
    'downgrade' AS justification, s.last_activity_at, s.inactive_days, s.deciding_signal, s.name, s.department, s.model,
    s.profile, t.target_profile_id, t.target_profile, coalesce(l.model, t.identifier) AS target_license,
    l.owned - t.assigned AS target_seats_free, c.permission_sets AS permission_sets_to_check, a.loses, a.condition, a.source, s.taken_at AS snapshot_taken_at,
    1::BIGINT AS seats,
    CASE WHEN l.currency = s.currency THEN s.unit_cost - l.unit_cost END::DECIMAL(18, 2) AS potential_savings,
    CASE WHEN l.currency = s.currency THEN s.currency END AS currency
FROM seats($stale_after_days, $grace_days) s
CROSS JOIN target t
JOIN license_alternative a ON a.kind = 'user' AND a.identifier = s.identifier AND a.alternative = t.identifier
LEFT JOIN to_check c ON c.user_id = s.user_id
LEFT JOIN priced_license l ON l.org_id = s.org_id AND l.kind = 'user' AND l.identifier = t.identifier
ANTI JOIN needing n ON n.user_id = s.user_id
WHERE s.org_id = $org_id AND s.kind = 'user' AND s.part IN ('active', 'in_grace')
    AND NOT s.is_administrator AND NOT s.is_machine AND NOT s.is_connected_user AND NOT s.is_excluded
    AND ($profiles::VARCHAR[] IS NOT NULL OR $departments::VARCHAR[] IS NOT NULL)
    AND in_scope($kinds, $identifiers, $models, $profiles, $departments, s.kind, s.identifier, s.model, s.profile,
        s.department)
ORDER BY potential_savings DESC NULLS LAST, s.user_id
