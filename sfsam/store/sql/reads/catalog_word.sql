-- title: What the catalog says of one identifier
-- description: One row when the catalog knows the identifier; catalog_said is its opinion as one text.
-- parameters: kind, identifier
-- columns: publisher, product, edition, is_paid, catalog_said
SELECT publisher, product, edition, is_paid, catalog_opinion(publisher, product, edition, is_paid) AS catalog_said
FROM license_catalog
WHERE kind = $kind AND identifier = $identifier
