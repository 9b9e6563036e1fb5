-- title: Savings
-- description: One line per potential, freed or realized saving, each per year in its currency. The three kinds are
--   three views of the same money and are never added up. A returned seat is a freed line below zero. While departments
--   are chosen there are potential lines only: of what is gone no department is known.
-- parameters: org_ids, kinds, models, departments, stale_after_days, grace_days, include_sandboxes
-- columns: sort, saved_on, org, org_id, kind, identifier, model, reason, candidate_number, seats, amount, currency, proof
SELECT
    'potential' AS sort, NULL::DATE AS saved_on, org, org_id, kind, identifier, model,
    'not used, ' || price_source || ' price' AS reason, NULL AS candidate_number, reclaimable AS seats,
    (reclaimable * unit_cost)::DECIMAL(18, 2) AS amount, currency, NULL AS proof
FROM license_position($stale_after_days, $grace_days, $departments)
WHERE reclaimable > 0 AND is_counted AND price_source <> 'none' AND ($include_sandboxes OR NOT is_sandbox)
    AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
UNION ALL
SELECT 'freed', saved_on, org, org_id, kind, identifier, model, rule, candidate_number, seats, amount, currency, NULL
FROM freed_saving
WHERE $departments IS NULL AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
UNION ALL
SELECT
    'realized', s.saved_on, o.org, s.org_id, s.kind, s.identifier, coalesce(l.model, s.identifier), s.cause,
    s.candidate_number, s.seats, s.amount, s.currency, s.proof
FROM saving s
LEFT JOIN org o ON o.org_id = s.org_id
LEFT JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
WHERE s.cause <> 'seat_returned' AND $departments IS NULL AND is_chosen($org_ids, s.org_id) AND is_chosen($kinds, s.kind)
    AND is_chosen($models, coalesce(l.model, s.identifier))
ORDER BY sort, saved_on DESC, org, model
