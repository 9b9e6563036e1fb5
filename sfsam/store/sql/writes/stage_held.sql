-- How many seats of each license are held, by active users and by inactive ones: what was just worked out, and the seats
-- of everybody whom no change concerns.
CREATE TEMP TABLE staged_held AS
SELECT
    kind, identifier, count(*) FILTER (holder_is_active) AS by_active,
    count(*) FILTER (NOT holder_is_active) AS by_inactive
FROM (
    SELECT kind, identifier, holder_is_active FROM staged_subscription
    UNION ALL
    SELECT kind, identifier, holder_is_active FROM subscription
    WHERE org_id = $org_id AND NOT $of_everyone AND user_id NOT IN (SELECT user_id FROM affected_user)
)
GROUP BY kind, identifier
