-- title: Cheaper alternatives
-- description: What a license may be changed to, by Salesforce's own rules: what is lost, on which condition, and, where
--   both prices per seat and year are known in one currency, what a seat would save. One row per org and alternative.
-- parameters: org_ids, kinds, models
-- columns: org, org_id, kind, identifier, model, alternative, alternative_model, unit_cost, alternative_unit_cost,
--   currency, saves_per_seat, loses, condition, source, as_of
WITH listed AS (
    SELECT kind, identifier, nullif(org_edition, '') AS org_edition, price_per_month, currency, true AS is_entered
    FROM entered_price
    UNION ALL
    SELECT kind, identifier, org_edition, price_per_month, currency, false FROM list_price
),
offered AS (
    SELECT
        l.org, l.org_id, l.kind, l.identifier, l.model, a.alternative, a.loses, a.condition, a.source, a.as_of,
        l.unit_cost, l.currency,
        coalesce(other.model, concat_ws(' ', c.product, c.edition), a.alternative) AS alternative_model,
        CASE
            WHEN l.is_sandbox THEN NULL
            WHEN other.unit_cost IS NOT NULL AND other.currency = l.currency THEN other.unit_cost
            WHEN p.currency = l.currency THEN 12 * p.price_per_month
        END::DECIMAL(18, 2) AS alternative_unit_cost
    FROM priced_license l
    JOIN org o ON o.org_id = l.org_id
    JOIN license_alternative a ON a.kind = l.kind AND a.identifier = l.identifier
    LEFT JOIN priced_license other
        ON other.org_id = l.org_id AND other.kind = a.kind AND other.identifier = a.alternative
    LEFT JOIN license_catalog c ON c.kind = a.kind AND c.identifier = a.alternative
    LEFT JOIN listed p
        ON p.kind = a.kind AND p.identifier = a.alternative AND coalesce(p.org_edition = o.edition, true)
    WHERE (l.owned > 0 OR l.is_unlimited OR l.used_by_org > 0)
        AND is_chosen($org_ids, l.org_id) AND is_chosen($kinds, l.kind) AND is_chosen($models, l.model)
    QUALIFY row_number() OVER (
        PARTITION BY l.org_id, l.kind, l.identifier, a.alternative
        ORDER BY p.is_entered DESC NULLS LAST, p.org_edition IS NULL
    ) = 1
)
SELECT
    org, org_id, kind, identifier, model, alternative, alternative_model, unit_cost, alternative_unit_cost, currency,
    (unit_cost - alternative_unit_cost)::DECIMAL(18, 2) AS saves_per_seat, loses, condition, source, as_of
FROM offered
ORDER BY org, model, saves_per_seat DESC NULLS LAST, alternative
