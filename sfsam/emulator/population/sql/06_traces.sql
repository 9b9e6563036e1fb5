-- Verifications, event logs, daily Lightning use, and what permission sets open (examples of each).
-- Params: now, admin
INSERT INTO "LoginGeo" BY NAME
SELECT range::INTEGER + 1 AS "Id", $now AS "LoginTime", country_of_place(range::INTEGER) AS "CountryIso",
       country_of_place(range::INTEGER) AS "Country", city_of(range::INTEGER) AS "City",
       $now AS "CreatedDate", $admin AS "CreatedById", $now AS "LastModifiedDate", $admin AS "LastModifiedById",
       $now AS "SystemModstamp"
FROM range(12);
INSERT INTO "VerificationHistory" BY NAME
SELECT row_number() OVER (ORDER BY u, k) AS "Id", 'Login' AS "Activity", (1000 + u)::INTEGER AS "EventGroup",
       geo_of(u) AS "LoginGeoId", 'HighAssurance' AS "Policy", source_ip(u) AS "SourceIp",
       CASE WHEN pick(u, 80 + k, 20) = 0 THEN 'Denied' ELSE 'Succeeded' END AS "Status", u AS "UserId",
       ['SalesforceAuthenticator', 'TOTP', 'Email'][pick(u, 70, 3) + 1] AS "VerificationMethod",
       date_trunc('second', last_human - to_seconds(k * 2592000)) AS "VerificationTime",
       "VerificationTime" AS "CreatedDate", u AS "CreatedById", "VerificationTime" AS "LastModifiedDate",
       u AS "LastModifiedById", "VerificationTime" AS "SystemModstamp"
FROM (SELECT *, unnest(range(2)) AS k FROM person WHERE last_human > $now - INTERVAL 120 DAY AND pick(u, 71, 5) = 0);
-- Without Event Monitoring an org keeps a handful of daily logs for one day.
INSERT INTO "EventLogFile" BY NAME
SELECT row_number() OVER () AS "Id", event AS "EventType", date_trunc('day', $now - INTERVAL 1 DAY) AS "LogDate",
       -- As long as the CSV that wire/event_log_routes.py writes: its head, and a line for each log-in of that day.
       51.0 + (51 + length(event)) * (
           SELECT count(*) FROM "LoginHistory" h JOIN login_kind k USING (kind)
           WHERE h."LoginTime"::DATE = ($now - INTERVAL 1 DAY)::DATE
             AND (event = 'Login' OR event = 'ApiTotalUsage' AND k."ApiType" <> 'N/A')) AS "LogFileLength",
       'text/csv' AS "LogFileContentType", 'EVENT_TYPE,TIMESTAMP_DERIVED,USER_ID_DERIVED' AS "LogFileFieldNames",
       'String,DateTime,Id' AS "LogFileFieldTypes", 66.0 AS "ApiVersion", 'Daily' AS "Interval", 0 AS "Sequence",
       date_trunc('second', $now) AS "CreatedDate", $admin AS "CreatedById", "CreatedDate" AS "LastModifiedDate",
       $admin AS "LastModifiedById", "CreatedDate" AS "SystemModstamp"
FROM (SELECT unnest(['Login', 'Logout', 'ApiTotalUsage']) AS event);
-- Who worked on which day: log-ins of the last month, and the long sessions that no log-in shows.
CREATE TEMP TABLE lightning_day AS
SELECT row_number() OVER (ORDER BY u, day) AS n, u, day, bool_or(mobile) AS mobile,
       least(day + INTERVAL 26 HOUR, $now) AS counted_at
FROM (
    SELECT h."UserId" AS u, h."LoginTime"::DATE AS day, k."Application" LIKE 'Salesforce for %' AS mobile
    FROM "LoginHistory" h JOIN login_kind k ON k.kind = h.kind
    WHERE h."LoginTime" > $now - INTERVAL 30 DAY AND k."Status" = 'Success' AND k."ApiType" = 'N/A'
    UNION ALL
    SELECT "UserId", "LastModifiedDate"::DATE, false FROM "UserAppInfo" WHERE "LastModifiedDate" > $now - INTERVAL 30 DAY
) GROUP BY u, day;
INSERT INTO "LightningUsageByAppTypeMetrics" BY NAME
SELECT n AS "Id", u AS "UserId",
       CASE WHEN mobile THEN 'Salesforce Mobile' ELSE 'Lightning Experience' END AS "AppExperience",
       day AS "MetricsDate", counted_at AS "SystemModstamp"
FROM lightning_day;
-- Pages are counted for a tenth of the people.
INSERT INTO "LightningUsageByPageMetrics" BY NAME
SELECT n AS "Id", u AS "UserId", ['home', 'one:one', 'Opportunity', 'Case'][pick(u, 72, 4) + 1] AS "PageName",
       3 + pick(u, 73, 40) AS "TotalCount", "TotalCount" AS "RecordCountEPT", "TotalCount" * 1800 AS "SumEPT",
       "TotalCount" AS "EptBinUnder3", 0 AS "EptBin3To5", 0 AS "EptBin5To8", 0 AS "EptBin8To10", 0 AS "EptBinOver10",
       day AS "MetricsDate", counted_at AS "SystemModstamp"
FROM lightning_day WHERE NOT mobile AND u % 10 = 0;
INSERT INTO "LightningUsageByBrowserMetrics" BY NAME
SELECT row_number() OVER (ORDER BY day, browser) AS "Id", browser AS "Browser", 'home' AS "PageName", n AS "TotalCount",
       n AS "RecordCountEPT", n * 1700 AS "SumEPT", n AS "EptBinUnder3", 0 AS "EptBin3To5", 0 AS "EptBin5To8",
       0 AS "EptBin8To10", 0 AS "EptBinOver10", day AS "MetricsDate", counted_at AS "SystemModstamp"
FROM (SELECT day, counted_at, ['Chrome', 'Edge', 'Safari'][u % 3 + 1] AS browser, count(*)::INTEGER AS n
      FROM lightning_day GROUP BY ALL);
INSERT INTO "LightningUsageByFlexiPageMetrics" BY NAME
SELECT row_number() OVER (ORDER BY day) AS "Id", 'Sales_Home' AS "FlexiPageNameOrId", 'HomePage' AS "FlexiPageType",
       n AS "TotalCount", n AS "RecordCountEPT", n * 1900 AS "SumEPT", n AS "EptBinUnder3", 0 AS "EptBin3To5",
       0 AS "EptBin5To8", 0 AS "EptBin8To10", 0 AS "EptBinOver10", day AS "MetricsDate", counted_at AS "SystemModstamp"
FROM (SELECT day, counted_at, count(*)::INTEGER AS n FROM lightning_day GROUP BY ALL);
INSERT INTO "LightningToggleMetrics" BY NAME
SELECT n AS "Id", u AS "UserId", CASE WHEN u % 2 = 0 THEN 'switchToClassic' ELSE 'switchToLightning' END AS "Action",
       1 AS "RecordCount", day AS "MetricsDate", counted_at AS "SystemModstamp"
FROM lightning_day WHERE NOT mobile AND pick(u, 74, 50) = 0;
INSERT INTO "LightningExitByPageMetrics" BY NAME
SELECT n AS "Id", u AS "UserId", 'ReportsHome' AS "CurrentPage", 1 AS "RecordCount", day AS "MetricsDate",
       counted_at AS "SystemModstamp"
FROM lightning_day WHERE NOT mobile AND pick(u, 75, 60) = 0;
INSERT INTO "ObjectPermissions" BY NAME
SELECT row_number() OVER (ORDER BY s."Id", object) AS "Id", s."Id" AS "ParentId", object AS "SobjectType",
       true AS "PermissionsCreate", true AS "PermissionsRead", true AS "PermissionsEdit", false AS "PermissionsDelete",
       false AS "PermissionsViewAllRecords", false AS "PermissionsModifyAllRecords", s."CreatedDate", s."CreatedById",
       s."LastModifiedDate", s."LastModifiedById", s."SystemModstamp"
FROM "PermissionSet" s, (SELECT unnest(['Account', 'Case', 'Opportunity']) AS object)
WHERE s."Type" = 'Regular' AND (s."Id" + length(object)) % 2 = 0 ORDER BY s."Id", object;
INSERT INTO "FieldPermissions" BY NAME
SELECT p."Id", p."ParentId", p."SobjectType", p."SobjectType" || '.Description' AS "Field",
       true AS "PermissionsRead", true AS "PermissionsEdit", p."SystemModstamp"
FROM "ObjectPermissions" p ORDER BY p."Id";
INSERT INTO "SetupEntityAccess" BY NAME
SELECT row_number() OVER (ORDER BY "Id") AS "Id", "Id" AS "ParentId", "Id" AS "SetupEntityId",
       'TabSet' AS "SetupEntityType", "SystemModstamp"
FROM "PermissionSet" WHERE "Type" = 'Regular' AND "Id" % 3 = 0 ORDER BY "Id";
INSERT INTO "GrantedByLicense" BY NAME
SELECT "Id", "Id" AS "PermissionSetLicenseId", "DeveloperName" || '_Access' AS "DeveloperName", "CreatedDate",
       "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp"
FROM "PermissionSetLicense" WHERE "Id" % 5 = 0 ORDER BY "Id";
