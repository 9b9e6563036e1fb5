-- title: Exclusions of one person
-- description: The exclusion that keeps a user out of reclaim today, with its reason and its last day.
-- parameters: holder_id
-- columns: org, user_id, reason, expires_on
SELECT o.org, x.user_id, x.reason, x.expires_on
FROM user_exclusion x
JOIN holder_user h ON h.org_id = x.org_id AND h.user_id = x.user_id
JOIN org o ON o.org_id = x.org_id
WHERE h.holder_id = $holder_id
ORDER BY o.org, x.user_id
