-- title: Spend by cost center
-- description: What the licenses in the totals cost per year, by the cost center of their entitlements: quantity × unit
--   price of each entitlement in force. A license without quantities is spent whole, owned seats × unit cost, by its one
--   cost center, or by several together; what no entitlement says stands as No cost center. The sum is the annual
--   spend. A contract belongs to an org, so there are no rows while departments are chosen.
-- parameters: org_ids, kinds, models, departments, stale_after_days, grace_days, include_sandboxes
-- columns: cost_center, licenses, annual_spend, currency
WITH spent AS (
    SELECT
        org_id, kind, identifier, currency, contract_spend IS NOT NULL AS is_by_quantity,
        coalesce(contract_spend, coalesce(owned, assigned) * unit_cost) AS annual_spend
    FROM license_position($stale_after_days, $grace_days, NULL)
    WHERE $departments IS NULL AND price_source <> 'none' AND is_counted AND ($include_sandboxes OR NOT is_sandbox)
        AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
),
center AS (
    SELECT
        org_id, kind, identifier,
        CASE WHEN count(DISTINCT cost_center) = 1 THEN any_value(cost_center) ELSE 'Several cost centers' END AS name
    FROM active_entitlement
    GROUP BY org_id, kind, identifier
),
part AS (
    SELECT s.org_id, s.kind, s.identifier, s.currency, e.cost_center AS name,
        (e.annual_cents * e.quantity)::DECIMAL(18, 0) * 0.01::DECIMAL(3, 2) AS annual_spend
    FROM spent s
    JOIN active_entitlement e ON e.org_id = s.org_id AND e.kind = s.kind AND e.identifier = s.identifier
    WHERE s.is_by_quantity
    UNION ALL
    SELECT s.org_id, s.kind, s.identifier, s.currency, c.name, s.annual_spend
    FROM spent s
    LEFT JOIN center c ON c.org_id = s.org_id AND c.kind = s.kind AND c.identifier = s.identifier
    WHERE NOT s.is_by_quantity
)
SELECT
    coalesce(nullif(name, ''), 'No cost center') AS cost_center,
    count(DISTINCT (org_id, kind, identifier))::BIGINT AS licenses,
    sum(annual_spend)::DECIMAL(18, 2) AS annual_spend, currency
FROM part
GROUP BY 1, currency
ORDER BY annual_spend DESC NULLS LAST, 1
