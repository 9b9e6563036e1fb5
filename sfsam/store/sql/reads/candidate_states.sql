-- title: Candidates by state
-- description: How many candidates stand in each state, and what they are worth per year. One row per state and
--   currency; a candidate without a price has no currency.
-- parameters: org_ids, kinds, models, departments, search
-- columns: state, candidates, potential_savings, currency
SELECT state, count(*) AS candidates, sum(potential_savings)::DECIMAL(18, 2) AS potential_savings, currency
FROM valued_candidates($departments IS NOT NULL OR $search IS NOT NULL)
WHERE is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
    AND is_chosen($departments, department_label(department))
    AND is_found($search, concat_ws(' ', number, name, user_principal_name, model))
GROUP BY state, currency
ORDER BY state, currency
