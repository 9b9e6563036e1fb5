-- title: What an exclusion of users takes out of the savings
-- description: The seats of the users whom it would catch: how many are unused and cost something, and what they are
--   worth a year, per currency. Licenses that stand outside the totals and people excluded already add nothing.
-- parameters: subject, value, org_ids, stale_after_days, grace_days
-- columns: currency, seats, unused_seats, potential_savings
SELECT
    currency, count(*) AS seats, count(*) FILTER (is_lever) AS unused_seats,
    (sum(unit_cost) FILTER (is_lever AND is_counted))::DECIMAL(18, 2) AS potential_savings
FROM (
    SELECT *, part IN ('stale', 'inactive_holder') AND costs_seat AND NOT is_excluded AS is_lever
    FROM seats($stale_after_days, $grace_days)
)
WHERE is_caught($subject, $value, user_principal_name, profile, department) AND is_chosen($org_ids, org_id)
GROUP BY currency
ORDER BY potential_savings DESC NULLS LAST
