-- title: Spend by department
-- description: What the seats of each department's people cost per year, and the part of it that is stale. Only seats
--   with a price are counted; a department is the person's Department in Salesforce.
-- parameters: org_ids, kinds, models, departments, stale_after_days, grace_days, include_sandboxes
-- columns: department, assigned, stale, annual_cost, stale_cost, currency
WITH held AS (
    SELECT
        org_id, kind, identifier, department, holder_is_active, sum(seats) AS seats,
        sum(seats) FILTER (
            part_of(holder_is_active, is_machine, is_known, idle_days, grace_age_days, $stale_after_days, $grace_days)
                = 'stale') AS stale
    FROM seat_count
    WHERE is_chosen($org_ids, org_id) AND is_chosen($kinds, kind)
        AND is_chosen($departments, department_label(department))
    GROUP BY ALL
)
SELECT
    department_label(h.department) AS department, sum(h.seats)::BIGINT AS assigned,
    coalesce(sum(h.stale), 0)::BIGINT AS stale,
    sum(h.seats * l.unit_cost)::DECIMAL(18, 2) AS annual_cost,
    coalesce(sum(h.stale * l.unit_cost), 0)::DECIMAL(18, 2) AS stale_cost, l.currency
FROM held h
JOIN priced_license l ON l.org_id = h.org_id AND l.kind = h.kind AND l.identifier = h.identifier
WHERE l.price_source <> 'none' AND l.is_counted AND ($include_sandboxes OR NOT l.is_sandbox)
    AND is_chosen($models, l.model)
    -- An inactive person's seat costs money only where Salesforce still counts it (fact sheet 5.4).
    AND (h.holder_is_active OR coalesce(l.inactive_costs_seat, false))
GROUP BY department_label(h.department), l.currency
ORDER BY annual_cost DESC, 1
