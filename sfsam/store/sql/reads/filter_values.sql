-- title: What can be chosen
-- description: The values of each filter with the number of seats behind them, the largest first.
-- parameters:
-- columns: facet, value, label, seats
WITH seat AS (
    SELECT l.org_id, l.org, l.kind, l.model, department_label(u.department) AS department
    FROM subscription s
    JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
    LEFT JOIN sf_user u ON u.org_id = s.org_id AND u.id = s.user_id
)
SELECT 'department' AS facet, department AS value, department AS label, count(*) AS seats FROM seat GROUP BY department
UNION ALL SELECT 'model', model, model, count(*) FROM seat GROUP BY model
UNION ALL SELECT 'kind', kind, replace(upper(kind[1]) || kind[2:], '_', ' '), count(*) FROM seat GROUP BY kind
UNION ALL SELECT 'org', org_id, org, count(*) FROM seat GROUP BY org_id, org
ORDER BY facet, seats DESC, label
