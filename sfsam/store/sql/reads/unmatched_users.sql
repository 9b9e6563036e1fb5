-- title: Users whom nobody knows
-- description: Users with seats whom no rule finds in the directory and no person has named, machines aside.
--   other_orgs: in how many further orgs somebody has the same e-mail.
-- parameters: org_ids, search
-- columns: holder_id, org, org_id, user_id, name, user_principal_name, email, department, seats, last_activity_at,
--   other_orgs
SELECT
    h.holder_id, o.org, u.org_id, u.id AS user_id, u.name, u.username AS user_principal_name, u.email, u.department,
    h.seats, g.last_activity_at, g.orgs - 1 AS other_orgs
FROM holder_user h
JOIN holder g ON g.holder_id = h.holder_id
JOIN sf_user u ON u.org_id = h.org_id AND u.id = h.user_id
JOIN org o ON o.org_id = u.org_id
WHERE h.basis IN ('user', 'same_email') AND h.seats > 0 AND is_chosen($org_ids, u.org_id)
    AND ($search IS NULL OR contains(g.search_text, lower($search::VARCHAR)))
