-- title: Spend and savings
-- description: One row per currency. annual spend = what the contracts in force cost per year, else owned seats × unit
--   cost (seats held × unit cost, while departments are chosen); potential savings = (stale seats + inactive holders'
--   seats that Salesforce counts, less excluded ones) × unit cost; over-licensed = seats nobody holds × unit cost;
--   true-up = seats missing × unit cost. The three are never added up. Over-licensed and true-up belong to an org, so
--   they are empty while departments are chosen. stale, reclaimable, free and missing seats are those with a price, and
--   contract and list count the licenses by where their price comes from.
-- parameters: org_ids, kinds, models, departments, stale_after_days, grace_days, include_sandboxes
-- columns: currency, annual_spend, potential_savings, over_licensed, true_up, stale_seats, reclaimable_seats,
--   free_seats, missing_seats, contract_licenses, list_licenses
SELECT
    currency,
    sum(CASE WHEN $departments IS NOT NULL THEN assigned * unit_cost
        ELSE coalesce(contract_spend, coalesce(owned, assigned) * unit_cost) END)::DECIMAL(18, 2) AS annual_spend,
    sum(reclaimable * unit_cost)::DECIMAL(18, 2) AS potential_savings,
    CASE WHEN $departments IS NULL THEN sum(greatest(available, 0) * unit_cost) END::DECIMAL(18, 2) AS over_licensed,
    CASE WHEN $departments IS NULL THEN sum(needed * unit_cost) END::DECIMAL(18, 2) AS true_up,
    sum(stale)::BIGINT AS stale_seats, sum(reclaimable)::BIGINT AS reclaimable_seats,
    CASE WHEN $departments IS NULL THEN sum(greatest(available, 0)) END::BIGINT AS free_seats,
    CASE WHEN $departments IS NULL THEN sum(needed) END::BIGINT AS missing_seats,
    count(*) FILTER (price_source = 'contract') AS contract_licenses,
    count(*) FILTER (price_source = 'list') AS list_licenses
FROM license_position($stale_after_days, $grace_days, $departments)
WHERE price_source <> 'none' AND is_counted AND ($include_sandboxes OR NOT is_sandbox)
    AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
GROUP BY currency
ORDER BY annual_spend DESC
