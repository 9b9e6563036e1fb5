-- title: Removal candidates of one person
-- description: Every candidate of each user, the newest first.
-- parameters: holder_id
-- columns: number, state, org, model, rule, justification, message, opened_at, updated_at
SELECT
    c.number, c.state, coalesce(o.org, c.evidence ->> '$.deleted_profile') AS org, coalesce(l.model, c.identifier) AS model,
    c.rule, c.justification, c.message, c.opened_at, c.updated_at
FROM removal_candidate c
JOIN holder_user h ON h.org_id = c.org_id AND h.user_id = c.user_id
LEFT JOIN org o ON o.org_id = c.org_id
LEFT JOIN priced_license l ON l.org_id = c.org_id AND l.kind = c.kind AND l.identifier = c.identifier
WHERE h.holder_id = $holder_id
ORDER BY c.number DESC
