-- title: Exclusions
-- description: What was taken out of totals or of reclaim, for which orgs, why, by whom and until when (the last day on
--   which it acts). catches counts licenses or users today; a user whom several catch is counted with the one that
--   lasts longest. is_past marks those that expired or were removed; they act no more. org is empty for every org.
-- parameters: org_ids, include_past
-- columns: exclusion_id, subject, kind, value, model, org, org_id, reason, expires_on, created_by, created_at, catches,
--   is_past, ended_at, ended_by
WITH every AS (
    SELECT *, false AS is_past, NULL::TIMESTAMP AS ended_at, NULL::VARCHAR AS ended_by FROM exclusion
    UNION ALL BY NAME
    SELECT *, true AS is_past FROM past_exclusion WHERE coalesce($include_past, true)
),
caught AS (
    SELECT exclusion_id, count(*) AS users FROM user_exclusion GROUP BY exclusion_id
),
named AS (
    SELECT kind, identifier, min(model) AS model FROM priced_license GROUP BY kind, identifier
)
SELECT
    x.exclusion_id, x.subject, x.kind, x.value, n.model, o.org, x.org_id, x.reason, x.expires_on, x.created_by,
    x.created_at,
    CASE
        WHEN x.is_past THEN NULL
        WHEN x.subject = 'identifier' THEN (
            SELECT count(*) FROM license l
            WHERE l.kind = x.kind AND l.identifier = x.value AND x.org_id IN ('', l.org_id))
        ELSE coalesce(c.users, 0)
    END::BIGINT AS catches,
    x.is_past, x.ended_at, x.ended_by
FROM every x
LEFT JOIN caught c ON c.exclusion_id = x.exclusion_id
LEFT JOIN org o ON o.org_id = x.org_id
LEFT JOIN named n ON x.subject = 'identifier' AND n.kind = x.kind AND n.identifier = x.value
WHERE x.org_id = '' OR is_chosen($org_ids, x.org_id)
ORDER BY x.is_past, coalesce(x.ended_at, x.created_at) DESC, x.exclusion_id
