-- Of all candidates a third of what a question takes is finding their people. What neither shows nor chooses by names or
-- departments asks for candidates without them: name and department are then empty, and all else is as before.
CREATE MACRO valued_candidates(with_people) AS TABLE
SELECT
    c.* EXCLUDE (org, is_sandbox, told_seats, told_savings, told_currency), u.name, u.department,
    c.org, c.is_sandbox,
    coalesce(l.model, c.identifier) AS model,
    c.state NOT LIKE 'closed%' AS is_open,
    CASE
        WHEN c.state LIKE 'closed%' THEN c.told_seats
        WHEN c.action = 'deactivate' THEN v.seats
        WHEN c.action = 'freeze' THEN 0
        ELSE 1
    END AS seats,
    CASE
        WHEN c.state LIKE 'closed%' OR c.action = 'change_license' THEN c.told_savings
        WHEN c.action = 'deactivate' THEN v.potential_savings
        WHEN c.action <> 'freeze' THEN l.unit_cost
    END AS potential_savings,
    CASE
        WHEN c.state LIKE 'closed%' OR c.action = 'change_license' THEN c.told_currency
        WHEN c.action = 'deactivate' THEN v.currency
        WHEN c.action <> 'freeze' THEN l.currency
    END AS currency
FROM (   -- what the evidence tells is read before the joins, so that no join carries the evidence of all candidates
    SELECT
        r.*, coalesce(o.org, r.evidence ->> '$.deleted_profile') AS org, coalesce(o.is_sandbox, false) AS is_sandbox,
        CASE WHEN r.state LIKE 'closed%' THEN try_cast(r.evidence ->> '$.seats' AS BIGINT) END AS told_seats,
        CASE WHEN r.state LIKE 'closed%' OR r.action = 'change_license'
            THEN try_cast(r.evidence ->> '$.potential_savings' AS DECIMAL(18, 2)) END AS told_savings,
        CASE WHEN r.state LIKE 'closed%' OR r.action = 'change_license' THEN r.evidence ->> '$.currency' END
            AS told_currency
    FROM removal_candidate r
    LEFT JOIN org o ON o.org_id = r.org_id
) c
LEFT JOIN priced_license l ON l.org_id = c.org_id AND l.kind = c.kind AND l.identifier = c.identifier
LEFT JOIN (SELECT org_id, id, name, department FROM sf_user WHERE with_people) u
    ON u.org_id = c.org_id AND u.id = c.user_id
LEFT JOIN person_value v ON v.org_id = c.org_id AND v.user_id = c.user_id
WHERE c.org IS NOT NULL;

CREATE OR REPLACE VIEW valued_candidate AS FROM valued_candidates(true);
