-- Reclamation rules of people, in place of three fixed ones; and what a candidate of each action is worth.
CREATE TABLE reclamation_rule (
    rule_id VARCHAR NOT NULL, profile_id VARCHAR NOT NULL, name VARCHAR NOT NULL, rule_type VARCHAR NOT NULL,
    scope JSON NOT NULL,                               -- kinds, identifiers, models, profiles, departments; [] : any
    stale_after_days INTEGER NOT NULL, grace_days INTEGER NOT NULL,
    action VARCHAR,                                    -- NULL: what fits the kind of each seat
    target_profile_id VARCHAR NOT NULL, included_in JSON NOT NULL, is_on BOOLEAN NOT NULL,
    notify_user BOOLEAN NOT NULL, days_before_reclaim INTEGER NOT NULL, approver VARCHAR NOT NULL,
    approver_email VARCHAR NOT NULL, is_made_at_publish BOOLEAN NOT NULL,
    changed_by VARCHAR NOT NULL, changed_at TIMESTAMP NOT NULL,
    removed_at TIMESTAMP                               -- deleted by a person: acts no more, and is not made again
);

-- Whether a rule looks at this seat. Each choice is a list, or NULL for everywhere.
CREATE MACRO in_scope(
    kinds, identifiers, models, profiles, departments, kind, identifier, model, profile, department
) AS (
    is_chosen(kinds, kind) AND is_chosen(identifiers, identifier) AND is_chosen(models, model)
    AND is_chosen(profiles, profile) AND is_chosen(departments, department_label(department))
);

-- As before; and changing a license is worth the difference that its rule saw, freezing is worth nothing.
CREATE OR REPLACE VIEW valued_candidate AS
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
LEFT JOIN sf_user u ON u.org_id = c.org_id AND u.id = c.user_id
LEFT JOIN person_value v ON v.org_id = c.org_id AND v.user_id = c.user_id
WHERE c.org IS NOT NULL;

-- Whether somebody decided that the seat stays, and the day to ask again has not come (Candidate.is_kept_on).
CREATE MACRO is_kept_on(evidence, day) AS (
    coalesce((evidence ->> '$.kept') = 'true', false)
    AND coalesce(day < try_cast(evidence ->> '$.kept_until' AS DATE), true)
);
