-- title: Seats by what totals count
-- description: The seats of the chosen orgs, kinds, licenses and departments. counted are those that the totals of the
--   overview and of utilization add up: paid licenses, not excluded, outside sandboxes unless these are switched on.
--   The others are free, excluded from totals, or in a sandbox: assigned = counted + free + excluded + in sandboxes.
-- parameters: org_ids, kinds, models, departments, parts, stale_after_days, grace_days, include_sandboxes
-- columns: assigned, unused, counted, counted_unused, free, excluded, in_sandboxes
SELECT
    coalesce(sum(seats), 0)::BIGINT AS assigned,
    coalesce(sum(seats) FILTER (part IN ('stale', 'inactive_holder')), 0)::BIGINT AS unused,
    coalesce(sum(seats) FILTER (is_counted AND ($include_sandboxes OR NOT is_sandbox)), 0)::BIGINT AS counted,
    coalesce(sum(seats) FILTER (
        is_counted AND ($include_sandboxes OR NOT is_sandbox) AND part IN ('stale', 'inactive_holder')
    ), 0)::BIGINT AS counted_unused,
    coalesce(sum(seats) FILTER (NOT is_paid AND ($include_sandboxes OR NOT is_sandbox)), 0)::BIGINT AS free,
    coalesce(sum(seats) FILTER (
        is_paid AND NOT is_counted AND ($include_sandboxes OR NOT is_sandbox)
    ), 0)::BIGINT AS excluded,
    coalesce(sum(seats) FILTER (is_sandbox AND NOT $include_sandboxes), 0)::BIGINT AS in_sandboxes
FROM counted_seats($stale_after_days, $grace_days, $departments)
WHERE is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
    AND is_chosen($parts, part)
