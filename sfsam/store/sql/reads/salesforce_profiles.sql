-- title: Salesforce profiles
-- description: The Salesforce profiles of each org with the user license that each belongs to, how many active people
--   have it, and whether Salesforce lets people of another license change to it for less
--   (data/license_alternatives.csv).
-- parameters: org_ids
-- columns: id, org_id, name, license, people, is_cheaper
SELECT
    p.id, p.org_id, p.name, coalesce(l.model, u.name, u.license_definition_key) AS license,
    coalesce(a.people, 0) AS people,
    u.license_definition_key IN (SELECT alternative FROM license_alternative WHERE kind = 'user') AS is_cheaper
FROM sf_profile p
LEFT JOIN sf_user_license u ON u.org_id = p.org_id AND u.id = p.user_license_id
LEFT JOIN priced_license l ON l.org_id = p.org_id AND l.kind = 'user' AND l.identifier = u.license_definition_key
LEFT JOIN (
    SELECT org_id, profile_id, count(*) AS people FROM sf_user WHERE is_active GROUP BY ALL
) a ON a.org_id = p.org_id AND a.profile_id = p.id
WHERE is_chosen($org_ids, p.org_id)
ORDER BY lower(p.name), p.id
