-- Apps last used, tokens, sessions, and the daily metrics.
-- Params: now, admin
INSERT INTO "UserAppInfo" BY NAME
SELECT row_number() OVER (ORDER BY u) AS "Id", u AS "UserId", '06m5g00000SALES' AS "AppDefinitionId",
       CASE WHEN pick(u, 60, 4) = 0 THEN 'Small' ELSE 'Large' END AS "FormFactor",
       date_trunc('second', created) AS "CreatedDate", u AS "CreatedById",
       -- Some keep one session open for weeks: they work, although their last log-in is old.
       date_trunc('second', CASE WHEN activity = 'stale' AND fading % 20 = 1
            THEN $now - to_seconds(pick(u, 61, 400000)) ELSE last_human + INTERVAL 20 SECOND END) AS "LastModifiedDate",
       u AS "LastModifiedById", "LastModifiedDate" AS "SystemModstamp"
FROM person WHERE last_human IS NOT NULL AND activity <> 'leaver' AND pick(u, 62, 10) < 3
   OR activity = 'stale' AND fading % 20 = 1;
INSERT INTO "OauthToken" BY NAME
SELECT 'Desk Sync' AS "AppName", u AS "UserId", date_trunc('second', created + INTERVAL 3 HOUR) AS "CreatedDate",
       date_trunc('second', last_machine) AS "LastUsedDate", 20 + fading AS "UseCount"
FROM person WHERE last_machine IS NOT NULL
UNION ALL
SELECT CASE WHEN u % 3 = 0 THEN 'Salesforce for Android' ELSE 'Salesforce for iOS' END, u,
       date_trunc('second', created + INTERVAL 5 HOUR), date_trunc('second', last_human), fading
FROM person WHERE last_human > $now - INTERVAL 90 DAY AND pick(u, 63, 20) = 0
ORDER BY ALL;
INSERT INTO "AuthSession" BY NAME
SELECT row_number() OVER (ORDER BY u) AS "Id", u AS "UsersId", date_trunc('second', last_human) AS "CreatedDate",
       date_trunc('second', least(last_human + to_seconds(pick(u, 64, 7000)), $now)) AS "LastModifiedDate",
       7200 AS "NumSecondsValid", 'Standard' AS "UserType", source_ip(u) AS "SourceIp",
       false AS "IsAssociatedWithJwtAccessToken", 'Application' AS "LoginType", 'UI' AS "SessionType", 'STANDARD' AS "SessionSecurityLevel", false AS "IsCurrent"
FROM person WHERE last_human > $now - INTERVAL 1 DAY AND activity <> 'leaver' AND pick(u, 65, 4) = 0;
