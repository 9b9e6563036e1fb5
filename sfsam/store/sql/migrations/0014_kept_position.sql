-- What every page asks for is kept as rows instead of being worked out anew by each question (ADR 9): the orgs, the
-- licenses with their models and prices, what each person's seats are worth, and the seats counted without departments.
-- store/counting.py brings them up to date in the transaction of what they follow from, by the views of the same names
-- with live_ in front.
ALTER VIEW org RENAME TO live_org;
CREATE TABLE org AS FROM live_org;

ALTER VIEW priced_license RENAME TO live_priced_license;
CREATE TABLE priced_license AS FROM live_priced_license;

ALTER VIEW person_value RENAME TO live_person_value;
CREATE TABLE person_value AS FROM live_person_value;

-- ── Seats counted ─────────────────────────────────────────────────────────────────────────────
CREATE TABLE license_seat_count (                      -- seat_count without departments: a third of its rows, or less
    org_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL,
    holder_is_active BOOLEAN NOT NULL, is_machine BOOLEAN NOT NULL, is_known BOOLEAN NOT NULL,
    idle_days INTEGER, grace_age_days INTEGER,         -- empty where they decide nothing: machines, inactive holders
    is_excluded BOOLEAN NOT NULL, is_first BOOLEAN NOT NULL, seats BIGINT NOT NULL
);
CREATE VIEW live_license_seat_count AS
SELECT
    org_id, kind, identifier, holder_is_active, is_machine, is_known,
    CASE WHEN holder_is_active AND NOT is_machine THEN idle_days END AS idle_days,
    CASE WHEN holder_is_active AND NOT is_machine THEN grace_age_days END AS grace_age_days,
    is_excluded, is_first, sum(seats)::BIGINT AS seats
FROM seat_count
GROUP BY ALL;
INSERT INTO license_seat_count BY NAME FROM live_license_seat_count;

-- The groups of like seats of these departments' people; without a choice those of everybody, among whom departments
-- need not be told apart.
CREATE MACRO seats_in(departments) AS TABLE
SELECT * FROM license_seat_count WHERE departments IS NULL
UNION ALL
SELECT * EXCLUDE (department) FROM seat_count
WHERE departments IS NOT NULL AND is_chosen(departments, department_label(department));

DROP MACRO TABLE counted_seats;
CREATE MACRO counted_seats(stale_after_days, grace_days, departments) AS TABLE
SELECT
    c.org_id, l.org, l.is_sandbox, c.kind, c.identifier, l.model, c.seats, c.is_first,
    part_of(c.holder_is_active, c.is_machine, c.is_known, c.idle_days, c.grace_age_days, stale_after_days, grace_days)
        AS part,
    c.holder_is_active, c.is_machine, c.idle_days,
    c.holder_is_active OR coalesce(l.inactive_costs_seat, false) AS costs_seat,
    l.is_excluded OR c.is_excluded AS is_excluded,
    l.unit_cost, l.currency, l.price_source, l.is_paid, l.is_counted
FROM seats_in(departments) c
JOIN priced_license l ON l.org_id = c.org_id AND l.kind = c.kind AND l.identifier = c.identifier;

-- As before: active, human users, each of an org once, by part and idle days. Who may hold several of the chosen licenses
-- must be told apart seat by seat. Nobody does where one license of the org is chosen, or only user licenses, of which
-- each user has exactly one (fact sheet 4.2): there people are as many as seats, and these are counted already.
CREATE OR REPLACE MACRO counted_people(
    org_ids, kinds, models, departments, stale_after_days, grace_days, include_sandboxes
) AS TABLE
WITH chosen AS (
    SELECT
        org_id, kind, identifier,
        count(*) OVER (PARTITION BY org_id) = 1 OR bool_and(kind = 'user') OVER (PARTITION BY org_id) AS is_held_once
    FROM priced_license
    WHERE (kinds IS NOT NULL OR models IS NOT NULL) AND (include_sandboxes OR NOT is_sandbox)
        AND is_chosen(org_ids, org_id) AND is_chosen(kinds, kind) AND is_chosen(models, model)
)
SELECT part, idle_days, sum(seats)::BIGINT AS people
FROM counted_seats(stale_after_days, grace_days, departments)
WHERE kinds IS NULL AND models IS NULL AND is_first AND holder_is_active AND NOT is_machine
    AND (include_sandboxes OR NOT is_sandbox) AND is_chosen(org_ids, org_id)
GROUP BY part, idle_days
UNION ALL
SELECT
    part_of(s.holder_is_active, s.is_machine, s.is_known, s.idle_days, s.grace_age_days, stale_after_days, grace_days)
        AS part,
    s.idle_days, sum(s.seats)::BIGINT
FROM seats_in(departments) s
JOIN chosen l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier AND l.is_held_once
WHERE s.holder_is_active AND NOT s.is_machine
GROUP BY part, s.idle_days
UNION ALL
SELECT part, idle_days, count(*)
FROM (
    SELECT DISTINCT
        s.org_id, s.user_id, s.idle_days,
        part_of(s.holder_is_active, s.is_machine, s.is_known, s.idle_days, s.grace_age_days, stale_after_days,
                grace_days) AS part
    FROM subscription s
    JOIN chosen l ON l.org_id = s.org_id AND l.kind = s.kind AND l.identifier = s.identifier AND NOT l.is_held_once
    WHERE s.holder_is_active AND NOT s.is_machine AND is_chosen(departments, department_label(s.department))
)
GROUP BY part, idle_days;

-- As before, license by license, but seats are added up before they meet their license: few rows instead of all groups.
CREATE OR REPLACE MACRO license_position(stale_after_days, grace_days, departments) AS TABLE
WITH alike AS (
    SELECT
        org_id, kind, identifier, is_excluded,
        part_of(holder_is_active, is_machine, is_known, idle_days, grace_age_days, stale_after_days, grace_days) AS part,
        sum(seats) AS seats
    FROM seats_in(departments)
    GROUP BY ALL
),
counted AS (
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
        sum(seats) FILTER (part = 'stale' AND NOT is_excluded) AS stale_inside,
        sum(seats) FILTER (part = 'inactive_holder' AND NOT is_excluded) AS inactive_inside
    FROM alike
    GROUP BY org_id, kind, identifier
)
SELECT
    l.*,
    coalesce(c.assigned, 0)::BIGINT AS assigned, coalesce(c.active, 0)::BIGINT AS active,
    coalesce(c.stale, 0)::BIGINT AS stale, coalesce(c.in_grace, 0)::BIGINT AS in_grace,
    coalesce(c.machine, 0)::BIGINT AS machine, coalesce(c.inactive_holder, 0)::BIGINT AS inactive_holder,
    coalesce(c.unknown, 0)::BIGINT AS unknown,
    coalesce(CASE WHEN l.is_excluded THEN c.assigned ELSE c.excluded END, 0)::BIGINT AS excluded,
    (l.owned - coalesce(c.assigned, 0))::BIGINT AS available,
    -- Inactive holders take no seat where Salesforce does not count them, so they never make more seats needed.
    coalesce(greatest(
        coalesce(c.assigned, 0) - CASE WHEN l.inactive_costs_seat THEN 0 ELSE coalesce(c.inactive_holder, 0) END
            - l.owned,
        0), 0)::BIGINT AS needed,
    CASE WHEN l.is_excluded THEN 0 ELSE
        coalesce(c.stale_inside, 0) + CASE WHEN l.inactive_costs_seat THEN coalesce(c.inactive_inside, 0) ELSE 0 END
    END::BIGINT AS reclaimable
FROM priced_license l
LEFT JOIN counted c ON c.org_id = l.org_id AND c.kind = l.kind AND c.identifier = l.identifier;
