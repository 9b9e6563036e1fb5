-- title: A seat that somebody wants to propose
-- description: Seats of one license that a user, named by user name or id, holds in one org, with what speaks against
--   taking them back: whom sfsam never touches, what is excluded, kept, or a candidate already.
-- parameters: org_id, user, kind, identifier, today, stale_after_days, grace_days
-- columns: org_id, profile_id, user_id, user_principal_name, name, department, model, part, last_activity_at, inactive_days,
--   deciding_signal, assigned_at, is_administrator, is_machine, is_connected_user, exclusion_reason, candidate_number,
--   kept_until, seats, potential_savings, seat_cost, currency, snapshot_taken_at
SELECT
    s.org_id, s.profile_id, s.user_id, s.user_principal_name, s.name, s.department, s.model, s.part,
    s.last_activity_at, s.inactive_days, s.deciding_signal, s.assigned_at, s.is_administrator, s.is_machine, s.is_connected_user,
    CASE WHEN s.is_excluded THEN coalesce(s.exclusion_reason, 'the license stands outside the totals') END
        AS exclusion_reason,
    c.number AS candidate_number, k.kept_until, v.seats, v.potential_savings, s.unit_cost AS seat_cost, s.currency,
    s.taken_at AS snapshot_taken_at
FROM seats($stale_after_days, $grace_days) s
LEFT JOIN person_value v ON v.org_id = s.org_id AND v.user_id = s.user_id
LEFT JOIN (
    SELECT org_id, user_id, kind, identifier, min(number) AS number FROM removal_candidate
    WHERE state NOT LIKE 'closed%' GROUP BY ALL
) c ON c.org_id = s.org_id AND c.user_id = s.user_id AND c.kind = s.kind AND c.identifier = s.identifier
LEFT JOIN (
    SELECT org_id, user_id, kind, identifier, max(coalesce(evidence ->> '$.kept_until', 'for good')) AS kept_until
    FROM removal_candidate WHERE is_kept_on(evidence, $today::DATE) GROUP BY ALL
) k ON k.org_id = s.org_id AND k.user_id = s.user_id AND k.kind = s.kind AND k.identifier = s.identifier
WHERE s.org_id = $org_id AND s.kind = $kind AND s.identifier = $identifier
    AND (s.user_id = $user OR lower(s.user_principal_name) = lower($user))
