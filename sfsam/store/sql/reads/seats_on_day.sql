-- title: Who held what on a day
-- description: Seats held at the end of this day, one row each: those of the last download on or before it.
-- parameters: day, org_ids, kinds, models, search
-- columns: org, org_id, user_id, name, user_principal_name, kind, identifier, model, from_day, until_day
SELECT
    o.org, p.org_id, p.user_id, u.name, u.username AS user_principal_name, p.kind, p.identifier,
    coalesce(l.model, p.identifier) AS model, p.from_day, p.until_day
FROM seat_period p
JOIN org o ON o.org_id = p.org_id
LEFT JOIN sf_user u ON u.org_id = p.org_id AND u.id = p.user_id
LEFT JOIN priced_license l ON l.org_id = p.org_id AND l.kind = p.kind AND l.identifier = p.identifier
WHERE p.from_day <= $day::DATE AND coalesce(p.until_day > $day::DATE, true)
    AND is_chosen($org_ids, p.org_id) AND is_chosen($kinds, p.kind)
    AND is_chosen($models, coalesce(l.model, p.identifier))
    AND is_found($search, concat_ws(' ', u.name, u.username, l.model))
