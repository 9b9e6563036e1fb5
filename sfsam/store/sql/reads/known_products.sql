-- title: Products that have a name
-- description: Every product of the catalog, and every one that a person mapped an identifier to: what an unknown
--   identifier may stand for.
-- parameters:
-- columns: kind, publisher, product, edition, is_paid
SELECT kind, coalesce(publisher, '') AS publisher, product, coalesce(edition, '') AS edition, bool_or(is_paid) AS is_paid
FROM (
    SELECT kind, publisher, product, edition, is_paid FROM license_catalog
    UNION ALL
    SELECT kind, publisher, product, edition, is_paid FROM identifier_mapping
)
GROUP BY ALL
ORDER BY product, edition, kind
