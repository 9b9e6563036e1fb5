-- Six months of log-ins going back from each user's last one, so that LastLoginDate is the newest success.
-- Params: now, cast, password, password_mac, saml_idp, saml_sp, lightning, ios, android, failed_password,
--         failed_saml, passwordless, refresh
CREATE TEMP TABLE log_in_plan AS
WITH pace AS (
    SELECT u, date_trunc('second', last_human) AS last_human, (3 + pick(u, 50, 14)) * 86400 AS gap,
           CASE WHEN team BETWEEN 84 AND 98 THEN 'portal'
                WHEN pick(u, 51, 100) < 60 THEN 'sso' WHEN pick(u, 51, 100) < 85 THEN 'password'
                ELSE 'lightning' END AS style,
           team BETWEEN 0 AND 27 OR team BETWEEN 59 AND 70 AS mobile,
           greatest(created, $now - INTERVAL 183 DAY) AS since
    FROM person WHERE last_human IS NOT NULL AND last_human > $now - INTERVAL 183 DAY
)
SELECT *, epoch(last_human - since)::BIGINT // gap + 1 AS n,
       (sum(epoch(last_human - since)::BIGINT // gap + 1) OVER (ORDER BY u))::BIGINT AS upto
FROM pace;
INSERT INTO "LoginHistory" BY NAME
WITH each AS (SELECT *, unnest(range(n)) AS k FROM log_in_plan), drawn AS (
    SELECT *, roll(u, k) AS d FROM each
)
SELECT (upto - n + k + 1)::INTEGER AS "Id", u AS "UserId",
       last_human - to_seconds(CASE WHEN k = 0 THEN 0 ELSE k * gap - d * 35 END) AS "LoginTime",
       CASE WHEN k > 0 AND d < 40 THEN CASE style WHEN 'sso' THEN $failed_saml ELSE $failed_password END
            WHEN mobile AND d < 190 THEN CASE WHEN u % 3 = 0 THEN $android ELSE $ios END
            WHEN style = 'sso' THEN CASE WHEN d % 3 = 0 THEN $saml_sp ELSE $saml_idp END
            WHEN style = 'lightning' THEN $lightning
            WHEN style = 'portal' AND u % 2 = 0 THEN $passwordless
            ELSE CASE WHEN u % 3 = 0 THEN $password_mac ELSE $password END END::USMALLINT AS kind
FROM drawn;
-- A forgotten app refreshes its token every third day; a stranger tries an old password.
INSERT INTO "LoginHistory" BY NAME
SELECT (SELECT coalesce(max("Id"), 0) FROM "LoginHistory") + row_number() OVER (ORDER BY u, k) AS "Id",
       u AS "UserId", date_trunc('second', last_machine) - to_seconds(k * 259200) AS "LoginTime",
       $refresh::USMALLINT AS kind
FROM (SELECT *, unnest(range(20)) AS k FROM person WHERE last_machine IS NOT NULL)
WHERE last_machine - to_seconds(k * 259200) > created;
INSERT INTO "LoginHistory" BY NAME
SELECT (SELECT coalesce(max("Id"), 0) FROM "LoginHistory") + row_number() OVER (ORDER BY u) AS "Id",
       u AS "UserId", date_trunc('second', $now - to_seconds(100000 + pick(u, 53, 900000))) AS "LoginTime",
       $failed_password::USMALLINT AS kind
FROM person WHERE activity IN ('stale', 'leaver') AND pick(u, 54, 10) = 0 AND created < $now - INTERVAL 20 DAY;
-- The cast: people by hand, integrations on the hour.
INSERT INTO "LoginHistory" BY NAME
SELECT (SELECT coalesce(max("Id"), 0) FROM "LoginHistory") + row_number() OVER (ORDER BY u, k) AS "Id",
       u AS "UserId", last_log_in - to_seconds(k * gap) AS "LoginTime", kind
FROM (SELECT *, unnest(range(greatest(0, 1 + (183 * 86400 - epoch($now - last_log_in)::BIGINT) // gap))) AS k
      FROM cast_log_in);
