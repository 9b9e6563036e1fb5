-- title: Audit trail
-- description: Who did what, when and why, the newest first. Entries are chained by a keyed hash; detail is JSON and
--   holds ids only.
-- parameters: search
-- columns: number, at, actor, action, subject, reason, detail, hash, profile, profile_id
SELECT
    a.number, a."at", a.actor, a.action, a.subject, a.reason, a.detail, a.hash, p.name AS profile, a.profile_id
FROM audit_entry a
LEFT JOIN integration_profile p ON p.profile_id = a.profile_id
WHERE is_found($search, concat_ws(' ', a.actor, a.action, a.subject, a.reason, p.name))
ORDER BY a.number DESC
