-- title: Signals of one person
-- description: Each signal with the last moment it was seen; human ones first, the newest of them decides. Salesforce's
--   own last login date counts every kind of login, so it is a machine signal when a machine sign-in explains it.
-- parameters: org_id, user_id
-- columns: signal, last_seen_at, age_days, is_human, decides
WITH signal AS (
    SELECT org_id, user_id, signal, max(last_at) AS last_seen_at, NOT is_machine AS is_human
    FROM sign_in_day
    WHERE org_id = $org_id AND user_id = $user_id
    GROUP BY ALL
    UNION ALL
    SELECT org_id, user_id, 'Last login date', last_login_date, NOT last_login_is_machine
    FROM user_activity
    WHERE org_id = $org_id AND user_id = $user_id AND last_login_date IS NOT NULL
    UNION ALL
    SELECT org_id, user_id, 'Lightning app', max(last_modified_date), true
    FROM sf_user_app_info
    WHERE org_id = $org_id AND user_id = $user_id AND last_modified_date IS NOT NULL
    GROUP BY ALL
)
SELECT
    s.signal, s.last_seen_at, date_sub('day', s.last_seen_at, o.taken_at)::INTEGER AS age_days, s.is_human,
    s.is_human AND coalesce(s.signal = a.deciding_signal, false) AS decides
FROM signal s
JOIN org o ON o.org_id = s.org_id
LEFT JOIN user_activity a ON a.org_id = s.org_id AND a.user_id = s.user_id
ORDER BY s.is_human DESC, s.last_seen_at DESC, s.signal
