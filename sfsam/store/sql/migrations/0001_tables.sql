-- The first schema. No PRIMARY KEY, UNIQUE or sequence: they make merges thirty times slower and the shared
-- store refuses them (ADR 0003). Moments are naive UTC. Names of Salesforce things are Salesforce's own.

-- ── Ours: a column per field of the record in sfsam/domain, by the same name ──────────────────
CREATE TABLE integration_profile (
    profile_id VARCHAR NOT NULL, name VARCHAR NOT NULL, status VARCHAR NOT NULL,
    reclaim_enabled BOOLEAN NOT NULL, is_practice BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL, published_at TIMESTAMP, checks JSON NOT NULL
);
CREATE TABLE connection (
    connection_id VARCHAR NOT NULL, profile_id VARCHAR NOT NULL, name VARCHAR NOT NULL, url VARCHAR NOT NULL,
    "grant" VARCHAR NOT NULL, client_id VARCHAR NOT NULL,
    client_secret VARCHAR NOT NULL, token VARCHAR NOT NULL,        -- both sealed
    org JSON, connected_at TIMESTAMP
);
CREATE TABLE authorization_request (
    state VARCHAR NOT NULL, profile_id VARCHAR NOT NULL, code_verifier VARCHAR NOT NULL,   -- sealed
    redirect_uri VARCHAR NOT NULL, created_at TIMESTAMP NOT NULL, expires_at TIMESTAMP NOT NULL
);
CREATE TABLE job (
    job_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, profile_id VARCHAR, key VARCHAR NOT NULL,
    arguments JSON NOT NULL, state VARCHAR NOT NULL, requested_by VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL, started_at TIMESTAMP, ended_at TIMESTAMP,
    progress JSON NOT NULL, result JSON, failure JSON
);
CREATE TABLE audit_entry (
    entry_id VARCHAR NOT NULL, number BIGINT NOT NULL, "at" TIMESTAMP NOT NULL, actor VARCHAR NOT NULL,
    action VARCHAR NOT NULL, subject VARCHAR NOT NULL, profile_id VARCHAR, reason VARCHAR NOT NULL,
    detail JSON NOT NULL, previous_hash VARCHAR NOT NULL, hash VARCHAR NOT NULL
);
CREATE TABLE removal_candidate (
    number VARCHAR NOT NULL, profile_id VARCHAR NOT NULL, org_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL,
    user_principal_name VARCHAR NOT NULL, kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL,
    rule VARCHAR NOT NULL, justification VARCHAR NOT NULL, action VARCHAR NOT NULL, state VARCHAR NOT NULL,
    last_activity_at TIMESTAMP, inactive_days INTEGER, evidence JSON NOT NULL, message VARCHAR NOT NULL,
    opened_at TIMESTAMP NOT NULL, updated_at TIMESTAMP NOT NULL, closed_at TIMESTAMP
);
CREATE TABLE reclaim_request (
    request_id VARCHAR NOT NULL, profile_id VARCHAR NOT NULL, job_id VARCHAR NOT NULL,
    requested_by VARCHAR NOT NULL, requested_at TIMESTAMP NOT NULL, holdings JSON NOT NULL
);
CREATE TABLE attempt (
    attempt_id VARCHAR NOT NULL, request_id VARCHAR NOT NULL, profile_id VARCHAR NOT NULL,
    number VARCHAR NOT NULL, user_id VARCHAR NOT NULL, step VARCHAR NOT NULL, record_id VARCHAR NOT NULL,
    fields JSON, outcome VARCHAR NOT NULL, code VARCHAR NOT NULL, said VARCHAR NOT NULL,
    intended_at TIMESTAMP NOT NULL, closed_at TIMESTAMP
);
CREATE TABLE snapshot (                                -- one row per completed download
    profile_id VARCHAR NOT NULL, org_id VARCHAR NOT NULL, job_id VARCHAR NOT NULL,
    taken_at TIMESTAMP NOT NULL,                       -- by the org's clock; staleness is judged by it
    completed_at TIMESTAMP NOT NULL,                   -- by ours
    object_rows JSON NOT NULL, incomplete JSON NOT NULL, warnings JSON NOT NULL
);

-- ── Salesforce's rows, as of each org's last completed download ───────────────────────────────
-- A column holds the Salesforce field of the same name, case and underscores aside (LastLoginDate is
-- last_login_date). To keep one more field: add the column here (in a new migration) and the field to the query.
CREATE TABLE sf_organization (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, name VARCHAR, organization_type VARCHAR, instance_name VARCHAR,
    is_sandbox BOOLEAN, trial_expiration_date TIMESTAMP, time_zone_sid_key VARCHAR
);
CREATE TABLE sf_user (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, username VARCHAR, name VARCHAR, email VARCHAR,
    is_active BOOLEAN, user_type VARCHAR, profile_id VARCHAR, user_role_id VARCHAR, manager_id VARCHAR,
    department VARCHAR, division VARCHAR, title VARCHAR, company_name VARCHAR, employee_number VARCHAR,
    federation_identifier VARCHAR, last_login_date TIMESTAMP, created_date TIMESTAMP,
    last_modified_date TIMESTAMP, system_modstamp TIMESTAMP
);
CREATE TABLE sf_user_feature (                         -- the UserPermissions… fields of User that are true
    org_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL, field VARCHAR NOT NULL
);
CREATE TABLE sf_user_license (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, license_definition_key VARCHAR, name VARCHAR,
    master_label VARCHAR, status VARCHAR, total_licenses BIGINT, used_licenses BIGINT,
    used_licenses_last_updated TIMESTAMP
);
CREATE TABLE sf_profile (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, name VARCHAR, user_license_id VARCHAR, user_type VARCHAR,
    permissions_api_user_only BOOLEAN
);
CREATE TABLE sf_permission_set_license (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, developer_name VARCHAR, permission_set_license_key VARCHAR,
    master_label VARCHAR, status VARCHAR, total_licenses BIGINT, used_licenses BIGINT, expiration_date DATE
);
CREATE TABLE sf_permission_set_license_assign (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, assignee_id VARCHAR, permission_set_license_id VARCHAR,
    created_date TIMESTAMP, system_modstamp TIMESTAMP
);
CREATE TABLE sf_package_license (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, namespace_prefix VARCHAR, status VARCHAR,
    allowed_licenses BIGINT, used_licenses BIGINT, expiration_date TIMESTAMP
);
CREATE TABLE sf_user_package_license (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, user_id VARCHAR, package_license_id VARCHAR,
    created_date TIMESTAMP, system_modstamp TIMESTAMP
);
CREATE TABLE sf_permission_set (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, name VARCHAR, label VARCHAR, license_id VARCHAR,
    is_owned_by_profile BOOLEAN, profile_id VARCHAR, type VARCHAR,
    permissions_manage_users BOOLEAN, permissions_modify_all_data BOOLEAN,
    permissions_customize_application BOOLEAN, permissions_api_user_only BOOLEAN
);
CREATE TABLE sf_permission_set_assignment (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, assignee_id VARCHAR, permission_set_id VARCHAR,
    permission_set_group_id VARCHAR, system_modstamp TIMESTAMP
);
CREATE TABLE sf_permission_set_group_component (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, permission_set_group_id VARCHAR, permission_set_id VARCHAR
);
CREATE TABLE sf_user_login (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, user_id VARCHAR, is_frozen BOOLEAN,
    is_password_locked BOOLEAN, last_modified_date TIMESTAMP
);
CREATE TABLE sf_active_feature_license_metric (
    org_id VARCHAR NOT NULL, id VARCHAR, feature_type VARCHAR, total_license_count BIGINT,
    assigned_user_count BIGINT, active_user_count BIGINT, metrics_date DATE
);

-- ── Derived by a download, in the same transaction ────────────────────────────────────────────
CREATE TABLE sign_in_day (                             -- our own history; no addresses, browsers, places. A day
    -- whose sign-ins came on several pages may have several rows for one signal: add their counts.
    org_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL, day DATE NOT NULL,
    signal VARCHAR NOT NULL,                           -- as people read it: "Interactive login", "Mobile app", …
    is_machine BOOLEAN NOT NULL, sign_in_count BIGINT NOT NULL, last_at TIMESTAMP NOT NULL
);
CREATE TABLE user_activity (                           -- one row per user of the org
    org_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL,
    last_human_at TIMESTAMP, deciding_signal VARCHAR,  -- which signal says so
    last_machine_at TIMESTAMP,
    last_login_date TIMESTAMP,                         -- User.LastLoginDate: Salesforce counts every kind of login
    last_login_is_machine BOOLEAN NOT NULL,            -- a machine sign-in explains it
    is_machine BOOLEAN NOT NULL, machine_reason VARCHAR,
    is_administrator BOOLEAN NOT NULL, is_frozen BOOLEAN NOT NULL,
    grace_since TIMESTAMP,                             -- created, or seen active again after having been inactive
    is_known BOOLEAN NOT NULL                          -- false: the org shows neither LastLoginDate nor logins
);
CREATE TABLE license (                                 -- one row per license of each kind in each org
    org_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL, label VARCHAR NOT NULL,
    owned BIGINT,                                      -- NULL: not known, or unlimited
    is_unlimited BOOLEAN NOT NULL, used_by_org BIGINT, status VARCHAR, expires_on DATE,
    inactive_costs_seat BOOLEAN                        -- NULL: cannot be told (fact sheet 5.4)
);
CREATE TABLE subscription (                            -- one user holding one license of one kind in one org
    org_id VARCHAR NOT NULL, subscription_id VARCHAR NOT NULL, kind VARCHAR NOT NULL,
    identifier VARCHAR NOT NULL, user_id VARCHAR NOT NULL, record_id VARCHAR, assigned_at TIMESTAMP,
    holder_is_active BOOLEAN NOT NULL
);
CREATE TABLE license_day (                             -- the position of each day that had a download
    org_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL, day DATE NOT NULL,
    owned BIGINT, assigned BIGINT NOT NULL, active BIGINT NOT NULL, stale BIGINT NOT NULL,
    in_grace BIGINT NOT NULL, machine BIGINT NOT NULL, inactive_holder BIGINT NOT NULL, unknown BIGINT NOT NULL
);

-- ── Shipped reference data, loaded from data/ at every start: a column per column of the CSV ──
CREATE TABLE license_catalog (
    kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL, publisher VARCHAR, product VARCHAR NOT NULL,
    edition VARCHAR, is_paid BOOLEAN,                  -- is_paid NULL: not known
    is_machine BOOLEAN NOT NULL,                       -- made for integrations, not for people
    source VARCHAR NOT NULL, as_of DATE NOT NULL
);
CREATE TABLE list_price (
    kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL,
    org_edition VARCHAR,                               -- Organization.OrganizationType; NULL: any
    price_per_month DECIMAL(18, 2) NOT NULL, currency VARCHAR NOT NULL,
    confidence VARCHAR NOT NULL, source VARCHAR NOT NULL, as_of DATE NOT NULL
);
CREATE TABLE machine_application (application VARCHAR NOT NULL, source VARCHAR NOT NULL, as_of DATE NOT NULL);
CREATE TABLE feature_license (                         -- Salesforce's fields, their labels, and their metric's name
    field VARCHAR NOT NULL, label VARCHAR NOT NULL, feature_type VARCHAR NOT NULL,
    source VARCHAR NOT NULL, as_of DATE NOT NULL
);
