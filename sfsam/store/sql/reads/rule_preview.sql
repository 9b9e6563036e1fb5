-- title: What a rule finds
-- description: By itself, whatever its place: users who are exactly one person of the directory, and users who could be
--   several, about whom it decides nothing. new: whom nobody knows so far. other_than_now: whom the rules in force say to
--   be somebody else. Machines are left out, and so are users about whom a person has decided.
-- parameters: source_field, lookup_field, transform, new_domain
-- columns: users, ambiguous, new, other_than_now, directory
SELECT
    count(*) FILTER (f.people = 1) AS users, count(*) FILTER (f.people > 1) AS ambiguous,
    count(*) FILTER (f.people = 1 AND m.user_id IS NULL) AS new,
    count(*) FILTER (f.people = 1 AND m.person_id <> f.person_id) AS other_than_now,
    (SELECT count(*) FROM person) AS directory
FROM found_by_rule($source_field, $lookup_field, $transform, $new_domain) f
LEFT JOIN user_person m ON m.org_id = f.org_id AND m.user_id = f.user_id
