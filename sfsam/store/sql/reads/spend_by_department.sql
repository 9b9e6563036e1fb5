-- title: Spend by department
-- description: What the seats of each department's people cost per year, and the part of it that is stale. Only seats
--   with a price are counted; a department is the person's Department in Salesforce.
-- parameters: org_ids, kinds, models, departments, stale_after_days, grace_days, include_sandboxes
-- columns: department, assigned, stale, annual_cost, stale_cost, currency
SELECT
    department_label(department) AS department, sum(seats)::BIGINT AS assigned,
    coalesce(sum(seats) FILTER (part = 'stale'), 0)::BIGINT AS stale,
    sum(seats * unit_cost)::DECIMAL(18, 2) AS annual_cost,
    coalesce(sum(seats * unit_cost) FILTER (part = 'stale'), 0)::DECIMAL(18, 2) AS stale_cost, currency
FROM counted_seats($stale_after_days, $grace_days)
WHERE price_source <> 'none' AND is_counted AND costs_seat AND ($include_sandboxes OR NOT is_sandbox)
    AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
    AND is_chosen($departments, department_label(department))
GROUP BY department_label(department), currency
ORDER BY annual_cost DESC, 1
