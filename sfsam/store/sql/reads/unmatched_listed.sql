-- title: Users whom nobody knows, the first
-- description: Users with seats who are nobody of the directory, those with the most seats first.
-- parameters: search, limit
-- columns: org, org_id, user_id, name, user_principal_name, email, seats, last_activity_at
SELECT
    o.org, u.org_id, u.id AS user_id, u.name, u.username AS user_principal_name, u.email, s.seats,
    a.last_human_at AS last_activity_at
FROM holder_user h
JOIN holder g ON g.holder_id = h.holder_id
JOIN sf_user u ON u.org_id = h.org_id AND u.id = h.user_id
JOIN org o ON o.org_id = u.org_id
JOIN (SELECT org_id, user_id, count(*) AS seats FROM subscription GROUP BY org_id, user_id) s
    ON s.org_id = u.org_id AND s.user_id = u.id
LEFT JOIN user_activity a ON a.org_id = u.org_id AND a.user_id = u.id
WHERE h.basis IN ('user', 'same_email')
    AND ($search IS NULL OR contains(g.search_text, lower($search::VARCHAR)))
ORDER BY s.seats DESC, lower(u.name), u.org_id, u.id
LIMIT $limit
