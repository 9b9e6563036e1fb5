-- Mappings that remember what the catalog said, cheaper alternatives of a license, and exclusions: whom a pattern
-- means, said once, and what became of those that are over.

ALTER TABLE identifier_mapping ADD COLUMN catalog_said VARCHAR DEFAULT '';
-- What the catalog said of the identifier when the person decided (macro catalog_opinion); '' : nothing.

CREATE TABLE past_exclusion (                          -- expired or removed: acts no more, kept to be looked at
    exclusion_id VARCHAR NOT NULL, subject VARCHAR NOT NULL, kind VARCHAR NOT NULL, value VARCHAR NOT NULL,
    org_id VARCHAR NOT NULL, reason VARCHAR NOT NULL, expires_on DATE, created_by VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL, ended_at TIMESTAMP NOT NULL,
    ended_by VARCHAR NOT NULL                          -- '' : its last day was over
);

CREATE TABLE license_alternative (                     -- shipped, data/license_alternatives.csv
    kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL, alternative VARCHAR NOT NULL,
    loses VARCHAR NOT NULL, condition VARCHAR NOT NULL, source VARCHAR NOT NULL, as_of DATE NOT NULL
);

-- A model as one text, so that two opinions can be compared. is_paid NULL: not known.
CREATE MACRO catalog_opinion(publisher, product, edition, is_paid) AS
    concat_ws(' · ', publisher, concat_ws(' ', product, nullif(edition, '')),
        CASE WHEN is_paid THEN 'paid' WHEN NOT is_paid THEN 'free' END);

-- * stands for anything and ? for one character; every other character for itself, brackets too.
CREATE MACRO fits_pattern(text, pattern) AS
    lower(text) LIKE replace(replace(replace(replace(replace(
        lower(pattern), '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_') ESCAPE '\';

-- Whether an exclusion of users means this one: by exact user name, pattern of user names, profile or department.
CREATE MACRO is_caught(subject, value, username, profile, department) AS CASE subject
    WHEN 'user' THEN lower(username) = lower(value)
    WHEN 'pattern' THEN fits_pattern(username, value)
    WHEN 'profile' THEN profile = value
    WHEN 'department' THEN department_label(department) = value
    ELSE false
END;

CREATE VIEW excludable_user AS
SELECT u.org_id, u.id AS user_id, u.name, u.username, u.is_active, p.name AS profile, u.department
FROM sf_user u
LEFT JOIN sf_profile p ON p.org_id = u.org_id AND p.id = u.profile_id;
