-- The set-up playbook: what was entered and ticked, a second connection for acting, and keys of their own.
ALTER TABLE integration_profile ADD COLUMN consumption_enabled BOOLEAN DEFAULT true;
ALTER TABLE integration_profile ADD COLUMN is_paused BOOLEAN DEFAULT false;

ALTER TABLE connection ADD COLUMN purpose VARCHAR DEFAULT 'read';
ALTER TABLE connection ADD COLUMN alias VARCHAR DEFAULT '';
ALTER TABLE connection ADD COLUMN username VARCHAR DEFAULT '';
ALTER TABLE connection ADD COLUMN certificate VARCHAR DEFAULT '';
ALTER TABLE connection ADD COLUMN private_key VARCHAR DEFAULT '';   -- sealed
ALTER TABLE connection ADD COLUMN trouble JSON;

ALTER TABLE authorization_request ADD COLUMN purpose VARCHAR DEFAULT 'read';
ALTER TABLE authorization_request ADD COLUMN accept_other_org BOOLEAN DEFAULT false;
ALTER TABLE authorization_request ADD COLUMN used_at TIMESTAMP;

CREATE TABLE playbook (
    profile_id VARCHAR NOT NULL, path VARCHAR NOT NULL, "grant" VARCHAR NOT NULL, app_name VARCHAR NOT NULL,
    contact_email VARCHAR NOT NULL, url VARCHAR NOT NULL, done JSON NOT NULL, saved JSON NOT NULL,
    complete JSON NOT NULL, validation JSON, updated_at TIMESTAMP NOT NULL
);
CREATE TABLE audit_key (                               -- the key of the chain from this entry on
    from_number BIGINT NOT NULL, sealed VARCHAR NOT NULL
);

-- The profiles of before: the oldest has the parent alias, each other one a child alias of its own name.
UPDATE connection SET alias = p.name FROM integration_profile p WHERE p.profile_id = connection.profile_id;
UPDATE connection SET alias = 'Salesforce' WHERE profile_id = (
    SELECT profile_id FROM integration_profile ORDER BY created_at, profile_id LIMIT 1
);

-- One row per connected org: the connection for acting is in the same org and adds none.
CREATE OR REPLACE VIEW org AS
SELECT
    p.profile_id, p.name AS org, c.org ->> '$.org_id' AS org_id,
    coalesce(o.name, c.org ->> '$.name') AS org_name,
    coalesce(o.organization_type, c.org ->> '$.edition') AS edition,
    coalesce(o.is_sandbox, (c.org ->> '$.is_sandbox')::BOOLEAN) AS is_sandbox,
    c.org ->> '$.user_id' AS connected_user_id,
    s.taken_at, s.completed_at
FROM integration_profile p
JOIN connection c ON c.profile_id = p.profile_id
LEFT JOIN sf_organization o ON o.org_id = c.org ->> '$.org_id'
LEFT JOIN current_snapshot s ON s.org_id = c.org ->> '$.org_id'
WHERE c.org IS NOT NULL AND c.purpose = 'read';

-- A candidate outlives its profile: what was decided and what was taken back stays to be read.
CREATE OR REPLACE VIEW valued_candidate AS
SELECT
    c.*, u.name, u.department,
    coalesce(o.org, c.evidence ->> '$.deleted_profile') AS org, coalesce(o.is_sandbox, false) AS is_sandbox,
    coalesce(l.model, c.identifier) AS model,
    c.state NOT LIKE 'closed%' AS is_open,
    CASE WHEN c.state NOT LIKE 'closed%' THEN v.seats
        ELSE try_cast(c.evidence ->> '$.seats' AS BIGINT) END AS seats,
    CASE WHEN c.state NOT LIKE 'closed%' THEN v.potential_savings
        ELSE try_cast(c.evidence ->> '$.potential_savings' AS DECIMAL(18, 2)) END AS potential_savings,
    CASE WHEN c.state NOT LIKE 'closed%' THEN v.currency ELSE c.evidence ->> '$.currency' END AS currency
FROM removal_candidate c
LEFT JOIN org o ON o.org_id = c.org_id
LEFT JOIN priced_license l ON l.org_id = c.org_id AND l.kind = c.kind AND l.identifier = c.identifier
LEFT JOIN sf_user u ON u.org_id = c.org_id AND u.id = c.user_id
LEFT JOIN person_value v ON v.org_id = c.org_id AND v.user_id = c.user_id
WHERE o.org IS NOT NULL OR c.evidence ->> '$.deleted_profile' IS NOT NULL;
