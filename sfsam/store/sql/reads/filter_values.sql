-- title: What can be chosen
-- description: The values of each filter with the number of seats behind them, the largest first.
-- parameters:
-- columns: facet, value, label, seats
WITH seat AS (
    SELECT l.org_id, l.org, l.kind, l.model, c.seats
    FROM (SELECT org_id, kind, identifier, sum(seats) AS seats FROM license_seat_count GROUP BY ALL) c
    JOIN priced_license l ON l.org_id = c.org_id AND l.kind = c.kind AND l.identifier = c.identifier
),
facet AS (
    SELECT 'department' AS facet, department_label(department) AS value, value AS label, sum(seats) AS seats
    FROM seat_count
    SEMI JOIN priced_license USING (org_id, kind, identifier)
    GROUP BY department
    UNION ALL SELECT 'model', model, model, seats FROM seat
    UNION ALL SELECT 'kind', kind, replace(upper(kind[1]) || kind[2:], '_', ' '), seats FROM seat
    UNION ALL SELECT 'org', org_id, org, seats FROM seat
)
SELECT facet, value, label, sum(seats)::BIGINT AS seats
FROM facet
GROUP BY facet, value, label
ORDER BY facet, seats DESC, label
