-- title: Reclamation rules
-- description: The rules of every profile that were not deleted, with the open candidates that each holds. scope and
--   included_in are JSON; an empty choice in scope means everywhere.
-- parameters: profile_id, org_ids
-- columns: rule_id, profile_id, profile, org_id, name, rule_type, scope, stale_after_days, grace_days, action,
--   target_profile_id, target_profile, included_in, is_on, notify_user, days_before_reclaim, approver, approver_email,
--   is_made_at_publish, open_candidates, changed_by, changed_at
SELECT
    r.rule_id, r.profile_id, p.name AS profile, c.org ->> '$.org_id' AS org_id, r.name, r.rule_type, r.scope,
    r.stale_after_days, r.grace_days, r.action, r.target_profile_id, t.name AS target_profile, r.included_in, r.is_on,
    r.notify_user, r.days_before_reclaim, r.approver, r.approver_email, r.is_made_at_publish,
    coalesce(o.candidates, 0) AS open_candidates, r.changed_by, r.changed_at
FROM reclamation_rule r
JOIN integration_profile p ON p.profile_id = r.profile_id
LEFT JOIN connection c ON c.profile_id = r.profile_id AND c.purpose = 'read'
LEFT JOIN sf_profile t ON t.org_id = c.org ->> '$.org_id' AND t.id = r.target_profile_id
LEFT JOIN (
    SELECT rule_id, count(*) AS candidates FROM removal_candidate WHERE state NOT LIKE 'closed%' GROUP BY rule_id
) o ON o.rule_id = r.rule_id
WHERE r.removed_at IS NULL AND ($profile_id::VARCHAR IS NULL OR r.profile_id = $profile_id)
    AND is_chosen($org_ids, c.org ->> '$.org_id')
ORDER BY lower(p.name), NOT r.is_on, r.rule_type, lower(r.name), r.rule_id
