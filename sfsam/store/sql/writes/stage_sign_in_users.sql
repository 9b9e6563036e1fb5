-- Users with other sign-ins in these pages than were kept as recent ones.
INSERT INTO staged_sign_in_user
WITH now_seen AS (
    SELECT user_id, CAST(left(login_time, 10) AS DATE) AS day, count(*)::HUGEINT AS sign_ins,
        max(CAST(left(login_time, 19) AS TIMESTAMP)) AS last_at
    FROM page
    WHERE status = 'Success' AND user_id IS NOT NULL
    GROUP BY ALL
),
seen_before AS (
    SELECT user_id, day, sum(sign_in_count) AS sign_ins, max(last_at) AS last_at
    FROM sign_in_day
    WHERE org_id = $org_id AND is_recent
    GROUP BY ALL
)
SELECT DISTINCT user_id
FROM ((FROM now_seen EXCEPT FROM seen_before) UNION ALL (FROM seen_before EXCEPT FROM now_seen))
