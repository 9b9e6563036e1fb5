-- title: Software models
-- description: One row per software model that a person or the catalog names, over all its identifiers and orgs: seats
--   owned where the org or a contract says how many (empty when nobody does, or for some of them), assigned and stale
--   seats, and where its price comes from. price source is mixed when its licenses differ. Sandboxes stand outside.
-- parameters: org_ids, kinds, models, search, stale_after_days, grace_days, include_sandboxes
-- columns: model, publisher, product, edition, kinds, identifiers, identifier_count, orgs, owned, is_unlimited,
--   assigned, stale, is_paid, price_source, is_mapped, is_excluded
SELECT
    l.model, l.publisher, any_value(l.product) AS product,
    any_value(nullif(coalesce(CASE WHEN l.is_mapped THEN m.edition ELSE c.edition END, ''), '')) AS edition,
    string_agg(DISTINCT l.kind, ', ' ORDER BY l.kind) AS kinds,
    string_agg(DISTINCT l.identifier, ', ' ORDER BY l.identifier) AS identifiers,
    count(DISTINCT (l.kind, l.identifier)) AS identifier_count, count(DISTINCT l.org_id) AS orgs,
    CASE WHEN count(l.owned) = count(*) THEN sum(l.owned) END::BIGINT AS owned, bool_or(l.is_unlimited) AS is_unlimited,
    sum(l.assigned)::BIGINT AS assigned, sum(l.stale)::BIGINT AS stale, bool_or(l.is_paid) AS is_paid,
    CASE WHEN min(l.price_source) = max(l.price_source) THEN min(l.price_source) ELSE 'mixed' END AS price_source,
    bool_or(l.is_mapped) AS is_mapped, bool_and(l.is_excluded) AS is_excluded
FROM license_position($stale_after_days, $grace_days, NULL) l
LEFT JOIN identifier_mapping m ON m.kind = l.kind AND m.identifier = l.identifier
LEFT JOIN license_catalog c ON c.kind = l.kind AND c.identifier = l.identifier
WHERE l.is_recognized AND (l.owned > 0 OR l.assigned > 0 OR l.is_unlimited)
    AND ($include_sandboxes OR NOT l.is_sandbox)
    AND is_chosen($org_ids, l.org_id) AND is_chosen($kinds, l.kind) AND is_chosen($models, l.model)
    AND is_found($search, concat_ws(' ', l.model, l.publisher, l.identifier, l.label))
GROUP BY l.model, l.publisher
ORDER BY l.model, l.publisher
