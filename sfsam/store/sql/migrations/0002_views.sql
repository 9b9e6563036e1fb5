-- What several reads share: said once, here. A read adds its filters and its columns.

-- ── Small words ───────────────────────────────────────────────────────────────────────────────
-- A filter that was not given (NULL) chooses everything.
CREATE MACRO is_chosen(choice, value) AS (choice IS NULL OR list_contains(choice::VARCHAR[], value));
CREATE MACRO is_found(search, text) AS (search IS NULL OR contains(lower(text), lower(search::VARCHAR)));
CREATE MACRO department_label(department) AS coalesce(department, 'No department');
-- Text that a spreadsheet would run as a formula is made harmless by an apostrophe.
CREATE MACRO harmless(text) AS
    CASE WHEN regexp_matches(text, '^[=+\-@\t\r]') THEN '''' || text ELSE text END;

-- The exclusive part of a seat, in the order in which they are decided (domain/subscriptions.py Part).
-- "Stale after 60 days" means: more than 60 times 24 hours lie between the last human sign-in and the snapshot.
CREATE MACRO part_of(
    holder_is_active, is_machine, is_known, last_human_at, grace_since, taken_at, stale_after_days, grace_days
) AS CASE
    WHEN NOT holder_is_active THEN 'inactive_holder'
    WHEN is_machine THEN 'machine'
    WHEN last_human_at >= taken_at - to_days(stale_after_days::INTEGER) THEN 'active'
    WHEN grace_since > taken_at - to_days(grace_days::INTEGER) THEN 'in_grace'
    WHEN is_known THEN 'stale'
    ELSE 'unknown'
END;

-- ── Orgs and licenses ─────────────────────────────────────────────────────────────────────────
CREATE VIEW current_snapshot AS
SELECT org_id, max(taken_at) AS taken_at, max(completed_at) AS completed_at FROM snapshot GROUP BY org_id;

CREATE VIEW org AS                                     -- one row per connected org, under its profile's name
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
WHERE c.org IS NOT NULL;

-- A license with its software model and price per seat and year. A sandbox has no price (product.md L4); a list
-- price for the org's edition goes before one for any edition.
CREATE VIEW priced_license AS
SELECT
    o.profile_id, o.org, l.org_id, o.is_sandbox, l.kind, l.identifier,
    CASE WHEN c.product IS NULL THEN l.label ELSE concat_ws(' ', c.product, c.edition) END AS model,
    l.owned, l.is_unlimited, l.used_by_org, l.status, l.expires_on, l.inactive_costs_seat,
    coalesce(c.is_paid, coalesce(own.price_per_month, everywhere.price_per_month) > 0, false) AS is_paid,
    CASE WHEN NOT o.is_sandbox THEN
        (12 * coalesce(own.price_per_month, everywhere.price_per_month))::DECIMAL(18, 2) END AS unit_cost,
    CASE WHEN NOT o.is_sandbox THEN coalesce(own.currency, everywhere.currency) END AS currency,
    CASE WHEN NOT o.is_sandbox AND coalesce(own.currency, everywhere.currency) IS NOT NULL
        THEN 'list' ELSE 'none' END AS price_source
FROM license l
JOIN org o ON o.org_id = l.org_id
LEFT JOIN license_catalog c ON c.kind = l.kind AND c.identifier = l.identifier
LEFT JOIN list_price own
    ON own.kind = l.kind AND own.identifier = l.identifier AND own.org_edition = o.edition
LEFT JOIN list_price everywhere
    ON everywhere.kind = l.kind AND everywhere.identifier = l.identifier AND everywhere.org_edition IS NULL;

-- ── Seats ─────────────────────────────────────────────────────────────────────────────────────
-- One row per subscription with its person, its license and its part by these thresholds.
CREATE MACRO seats(stale_after_days, grace_days) AS TABLE
SELECT
    s.subscription_id, l.org, s.org_id, l.profile_id, l.is_sandbox, s.kind, s.identifier, l.model, s.user_id,
    u.name, u.username AS user_principal_name, u.email, u.department, u.title, u.user_type,
    part_of(s.holder_is_active, a.is_machine, a.is_known, a.last_human_at, a.grace_since, o.taken_at,
            stale_after_days, grace_days) AS part,
    a.last_human_at AS last_activity_at,
    date_sub('day', a.last_human_at, o.taken_at)::INTEGER AS inactive_days,
    a.deciding_signal, a.last_machine_at, s.assigned_at, s.holder_is_active,
    -- An inactive person's seat costs money only where Salesforce still counts it (fact sheet 5.4).
    s.holder_is_active IS NOT false OR coalesce(l.inactive_costs_seat, false) AS costs_seat,
    l.unit_cost, l.currency, l.price_source, l.is_paid,
    coalesce(a.is_frozen, false) AS is_frozen, coalesce(a.is_administrator, false) AS is_administrator,
    coalesce(a.is_machine, false) AS is_machine,
    s.user_id IS NOT DISTINCT FROM o.connected_user_id AS is_connected_user,
    a.last_login_date, u.created_date, a.grace_since, o.taken_at
FROM subscription s
JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
JOIN org o ON o.org_id = s.org_id
LEFT JOIN sf_user u ON u.org_id = s.org_id AND u.id = s.user_id
LEFT JOIN user_activity a ON a.org_id = s.org_id AND a.user_id = s.user_id;

-- One row per license with its seats counted by part; with departments chosen only the seats of their people.
CREATE MACRO license_position(stale_after_days, grace_days, departments) AS TABLE
WITH counted AS (
    SELECT
        org_id, kind, identifier,
        count(*) AS assigned,
        count(*) FILTER (part = 'active') AS active,
        count(*) FILTER (part = 'stale') AS stale,
        count(*) FILTER (part = 'in_grace') AS in_grace,
        count(*) FILTER (part = 'machine') AS machine,
        count(*) FILTER (part = 'inactive_holder') AS inactive_holder,
        count(*) FILTER (part = 'unknown') AS unknown,
        count(*) FILTER (part IN ('stale', 'inactive_holder') AND costs_seat) AS reclaimable
    FROM seats(stale_after_days, grace_days)
    WHERE is_chosen(departments, department_label(department))
    GROUP BY org_id, kind, identifier
)
SELECT
    l.*,
    coalesce(c.assigned, 0) AS assigned, coalesce(c.active, 0) AS active, coalesce(c.stale, 0) AS stale,
    coalesce(c.in_grace, 0) AS in_grace, coalesce(c.machine, 0) AS machine,
    coalesce(c.inactive_holder, 0) AS inactive_holder, coalesce(c.unknown, 0) AS unknown,
    l.owned - coalesce(c.assigned, 0) AS available,
    coalesce(greatest(coalesce(c.assigned, 0) - l.owned, 0), 0) AS needed,
    coalesce(c.reclaimable, 0) AS reclaimable
FROM priced_license l
LEFT JOIN counted c ON c.org_id = l.org_id AND c.kind = l.kind AND c.identifier = l.identifier;

-- What deactivating a person frees: every seat that costs one, each once.
CREATE VIEW person_value AS
SELECT
    s.org_id, s.user_id, count(*) AS seats, sum(l.unit_cost)::DECIMAL(18, 2) AS potential_savings,
    max(l.currency) AS currency
FROM subscription s
JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
WHERE s.holder_is_active IS NOT false OR coalesce(l.inactive_costs_seat, false)
GROUP BY s.org_id, s.user_id;

-- ── Removal candidates ────────────────────────────────────────────────────────────────────────
-- An open candidate is worth what the person holds now; a closed one what its evidence said when it was open.
CREATE VIEW valued_candidate AS
SELECT
    c.*, u.name, u.department, o.org, o.is_sandbox,
    coalesce(l.model, c.identifier) AS model,
    c.state NOT LIKE 'closed%' AS is_open,
    CASE WHEN c.state NOT LIKE 'closed%' THEN v.seats
        ELSE try_cast(c.evidence ->> '$.seats' AS BIGINT) END AS seats,
    CASE WHEN c.state NOT LIKE 'closed%' THEN v.potential_savings
        ELSE try_cast(c.evidence ->> '$.potential_savings' AS DECIMAL(18, 2)) END AS potential_savings,
    CASE WHEN c.state NOT LIKE 'closed%' THEN v.currency ELSE c.evidence ->> '$.currency' END AS currency
FROM removal_candidate c
JOIN org o ON o.org_id = c.org_id
LEFT JOIN priced_license l ON l.org_id = c.org_id AND l.kind = c.kind AND l.identifier = c.identifier
LEFT JOIN sf_user u ON u.org_id = c.org_id AND u.id = c.user_id
LEFT JOIN person_value v ON v.org_id = c.org_id AND v.user_id = c.user_id;

CREATE VIEW seat_candidate AS                          -- the newest candidate of each seat
SELECT
    org_id, user_id, kind, identifier, number AS candidate_number, state AS candidate_state,
    coalesce(evidence ->> '$.kept' = 'true', false) AS is_kept
FROM removal_candidate
QUALIFY row_number() OVER (PARTITION BY org_id, user_id, kind, identifier ORDER BY number DESC) = 1;

-- A seat as the lists show it, with the candidate it may have.
CREATE MACRO listed_seats(stale_after_days, grace_days) AS TABLE
SELECT
    s.subscription_id, s.org, s.org_id, s.kind, s.identifier, s.model, s.user_id, s.name, s.user_principal_name,
    s.department, s.title, s.user_type, s.part, s.last_activity_at, s.inactive_days, s.deciding_signal,
    s.last_machine_at, s.assigned_at,
    CASE WHEN s.costs_seat THEN s.unit_cost ELSE s.unit_cost * 0 END::DECIMAL(18, 2) AS annual_cost,
    s.currency, s.price_source, s.is_frozen, s.is_administrator, s.is_machine,
    c.candidate_number, c.candidate_state, s.is_connected_user, coalesce(c.is_kept, false) AS is_kept
FROM seats(stale_after_days, grace_days) s
LEFT JOIN seat_candidate c
    ON c.org_id = s.org_id AND c.user_id = s.user_id AND c.kind = s.kind AND c.identifier = s.identifier;

-- ── For people who open the file; these two names and their columns stay ──────────────────────
CREATE VIEW subscriptions AS
SELECT * EXCLUDE (is_connected_user, is_kept) FROM listed_seats(60, 30);

CREATE VIEW removal_candidates AS
SELECT
    number, state, user_principal_name, user_id, name, department, org, org_id, kind, identifier, model, rule,
    justification, last_activity_at, inactive_days, action, potential_savings, currency, message, opened_at,
    updated_at, closed_at
FROM valued_candidate;
