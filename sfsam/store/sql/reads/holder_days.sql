-- title: Sign-ins of one person
-- description: Sign-ins per day, people's and machines' apart, from sfsam's own history.
-- parameters: holder_id
-- columns: day, human, machine
SELECT
    s.day, coalesce(sum(s.sign_in_count) FILTER (NOT s.is_machine), 0)::BIGINT AS human,
    coalesce(sum(s.sign_in_count) FILTER (s.is_machine), 0)::BIGINT AS machine
FROM sign_in_day s
JOIN holder_user h ON h.org_id = s.org_id AND h.user_id = s.user_id
WHERE h.holder_id = $holder_id
GROUP BY s.day
ORDER BY s.day
