-- title: Potential savings
-- description: What could be freed now, per license and year. potential savings = (stale seats + inactive holders'
--   seats that Salesforce counts, less excluded ones) × unit cost. Not to be added to what was freed or realized.
-- parameters: org_ids, kinds, models, departments, stale_after_days, grace_days, include_sandboxes
-- columns: model, org, org_id, kind, identifier, seats, unit_cost, price_source, amount, currency
SELECT
    model, org, org_id, kind, identifier, reclaimable AS seats, unit_cost, price_source,
    (reclaimable * unit_cost)::DECIMAL(18, 2) AS amount, currency
FROM license_position($stale_after_days, $grace_days, $departments)
WHERE reclaimable > 0 AND is_counted AND price_source <> 'none' AND ($include_sandboxes OR NOT is_sandbox)
    AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
ORDER BY amount DESC NULLS LAST, model, org
