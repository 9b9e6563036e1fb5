-- Sign-ins per user, day and signal, from some pages of LoginHistory (`page`). Only successful ones count. Machine on
-- positive evidence only: client credentials, a JWT, a user that is no person, or an application listed in
-- data/machine_applications.csv; everything else, and the unknown, counts as human. Salesforce moves LastLoginDate at
-- most once in 60 seconds, so a machine sign-in within 60 seconds of it explains it (fact sheet 4.1). What a sign-in is
-- called when its user is a person is kept beside the verdict, and what is recent apart: the next download replaces it.
INSERT INTO staged_sign_in_day BY NAME
WITH success AS (
    SELECT user_id, CAST(left(login_time, 19) AS TIMESTAMP) AS signed_in_at, login_type, login_sub_type, application
    FROM page
    WHERE status = 'Success' AND user_id IS NOT NULL
),
judged AS (
    SELECT
        s.*,
        coalesce(s.login_sub_type = 'OauthClientCredentials' OR s.login_sub_type ILIKE '%jwt%', false)
            OR a.application IS NOT NULL AS is_machine_itself,
        m.user_id IS NOT NULL AS is_of_machine, u.last_login_date
    FROM success s
    LEFT JOIN staged_machine_user m ON m.user_id = s.user_id
    LEFT JOIN (SELECT DISTINCT lower(application) AS application FROM machine_application) a
        ON a.application = lower(s.application)
    LEFT JOIN staged_sf_user u ON u.id = s.user_id
),
named AS (
    SELECT
        *, is_machine_itself OR is_of_machine AS is_machine,
        CASE
            WHEN is_machine_itself THEN NULL
            WHEN regexp_matches(application, '^Salesforce for (iOS|Android)|mobile', 'i') THEN 'Mobile app'
            WHEN regexp_matches(login_type, 'saml|sso|single sign', 'i') THEN 'Single sign-on login'
            WHEN login_type LIKE 'Remote Access%' THEN 'Connected app'
            WHEN login_type IN ('OtherApi', 'Other Apex API', 'Partner', 'Partner Product') THEN 'API login'
            ELSE 'Interactive login'
        END AS person_signal
    FROM judged
)
SELECT
    user_id, CAST(signed_in_at AS DATE) AS day,
    CASE WHEN is_machine THEN 'API login (machine)' ELSE person_signal END AS signal, is_machine, person_signal,
    signed_in_at >= $recent_from::TIMESTAMP AS is_recent,
    count(*) AS sign_in_count, max(signed_in_at) AS last_at,
    bool_or(is_machine AND abs(epoch(signed_in_at) - epoch(last_login_date)) <= 60) AS explains_last_login
FROM named
GROUP BY ALL
