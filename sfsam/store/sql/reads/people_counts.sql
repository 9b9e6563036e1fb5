-- title: Who is known
-- description: persons: entries of the directory. matched: users whom a rule or a person said to be one of them, confirmed
--   those a person did. unmatched: users with seats whom nobody knows, machines aside. holding: people with seats;
--   in several orgs; left: people who left and hold seats; no_person: users somebody said are none.
-- parameters:
-- columns: persons, matched, confirmed, unmatched, holding, in_several_orgs, same_email, left_holding, left_seats,
--   no_person
SELECT
    (SELECT count(*) FROM person) AS persons,
    (SELECT count(*) FROM user_person WHERE person_id IS NOT NULL) AS matched,
    (SELECT count(*) FROM user_person WHERE is_confirmed AND person_id IS NOT NULL) AS confirmed,
    (SELECT count(*) FROM holder_user WHERE basis IN ('user', 'same_email') AND seats > 0) AS unmatched,
    count(*) FILTER (basis IN ('person', 'user', 'same_email') AND seats > 0) AS holding,
    count(*) FILTER (basis = 'person' AND orgs > 1 AND seats > 0) AS in_several_orgs,
    count(*) FILTER (basis = 'same_email' AND seats > 0) AS same_email,
    count(*) FILTER (status = 'left' AND seats > 0) AS left_holding,
    coalesce(sum(seats) FILTER (status = 'left'), 0)::BIGINT AS left_seats,
    count(*) FILTER (basis = 'not_a_person') AS no_person
FROM holder
