-- title: Consumption
-- description: One row per usage-based entitlement and per login-based license of each org whose profile downloads
--   consumption. Used is what Salesforce had counted at that moment (counted at). The period is counted from the
--   start of the contract; what comes once has the whole contract as its period, and a login-based license the month.
--   Expected = allowed × the share of the period that had passed at that moment. Remaining = allowed − used.
--   Projected = used ÷ that share, from a tenth of the period on; used up on is the day on which it reaches what is
--   allowed. Per month: allowed, and used so far, ÷ the months they are for. A persistent resource is no credit that
--   runs out: nothing of it is expected by a day. Pace: over = used more than allowed; ahead = more than a tenth
--   above expected; behind = less than half of expected; even = in between. An amount that the org does not show is
--   empty, and so is an unlimited allowance.
-- parameters: org_ids
-- columns: entitlement_id, org, org_id, is_sandbox, kind, identifier, label, frequency, is_persistent, is_unlimited,
--   allowed, used, expected, remaining, pace, projected, used_up_on, allowed_per_month, used_per_month, period_start,
--   period_end, contract_start, contract_end, is_ended, counted_at, overage_grace
WITH judged AS (
    SELECT
        *, allowed * elapsed_share AS expected,
        CASE WHEN elapsed_share >= 0.1 THEN used / elapsed_share END AS projected
    FROM consumption
    WHERE (allowed > 0 OR used > 0 OR is_unlimited) AND is_chosen($org_ids, org_id)
)
SELECT
    entitlement_id, org, org_id, is_sandbox, kind, identifier, label, frequency, is_persistent, is_unlimited,
    allowed, used, round(expected, 2) AS expected, allowed - used AS remaining,
    CASE
        WHEN is_ended THEN 'ended'
        WHEN is_unlimited THEN 'unlimited'
        WHEN used IS NULL THEN 'unknown'
        WHEN used > allowed THEN 'over'
        WHEN projected IS NULL THEN 'even'
        WHEN used > expected * 1.1 THEN 'ahead'
        WHEN used < expected * 0.5 THEN 'behind'
        ELSE 'even'
    END AS pace,
    round(projected, 2) AS projected,
    CASE WHEN projected > allowed AND used <= allowed THEN
        starts_at + to_seconds((allowed / projected) * (epoch(ends_at) - epoch(starts_at)))
    END::DATE AS used_up_on,
    round(allowed / nullif(months_in_period, 0), 2) AS allowed_per_month,
    round(projected / nullif(months_in_period, 0), 2) AS used_per_month,
    starts_at::DATE AS period_start, (ends_at - INTERVAL 1 DAY)::DATE AS period_end,
    contract_start, contract_end, is_ended, counted_at, overage_grace
FROM judged
ORDER BY is_ended, org, kind DESC, label, identifier, contract_start, entitlement_id
