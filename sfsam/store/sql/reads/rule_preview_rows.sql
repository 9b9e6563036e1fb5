-- title: Whom a rule finds
-- description: The first users whom the rule finds, those first whom nobody knows so far, with their person.
-- parameters: source_field, lookup_field, transform, new_domain
-- columns: org, user_name, user_principal_name, user_email, person_name, person_email, is_new
WITH shown AS (
    SELECT f.org_id, f.user_id, f.person_id, m.user_id IS NULL AS is_new
    FROM found_by_rule($source_field, $lookup_field, $transform, $new_domain) f
    LEFT JOIN user_person m ON m.org_id = f.org_id AND m.user_id = f.user_id
    WHERE f.people = 1
    ORDER BY is_new DESC, f.org_id, f.user_id
    LIMIT 10
)
SELECT
    o.org, u.name AS user_name, u.username AS user_principal_name, u.email AS user_email, p.name AS person_name,
    p.email AS person_email, s.is_new
FROM shown s
JOIN org o ON o.org_id = s.org_id
JOIN sf_user u ON u.org_id = s.org_id AND u.id = s.user_id
JOIN person p ON p.person_id = s.person_id
ORDER BY s.is_new DESC, s.org_id, s.user_id
