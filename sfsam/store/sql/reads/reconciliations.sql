-- title: Reconciliations
-- description: One row per day, org and currency: what the day's last reconciliation came to over the licenses that
--   totals counted then. The three amounts are never added up. A day from before amounts were written down has seats
--   only, and no currency.
-- parameters: org_ids
-- columns: day, org, org_id, currency, licenses, owned, assigned, stale, annual_spend, potential_savings,
--   over_licensed, true_up, taken_at, reconciled_at
SELECT
    d.day, o.org, d.org_id, d.currency, count(*) AS licenses, sum(d.owned)::BIGINT AS owned,
    sum(d.assigned)::BIGINT AS assigned, sum(d.stale)::BIGINT AS stale,
    sum(d.annual_spend)::DECIMAL(18, 2) AS annual_spend,
    sum(d.potential_savings)::DECIMAL(18, 2) AS potential_savings,
    sum(d.over_licensed)::DECIMAL(18, 2) AS over_licensed, sum(d.true_up)::DECIMAL(18, 2) AS true_up,
    max(d.taken_at) AS taken_at, max(d.reconciled_at) AS reconciled_at
FROM license_day d
JOIN org o ON o.org_id = d.org_id
WHERE coalesce(d.is_counted, true) AND is_chosen($org_ids, d.org_id)
GROUP BY d.day, o.org, d.org_id, d.currency
ORDER BY d.day DESC, o.org, d.currency NULLS LAST
