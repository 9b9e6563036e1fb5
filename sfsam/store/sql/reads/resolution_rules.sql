-- title: User resolution rules
-- description: The rules in the order in which they are tried; users: how many each of them decided about.
-- parameters:
-- columns: rule_id, position, name, source_field, lookup_field, transform, new_domain, is_active, users
SELECT
    r.rule_id, r.position, r.name, r.source_field, r.lookup_field, r.transform, r.new_domain, r.is_active,
    count(m.user_id) AS users
FROM resolution_rule r
LEFT JOIN user_person m ON m.rule_id = r.rule_id AND NOT m.is_confirmed
GROUP BY ALL
ORDER BY r.position, r.rule_id
