-- A candidate is one seat. Deactivating frees every seat of the person, so it is worth all of them; taking back a single
-- license is worth that one. Amounts of several currencies are never added up: then the sum is not known.
CREATE OR REPLACE VIEW person_value AS
SELECT
    s.org_id, s.user_id, count(*) AS seats,
    CASE WHEN count(DISTINCT l.currency) = 1 THEN sum(l.unit_cost) END::DECIMAL(18, 2) AS potential_savings,
    CASE WHEN count(DISTINCT l.currency) = 1 THEN max(l.currency) END AS currency
FROM subscription s
JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
WHERE s.holder_is_active OR coalesce(l.inactive_costs_seat, false)
GROUP BY s.org_id, s.user_id;

CREATE OR REPLACE VIEW valued_candidate AS
SELECT
    c.*, u.name, u.department,
    coalesce(o.org, c.evidence ->> '$.deleted_profile') AS org, coalesce(o.is_sandbox, false) AS is_sandbox,
    coalesce(l.model, c.identifier) AS model,
    c.state NOT LIKE 'closed%' AS is_open,
    CASE
        WHEN c.state LIKE 'closed%' THEN try_cast(c.evidence ->> '$.seats' AS BIGINT)
        WHEN c.action = 'deactivate' THEN v.seats
        ELSE 1
    END AS seats,
    CASE
        WHEN c.state LIKE 'closed%' THEN try_cast(c.evidence ->> '$.potential_savings' AS DECIMAL(18, 2))
        WHEN c.action = 'deactivate' THEN v.potential_savings
        ELSE l.unit_cost
    END AS potential_savings,
    CASE
        WHEN c.state LIKE 'closed%' THEN c.evidence ->> '$.currency'
        WHEN c.action = 'deactivate' THEN v.currency
        ELSE l.currency
    END AS currency
FROM removal_candidate c
LEFT JOIN org o ON o.org_id = c.org_id
LEFT JOIN priced_license l ON l.org_id = c.org_id AND l.kind = c.kind AND l.identifier = c.identifier
LEFT JOIN sf_user u ON u.org_id = c.org_id AND u.id = c.user_id
LEFT JOIN (
    SELECT
        s.org_id, s.user_id, count(*) AS seats,
        CASE WHEN count(DISTINCT p.currency) = 1 THEN sum(p.unit_cost) END::DECIMAL(18, 2) AS potential_savings,
        CASE WHEN count(DISTINCT p.currency) = 1 THEN max(p.currency) END AS currency
    FROM subscription s
    JOIN priced_license p ON p.org_id = s.org_id AND p.kind = s.kind AND p.identifier = s.identifier
    WHERE (s.org_id, s.user_id) IN (
            SELECT (org_id, user_id) FROM removal_candidate WHERE state NOT LIKE 'closed%' AND action = 'deactivate')
        AND (s.holder_is_active OR coalesce(p.inactive_costs_seat, false))
    GROUP BY s.org_id, s.user_id
) v ON v.org_id = c.org_id AND v.user_id = c.user_id
WHERE o.org IS NOT NULL OR c.evidence ->> '$.deleted_profile' IS NOT NULL;
