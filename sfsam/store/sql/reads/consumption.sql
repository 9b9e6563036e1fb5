-- title: Consumption
-- description: One row per usage-based entitlement and per login-based license of each org whose profile downloads
--   consumption. Used is what Salesforce had counted at that moment (counted at). The period is counted from the
--   start of the contract; what comes once has the whole contract as its period, and a login-based license the month.
--   Expected = allowed × the share of the period that had passed at that moment. Remaining = allowed − used.
--   Projected = used ÷ that share, from a tenth of the period on. Per month: allowed, and used so far, ÷ the months
--   they are for. A persistent resource is no credit that runs out: nothing of it is expected by a day. An amount
--   that the org does not show is empty, and so is an unlimited allowance.
-- parameters: org_ids
-- columns: entitlement_id, org, org_id, is_sandbox, kind, identifier, label, frequency, is_persistent, is_unlimited,
--   allowed, used, expected, remaining, projected, allowed_per_month, used_per_month, period_start, period_end,
--   contract_start, contract_end, is_ended, counted_at, overage_grace
SELECT
    entitlement_id, org, org_id, is_sandbox, kind, identifier, label, frequency, is_persistent, is_unlimited,
    allowed, used, round(allowed * elapsed_share, 2) AS expected, allowed - used AS remaining,
    CASE WHEN elapsed_share >= 0.1 THEN round(used / elapsed_share, 2) END AS projected,
    round(allowed / nullif(months_in_period, 0), 2) AS allowed_per_month,
    CASE WHEN elapsed_share >= 0.1 THEN round(used / nullif(months_in_period * elapsed_share, 0), 2)
    END AS used_per_month,
    starts_at::DATE AS period_start, (ends_at - INTERVAL 1 DAY)::DATE AS period_end,
    contract_start, contract_end, is_ended, counted_at, overage_grace
FROM consumption
WHERE (allowed > 0 OR used > 0 OR is_unlimited) AND is_chosen($org_ids, org_id)
ORDER BY is_ended, org, kind DESC, label, identifier, contract_start
