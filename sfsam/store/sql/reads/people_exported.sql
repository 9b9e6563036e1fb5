-- title: People
-- description: Everybody with seats, over all orgs, with what the seats cost per year: one row per person and currency,
--   and one without a currency where no seat has a price.
-- parameters: org_ids, departments, search
-- columns: holder_id, basis, name, email, employee_number, department, cost_center, company, country, status, orgs, users,
--   active_users, seats, last_activity_at, currency, annual_cost
WITH cost AS (
    SELECT h.holder_id, l.currency, sum(l.unit_cost)::DECIMAL(18, 2) AS annual_cost
    FROM holder_user h
    JOIN subscription s ON s.org_id = h.org_id AND s.user_id = h.user_id
    JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
    WHERE l.unit_cost > 0 AND (s.holder_is_active OR coalesce(l.inactive_costs_seat, false))
    GROUP BY h.holder_id, l.currency
)
SELECT
    h.holder_id, h.basis, h.name, h.email, p.employee_number, h.department, h.cost_center, p.company, p.country, h.status,
    h.orgs, h.users, h.active_users, h.seats, h.last_activity_at, c.currency, c.annual_cost
FROM holder h
LEFT JOIN person p ON p.person_id = h.person_id
LEFT JOIN cost c ON c.holder_id = h.holder_id
WHERE h.seats > 0 AND h.basis NOT IN ('machine', 'not_a_person')
    AND ($org_ids IS NULL OR list_has_any(h.org_ids, $org_ids::VARCHAR[]))
    AND is_chosen($departments, department_label(h.department))
    AND ($search IS NULL OR contains(h.search_text, lower($search::VARCHAR)))
ORDER BY lower(h.name) NULLS LAST, h.holder_id, c.currency
