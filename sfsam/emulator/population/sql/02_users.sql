-- The users themselves: names and addresses follow the person, so that orgs share people.
-- Params: first_names, last_names, now, org, cast, chief, admin, domain, email_domain, username_suffix, email_suffix
INSERT INTO "User" BY NAME
WITH spelled AS (
    SELECT person.*, t.*, f.name AS given, l.name AS family, f.plain || '.' || l.plain || p AS handle,
           left(f.plain, 1) || left(l.plain, 4) || left((p % 997)::VARCHAR, 3) AS short,
           t.kind IN ('employee', 'contractor') AS internal, pick_person(p, 20, 12) AS place
    FROM (SELECT *, pick_person(p, 21, $first_names) AS first_i, pick_person(p, 22, $last_names) AS last_i
          FROM person) person
    JOIN team t USING (team)
    JOIN first_name f ON f.i = first_i
    JOIN last_name l ON l.i = last_i
)
SELECT
    u AS "Id",
    handle || '@' || CASE WHEN internal THEN $domain ELSE 'portal.' || $domain END || $username_suffix AS "Username",
    given AS "FirstName",
    family AS "LastName",
    CASE kind WHEN 'employee' THEN 'Northwind' WHEN 'contractor' THEN 'Fabrikam Contracting'
        ELSE ['Adventure Works', 'Tailspin Toys', 'Wingtip Partners', 'Litware', 'Proseware'][p % 5 + 1] END AS "CompanyName",
    CASE WHEN internal THEN division_of(place) END AS "Division",
    nullif(department, '') AS "Department",
    nullif(CASE WHEN leads AND kind = 'employee' THEN 'Head of ' || department ELSE title END, '') AS "Title",
    city_of(place) AS "City",
    country_of_place(place) AS "CountryCode",
    CASE WHEN NOT internal THEN handle || '@customer.example'
         WHEN $org > 0 AND p % 5 = 1 THEN upper(left(handle, 1)) || substr(handle, 2) || '@' || $email_domain
         WHEN $org > 0 AND p % 10 = 2 THEN handle || '@' || $domain
         ELSE handle || '@' || $email_domain END || $email_suffix AS "Email",
    short AS "Alias",
    handle AS "CommunityNickname",
    activity <> 'leaver' AS "IsActive",
    time_zone_of(place) AS "TimeZoneSidKey",
    locale_of(place) AS "LocaleSidKey",
    'UTF-8' AS "EmailEncodingKey",
    'en_US' AS "LanguageLocaleKey",
    profile_number AS "ProfileId",
    role_number AS "UserRoleId",
    CASE WHEN NOT internal THEN NULL WHEN rank = 0 THEN $chief
         ELSE $cast + 1 + ((rank - 1) // 8) * 100 + team END AS "ManagerId",
    CASE WHEN internal THEN 'E' || lpad((100000 + p)::VARCHAR, 6, '0') END AS "EmployeeNumber",
    CASE WHEN internal AND p % 50 <> 7 THEN handle || '@' || $email_domain END AS "FederationIdentifier",
    department = 'Sales' AS "ForecastEnabled",
    false AS "UserPermissionsCallCenterAutoLogin",
    nullif(cost_center, '') AS "Cost_Center__c",
    /* features */
    user_type AS "UserType",
    CASE WHEN NOT internal THEN u END AS "ContactId",
    CASE WHEN NOT internal THEN u % 5000 + 1 END AS "AccountId",
    NOT internal AS "IsPortalEnabled",
    date_trunc('second', greatest(last_human, last_machine)) AS "LastLoginDate",
    date_trunc('second', created + INTERVAL 1 HOUR) AS "LastPasswordChangeDate",
    CASE WHEN fading % 40 = 0 THEN 1 + fading % 3 ELSE 0 END AS "NumberOfFailedLogins",
    last_human IS NOT NULL AS "HasUserVerifiedEmail",
    date_trunc('second', created) AS "CreatedDate",
    $admin AS "CreatedById",
    date_trunc('second', coalesce(left_at, created + INTERVAL 2 HOUR)) AS "LastModifiedDate",
    $admin AS "LastModifiedById",
    date_trunc('second', greatest(coalesce(left_at, created), last_human, last_machine)) AS "SystemModstamp"
FROM spelled
ORDER BY u;
UPDATE "User" SET "ManagerId" = $chief WHERE "ManagerId" = "Id";
INSERT INTO "UserLogin" BY NAME
SELECT u."Id", u."Id" AS "UserId", coalesce(p.frozen AND u."IsActive", false) AS "IsFrozen", false AS "IsPasswordLocked",
       CASE WHEN p.frozen THEN date_trunc('second', $now - to_seconds(3600 + pick(u."Id", 30, 2000000)))
            ELSE u."CreatedDate" END AS "LastModifiedDate",
       $admin AS "LastModifiedById"
FROM "User" u LEFT JOIN person p ON p.u = u."Id"
WHERE u."UserType" NOT IN ('AutomatedProcess', 'CloudIntegrationUser')
ORDER BY u."Id";
