-- title: What has needed attention for too long
-- description: Candidates that have been in the state Attention Required since before this moment, by the audit trail.
-- parameters: before
-- columns: number, since
SELECT c.number, coalesce(max(a."at"), c.opened_at) AS since
FROM removal_candidate c
LEFT JOIN audit_entry a
    ON a.subject = c.number AND a.action = 'candidate.moved' AND a.detail ->> '$.to' = 'attention_required'
WHERE c.state = 'attention_required'
GROUP BY c.number, c.opened_at
HAVING coalesce(max(a."at"), c.opened_at) < $before
ORDER BY c.number
