-- title: License position of a past day
-- description: The position as the newest reconciliation up to the day says it, by the thresholds and prices of then.
--   known_on is the day it is of. Days from before amounts were written down have seats only.
-- parameters: day, org_ids, kinds, models
-- columns: org, org_id, is_sandbox, kind, identifier, model, owned, assigned, active, stale, in_grace, machine,
--   inactive_holder, unknown, excluded, available, needed, unit_cost, price_source, currency, over_licensed, true_up,
--   potential_savings, annual_spend, known_on
SELECT
    o.org, d.org_id, coalesce(o.is_sandbox, false) AS is_sandbox, d.kind, d.identifier,
    coalesce(d.model, l.model, d.identifier) AS model, d.owned, d.assigned, d.active, d.stale, d.in_grace, d.machine,
    d.inactive_holder, d.unknown, coalesce(d.excluded, 0) AS excluded,
    coalesce(d.available, d.owned - d.assigned) AS available,
    coalesce(d.needed, greatest(d.assigned - d.owned, 0), 0) AS needed, d.unit_cost,
    coalesce(d.price_source, 'none') AS price_source, d.currency, d.over_licensed, d.true_up, d.potential_savings,
    d.annual_spend, d.day AS known_on
FROM license_day_as_of($day) d
JOIN org o ON o.org_id = d.org_id
LEFT JOIN priced_license l ON l.org_id = d.org_id AND l.kind = d.kind AND l.identifier = d.identifier
WHERE (d.owned > 0 OR d.assigned > 0)
    AND is_chosen($org_ids, d.org_id) AND is_chosen($kinds, d.kind)
    AND is_chosen($models, coalesce(d.model, l.model, d.identifier))
ORDER BY o.org, d.kind, model, d.identifier
