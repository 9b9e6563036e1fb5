-- title: Removal candidates
-- description: Seats that a rule found. potential savings counts every seat that deactivating the person frees, each
--   once, per year; for a closed candidate it is what its evidence said. evidence is JSON.
-- parameters: org_ids, kinds, models, departments, search, states, numbers, profile_id
-- columns: number, state, user_principal_name, user_id, name, department, org, org_id, profile_id, kind, identifier,
--   model, rule, justification, last_activity_at, inactive_days, action, potential_savings, seats, currency, message,
--   evidence, opened_at, updated_at
SELECT
    number, state, user_principal_name, user_id, name, department, org, org_id, profile_id, kind, identifier, model,
    rule, justification, last_activity_at, inactive_days, action, potential_savings, seats, currency, message,
    evidence, opened_at, updated_at
FROM valued_candidate
WHERE is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
    AND is_chosen($departments, department_label(department)) AND is_chosen($states, state)
    AND is_chosen($numbers, number) AND ($profile_id::VARCHAR IS NULL OR profile_id = $profile_id)
    AND is_found($search, concat_ws(' ', number, name, user_principal_name, model))
ORDER BY number
