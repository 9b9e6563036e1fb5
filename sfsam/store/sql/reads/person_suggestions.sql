-- title: Who a user may be
-- description: People of the directory who share an e-mail or a number with the user (several do, so no rule decides), or
--   whose e-mail or name is similar: likeness is that of Jaro and Winkler, from 0.88 on. Names and e-mails are compared
--   only where they begin alike or share a word, so that a large directory answers at once.
-- parameters: org_id, user_id
-- columns: person_id, name, email, department, reason, likeness
WITH wanted AS (
    SELECT
        lower(trim(coalesce(name, ''))) AS name, plain_key(real_email(email)) AS email, plain_key(username) AS username,
        plain_key(federation_identifier) AS federation_id, plain_key(employee_number) AS employee_number,
        split_part(plain_key(coalesce(email, username)), '@', 1) AS local_part,
        string_split(lower(trim(coalesce(name, ''))), ' ') AS words
    FROM sf_user WHERE org_id = $org_id AND id = $user_id
),
near AS (                                              -- cheap tests first: few are left to be compared
    SELECT
        p.person_id, p.name, p.email, p.department, w.local_part, w.name AS wanted_name, w.words,
        coalesce(plain_key(real_email(p.email)) IN (w.email, w.username), false)
            OR coalesce(plain_key(p.federation_id) = w.federation_id, false)
            OR coalesce(plain_key(p.employee_number) = w.employee_number, false) AS is_shared,
        starts_with(lower(p.email), left(w.local_part, 2)) AS begins_alike
    FROM person p CROSS JOIN wanted w
    WHERE is_shared OR begins_alike OR (w.name <> '' AND (
        starts_with(lower(p.name), left(w.name, 2)) OR contains(lower(p.name), w.words[-1])
        OR contains(lower(p.name), w.words[1])))
),
compared AS (
    SELECT
        person_id, name, email, department, is_shared,
        CASE WHEN begins_alike THEN jaro_winkler_similarity(split_part(plain_key(email), '@', 1), local_part) ELSE 0 END
            AS email_likeness,
        CASE WHEN wanted_name <> ''
            THEN jaro_winkler_similarity(array_to_string(list_sort(string_split(lower(trim(name)), ' ')), ' '),
                                         array_to_string(list_sort(words), ' ')) ELSE 0 END AS name_likeness
    FROM near
)
SELECT
    person_id, name, email, department,
    CASE WHEN is_shared THEN 'Several people share it' WHEN name_likeness = 1 THEN 'Same name'
        WHEN email_likeness >= name_likeness THEN 'Similar e-mail' ELSE 'Similar name' END AS reason,
    round(CASE WHEN is_shared THEN 1 ELSE greatest(email_likeness, name_likeness) END, 2) AS likeness
FROM compared
WHERE is_shared OR greatest(email_likeness, name_likeness) >= 0.88
ORDER BY is_shared DESC, email_likeness + name_likeness DESC, lower(name), person_id
LIMIT 5
