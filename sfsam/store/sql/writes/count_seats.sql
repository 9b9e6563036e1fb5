-- The org's seats, counted by everything that a page may ask for. No threshold is longer than a year, so that all who
-- were idle for longer are alike, and so is all grace that began before.
INSERT INTO seat_count
SELECT
    s.org_id, s.kind, s.identifier, s.department, s.holder_is_active, s.is_machine, s.is_known,
    CASE WHEN s.idle_days > 366 THEN 367 ELSE s.idle_days END AS idle_days,
    CASE WHEN s.grace_age_days <= 366 THEN s.grace_age_days END AS grace_age_days,
    x.user_id IS NOT NULL AS is_excluded, s.is_first, count(*) AS seats
FROM subscription s
LEFT JOIN user_exclusion x ON x.org_id = s.org_id AND x.user_id = s.user_id
WHERE s.org_id = $org_id
GROUP BY ALL
