-- Files that people import, the rows of them that wait for repair, and savings that people enter with their proof.

CREATE TABLE import_file (                             -- one row per import
    import_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, file_name VARCHAR NOT NULL, state VARCHAR NOT NULL,
    rows_total BIGINT NOT NULL, rows_taken BIGINT NOT NULL, rows_unchanged BIGINT NOT NULL,
    rows_failed BIGINT NOT NULL, reason VARCHAR NOT NULL,      -- reason: why a whole file failed, else ''
    imported_by VARCHAR NOT NULL, imported_at TIMESTAMP NOT NULL
);
CREATE TABLE import_row (                              -- a row that was not taken, with its cells as they stood
    row_id VARCHAR NOT NULL, import_id VARCHAR NOT NULL, kind VARCHAR NOT NULL,
    number BIGINT NOT NULL,                            -- of the row in its file, as a spreadsheet counts
    fingerprint VARCHAR NOT NULL,                      -- of kind and cells: the same row of the same file again
    cells JSON NOT NULL, repaired JSON,                -- repaired: the cells that were taken in the end
    reason VARCHAR NOT NULL, replaceable BOOLEAN NOT NULL,     -- something that a person entered stands in its way
    state VARCHAR NOT NULL, settled_by VARCHAR, settled_at TIMESTAMP
);

CREATE TABLE saving (                                  -- what no org can tell: entered by a person
    saving_id VARCHAR NOT NULL, cause VARCHAR NOT NULL,        -- renewal_with_fewer_seats, purchase_avoided, seat_returned
    org_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL,
    candidate_number VARCHAR NOT NULL,                 -- of a returned seat, whose freed value is taken back; else ''
    seats BIGINT NOT NULL, amount DECIMAL(18, 2) NOT NULL, currency VARCHAR NOT NULL, saved_on DATE NOT NULL,
    proof VARCHAR NOT NULL, note VARCHAR NOT NULL, entered_by VARCHAR NOT NULL, entered_at TIMESTAMP NOT NULL
);

-- What reclaiming freed, per year: closed candidates with a change of our own that was read back (every step but
-- freezing frees a seat), less what was given back afterwards.
CREATE VIEW freed_saving AS
SELECT
    number AS candidate_number, org_id, org, kind, identifier, model, rule, closed_at::DATE AS saved_on, seats,
    potential_savings AS amount, currency
FROM valued_candidate
WHERE state = 'closed_complete'
    AND number IN (SELECT number FROM attempt WHERE outcome = 'done' AND step <> 'freeze')
UNION ALL
SELECT
    s.candidate_number, s.org_id, c.org, s.kind, s.identifier, coalesce(c.model, s.identifier), c.rule, s.saved_on,
    -s.seats, -s.amount, s.currency
FROM saving s
LEFT JOIN valued_candidate c ON c.number = s.candidate_number
WHERE s.cause = 'seat_returned';

-- As before, but a contract of no seats has no price per seat, instead of a division by zero.
CREATE OR REPLACE VIEW contract AS
SELECT
    org_id, kind, identifier, sum(quantity)::BIGINT AS quantity,
    ((2 * sum(annual_cents * coalesce(quantity, 1)) + sum(coalesce(quantity, 1)) FILTER (annual_cents IS NOT NULL))
        // nullif(2 * sum(coalesce(quantity, 1)) FILTER (annual_cents IS NOT NULL), 0))
        ::DECIMAL(18, 0) * 0.01::DECIMAL(3, 2) AS unit_cost,
    CASE WHEN bool_and(quantity IS NOT NULL AND annual_cents IS NOT NULL)
        THEN sum(annual_cents * quantity)::DECIMAL(18, 0) * 0.01::DECIMAL(3, 2) END AS annual_spend,
    max(currency) FILTER (annual_cents IS NOT NULL) AS currency, min(ends_on) AS ends_on,
    count(*) AS entitlements
FROM active_entitlement
GROUP BY org_id, kind, identifier;
