-- title: Software models
-- description: Every subscription identifier that an org has a license for, with the software model that a person or
--   the catalog says it is. is_recognized is false where neither does; then the model is Salesforce's own label.
-- parameters: org_ids
-- columns: org, org_id, kind, identifier, model, publisher, is_recognized, owned, is_unlimited, assigned
WITH held AS (
    SELECT org_id, kind, identifier, sum(seats)::BIGINT AS assigned FROM license_seat_count GROUP BY org_id, kind, identifier
)
SELECT
    l.org, l.org_id, l.kind, l.identifier, l.model, l.publisher, l.is_recognized,
    l.owned, l.is_unlimited, coalesce(h.assigned, 0) AS assigned
FROM priced_license l
LEFT JOIN held h ON h.org_id = l.org_id AND h.kind = l.kind AND h.identifier = l.identifier
WHERE is_chosen($org_ids, l.org_id) AND (l.owned > 0 OR h.assigned > 0 OR l.is_unlimited)
ORDER BY l.org, l.kind, l.model, l.identifier
