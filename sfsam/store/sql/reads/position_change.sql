-- title: What changed between two days
-- description: Every license whose position differs between the newest reconciliations up to the two days, with both
--   numbers: seats owned, assigned and stale, unit cost, and potential savings per year. A license that one of the
--   days does not have is 0 there.
-- parameters: from_day, to_day, org_ids
-- columns: org, org_id, kind, identifier, model, owned_before, owned_after, assigned_before, assigned_after,
--   stale_before, stale_after, unit_cost_before, unit_cost_after, savings_before, savings_after, currency
SELECT
    o.org, org_id, kind, identifier, coalesce(a.model, b.model, identifier) AS model,
    coalesce(b.owned, 0) AS owned_before, coalesce(a.owned, 0) AS owned_after,
    coalesce(b.assigned, 0) AS assigned_before, coalesce(a.assigned, 0) AS assigned_after,
    coalesce(b.stale, 0) AS stale_before, coalesce(a.stale, 0) AS stale_after,
    b.unit_cost AS unit_cost_before, a.unit_cost AS unit_cost_after,
    b.potential_savings AS savings_before, a.potential_savings AS savings_after,
    coalesce(a.currency, b.currency) AS currency
FROM license_day_as_of($from_day) b
FULL JOIN license_day_as_of($to_day) a USING (org_id, kind, identifier)
JOIN org o USING (org_id)
WHERE is_chosen($org_ids, org_id) AND (
    coalesce(b.owned, 0) <> coalesce(a.owned, 0) OR coalesce(b.assigned, 0) <> coalesce(a.assigned, 0)
    OR coalesce(b.stale, 0) <> coalesce(a.stale, 0) OR b.unit_cost IS DISTINCT FROM a.unit_cost
    OR b.potential_savings IS DISTINCT FROM a.potential_savings)
ORDER BY abs(coalesce(a.potential_savings, 0) - coalesce(b.potential_savings, 0)) DESC, o.org, kind, identifier
