-- title: Candidates that are excluded
-- description: Every open candidate whose person or license is excluded now, with the reason. A person's own exclusion
--   gives the reason before the license's.
-- parameters: org_ids, numbers
-- columns: number, org_id, reason
SELECT c.number, c.org_id, coalesce(u.reason, x.reason) AS reason
FROM removal_candidate c
JOIN org o ON o.org_id = c.org_id
LEFT JOIN user_exclusion u ON u.org_id = c.org_id AND u.user_id = c.user_id
LEFT JOIN exclusion x
    ON x.subject = 'identifier' AND x.kind = c.kind AND x.value = c.identifier AND x.org_id IN ('', c.org_id)
    AND coalesce(x.expires_on >= o.taken_at::DATE, true)
WHERE c.state NOT LIKE 'closed%' AND is_chosen($org_ids, c.org_id) AND is_chosen($numbers, c.number)
    AND (u.user_id IS NOT NULL OR x.exclusion_id IS NOT NULL)
QUALIFY row_number() OVER (PARTITION BY c.number ORDER BY x.expires_on DESC NULLS FIRST, x.created_at) = 1
ORDER BY c.number
