-- The license position: what people enter (mappings, prices, entitlements, exclusions), seats that carry what lists
-- show of their person, and seats counted ahead of time, so that a page over a million of them answers at once.

-- ── What people enter. No import of reference data and no download ever writes here ───────────
CREATE TABLE identifier_mapping (                      -- what a person said an identifier is: for every org, every seat
    mapping_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL, product VARCHAR NOT NULL, edition VARCHAR NOT NULL, is_paid BOOLEAN,
    note VARCHAR NOT NULL, mapped_by VARCHAR NOT NULL, mapped_at TIMESTAMP NOT NULL
);
CREATE TABLE entered_price (                           -- goes before the list price that sfsam ships
    price_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL,
    org_edition VARCHAR NOT NULL,                      -- '' : any edition
    price_per_month DECIMAL(18, 2) NOT NULL, currency VARCHAR NOT NULL,
    note VARCHAR NOT NULL, source VARCHAR NOT NULL,    -- source: entered, or the import that brought it
    entered_by VARCHAR NOT NULL, entered_at TIMESTAMP NOT NULL
);
CREATE TABLE entitlement (                             -- what a contract gives of one license in one org
    entitlement_id VARCHAR NOT NULL, number VARCHAR NOT NULL,
    org_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL,
    quantity BIGINT,                                   -- NULL: as many as the org says it owns
    unit_price DECIMAL(18, 2), price_period VARCHAR NOT NULL,   -- per seat and month, or per seat and year
    currency VARCHAR NOT NULL, starts_on DATE, ends_on DATE,    -- both days included; NULL: open
    cost_center VARCHAR NOT NULL, contract VARCHAR NOT NULL, note VARCHAR NOT NULL, source VARCHAR NOT NULL,
    entered_by VARCHAR NOT NULL, entered_at TIMESTAMP NOT NULL, updated_at TIMESTAMP NOT NULL
);
CREATE TABLE exclusion (                               -- out of totals (an identifier), or out of reclaim (users)
    exclusion_id VARCHAR NOT NULL, subject VARCHAR NOT NULL,    -- identifier, user, pattern, profile, department
    kind VARCHAR NOT NULL, value VARCHAR NOT NULL,              -- kind: of the identifier, else ''
    org_id VARCHAR NOT NULL,                                    -- '' : every org
    reason VARCHAR NOT NULL, expires_on DATE, created_by VARCHAR NOT NULL, created_at TIMESTAMP NOT NULL
);

-- ── Derived, in the same transaction as what it follows from ──────────────────────────────────
CREATE TABLE user_exclusion (                          -- whom the exclusions of users catch today, each user once
    org_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL, exclusion_id VARCHAR NOT NULL, reason VARCHAR NOT NULL,
    expires_on DATE
);
CREATE TABLE seat_count (                              -- seats alike in everything that a page may ask for
    org_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL, department VARCHAR,
    holder_is_active BOOLEAN NOT NULL, is_machine BOOLEAN NOT NULL, is_known BOOLEAN NOT NULL,
    idle_days INTEGER, grace_age_days INTEGER,         -- both no longer told apart beyond a year
    is_excluded BOOLEAN NOT NULL,                      -- by an exclusion of users
    is_first BOOLEAN NOT NULL,                         -- one seat of each user is: counting these counts people
    seats BIGINT NOT NULL
);

-- ── Small words ───────────────────────────────────────────────────────────────────────────────
-- Days since the last human activity, a day begun counting whole: 60 days and a minute are 61, and so more than 60.
CREATE MACRO days_idle(last_human_at, taken_at) AS ceil(epoch(taken_at - last_human_at) / 86400)::INTEGER;
-- Whole days since grace began: 29 days and 23 hours are 29, and so less than 30.
CREATE MACRO days_in_grace(grace_since, taken_at) AS floor(epoch(taken_at - grace_since) / 86400)::INTEGER;

-- The exclusive part of a seat, in the order in which they are decided (domain/subscriptions.py Part).
-- "Stale after 60 days" means: more than 60 times 24 hours lie between the last human activity and the snapshot.
CREATE OR REPLACE MACRO part_of(
    holder_is_active, is_machine, is_known, idle_days, grace_age_days, stale_after_days, grace_days
) AS CASE
    WHEN NOT holder_is_active THEN 'inactive_holder'
    WHEN is_machine THEN 'machine'
    WHEN idle_days <= stale_after_days THEN 'active'
    WHEN grace_age_days < grace_days THEN 'in_grace'
    WHEN is_known THEN 'stale'
    ELSE 'unknown'
END;

-- Whether a list's row is searched for: what is looked for stands in its search text, or in the model's name.
CREATE MACRO is_searched(search, search_text, model) AS (
    search IS NULL OR contains(search_text, lower(search::VARCHAR)) OR contains(lower(model), lower(search::VARCHAR))
);

-- ── A seat carries its person ─────────────────────────────────────────────────────────────────
CREATE TABLE wide_subscription AS
SELECT
    s.org_id, s.subscription_id, s.kind, s.identifier, s.user_id, s.record_id, s.assigned_at,
    coalesce(s.holder_is_active, true) AS holder_is_active,
    u.name, u.username AS user_principal_name, u.email, u.department, u.title, u.user_type, p.name AS profile,
    a.last_human_at AS last_activity_at, a.deciding_signal, a.last_machine_at, a.last_login_date, u.created_date,
    a.grace_since, coalesce(a.is_machine, false) AS is_machine, coalesce(a.is_known, false) AS is_known,
    coalesce(a.is_administrator, false) AS is_administrator, coalesce(a.is_frozen, false) AS is_frozen,
    days_idle(a.last_human_at, o.taken_at) AS idle_days, days_in_grace(a.grace_since, o.taken_at) AS grace_age_days,
    row_number() OVER (PARTITION BY s.org_id, s.user_id ORDER BY s.kind <> 'user', s.subscription_id) = 1 AS is_first,
    lower(concat_ws(' ', u.name, u.username, u.title)) AS search_text   -- what lists are searched by, once for all
FROM subscription s
LEFT JOIN current_snapshot o ON o.org_id = s.org_id
LEFT JOIN sf_user u ON u.org_id = s.org_id AND u.id = s.user_id
LEFT JOIN sf_profile p ON p.org_id = s.org_id AND p.id = u.profile_id
LEFT JOIN user_activity a ON a.org_id = s.org_id AND a.user_id = s.user_id;
DROP TABLE subscription;
ALTER TABLE wide_subscription RENAME TO subscription;

INSERT INTO seat_count
SELECT
    org_id, kind, identifier, department, holder_is_active, is_machine, is_known,
    CASE WHEN idle_days > 366 THEN 367 ELSE idle_days END AS idle_days,
    CASE WHEN grace_age_days <= 366 THEN grace_age_days END AS grace_age_days,
    false AS is_excluded, is_first, count(*) AS seats
FROM subscription
GROUP BY ALL;

-- ── Money ─────────────────────────────────────────────────────────────────────────────────────
-- What is in force on the day of the org's snapshot, with its price per seat and year in cents.
CREATE VIEW active_entitlement AS
SELECT e.*, (e.unit_price * 100 * CASE e.price_period WHEN 'month' THEN 12 ELSE 1 END)::HUGEINT AS annual_cents
FROM entitlement e
JOIN org o ON o.org_id = e.org_id
WHERE coalesce(e.starts_on <= o.taken_at::DATE, true) AND coalesce(e.ends_on >= o.taken_at::DATE, true);

-- One row per license with a contract. unit cost is the average price per right, weighted by quantity (servicenow.md
-- 6), rounded half up to the cent in whole numbers; without quantities each entitlement counts once.
CREATE VIEW contract AS
SELECT
    org_id, kind, identifier, sum(quantity)::BIGINT AS quantity,
    ((2 * sum(annual_cents * coalesce(quantity, 1)) + sum(coalesce(quantity, 1)) FILTER (annual_cents IS NOT NULL))
        // (2 * sum(coalesce(quantity, 1)) FILTER (annual_cents IS NOT NULL)))::DECIMAL(18, 0) * 0.01::DECIMAL(3, 2)
        AS unit_cost,
    CASE WHEN bool_and(quantity IS NOT NULL AND annual_cents IS NOT NULL)
        THEN sum(annual_cents * quantity)::DECIMAL(18, 0) * 0.01::DECIMAL(3, 2) END AS annual_spend,
    max(currency) FILTER (annual_cents IS NOT NULL) AS currency, min(ends_on) AS ends_on,
    count(*) AS entitlements
FROM active_entitlement
GROUP BY org_id, kind, identifier;

-- The list price of each license: what a person entered before what sfsam ships, and a price for the org's edition
-- before one for any edition.
CREATE VIEW listed_price AS
SELECT l.org_id, l.kind, l.identifier, p.price_per_month, p.currency, p.is_entered
FROM license l
JOIN org o ON o.org_id = l.org_id
JOIN (
    SELECT kind, identifier, nullif(org_edition, '') AS org_edition, price_per_month, currency, true AS is_entered
    FROM entered_price
    UNION ALL
    SELECT kind, identifier, org_edition, price_per_month, currency, false FROM list_price
) p ON p.kind = l.kind AND p.identifier = l.identifier AND coalesce(p.org_edition = o.edition, true)
QUALIFY row_number() OVER (
    PARTITION BY l.org_id, l.kind, l.identifier ORDER BY p.is_entered DESC, p.org_edition IS NULL
) = 1;

-- A license with its software model and price per seat and year. A contract's price goes before a list price; a
-- sandbox has no price (product.md L4). is_counted: it belongs into totals, since it is paid and nobody excluded it.
CREATE OR REPLACE VIEW priced_license AS
SELECT
    o.profile_id, o.org, l.org_id, o.is_sandbox, l.kind, l.identifier, l.label,
    CASE
        WHEN m.product IS NOT NULL THEN concat_ws(' ', m.product, nullif(m.edition, ''))
        WHEN c.product IS NOT NULL THEN concat_ws(' ', c.product, c.edition)
        ELSE l.label
    END AS model,
    coalesce(m.publisher, c.publisher) AS publisher, coalesce(m.product, c.product) AS product,
    m.mapping_id IS NOT NULL AS is_mapped, coalesce(m.product, c.product) IS NOT NULL AS is_recognized,
    coalesce(l.owned, CASE WHEN NOT l.is_unlimited THEN k.quantity END) AS owned,
    CASE WHEN l.owned IS NOT NULL THEN 'org' WHEN k.quantity IS NOT NULL AND NOT l.is_unlimited THEN 'contract'
        ELSE 'none' END AS owned_source,
    l.is_unlimited, l.used_by_org, l.status, l.expires_on, l.inactive_costs_seat,
    x.exclusion_id IS NOT NULL AS is_excluded,
    CASE WHEN k.unit_cost > 0 THEN true ELSE coalesce(m.is_paid, c.is_paid, p.price_per_month > 0, false) END AS is_paid,
    CASE WHEN k.unit_cost > 0 THEN true ELSE coalesce(m.is_paid, c.is_paid, p.price_per_month > 0, false) END
        AND x.exclusion_id IS NULL AS is_counted,
    CASE WHEN NOT o.is_sandbox THEN coalesce(k.unit_cost, 12 * p.price_per_month) END::DECIMAL(18, 2) AS unit_cost,
    CASE WHEN NOT o.is_sandbox THEN
        CASE WHEN k.unit_cost IS NOT NULL THEN k.currency ELSE p.currency END END AS currency,
    CASE WHEN o.is_sandbox THEN 'none' WHEN k.unit_cost IS NOT NULL THEN 'contract'
        WHEN p.price_per_month IS NOT NULL THEN 'list' ELSE 'none' END AS price_source,
    coalesce(p.is_entered, false) AND k.unit_cost IS NULL AS is_price_entered,
    k.quantity AS contract_quantity, k.ends_on AS contract_ends_on,
    CASE WHEN NOT o.is_sandbox THEN k.annual_spend END::DECIMAL(18, 2) AS contract_spend
FROM license l
JOIN org o ON o.org_id = l.org_id
LEFT JOIN identifier_mapping m ON m.kind = l.kind AND m.identifier = l.identifier
LEFT JOIN license_catalog c ON c.kind = l.kind AND c.identifier = l.identifier
LEFT JOIN contract k ON k.org_id = l.org_id AND k.kind = l.kind AND k.identifier = l.identifier
LEFT JOIN listed_price p ON p.org_id = l.org_id AND p.kind = l.kind AND p.identifier = l.identifier
LEFT JOIN (
    SELECT kind, value AS identifier, org_id, any_value(exclusion_id) AS exclusion_id, max(expires_on) AS expires_on,
        bool_or(expires_on IS NULL) AS has_no_end
    FROM exclusion WHERE subject = 'identifier' GROUP BY kind, value, org_id
) x ON x.kind = l.kind AND x.identifier = l.identifier AND x.org_id IN ('', l.org_id)
    AND (x.has_no_end OR x.expires_on >= o.taken_at::DATE)
QUALIFY row_number() OVER (PARTITION BY l.org_id, l.kind, l.identifier ORDER BY x.exclusion_id IS NULL) = 1;

-- ── Seats ─────────────────────────────────────────────────────────────────────────────────────
-- One row per subscription with its person, its license and its part by these thresholds.
CREATE OR REPLACE MACRO seats(stale_after_days, grace_days) AS TABLE
SELECT
    s.subscription_id, l.org, s.org_id, l.profile_id, l.is_sandbox, s.kind, s.identifier, l.model, s.user_id,
    s.name, s.user_principal_name, s.email, s.department, s.title, s.user_type, s.profile,
    part_of(s.holder_is_active, s.is_machine, s.is_known, s.idle_days, s.grace_age_days, stale_after_days, grace_days)
        AS part,
    s.last_activity_at, date_sub('day', s.last_activity_at, o.taken_at)::INTEGER AS inactive_days,
    s.deciding_signal, s.last_machine_at, s.assigned_at, s.holder_is_active,
    -- An inactive person's seat costs money only where Salesforce still counts it (fact sheet 5.4).
    s.holder_is_active OR coalesce(l.inactive_costs_seat, false) AS costs_seat,
    l.unit_cost, l.currency, l.price_source, l.is_paid, l.is_counted,
    s.is_frozen, s.is_administrator, s.is_machine,
    s.user_id IS NOT DISTINCT FROM o.connected_user_id AS is_connected_user,
    l.is_excluded OR x.user_id IS NOT NULL AS is_excluded, x.reason AS exclusion_reason,
    s.last_login_date, s.created_date, s.grace_since, o.taken_at, s.record_id, s.search_text
FROM subscription s
JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
JOIN org o ON o.org_id = s.org_id
LEFT JOIN user_exclusion x ON x.org_id = s.org_id AND x.user_id = s.user_id;

-- The same, counted: one row per group of like seats. Everything that adds seats up reads this.
CREATE MACRO counted_seats(stale_after_days, grace_days) AS TABLE
SELECT
    c.org_id, l.org, l.is_sandbox, c.kind, c.identifier, l.model, c.department, c.seats, c.is_first,
    part_of(c.holder_is_active, c.is_machine, c.is_known, c.idle_days, c.grace_age_days, stale_after_days, grace_days)
        AS part,
    c.holder_is_active, c.is_machine, c.idle_days,
    c.holder_is_active OR coalesce(l.inactive_costs_seat, false) AS costs_seat,
    l.is_excluded OR c.is_excluded AS is_excluded,
    l.unit_cost, l.currency, l.price_source, l.is_paid, l.is_counted
FROM seat_count c
JOIN priced_license l ON l.org_id = c.org_id AND l.kind = c.kind AND l.identifier = c.identifier;

-- Active, human users, each of an org once, whatever license they hold: by part and idle days. While kinds or models
-- are chosen only their holders count, and a person who holds several of them must be told apart seat by seat.
CREATE MACRO counted_people(org_ids, kinds, models, departments, stale_after_days, grace_days, include_sandboxes) AS TABLE
SELECT part, idle_days, sum(seats)::BIGINT AS people
FROM counted_seats(stale_after_days, grace_days)
WHERE kinds IS NULL AND models IS NULL AND is_first AND holder_is_active AND NOT is_machine
    AND (include_sandboxes OR NOT is_sandbox) AND is_chosen(org_ids, org_id)
    AND is_chosen(departments, department_label(department))
GROUP BY part, idle_days
UNION ALL
SELECT part, idle_days, count(*)
FROM (
    SELECT DISTINCT
        s.org_id, s.user_id, s.idle_days,
        part_of(s.holder_is_active, s.is_machine, s.is_known, s.idle_days, s.grace_age_days, stale_after_days,
                grace_days) AS part
    FROM subscription s
    JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
    WHERE (kinds IS NOT NULL OR models IS NOT NULL) AND s.holder_is_active AND NOT s.is_machine
        AND (include_sandboxes OR NOT l.is_sandbox) AND is_chosen(org_ids, s.org_id) AND is_chosen(kinds, s.kind)
        AND is_chosen(models, l.model) AND is_chosen(departments, department_label(s.department))
)
GROUP BY part, idle_days;

-- One row per license with its seats counted by part; with departments chosen only the seats of their people.
-- excluded counts seats of any part; reclaimable ones are stale, or inactive holders' that cost a seat, not excluded.
CREATE OR REPLACE MACRO license_position(stale_after_days, grace_days, departments) AS TABLE
WITH counted AS (
    SELECT
        org_id, kind, identifier,
        sum(seats) AS assigned,
        sum(seats) FILTER (part = 'active') AS active,
        sum(seats) FILTER (part = 'stale') AS stale,
        sum(seats) FILTER (part = 'in_grace') AS in_grace,
        sum(seats) FILTER (part = 'machine') AS machine,
        sum(seats) FILTER (part = 'inactive_holder') AS inactive_holder,
        sum(seats) FILTER (part = 'unknown') AS unknown,
        sum(seats) FILTER (is_excluded) AS excluded,
        sum(seats) FILTER (part IN ('stale', 'inactive_holder') AND costs_seat AND NOT is_excluded) AS reclaimable,
        sum(seats) FILTER (costs_seat) AS costing
    FROM counted_seats(stale_after_days, grace_days)
    WHERE is_chosen(departments, department_label(department))
    GROUP BY org_id, kind, identifier
)
SELECT
    l.*,
    coalesce(c.assigned, 0)::BIGINT AS assigned, coalesce(c.active, 0)::BIGINT AS active,
    coalesce(c.stale, 0)::BIGINT AS stale, coalesce(c.in_grace, 0)::BIGINT AS in_grace,
    coalesce(c.machine, 0)::BIGINT AS machine, coalesce(c.inactive_holder, 0)::BIGINT AS inactive_holder,
    coalesce(c.unknown, 0)::BIGINT AS unknown, coalesce(c.excluded, 0)::BIGINT AS excluded,
    (l.owned - coalesce(c.assigned, 0))::BIGINT AS available,
    -- Inactive holders take no seat where Salesforce does not count them, so they never make more seats needed.
    coalesce(greatest(coalesce(c.costing, 0) - l.owned, 0), 0)::BIGINT AS needed,
    coalesce(c.reclaimable, 0)::BIGINT AS reclaimable
FROM priced_license l
LEFT JOIN counted c ON c.org_id = l.org_id AND c.kind = l.kind AND c.identifier = l.identifier;

-- What deactivating a person frees: every seat that costs one, each once.
CREATE OR REPLACE VIEW person_value AS
SELECT
    s.org_id, s.user_id, count(*) AS seats, sum(l.unit_cost)::DECIMAL(18, 2) AS potential_savings,
    max(l.currency) AS currency
FROM subscription s
JOIN priced_license l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier
WHERE s.holder_is_active OR coalesce(l.inactive_costs_seat, false)
GROUP BY s.org_id, s.user_id;

-- A seat as the lists show it, with the candidate it may have.
CREATE OR REPLACE MACRO listed_seats(stale_after_days, grace_days) AS TABLE
SELECT
    s.subscription_id, s.org, s.org_id, s.kind, s.identifier, s.model, s.user_id, s.name, s.user_principal_name,
    s.department, s.title, s.user_type, s.part, s.last_activity_at, s.inactive_days, s.deciding_signal,
    s.last_machine_at, s.assigned_at,
    CASE WHEN s.costs_seat THEN s.unit_cost ELSE s.unit_cost * 0 END::DECIMAL(18, 2) AS annual_cost,
    s.currency, s.price_source, s.is_frozen, s.is_administrator, s.is_machine, s.is_excluded,
    c.candidate_number, c.candidate_state, s.is_connected_user, coalesce(c.is_kept, false) AS is_kept,
    s.search_text
FROM seats(stale_after_days, grace_days) s
LEFT JOIN seat_candidate c
    ON c.org_id = s.org_id AND c.user_id = s.user_id AND c.kind = s.kind AND c.identifier = s.identifier;

-- What a candidate's person holds now is worked out for candidates only: they are few, and seats are many.
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
LEFT JOIN (
    SELECT
        s.org_id, s.user_id, count(*) AS seats, sum(p.unit_cost)::DECIMAL(18, 2) AS potential_savings,
        max(p.currency) AS currency
    FROM subscription s
    JOIN priced_license p ON p.org_id = s.org_id AND p.kind = s.kind AND p.identifier = s.identifier
    WHERE (s.org_id, s.user_id) IN (SELECT (org_id, user_id) FROM removal_candidate WHERE state NOT LIKE 'closed%')
        AND (s.holder_is_active OR coalesce(p.inactive_costs_seat, false))
    GROUP BY s.org_id, s.user_id
) v ON v.org_id = c.org_id AND v.user_id = c.user_id
WHERE o.org IS NOT NULL OR c.evidence ->> '$.deleted_profile' IS NOT NULL;

CREATE OR REPLACE VIEW subscriptions AS
SELECT * EXCLUDE (is_connected_user, is_kept, search_text) FROM listed_seats(60, 30);
