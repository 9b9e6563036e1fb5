-- title: Stale seats and savings by org
-- description: Seats of paid licenses per org. potential savings = (stale seats + inactive holders' seats that
--   Salesforce counts, less excluded ones) × unit cost; empty where nothing has a price.
-- parameters: org_ids, kinds, models, departments, stale_after_days, grace_days, include_sandboxes
-- columns: org_id, org, assigned, stale, potential_savings, currency
SELECT
    org_id, org, sum(assigned)::BIGINT AS assigned, sum(stale)::BIGINT AS stale,
    sum(reclaimable * unit_cost)::DECIMAL(18, 2) AS potential_savings, max(currency) AS currency
FROM license_position($stale_after_days, $grace_days, $departments)
WHERE is_counted AND ($include_sandboxes OR NOT is_sandbox)
    AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
GROUP BY org_id, org
ORDER BY potential_savings DESC NULLS LAST, stale DESC, org
