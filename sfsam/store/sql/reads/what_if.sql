-- title: What if a seat counted as stale sooner or later
-- description: For each threshold from 0 to 365 days what the totals would say. stale = seats of active people whose last
--   human activity lies more than so many days back, past their grace. candidates = those of them that are user
--   licenses and not excluded; the rules leave out administrators and protected people too. potential savings =
--   (stale seats + inactive holders' seats that Salesforce counts, less excluded ones) × unit cost. One row per
--   threshold and currency; seats without a price have no currency.
-- parameters: org_ids, kinds, models, departments, grace_days, include_sandboxes
-- columns: threshold_days, currency, stale, candidates, potential_savings
WITH idle AS (   -- with a threshold below 0 whoever can become stale is: from there the days alone decide
    SELECT
        CASE WHEN part = 'stale' THEN least(coalesce(idle_days, 366), 366) ELSE 366 END AS stale_until, currency,
        sum(seats) FILTER (part = 'stale') AS stale,
        sum(seats) FILTER (part = 'stale' AND kind = 'user' AND NOT is_excluded) AS candidates,
        sum(seats * unit_cost) FILTER (costs_seat AND NOT is_excluded) AS potential_savings
    FROM counted_seats(-1, $grace_days, $departments)
    WHERE part IN ('stale', 'inactive_holder') AND is_counted AND ($include_sandboxes OR NOT is_sandbox)
        AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
    GROUP BY ALL
)
SELECT
    t.threshold_days::INTEGER AS threshold_days, i.currency, coalesce(sum(i.stale), 0)::BIGINT AS stale,
    coalesce(sum(i.candidates), 0)::BIGINT AS candidates, sum(i.potential_savings)::DECIMAL(18, 2) AS potential_savings
FROM range(0, 366) AS t(threshold_days)
JOIN idle i ON i.stale_until > t.threshold_days
GROUP BY t.threshold_days, i.currency
ORDER BY t.threshold_days, i.currency
