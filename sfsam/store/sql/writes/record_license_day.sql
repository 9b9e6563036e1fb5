-- The org's position as of this day, by these thresholds and the prices of now; a later one of the day replaces it.
INSERT INTO license_day BY NAME
SELECT
    p.org_id, p.kind, p.identifier, $day::DATE AS day, p.owned, p.assigned, p.active, p.stale, p.in_grace, p.machine,
    p.inactive_holder, p.unknown, p.model, p.is_counted, p.excluded, p.available, p.needed, p.unit_cost, p.currency,
    p.price_source,
    CASE WHEN p.is_paid THEN coalesce(p.contract_spend, coalesce(p.owned, p.assigned) * p.unit_cost)
        END::DECIMAL(18, 2) AS annual_spend,
    (greatest(p.available, 0) * p.unit_cost)::DECIMAL(18, 2) AS over_licensed,
    (p.needed * p.unit_cost)::DECIMAL(18, 2) AS true_up,
    (p.reclaimable * p.unit_cost)::DECIMAL(18, 2) AS potential_savings,
    s.taken_at, $reconciled_at::TIMESTAMP AS reconciled_at
FROM license_position($stale_after_days, $grace_days, NULL) p
JOIN current_snapshot s ON s.org_id = p.org_id
WHERE p.org_id = $org_id
