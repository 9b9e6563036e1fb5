-- title: Search the directory
-- description: The first people of the directory whose name, e-mail or number holds the text.
-- parameters: search
-- columns: person_id, name, email, department, status
SELECT person_id, name, email, department, status
FROM person
WHERE is_found($search, concat_ws(' ', name, email, employee_number, federation_id))
ORDER BY lower(name), person_id
LIMIT 20
