-- title: What was done about one person
-- description: Entries of the audit trail about this person, its users, or a removal candidate of theirs. The trail knows
--   people by their ids only.
-- parameters: holder_id
-- columns: number, at, actor, action, subject, reason
SELECT a.number, a."at", a.actor, a.action, a.subject, a.reason
FROM audit_entry a
WHERE a.subject = $holder_id
    OR a.subject IN (SELECT user_id FROM holder_user WHERE holder_id = $holder_id)
    OR a.subject IN (
        SELECT c.number FROM removal_candidate c
        JOIN holder_user h ON h.org_id = c.org_id AND h.user_id = c.user_id
        WHERE h.holder_id = $holder_id)
ORDER BY a.number DESC
LIMIT 50
