-- title: Seats of one person
-- description: Every seat this user holds in this org, with its part and its cost per year.
-- parameters: org_id, user_id, stale_after_days, grace_days
-- columns: kind, model, identifier, part, annual_cost, currency, price_source, assigned_at
SELECT kind, model, identifier, part, annual_cost, currency, price_source, assigned_at
FROM listed_seats($stale_after_days, $grace_days)
WHERE org_id = $org_id AND user_id = $user_id
ORDER BY annual_cost DESC NULLS LAST, kind, model
