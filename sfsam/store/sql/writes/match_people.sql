-- Who each user is by the rules in force: the first one, in their order, that finds exactly one person of the
-- directory. A rule that finds several decides nothing; they are suggestions.
CREATE TEMP TABLE matched_user AS
WITH rule AS (
    SELECT * FROM resolution_rule WHERE is_active
),
looked_up AS (
    SELECT
        r.rule_id, directory_key(directory_field(r.lookup_field, p.email, p.federation_id, p.employee_number), r.transform)
            AS key,
        count(*) AS people, any_value(p.person_id) AS person_id
    FROM rule r CROSS JOIN person p
    GROUP BY r.rule_id, key
),
offered AS (
    SELECT
        r.rule_id, r.position, u.org_id, u.user_id,
        user_key(user_field(r.source_field, u.username, u.email, u.federation_id, u.employee_number), r.transform,
                 r.new_domain) AS key
    FROM rule r CROSS JOIN resolvable_user u
    WHERE $org_id::VARCHAR IS NULL OR u.org_id = $org_id
)
SELECT
    o.org_id, o.user_id, arg_min(l.person_id, o.position) AS person_id, arg_min(o.rule_id, o.position) AS rule_id
FROM offered o
JOIN looked_up l ON l.rule_id = o.rule_id AND l.key = o.key
WHERE l.people = 1
GROUP BY o.org_id, o.user_id
