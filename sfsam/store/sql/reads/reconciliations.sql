-- title: Reconciliations
-- description: One row per day and org, and per currency where an org pays in several: what the day's last
--   reconciliation came to over the licenses that totals counted then. Seats without a price stand in the row of the
--   org's first currency. The three amounts are never added up. A day from before amounts were written down has seats
--   only, and no currency.
-- parameters: org_ids
-- columns: day, org, org_id, currency, licenses, owned, assigned, stale, annual_spend, potential_savings,
--   over_licensed, true_up, taken_at, reconciled_at
WITH counted AS (
    SELECT *, coalesce(currency, min(currency) OVER (PARTITION BY day, org_id)) AS row_currency
    FROM license_day
    WHERE coalesce(is_counted, true) AND is_chosen($org_ids, org_id)
)
SELECT
    d.day, o.org, d.org_id, d.row_currency AS currency, count(*) AS licenses, sum(d.owned)::BIGINT AS owned,
    sum(d.assigned)::BIGINT AS assigned, sum(d.stale)::BIGINT AS stale,
    sum(d.annual_spend)::DECIMAL(18, 2) AS annual_spend,
    sum(d.potential_savings)::DECIMAL(18, 2) AS potential_savings,
    sum(d.over_licensed)::DECIMAL(18, 2) AS over_licensed, sum(d.true_up)::DECIMAL(18, 2) AS true_up,
    max(d.taken_at) AS taken_at, max(d.reconciled_at) AS reconciled_at
FROM counted d
JOIN org o ON o.org_id = d.org_id
GROUP BY d.day, o.org, d.org_id, d.row_currency
ORDER BY d.day DESC, o.org, currency NULLS LAST
