-- title: Which licenses an exclusion catches
-- description: The license of this kind and identifier in each org, with what its exclusion takes out of the totals:
--   spend a year (the contract's, else owned or held seats × unit cost) and potential savings. Amounts are empty where
--   no price is known, in a sandbox, and where the license stands outside the totals already.
-- parameters: kind, value, org_ids, stale_after_days, grace_days
-- columns: org, org_id, kind, identifier, model, owned, assigned, reclaimable, annual_spend, potential_savings, currency,
--   excluded_already
SELECT
    org, org_id, kind, identifier, model, owned, assigned, reclaimable,
    CASE WHEN is_counted THEN coalesce(contract_spend, coalesce(owned, assigned) * unit_cost) END::DECIMAL(18, 2)
        AS annual_spend,
    CASE WHEN is_counted THEN reclaimable * unit_cost END::DECIMAL(18, 2) AS potential_savings,
    CASE WHEN is_counted THEN currency END AS currency, is_excluded AS excluded_already
FROM license_position($stale_after_days, $grace_days, NULL)
WHERE kind = $kind AND identifier = $value AND is_chosen($org_ids, org_id)
ORDER BY org
