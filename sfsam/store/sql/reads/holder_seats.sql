-- title: Seats of one person
-- description: Every seat in every org, with its part, its cost per year and where the price comes from. An inactive
--   person's seat costs nothing where Salesforce does not count it.
-- parameters: holder_id, stale_after_days, grace_days
-- columns: org, org_id, user_id, kind, model, identifier, part, annual_cost, currency, price_source, assigned_at,
--   candidate_number, candidate_state, is_excluded
SELECT
    s.org, s.org_id, s.user_id, s.kind, s.model, s.identifier, s.part, s.annual_cost, s.currency, s.price_source,
    s.assigned_at, s.candidate_number, s.candidate_state, s.is_excluded
FROM listed_seats($stale_after_days, $grace_days) s
JOIN holder_user h ON h.org_id = s.org_id AND h.user_id = s.user_id
WHERE h.holder_id = $holder_id
ORDER BY s.org, s.annual_cost DESC NULLS LAST, s.kind, s.model
