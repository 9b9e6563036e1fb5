-- title: License position
-- description: One row per license of each org that owns or assigns seats. assigned = active + stale + in grace +
--   machine + inactive holder + unknown, each seat in exactly one part. available = owned − assigned and may be
--   negative; needed is what is missing then. over-licensed = available × unit cost; true-up = needed × unit cost;
--   potential savings = (stale seats + inactive holders' seats that Salesforce counts, less excluded
--   ones) × unit cost. Unit cost is per
--   seat and year; without a price the amounts are empty, and a sandbox has no price. An owned number that the org
--   does not show, or that is unlimited, is empty; so is what belongs to
--   the org, while departments are chosen.
-- parameters: org_ids, kinds, models, departments, stale_after_days, grace_days
-- columns: org, org_id, is_sandbox, kind, identifier, model, owned, is_unlimited, assigned, active, stale, in_grace,
--   machine, inactive_holder, unknown, excluded, available, needed, unit_cost, price_source, currency,
--   over_licensed, true_up, potential_savings, used_by_org, status, expires_on, inactive_costs_seat, is_excluded,
--   is_paid, owned_source, contract_quantity, contract_ends_on, is_price_entered, is_counted, reclaimable
WITH seen AS (
    SELECT *, $departments IS NULL AS is_whole
    FROM license_position($stale_after_days, $grace_days, $departments)
    WHERE (owned > 0 AND $departments IS NULL OR assigned > 0 OR is_unlimited AND $departments IS NULL)
        AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
)
SELECT
    org, org_id, is_sandbox, kind, identifier, model, CASE WHEN is_whole THEN owned END AS owned, is_unlimited, assigned,
    active, stale, in_grace, machine, inactive_holder, unknown, excluded,
    CASE WHEN is_whole THEN available END AS available, CASE WHEN is_whole THEN needed END AS needed, unit_cost,
    price_source, currency, CASE WHEN is_whole THEN greatest(available, 0) * unit_cost END::DECIMAL(18, 2) AS over_licensed,
    CASE WHEN is_whole THEN needed * unit_cost END::DECIMAL(18, 2) AS true_up,
    (reclaimable * unit_cost)::DECIMAL(18, 2) AS potential_savings,
    used_by_org, status, expires_on, inactive_costs_seat, is_excluded, is_paid, owned_source, contract_quantity,
    contract_ends_on, is_price_entered, is_counted, reclaimable
FROM seen
ORDER BY org, kind, model, identifier
