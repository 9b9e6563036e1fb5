-- title: What a candidate freed
-- description: Seats and value per year that one closed candidate freed, before anything was given back.
-- parameters: number
-- columns: candidate_number, org_id, kind, identifier, saved_on, seats, amount, currency
SELECT candidate_number, org_id, kind, identifier, saved_on, seats, amount, currency
FROM freed_saving
WHERE candidate_number = $number AND seats > 0
