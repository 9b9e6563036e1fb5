-- title: Entitlements
-- description: What contracts give of each license. An entitlement is upcoming before its first day, ended after its
--   last, else active. annual cost = quantity (else the seats that the org owns) × unit price × 12 where the price is
--   per month; empty without a price. drift = contract quantity − seats the org says it owns, for active entitlements
--   of the license together; empty where either is not known. source is entered, or the import that brought it.
-- parameters: org_ids, kinds, models, search, today
-- columns: entitlement_id, number, org, org_id, kind, identifier, model, state, quantity, unit_price, price_period,
--   currency, starts_on, ends_on, cost_center, contract, note, source, annual_cost, drift, owned, entered_by,
--   updated_at
SELECT
    e.entitlement_id, e.number, o.org, e.org_id, e.kind, e.identifier, coalesce(l.model, e.identifier) AS model,
    CASE WHEN e.starts_on > $today::DATE THEN 'upcoming' WHEN e.ends_on < $today::DATE THEN 'ended' ELSE 'active' END
        AS state,
    e.quantity, e.unit_price, e.price_period, e.currency, e.starts_on, e.ends_on, e.cost_center, e.contract, e.note,
    e.source,
    (coalesce(e.quantity, l.owned) * e.unit_price * CASE e.price_period WHEN 'month' THEN 12 ELSE 1 END)
        ::DECIMAL(18, 2) AS annual_cost,
    CASE WHEN l.owned_source = 'org' AND coalesce(e.starts_on <= $today::DATE, true)
        AND coalesce(e.ends_on >= $today::DATE, true) THEN l.contract_quantity - l.owned END::BIGINT AS drift,
    l.owned, e.entered_by, e.updated_at
FROM entitlement e
LEFT JOIN org o ON o.org_id = e.org_id
LEFT JOIN priced_license l ON l.org_id = e.org_id AND l.kind = e.kind AND l.identifier = e.identifier
WHERE is_chosen($org_ids, e.org_id) AND is_chosen($kinds, e.kind) AND is_chosen($models, coalesce(l.model, e.identifier))
    AND is_found($search, concat_ws(' ', e.number, o.org, l.model, e.identifier, e.contract, e.cost_center, e.note))
ORDER BY e.ends_on NULLS LAST, e.number
