-- People: a directory, which user of which org is which of its people, who stands together as one, and how long each
-- seat was held. What has an empty text was not given.

-- ── What is imported and entered ──────────────────────────────────────────────────────────────
CREATE TABLE person (                                  -- the imported directory
    person_id VARCHAR NOT NULL, employee_number VARCHAR NOT NULL, name VARCHAR NOT NULL, email VARCHAR NOT NULL,
    federation_id VARCHAR NOT NULL, department VARCHAR NOT NULL, cost_center VARCHAR NOT NULL,
    manager_email VARCHAR NOT NULL, company VARCHAR NOT NULL, country VARCHAR NOT NULL,
    status VARCHAR NOT NULL,                           -- active, left
    source VARCHAR NOT NULL, updated_at TIMESTAMP NOT NULL
);
CREATE TABLE resolution_rule (                         -- how users are found in the directory, in the order of position
    rule_id VARCHAR NOT NULL, position INTEGER NOT NULL, name VARCHAR NOT NULL,
    source_field VARCHAR NOT NULL, lookup_field VARCHAR NOT NULL, transform VARCHAR NOT NULL,
    new_domain VARCHAR NOT NULL, is_active BOOLEAN NOT NULL
);
INSERT INTO resolution_rule VALUES
    ('email', 1, 'E-mail', 'email', 'email', 'none', '', true),
    ('federation_id', 2, 'Federation id', 'federation_id', 'federation_id', 'none', '', true),
    ('employee_number', 3, 'Employee number', 'employee_number', 'employee_number', 'none', '', true),
    ('username', 4, 'User name is the e-mail', 'username', 'email', 'none', '', true);
CREATE TABLE user_person (                             -- who a user is; a machine user and an unmatched one have no row
    org_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL,
    person_id VARCHAR,                                 -- NULL: somebody said that this is no person
    rule_id VARCHAR NOT NULL,                          -- '': somebody said so
    matched_at TIMESTAMP NOT NULL, is_confirmed BOOLEAN NOT NULL
);
CREATE TABLE erased_person (                           -- consulted by each download and each import of a directory
    org_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL, -- both '': the directory's entry
    pseudonym VARCHAR NOT NULL,
    salt VARCHAR NOT NULL, marks JSON NOT NULL,        -- salted hashes of what a directory would bring back
    erased_at TIMESTAMP NOT NULL
);

-- ── Derived, in the same transaction as what it follows from ──────────────────────────────────
CREATE TABLE holder_user (                             -- every user, and under whom their seats are shown together
    org_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL, holder_id VARCHAR NOT NULL, basis VARCHAR NOT NULL,
    seats BIGINT NOT NULL
);
CREATE TABLE holder (                                  -- one row per person, or per user whom nobody knows as a person
    holder_id VARCHAR NOT NULL,
    basis VARCHAR NOT NULL,                            -- person, same_email, user, machine, not_a_person
    person_id VARCHAR, name VARCHAR, email VARCHAR, department VARCHAR, cost_center VARCHAR, status VARCHAR,
    org_ids VARCHAR[] NOT NULL, orgs BIGINT NOT NULL, users BIGINT NOT NULL, active_users BIGINT NOT NULL,
    seats BIGINT NOT NULL, last_activity_at TIMESTAMP,
    search_text VARCHAR NOT NULL                       -- names, e-mails and user names, in lower case
);
CREATE TABLE seat_period (                             -- who held which license from when to when
    org_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL,
    from_day DATE NOT NULL,                            -- the day of the first download that showed it
    until_day DATE                                     -- the day of the first one that did not; NULL: held now
);

-- ── Small words ───────────────────────────────────────────────────────────────────────────────
-- Values are compared whole, without regard to case and to blanks around them; an empty one is like nothing.
CREATE MACRO plain_key(value) AS nullif(lower(trim(value)), '');
-- Salesforce adds .invalid to every e-mail when it makes a sandbox, so that nobody there gets mail (Salesforce Help,
-- "Sandbox Setup Tips and Considerations"); the person behind it is the same.
CREATE MACRO real_email(email) AS regexp_replace(trim(email), '\.invalid$', '', 'i');
-- Remove domain looks at what stands before the @ on both sides; replace domain gives the user's value a new domain.
CREATE MACRO user_key(value, transform, new_domain) AS CASE transform
    WHEN 'remove_domain' THEN nullif(split_part(plain_key(value), '@', 1), '')
    WHEN 'replace_domain' THEN CASE WHEN contains(value, '@')
        THEN nullif(split_part(plain_key(value), '@', 1), '') || '@' || plain_key(new_domain) END
    ELSE plain_key(value)
END;
CREATE MACRO directory_key(value, transform) AS CASE transform
    WHEN 'remove_domain' THEN nullif(split_part(plain_key(value), '@', 1), '')
    ELSE plain_key(value)
END;
CREATE MACRO user_field(field, username, email, federation_id, employee_number) AS CASE field
    WHEN 'username' THEN username WHEN 'email' THEN real_email(email) WHEN 'federation_id' THEN federation_id
    WHEN 'employee_number' THEN employee_number
END;
CREATE MACRO directory_field(field, email, federation_id, employee_number) AS CASE field
    WHEN 'email' THEN real_email(email) WHEN 'federation_id' THEN federation_id
    WHEN 'employee_number' THEN employee_number
END;

-- The users that rules may match: no machines, and nobody about whom a person has decided.
CREATE VIEW resolvable_user AS
SELECT
    u.org_id, u.id AS user_id, u.name, u.username, u.email, u.federation_identifier AS federation_id,
    u.employee_number
FROM sf_user u
LEFT JOIN user_activity a ON a.org_id = u.org_id AND a.user_id = u.id
LEFT JOIN user_person c ON c.org_id = u.org_id AND c.user_id = u.id AND c.is_confirmed
WHERE NOT coalesce(a.is_machine, false) AND c.user_id IS NULL;

-- What one rule finds: how many people of the directory each user could be, and which one when it is a single one.
CREATE MACRO found_by_rule(source_field, lookup_field, transform, new_domain) AS TABLE
WITH looked_up AS (
    SELECT
        directory_key(directory_field(lookup_field, email, federation_id, employee_number), transform) AS key,
        count(*) AS people, any_value(person_id) AS person_id
    FROM person
    GROUP BY key
)
SELECT u.org_id, u.user_id, l.people, CASE WHEN l.people = 1 THEN l.person_id END AS person_id
FROM resolvable_user u
JOIN looked_up l
    ON l.key = user_key(user_field(source_field, u.username, u.email, u.federation_id, u.employee_number), transform,
                        new_domain);

-- Under whom each user's seats are shown: their person, or else the users of several orgs with one e-mail together
-- ("same e-mail", which asserts nobody), or else the user alone. `keys` are org and user ids joined by a colon.
CREATE MACRO grouped_users(keys) AS TABLE
WITH known AS (
    SELECT
        u.org_id, u.id AS user_id, plain_key(real_email(u.email)) AS email, p.person_id,
        CASE
            WHEN p.person_id IS NOT NULL THEN 'person'
            WHEN m.is_confirmed AND m.person_id IS NULL THEN 'not_a_person'
            WHEN a.is_machine THEN 'machine'
            ELSE 'user'
        END AS basis
    FROM sf_user u
    LEFT JOIN user_activity a ON a.org_id = u.org_id AND a.user_id = u.id
    LEFT JOIN user_person m ON m.org_id = u.org_id AND m.user_id = u.id
    LEFT JOIN person p ON p.person_id = m.person_id
    WHERE is_chosen(keys, u.org_id || ':' || u.id)
),
shared AS (
    SELECT email, min(org_id || ':' || user_id) AS holder_id
    FROM known
    WHERE basis = 'user' AND email IS NOT NULL
    GROUP BY email
    HAVING count(DISTINCT org_id) > 1
)
SELECT
    k.org_id, k.user_id, coalesce(k.person_id, s.holder_id, k.org_id || ':' || k.user_id) AS holder_id,
    CASE WHEN s.email IS NOT NULL THEN 'same_email' ELSE k.basis END AS basis, coalesce(h.seats, 0) AS seats
FROM known k
LEFT JOIN shared s ON s.email = k.email AND k.basis = 'user'
LEFT JOIN (SELECT org_id, user_id, count(*) AS seats FROM subscription GROUP BY org_id, user_id) h
    ON h.org_id = k.org_id AND h.user_id = k.user_id;

-- The holders with what they hold now; `ids` are theirs.
CREATE MACRO counted_holders(ids) AS TABLE
SELECT
    h.holder_id, any_value(h.basis) AS basis, any_value(p.person_id) AS person_id,
    coalesce(nullif(any_value(p.name), ''), arg_min(u.name, h.user_id)) AS name,
    coalesce(nullif(any_value(p.email), ''), arg_min(u.email, h.user_id)) AS email,
    coalesce(nullif(any_value(p.department), ''), arg_min(u.department, h.user_id)) AS department,
    nullif(any_value(p.cost_center), '') AS cost_center, any_value(p.status) AS status,
    list_sort(list(DISTINCT h.org_id)) AS org_ids, count(DISTINCT h.org_id) AS orgs, count(*) AS users,
    count(*) FILTER (u.is_active) AS active_users, sum(h.seats)::BIGINT AS seats,
    max(a.last_human_at) AS last_activity_at,
    lower(concat_ws(' ', any_value(p.name), any_value(p.email), any_value(p.employee_number),
                    string_agg(concat_ws(' ', u.name, u.email, u.username), ' '))) AS search_text
FROM holder_user h
JOIN sf_user u ON u.org_id = h.org_id AND u.id = h.user_id
LEFT JOIN user_activity a ON a.org_id = h.org_id AND a.user_id = h.user_id
LEFT JOIN person p ON p.person_id = h.holder_id
WHERE is_chosen(ids, h.holder_id)
GROUP BY h.holder_id;

-- ── What is there already ─────────────────────────────────────────────────────────────────────
INSERT INTO holder_user BY NAME SELECT * FROM grouped_users(NULL);
INSERT INTO holder BY NAME SELECT * FROM counted_holders(NULL);
INSERT INTO seat_period
SELECT DISTINCT s.org_id, s.user_id, s.kind, s.identifier, o.taken_at::DATE AS from_day, NULL::DATE AS until_day
FROM subscription s
JOIN current_snapshot o ON o.org_id = s.org_id;
