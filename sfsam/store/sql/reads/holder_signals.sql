-- title: Signals of one person
-- description: Each signal of each user with the last moment it was seen; human ones first. In each org the newest human
--   one decides. Salesforce's own last login date counts every kind of login, so it is a machine signal when a machine
--   sign-in explains it.
-- parameters: holder_id
-- columns: org, org_id, user_id, signal, last_seen_at, age_days, is_human, decides
WITH chosen AS (
    SELECT org_id, user_id FROM holder_user WHERE holder_id = $holder_id
),
signal AS (
    SELECT org_id, user_id, signal, max(last_at) AS last_seen_at, NOT is_machine AS is_human
    FROM sign_in_day SEMI JOIN chosen USING (org_id, user_id)
    GROUP BY ALL
    UNION ALL
    SELECT org_id, user_id, 'Last login date', last_login_date, NOT last_login_is_machine
    FROM user_activity SEMI JOIN chosen USING (org_id, user_id)
    WHERE last_login_date IS NOT NULL
    UNION ALL
    SELECT i.org_id, i.user_id, 'Lightning app', max(i.last_modified_date), true
    FROM sf_user_app_info i SEMI JOIN chosen USING (org_id, user_id)
    WHERE i.last_modified_date IS NOT NULL
    GROUP BY ALL
)
SELECT
    o.org, s.org_id, s.user_id, s.signal, s.last_seen_at, date_sub('day', s.last_seen_at, o.taken_at)::INTEGER AS age_days,
    s.is_human, s.is_human AND coalesce(s.signal = a.deciding_signal, false) AS decides
FROM signal s
JOIN org o ON o.org_id = s.org_id
LEFT JOIN user_activity a ON a.org_id = s.org_id AND a.user_id = s.user_id
ORDER BY s.is_human DESC, s.last_seen_at DESC, o.org, s.signal
