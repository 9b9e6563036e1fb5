-- title: Renewals
-- description: What ends within so many days from today: entitlements by their last day, and licenses that the org
--   itself lets expire. seats needed = assigned − reclaimable − inactive holders who take no seat; seats to renew =
--   seats needed − what other contracts of the license give, at least 0. annual cost = quantity × unit cost; at stake =
--   (quantity − seats to renew) × unit cost, at least 0: what a renewal of as many seats pays for nothing. quantity is
--   what the ending contracts give, else what the org owns. is_renewed: a further entitlement begins no later than the
--   day after.
-- parameters: org_ids, kinds, models, stale_after_days, grace_days, include_sandboxes, today, within_days
-- columns: renewal_id, ends_on, days_left, source, org, org_id, kind, identifier, model, contract, cost_center,
--   contract_ends_on, expires_on, quantity, owned, assigned, active, stale, reclaimable, seats_needed, seats_to_renew,
--   unit_cost, currency, price_source, annual_cost, at_stake, is_renewed
WITH ending AS (
    SELECT
        org_id, kind, identifier, ends_on,
        CASE WHEN bool_and(quantity IS NOT NULL) THEN sum(quantity) END::BIGINT AS quantity,
        string_agg(DISTINCT nullif(contract, ''), ', ' ORDER BY nullif(contract, '')) AS contract,
        string_agg(DISTINCT nullif(cost_center, ''), ', ' ORDER BY nullif(cost_center, '')) AS cost_center
    FROM entitlement
    WHERE coalesce(starts_on <= $today::DATE, true)
        AND ends_on BETWEEN $today::DATE AND $today::DATE + $within_days::INTEGER
    GROUP BY org_id, kind, identifier, ends_on
),
position AS (
    SELECT
        *,
        greatest(assigned - reclaimable - CASE WHEN coalesce(inactive_costs_seat, false) THEN 0 ELSE inactive_holder END,
            0) AS seats_needed
    FROM license_position($stale_after_days, $grace_days, NULL)
    WHERE ($include_sandboxes OR NOT is_sandbox)
        AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
),
renewal AS (
    SELECT
        'contract' AS source, e.ends_on, e.contract, e.cost_center, coalesce(e.quantity, p.owned) AS quantity,
        greatest(coalesce(p.contract_quantity, 0) - coalesce(e.quantity, p.contract_quantity, 0), 0) AS given_by_others,
        p.* EXCLUDE (contract_ends_on), e.ends_on AS contract_ends_on
    FROM ending e
    JOIN position p ON p.org_id = e.org_id AND p.kind = e.kind AND p.identifier = e.identifier
    UNION ALL BY NAME
    SELECT
        'org' AS source, p.expires_on AS ends_on, NULL AS contract, NULL AS cost_center, p.owned AS quantity,
        0 AS given_by_others, p.*
    FROM position p
    ANTI JOIN ending e ON e.org_id = p.org_id AND e.kind = p.kind AND e.identifier = p.identifier
    WHERE p.expires_on BETWEEN $today::DATE AND $today::DATE + $within_days::INTEGER
),
weighed AS (
    SELECT *, greatest(seats_needed - given_by_others, 0)::BIGINT AS seats_to_renew FROM renewal
)
SELECT
    concat_ws(' ', r.org_id, r.kind, r.identifier, r.ends_on) AS renewal_id, r.ends_on,
    date_diff('day', $today::DATE, r.ends_on) AS days_left, r.source, r.org, r.org_id, r.kind, r.identifier, r.model,
    r.contract, r.cost_center, r.contract_ends_on, r.expires_on, r.quantity::BIGINT AS quantity, r.owned, r.assigned,
    r.active, r.stale, r.reclaimable, r.seats_needed::BIGINT AS seats_needed, r.seats_to_renew, r.unit_cost, r.currency,
    r.price_source,
    (r.quantity * r.unit_cost)::DECIMAL(18, 2) AS annual_cost,
    (greatest(r.quantity - r.seats_to_renew, 0) * r.unit_cost)::DECIMAL(18, 2) AS at_stake,
    EXISTS (
        SELECT 1 FROM entitlement n
        WHERE n.org_id = r.org_id AND n.kind = r.kind AND n.identifier = r.identifier
            AND n.starts_on <= r.ends_on + 1 AND coalesce(n.ends_on > r.ends_on, true) AND n.starts_on > $today::DATE
    ) AS is_renewed
FROM weighed r
ORDER BY r.ends_on, at_stake DESC NULLS LAST, r.model
