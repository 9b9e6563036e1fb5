-- Seats that are held and were not: held from this day on.
INSERT INTO seat_period
SELECT DISTINCT s.org_id, s.user_id, s.kind, s.identifier, CAST($taken_at::TIMESTAMP AS DATE) AS from_day, NULL
FROM subscription s
LEFT JOIN seat_period p
    ON p.org_id = s.org_id AND p.user_id = s.user_id AND p.kind = s.kind AND p.identifier = s.identifier
    AND p.until_day IS NULL
WHERE s.org_id = $org_id AND p.user_id IS NULL
    AND ($of_everyone OR s.user_id IN (SELECT user_id FROM affected_user))
