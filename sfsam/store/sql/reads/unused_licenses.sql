-- title: Unused licenses
-- description: Every seat that is stale or held by an inactive person. Wider than the removal candidates: protected,
--   excluded and kept ones are in it too, and the note says why they are not taken back.
-- parameters: org_ids, kinds, models, departments, parts, only_counted, search, stale_after_days, grace_days,
--   include_sandboxes
-- columns: subscription_id, org, org_id, kind, identifier, model, user_id, name, user_principal_name, department,
--   title, user_type, part, last_activity_at, inactive_days, deciding_signal, last_machine_at, assigned_at,
--   annual_cost, currency, price_source, is_frozen, is_administrator, is_machine, is_excluded, candidate_number,
--   candidate_state, is_counted, note
SELECT
    * EXCLUDE (is_connected_user, is_kept, search_text, is_sandbox),
    CASE WHEN is_connected_user THEN 'connected user' WHEN is_administrator THEN 'administrator'
        WHEN is_excluded THEN 'excluded' WHEN is_kept THEN 'kept' WHEN is_frozen THEN 'frozen' ELSE '' END AS note
FROM listed_seats($stale_after_days, $grace_days)
WHERE part IN ('stale', 'inactive_holder')
    AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
    AND is_chosen($departments, department_label(department))
    AND is_chosen($parts, part) AND (NOT coalesce($only_counted, false) OR is_counted AND ($include_sandboxes OR NOT is_sandbox))
    AND is_searched($search, search_text, model)
