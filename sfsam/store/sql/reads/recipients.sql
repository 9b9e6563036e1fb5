-- title: Who gets a mail about these users
-- description: The users' own addresses, and those of their managers in Salesforce. An address that ends in .invalid is
--   none: Salesforce puts that behind the addresses of a sandbox, and an erased person has such a one.
-- parameters: org_ids, user_ids
-- columns: org_id, user_id, name, email, manager_id, manager_name, manager_email
SELECT
    u.org_id, u.id AS user_id, u.name,
    CASE WHEN u.is_active AND u.email NOT ILIKE '%.invalid' THEN nullif(trim(u.email), '') END AS email,
    m.id AS manager_id, m.name AS manager_name,
    CASE WHEN m.is_active AND m.email NOT ILIKE '%.invalid' THEN nullif(trim(m.email), '') END AS manager_email
FROM sf_user u
LEFT JOIN sf_user m ON m.org_id = u.org_id AND m.id = u.manager_id AND m.id <> u.id
WHERE is_chosen($org_ids, u.org_id) AND is_chosen($user_ids, u.id)
ORDER BY u.org_id, u.id
