-- title: List prices
-- description: What a seat costs per month where no contract says so. An entered price goes before the one that sfsam
--   ships, a price for the org's edition before one for any edition. confidence, source and as of belong to the shipped
--   one. licenses counts the licenses of connected orgs with that identifier.
-- parameters: search
-- columns: price_key, kind, identifier, model, org_edition, price_per_month, currency, is_entered, shipped_price,
--   shipped_currency, confidence, source, as_of, note, entered_by, entered_at, licenses
WITH shipped AS (
    SELECT
        kind, identifier, coalesce(org_edition, '') AS org_edition, price_per_month, currency, confidence, source, as_of
    FROM list_price
)
SELECT
    concat_ws(' ', coalesce(e.kind, s.kind), coalesce(e.identifier, s.identifier), coalesce(e.org_edition, s.org_edition))
        AS price_key,
    coalesce(e.kind, s.kind) AS kind, coalesce(e.identifier, s.identifier) AS identifier,
    coalesce(l.model, concat_ws(' ', c.product, c.edition), e.identifier, s.identifier) AS model,
    coalesce(e.org_edition, s.org_edition) AS org_edition,
    coalesce(e.price_per_month, s.price_per_month) AS price_per_month, coalesce(e.currency, s.currency) AS currency,
    e.price_id IS NOT NULL AS is_entered, s.price_per_month AS shipped_price, s.currency AS shipped_currency,
    s.confidence, CASE WHEN e.price_id IS NULL THEN s.source ELSE e.source END AS source, s.as_of, e.note, e.entered_by,
    e.entered_at, coalesce(l.licenses, 0) AS licenses
FROM shipped s
FULL JOIN entered_price e
    ON e.kind = s.kind AND e.identifier = s.identifier AND e.org_edition = s.org_edition
LEFT JOIN license_catalog c
    ON c.kind = coalesce(e.kind, s.kind) AND c.identifier = coalesce(e.identifier, s.identifier)
LEFT JOIN (
    SELECT kind, identifier, any_value(model) AS model, count(*) AS licenses FROM priced_license GROUP BY kind, identifier
) l ON l.kind = coalesce(e.kind, s.kind) AND l.identifier = coalesce(e.identifier, s.identifier)
WHERE is_found($search, concat_ws(' ', l.model, c.product, e.identifier, s.identifier, e.org_edition, s.org_edition))
ORDER BY licenses = 0, model, org_edition
