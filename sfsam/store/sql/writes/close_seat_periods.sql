-- Seats of these kinds that were held and are not any more: not held from this day on.
UPDATE seat_period SET until_day = CAST($taken_at::TIMESTAMP AS DATE)
WHERE org_id = $org_id AND until_day IS NULL AND list_contains($kinds::VARCHAR[], kind)
    AND ($of_everyone OR user_id IN (SELECT user_id FROM affected_user)) AND NOT EXISTS (
    SELECT 1 FROM subscription s
    WHERE s.org_id = seat_period.org_id AND s.user_id = seat_period.user_id AND s.kind = seat_period.kind
        AND s.identifier = seat_period.identifier
)
