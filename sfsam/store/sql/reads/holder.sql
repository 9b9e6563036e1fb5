-- title: One person
-- description: A person, or users that stand together, by their id or by one of their users.
-- parameters: holder_id, org_id, user_id
-- columns: holder_id, basis, person_id, name, email, employee_number, department, cost_center, company, country,
--   manager_email, status, orgs, users, active_users, seats, last_activity_at
SELECT
    h.holder_id, h.basis, h.person_id, h.name, h.email, p.employee_number, h.department, h.cost_center, p.company, p.country,
    p.manager_email, h.status, h.orgs, h.users, h.active_users, h.seats, h.last_activity_at
FROM holder h
LEFT JOIN person p ON p.person_id = h.person_id
WHERE h.holder_id = coalesce(
    (SELECT holder_id FROM holder_user WHERE org_id = $org_id AND user_id = $user_id), $holder_id)
