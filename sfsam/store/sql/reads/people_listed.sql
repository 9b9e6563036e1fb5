-- title: People with seats
-- description: The first people with seats, by name.
-- parameters: search, limit
-- columns: holder_id, basis, person_id, name, email, department, cost_center, status, orgs, users, active_users, seats,
--   last_activity_at
SELECT
    holder_id, basis, person_id, name, email, department, cost_center, status, orgs, users, active_users, seats,
    last_activity_at
FROM holder
WHERE seats > 0 AND basis NOT IN ('machine', 'not_a_person')
    AND ($search IS NULL OR contains(search_text, lower($search::VARCHAR)))
ORDER BY lower(name) NULLS LAST, holder_id
LIMIT $limit
