-- title: Open candidates that an exclusion would close
-- description: Every open removal candidate whose seat or person the exclusion means.
-- parameters: subject, kind, value, org_ids
-- columns: number
SELECT c.number
FROM removal_candidate c
LEFT JOIN excludable_user u ON u.org_id = c.org_id AND u.user_id = c.user_id
WHERE c.state NOT LIKE 'closed%' AND is_chosen($org_ids, c.org_id) AND CASE $subject
        WHEN 'identifier' THEN c.kind = $kind AND c.identifier = $value
        ELSE is_caught($subject, $value, u.username, u.profile, u.department) END
ORDER BY c.number
