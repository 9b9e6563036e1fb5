-- title: Savings to date
-- description: What reclaiming freed in the calendar year of the newest download: seats that a change of ours returned
--   to the pool, read back, with their value per year at the price of the day; a seat given back later is taken off
--   again. One row per currency. Freed is not realized: money is saved at the next renewal only. Departments are not
--   known of what is gone, so there are no rows while departments are chosen.
-- parameters: org_ids, kinds, models, departments
-- columns: currency, candidates, seats, freed
SELECT
    currency, count(DISTINCT candidate_number)::BIGINT AS candidates, coalesce(sum(seats), 0)::BIGINT AS seats,
    sum(amount)::DECIMAL(18, 2) AS freed
FROM freed_saving
WHERE saved_on >= (SELECT date_trunc('year', max(taken_at)) FROM org) AND $departments IS NULL
    AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
GROUP BY currency
ORDER BY freed DESC NULLS LAST
