-- title: Stale seats and savings by org
-- description: Seats of paid licenses per org. potential savings = (stale seats + inactive holders' seats that
--   Salesforce counts, less excluded ones) × unit cost; empty where nothing has a price. An org with prices in several
--   currencies has a row for each.
-- parameters: org_ids, kinds, models, departments, stale_after_days, grace_days, include_sandboxes
-- columns: org_id, org, assigned, stale, percent_stale, potential_savings, currency
WITH counted AS (
    SELECT *, coalesce(currency, max(currency) OVER (PARTITION BY org_id)) AS shown_currency
    FROM license_position($stale_after_days, $grace_days, $departments)
    WHERE is_counted AND ($include_sandboxes OR NOT is_sandbox)
        AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
)
SELECT
    org_id, org, sum(assigned)::BIGINT AS assigned, sum(stale)::BIGINT AS stale,
    round(100.0 * sum(stale) / nullif(sum(assigned), 0), 1)::DOUBLE AS percent_stale,
    sum(reclaimable * unit_cost)::DECIMAL(18, 2) AS potential_savings, shown_currency AS currency
FROM counted
GROUP BY org_id, org, shown_currency
ORDER BY potential_savings DESC NULLS LAST, stale DESC, org
