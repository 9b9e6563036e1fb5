-- title: Whom a rule finds
-- description: The first users whom the rule finds, those first whom nobody knows so far, with their person.
-- parameters: source_field, lookup_field, transform, new_domain
-- columns: org, user_name, user_principal_name, user_email, person_name, person_email, is_new
SELECT
    o.org, f.name AS user_name, f.username AS user_principal_name, f.email AS user_email, p.name AS person_name,
    p.email AS person_email, m.user_id IS NULL AS is_new
FROM found_by_rule($source_field, $lookup_field, $transform, $new_domain) f
JOIN org o ON o.org_id = f.org_id
JOIN person p ON p.person_id = f.person_id
LEFT JOIN user_person m ON m.org_id = f.org_id AND m.user_id = f.user_id
ORDER BY is_new DESC, lower(f.name), f.org_id, f.user_id
LIMIT 10
