-- title: Identifiers that a person mapped
-- description: What a person said an identifier is, and beside it what the catalog says now. is_suggested is true when
--   the catalog has learned something since the person decided, and it differs; the person's word stays in force.
-- parameters: models, kinds, search
-- columns: mapping_id, kind, identifier, label, model, publisher, product, edition, is_paid, note, mapped_by, mapped_at,
--   catalog_model, catalog_publisher, catalog_is_paid, catalog_said, is_suggested, orgs, seats
WITH held AS (
    SELECT kind, identifier, sum(seats)::BIGINT AS seats FROM license_seat_count GROUP BY kind, identifier
),
known AS (
    SELECT kind, identifier, min(label) AS label, count(DISTINCT org_id) AS orgs FROM license GROUP BY kind, identifier
),
compared AS (
    SELECT
        m.*, concat_ws(' ', m.product, nullif(m.edition, '')) AS model,
        CASE WHEN c.product IS NOT NULL THEN concat_ws(' ', c.product, c.edition) END AS catalog_model,
        c.publisher AS catalog_publisher, c.is_paid AS catalog_is_paid,
        catalog_opinion(m.publisher, m.product, m.edition, m.is_paid) AS person_says,
        CASE WHEN c.product IS NOT NULL THEN catalog_opinion(c.publisher, c.product, c.edition, c.is_paid) END
            AS catalog_says
    FROM identifier_mapping m
    LEFT JOIN license_catalog c ON c.kind = m.kind AND c.identifier = m.identifier
)
SELECT
    m.mapping_id, m.kind, m.identifier, k.label, m.model, m.publisher, m.product, m.edition, m.is_paid, m.note,
    m.mapped_by, m.mapped_at, m.catalog_model, m.catalog_publisher, m.catalog_is_paid, m.catalog_says AS catalog_said,
    coalesce(m.catalog_says NOT IN (m.catalog_said, m.person_says), false) AS is_suggested,
    coalesce(k.orgs, 0) AS orgs, coalesce(h.seats, 0) AS seats
FROM compared m
LEFT JOIN known k ON k.kind = m.kind AND k.identifier = m.identifier
LEFT JOIN held h ON h.kind = m.kind AND h.identifier = m.identifier
WHERE is_chosen($models, m.model) AND is_chosen($kinds, m.kind)
    AND is_found($search, concat_ws(' ', m.identifier, k.label, m.model))
ORDER BY is_suggested DESC, m.mapped_at DESC, m.kind, m.identifier
