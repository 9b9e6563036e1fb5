-- Whom a change concerns that is no row of their own: their feature licenses, their profile, their sign-ins, and what
-- our own reclaims did to them: that left their rows at once, and follows in everything else now.
SELECT user_id FROM gone_sf_user_feature
UNION ALL
SELECT u.id
FROM sf_user u
WHERE u.org_id = $org_id AND u.profile_id IN (
    SELECT id FROM (
        (FROM staged_sf_profile EXCEPT SELECT * FROM sf_profile WHERE org_id = $org_id)
        UNION ALL
        (SELECT * FROM sf_profile WHERE org_id = $org_id EXCEPT FROM staged_sf_profile)
    )
)
UNION ALL
SELECT user_id FROM staged_sign_in_user
UNION ALL
SELECT a.user_id
FROM attempt a
WHERE a.profile_id IN (SELECT profile_id FROM snapshot WHERE org_id = $org_id)
    AND a.intended_at >= (SELECT max(taken_at) FROM snapshot WHERE org_id = $org_id) - INTERVAL 1 DAY
