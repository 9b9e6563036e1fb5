-- title: Users whom nobody knows, the first
-- description: Users with seats who are nobody of the directory, those with the most seats first.
-- parameters: search, limit
-- columns: org, org_id, user_id, name, user_principal_name, email, seats, last_activity_at
SELECT
    o.org, u.org_id, u.id AS user_id, u.name, u.username AS user_principal_name, u.email, h.seats,
    g.last_activity_at
FROM holder_user h
JOIN holder g ON g.holder_id = h.holder_id
JOIN sf_user u ON u.org_id = h.org_id AND u.id = h.user_id
JOIN org o ON o.org_id = u.org_id
WHERE h.basis IN ('user', 'same_email') AND h.seats > 0
    AND ($search IS NULL OR contains(g.search_text, lower($search::VARCHAR)))
ORDER BY h.seats DESC, lower(u.name), u.org_id, u.id
LIMIT $limit
