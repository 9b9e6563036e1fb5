-- title: Licenses by their names
-- description: Every license of each org with the names that people write for it: identifier, label, software model.
-- parameters:
-- columns: org_id, org, org_name, edition, kind, identifier, label, model
SELECT l.org_id, l.org, o.org_name, o.edition, l.kind, l.identifier, l.label, l.model
FROM priced_license l
JOIN org o ON o.org_id = l.org_id
ORDER BY l.org, l.kind, l.identifier
