-- A second download on one day outweighs the first: a seat that it shows again was held all along.
UPDATE seat_period SET until_day = NULL
WHERE org_id = $org_id AND until_day = CAST($taken_at::TIMESTAMP AS DATE)
    AND ($of_everyone OR user_id IN (SELECT user_id FROM affected_user)) AND EXISTS (
    SELECT 1 FROM subscription s
    WHERE s.org_id = seat_period.org_id AND s.user_id = seat_period.user_id AND s.kind = seat_period.kind
        AND s.identifier = seat_period.identifier
)
