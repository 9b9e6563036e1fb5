-- Whom the exclusions of users catch on this day, each user once; the one that lasts longest gives the reason. Exact
-- names are many and are found by their hash; the others are few.
INSERT INTO user_exclusion
WITH acting AS (
    SELECT * FROM exclusion WHERE org_id IN ('', $org_id) AND coalesce(expires_on >= $today, true)
),
caught AS (
    SELECT u.org_id, u.user_id, x.exclusion_id, x.reason, x.expires_on, x.created_at
    FROM excludable_user u
    JOIN acting x ON x.subject = 'user' AND lower(u.username) = lower(x.value)
    WHERE u.org_id = $org_id
    UNION ALL
    SELECT u.org_id, u.user_id, x.exclusion_id, x.reason, x.expires_on, x.created_at
    FROM excludable_user u
    JOIN acting x ON x.subject <> 'user' AND is_caught(x.subject, x.value, u.username, u.profile, u.department)
    WHERE u.org_id = $org_id
)
SELECT org_id, user_id, exclusion_id, reason, expires_on
FROM caught
QUALIFY row_number() OVER (
    PARTITION BY org_id, user_id ORDER BY expires_on DESC NULLS FIRST, created_at, exclusion_id
) = 1
