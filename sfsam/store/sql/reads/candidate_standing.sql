-- title: Where candidates stand now
-- description: Open candidates with what the newest snapshot says of their seat, judged by the rule that caught each: whether
--   the seat still exists, its part by the thresholds of that rule, whether the person is protected or the seat
--   excluded, and whether the rule is still on. Used to close candidates that no longer hold, with the true reason.
-- parameters: numbers, stale_after_days, grace_days
-- columns: number, state, org_id, user_id, seat_exists, part, last_activity_at, is_administrator, is_machine,
--   is_connected_user, is_excluded, rule_name, rule_is_on, rule_is_removed
SELECT
    c.number, c.state, c.org_id, c.user_id, l.identifier IS NOT NULL AS seat_exists,
    CASE WHEN l.identifier IS NOT NULL THEN
        part_of(s.holder_is_active, s.is_machine, s.is_known, s.idle_days, s.grace_age_days,
                coalesce(r.stale_after_days, $stale_after_days), coalesce(r.grace_days, $grace_days))
    END AS part,
    s.last_activity_at, coalesce(s.is_administrator, false) AS is_administrator,
    coalesce(s.is_machine, false) AS is_machine,
    c.user_id IS NOT DISTINCT FROM o.connected_user_id AS is_connected_user,
    coalesce(l.is_excluded, false) OR x.user_id IS NOT NULL AS is_excluded,
    coalesce(r.name, c.evidence ->> '$.rule_name') AS rule_name,
    coalesce(r.is_on, c.rule_id = '') AS rule_is_on, coalesce(r.removed_at IS NOT NULL, false) AS rule_is_removed
FROM removal_candidate c
LEFT JOIN org o ON o.org_id = c.org_id
LEFT JOIN reclamation_rule r ON r.rule_id = c.rule_id
LEFT JOIN subscription s
    ON s.org_id = c.org_id AND s.user_id = c.user_id AND s.kind = c.kind AND s.identifier = c.identifier
LEFT JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
LEFT JOIN user_exclusion x ON x.org_id = c.org_id AND x.user_id = c.user_id
WHERE c.state NOT LIKE 'closed%' AND is_chosen($numbers, c.number)
ORDER BY c.number
