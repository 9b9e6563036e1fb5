-- title: Savings entered with their proof
-- description: Realized savings, as people entered them: a renewal with fewer seats, or a purchase that a freed seat
--   avoided; and seats given back, which take off what they had freed. amount is per year. An entry names no department,
--   so there are no rows while departments are chosen.
-- parameters: org_ids, kinds, models, departments
-- columns: saving_id, cause, saved_on, org, org_id, kind, identifier, model, candidate_number, seats, amount, currency,
--   proof, note, entered_by, entered_at
SELECT
    s.saving_id, s.cause, s.saved_on, o.org, s.org_id, s.kind, s.identifier, coalesce(l.model, s.identifier) AS model,
    s.candidate_number, s.seats, s.amount, s.currency, s.proof, s.note, s.entered_by, s.entered_at
FROM saving s
LEFT JOIN org o ON o.org_id = s.org_id
LEFT JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
WHERE $departments IS NULL AND is_chosen($org_ids, s.org_id) AND is_chosen($kinds, s.kind)
    AND is_chosen($models, coalesce(l.model, s.identifier))
ORDER BY s.saved_on DESC, s.saving_id
