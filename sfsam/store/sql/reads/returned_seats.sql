-- title: Seats that came back
-- description: Candidates whose seats were freed, and that the newest download, taken after they were closed, shows
--   again; less what was taken off for them already. Of somebody who was deactivated every seat held again counts, up to
--   what was freed; of a single license that license. seats and amount (per year) are what is still to be taken off.
-- parameters: org_ids
-- columns: candidate_number, org_id, kind, identifier, seats, amount, currency, taken_at
WITH freed AS (
    SELECT
        f.candidate_number, f.org_id, f.kind, f.identifier, coalesce(f.seats, 1) AS seats,
        coalesce(f.amount, 0) AS amount, coalesce(f.currency, '') AS currency, c.user_id, c.action, c.closed_at,
        coalesce(b.seats, 0) AS seats_booked, coalesce(b.amount, 0) AS amount_booked
    FROM freed_saving f
    JOIN removal_candidate c ON c.number = f.candidate_number
    LEFT JOIN (
        SELECT candidate_number, sum(seats) AS seats, sum(amount) AS amount
        FROM saving WHERE cause = 'seat_returned' GROUP BY candidate_number
    ) b ON b.candidate_number = f.candidate_number
    WHERE coalesce(f.seats, 1) > 0 AND is_chosen($org_ids, f.org_id)
),
held AS (
    SELECT
        f.candidate_number, o.taken_at, count(*) AS seats,
        CASE WHEN count(DISTINCT l.currency) = 1 THEN sum(l.unit_cost) END AS amount,
        CASE WHEN count(DISTINCT l.currency) = 1 THEN max(l.currency) END AS currency
    FROM freed f
    JOIN org o ON o.org_id = f.org_id AND o.taken_at > f.closed_at
    JOIN subscription s ON s.org_id = f.org_id AND s.user_id = f.user_id
        AND (f.action = 'deactivate' OR (s.kind = f.kind AND s.identifier = f.identifier))
    JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
    WHERE s.holder_is_active OR coalesce(l.inactive_costs_seat, false)
    GROUP BY f.candidate_number, o.taken_at
)
SELECT
    f.candidate_number, f.org_id, f.kind, f.identifier, (least(h.seats, f.seats) - f.seats_booked)::BIGINT AS seats,
    greatest(
        CASE WHEN h.seats < f.seats AND h.currency = f.currency THEN least(h.amount, f.amount) ELSE f.amount END
        - f.amount_booked, 0
    )::DECIMAL(18, 2) AS amount,
    f.currency, h.taken_at
FROM freed f
JOIN held h ON h.candidate_number = f.candidate_number
WHERE least(h.seats, f.seats) > f.seats_booked
ORDER BY f.candidate_number
