-- Who is in the org and how active they are. One row per user: u is the user number, p the person behind it
-- (the same person has the same p in another org), team the position in company.TEAMS (null for the cast).
-- Params: users, org, sandbox, cast, now
CREATE TEMP TABLE person AS
WITH numbered AS (
    SELECT range::INTEGER AS u, (range - $cast - 1)::INTEGER AS r FROM range($cast + 1, $users + 1)
), placed AS (
    SELECT u, r, (r % 100)::INTEGER AS team, r // 100 AS rank,
           CASE WHEN $org = 0 OR $sandbox OR pick_person(u, 1, 100) < 40 THEN u ELSE u + 10000000 * $org END AS p,
           -- A manager leads eight people of the same team; the first of each team reports to the chief.
           r // 100 < greatest(1, ($users - $cast) // 800) AND r % 100 NOT BETWEEN 77 AND 98 AS leads,
           pick(u, 2, 1000) AS state, pick(u, 3, 1000) AS fading, share(u, 4) AS x, share(u, 5) AS y,
           share(u, 6) AS z
    FROM numbered
), stated AS (
    SELECT *,
           CASE WHEN state < 120 AND NOT leads THEN 'leaver'
                WHEN state BETWEEN 120 AND 139 AND NOT leads THEN 'starter'
                WHEN fading < 188 THEN 'stale'
                ELSE 'regular' END AS activity,
           state BETWEEN 140 AND 156 AS frozen
    FROM placed
), aged AS (
    SELECT *,
           -- Days since the last log-in by hand, null for never.
           CASE activity
                WHEN 'leaver' THEN CASE WHEN fading < 900 THEN 8 + floor(900 * y * y) END
                WHEN 'starter' THEN CASE WHEN fading < 500 THEN floor(x * 29 * share(u, 7)) END
                WHEN 'stale' THEN CASE WHEN fading >= 28 THEN 61 + floor(669 * y * y) END
                ELSE floor(59 * pow(x, 2.2)) END::INTEGER AS last_days
    FROM stated
)
SELECT u, r, p, team, rank, leads, activity, frozen, fading,
       $now - to_seconds(last_days * 86400 + 60 + pick(u, 8, 40000)) AS last_human,
       CASE WHEN activity = 'starter' THEN $now - to_seconds(90000 + (x * 2400000)::BIGINT)
            ELSE $now - to_seconds(86400 * (coalesce(last_days, 62) + 35 + (z * 2600)::INTEGER) + pick(u, 9, 80000))
       END AS created,
       CASE WHEN activity = 'leaver' THEN $now - to_seconds((coalesce(last_days, 40) * 43200) + 3600) END AS left_at,
       -- A connected app that keeps refreshing its token for somebody who no longer comes.
       CASE WHEN activity = 'stale' AND fading % 25 = 0
            THEN $now - to_seconds(3600 + pick(u, 10, 200000)) END AS last_machine
FROM aged
ORDER BY u;
