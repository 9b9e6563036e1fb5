-- title: One subscription identifier
-- description: What an identifier is, who said so, and how many orgs and seats follow; empty when no org has it.
-- parameters: kind, identifier
-- columns: kind, identifier, model, is_recognized, mapped_by, mapped_at, orgs, seats
SELECT
    l.kind, l.identifier, min(l.model) AS model, bool_and(l.is_recognized) AS is_recognized,
    any_value(m.mapped_by) AS mapped_by, any_value(m.mapped_at) AS mapped_at, count(DISTINCT l.org_id) AS orgs,
    (
        SELECT coalesce(sum(c.seats), 0)::BIGINT FROM license_seat_count c
        WHERE c.kind = $kind AND c.identifier = $identifier
    ) AS seats
FROM priced_license l
LEFT JOIN identifier_mapping m ON m.kind = l.kind AND m.identifier = l.identifier
WHERE l.kind = $kind AND l.identifier = $identifier
GROUP BY l.kind, l.identifier
