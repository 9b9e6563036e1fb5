-- title: What people cost
-- description: The price of all seats that each of these people holds, per year, by the price of each license; one row
--   per currency. A seat without a price, or that costs nothing, adds nothing.
-- parameters: holder_ids
-- columns: holder_id, currency, annual_cost
SELECT h.holder_id, l.currency, sum(l.unit_cost)::DECIMAL(18, 2) AS annual_cost
FROM holder_user h
JOIN subscription s ON s.org_id = h.org_id AND s.user_id = h.user_id
JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
WHERE is_chosen($holder_ids, h.holder_id) AND l.unit_cost > 0
    AND (s.holder_is_active OR coalesce(l.inactive_costs_seat, false))
GROUP BY h.holder_id, l.currency
ORDER BY h.holder_id, l.currency
