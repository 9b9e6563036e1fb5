-- title: No human activity
-- description: User licenses of people who have neither signed in nor used a Lightning app for longer than the
--   threshold and are past their grace.
--   A sign-in by a machine is no activity. Left out are administrators, users that only machines log in as, users of
--   a type that is no person, excluded ones, and the user that sfsam itself is connected as.
-- example: threshold 60 days, grace 30 days, snapshot of 24 November. Ada signed in on 20 September (65 days): caught,
--   low usage. Ben, created in January, never signed in: caught, never used. Cleo signed in on 1 October (54 days):
--   not caught. Dan, created on 1 November, never signed in: in grace, not caught.
-- parameters: org_id, stale_after_days, grace_days, kinds, identifiers, models, profiles, departments
-- columns: org_id, user_id, user_principal_name, kind, identifier, action, justification, last_activity_at,
--   inactive_days, deciding_signal, name, department, model, last_login_date, last_machine_at, created_at, grace_since, is_frozen,
--   snapshot_taken_at, stale_after_days, grace_days, seats, potential_savings, currency
SELECT
    s.org_id, s.user_id, s.user_principal_name, s.kind, s.identifier, 'deactivate' AS action,
    CASE WHEN s.last_activity_at IS NULL THEN 'never_used' ELSE 'low_usage' END AS justification,
    s.last_activity_at, s.inactive_days, s.deciding_signal, s.name, s.department, s.model, s.last_login_date,
    s.last_machine_at, s.created_date AS created_at, s.grace_since, s.is_frozen, s.taken_at AS snapshot_taken_at,
    $stale_after_days::INTEGER AS stale_after_days, $grace_days::INTEGER AS grace_days,
    v.seats, v.potential_savings, v.currency
FROM seats($stale_after_days, $grace_days) s
LEFT JOIN person_value v ON v.org_id = s.org_id AND v.user_id = s.user_id
WHERE s.org_id = $org_id AND s.kind = 'user' AND s.part = 'stale'
    AND NOT s.is_administrator AND NOT s.is_machine AND NOT s.is_connected_user AND NOT s.is_excluded
    AND in_scope($kinds, $identifiers, $models, $profiles, $departments, s.kind, s.identifier, s.model, s.profile,
        s.department)
ORDER BY s.last_activity_at NULLS FIRST, s.user_id
