-- Whom the exclusions of users catch on this day, each user once; the one that lasts longest gives the reason. A
-- pattern is the user name with * for anything and ? for one character.
INSERT INTO user_exclusion
SELECT u.org_id, u.id AS user_id, x.exclusion_id, x.reason, x.expires_on
FROM sf_user u
LEFT JOIN sf_profile p ON p.org_id = u.org_id AND p.id = u.profile_id
JOIN exclusion x
    ON x.org_id IN ('', u.org_id) AND coalesce(x.expires_on >= $today, true) AND CASE x.subject
        WHEN 'user' THEN lower(u.username) = lower(x.value)
        WHEN 'pattern' THEN lower(u.username) GLOB lower(x.value)
        WHEN 'profile' THEN p.name = x.value
        WHEN 'department' THEN department_label(u.department) = x.value
        ELSE false END
WHERE u.org_id = $org_id
QUALIFY row_number() OVER (
    PARTITION BY u.org_id, u.id ORDER BY x.expires_on DESC NULLS FIRST, x.created_at, x.exclusion_id
) = 1
