-- title: Freed savings
-- description: Seats returned to the pool, by month, org and rule, with their value per year at the price of the day:
--   candidates that were closed as complete by a change of ours that was read back. A seat given back later is taken
--   off again in the month it went back. Not to be added to what is potential or realized. Departments are not known of
--   what is gone, so there are no rows while departments are chosen.
-- parameters: org_ids, kinds, models, departments
-- columns: month, org, org_id, rule, candidates, returned, seats, amount, currency
SELECT
    date_trunc('month', saved_on)::DATE AS month, org, org_id, rule,
    count(*) FILTER (seats > 0) AS candidates, count(*) FILTER (seats < 0) AS returned,
    sum(seats)::BIGINT AS seats, sum(amount)::DECIMAL(18, 2) AS amount, currency
FROM freed_saving
WHERE $departments IS NULL AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
GROUP BY month, org, org_id, rule, currency
ORDER BY month DESC, org, rule
