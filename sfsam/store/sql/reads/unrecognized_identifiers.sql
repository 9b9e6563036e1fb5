-- title: Unrecognized subscription identifiers
-- description: Identifiers of licenses that neither a person nor the catalog knows, once over all orgs, with
--   Salesforce's own label. seats are the assigned ones; owned adds up what the orgs or contracts say, sandboxes included.
-- parameters: org_ids, kinds, search
-- columns: kind, identifier, label, orgs, org_names, owned, seats, is_excluded
WITH held AS (
    SELECT org_id, kind, identifier, sum(seats)::BIGINT AS assigned FROM license_seat_count GROUP BY org_id, kind, identifier
)
SELECT
    l.kind, l.identifier, min(l.label) AS label, count(DISTINCT l.org_id) AS orgs,
    string_agg(DISTINCT l.org, ', ' ORDER BY l.org) AS org_names, sum(l.owned)::BIGINT AS owned,
    coalesce(sum(h.assigned), 0)::BIGINT AS seats, bool_and(l.is_excluded) AS is_excluded
FROM priced_license l
LEFT JOIN held h ON h.org_id = l.org_id AND h.kind = l.kind AND h.identifier = l.identifier
WHERE NOT l.is_recognized AND (l.owned > 0 OR h.assigned > 0 OR l.is_unlimited)
    AND is_chosen($org_ids, l.org_id) AND is_chosen($kinds, l.kind)
    AND is_found($search, concat_ws(' ', l.identifier, l.label))
GROUP BY l.kind, l.identifier
ORDER BY seats DESC, l.kind, l.identifier
