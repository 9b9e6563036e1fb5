-- title: Where candidates stand now
-- description: Every open candidate with what the newest snapshot says of its seat: whether it still exists, its part,
--   and whether the person is protected or the seat excluded. Used to close candidates that no longer hold.
-- parameters: org_ids, stale_after_days, grace_days
-- columns: number, state, org_id, user_id, seat_exists, part, last_activity_at, is_administrator, is_machine,
--   is_excluded
SELECT
    c.number, c.state, c.org_id, c.user_id, s.subscription_id IS NOT NULL AS seat_exists, s.part,
    s.last_activity_at, coalesce(s.is_administrator, false) AS is_administrator,
    coalesce(s.is_machine, false) AS is_machine, coalesce(s.is_excluded, false) AS is_excluded
FROM valued_candidate c
LEFT JOIN seats($stale_after_days, $grace_days) s
    ON s.org_id = c.org_id AND s.user_id = c.user_id AND s.kind = c.kind AND s.identifier = c.identifier
WHERE c.is_open AND is_chosen($org_ids, c.org_id)
ORDER BY c.number
