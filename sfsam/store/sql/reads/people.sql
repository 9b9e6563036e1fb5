-- title: People
-- description: One row per person with seats, over all orgs. Basis: a person of the directory; users of several orgs
--   with the same e-mail, who are shown together and are not said to be one person; a user alone. Machines, and users
--   of whom somebody said that they are no person, stand apart.
-- parameters: org_ids, departments, bases, statuses, least_orgs, search
-- columns: holder_id, basis, person_id, name, email, department, cost_center, status, orgs, users, active_users, seats,
--   last_activity_at
SELECT
    holder_id, basis, person_id, name, email, department, cost_center, status, orgs, users, active_users, seats,
    last_activity_at
FROM holder
WHERE seats > 0 AND ($org_ids IS NULL OR list_has_any(org_ids, $org_ids::VARCHAR[]))
    AND is_chosen($departments, department_label(department))
    AND CASE WHEN $bases IS NULL THEN basis NOT IN ('machine', 'not_a_person') ELSE is_chosen($bases, basis) END
    AND is_chosen($statuses, status) AND orgs >= coalesce($least_orgs::BIGINT, 1)
    AND ($search IS NULL OR contains(search_text, lower($search::VARCHAR)))
