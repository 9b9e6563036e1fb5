-- What is true of each person, for tests that ask whether a client finds it out; never part of what the org answers.
-- Params: now
CREATE TABLE label (user_number INTEGER, label VARCHAR);
INSERT INTO label
WITH newest AS (
    SELECT "UserId" AS u, arg_max(k."LoginType", h."LoginTime") AS kind, arg_max(k."Application", h."LoginTime") AS app
    FROM "LoginHistory" h JOIN login_kind k USING (kind) WHERE k."Status" = 'Success' GROUP BY 1
), held AS (
    SELECT a."AssigneeId" AS u, bool_and(a."PermissionSetGroupId" IS NOT NULL) AS only_groups
    FROM "PermissionSetAssignment" a JOIN "PermissionSet" s ON s."Id" = a."PermissionSetId"
    WHERE NOT s."IsOwnedByProfile" GROUP BY 1
), machine AS (
    SELECT u."Id" AS u FROM "User" u LEFT JOIN "Profile" p ON p."Id" = u."ProfileId"
    WHERE p."PermissionsApiUserOnly" OR u."UserType" IN ('AutomatedProcess', 'CloudIntegrationUser', 'Guest')
       OR p."Name" = 'Analytics Cloud Integration User'
)
SELECT u, unnest(list_filter([
    CASE WHEN activity = 'leaver' THEN 'left' END,
    CASE WHEN activity = 'starter' THEN 'new' END,
    CASE WHEN activity = 'stale' AND fading % 20 = 1 THEN 'long session' END,
    CASE WHEN activity = 'stale' AND last_machine IS NOT NULL THEN 'kept by an app' END,
    CASE WHEN activity = 'stale' AND fading % 20 <> 1 AND last_machine IS NULL THEN 'truly unused' END,
    CASE WHEN activity = 'regular' AND newest.kind LIKE 'SAML%' THEN 'single sign-on' END,
    CASE WHEN activity = 'regular' AND newest.app LIKE 'Salesforce for %' THEN 'mobile' END,
    CASE WHEN activity = 'regular' AND newest.kind IN ('LightningLogin', 'PasswordlessLogin') THEN 'passwordless' END,
    CASE WHEN activity = 'regular' AND held.only_groups THEN 'permission sets only through groups' END,
    CASE WHEN activity = 'regular' AND frozen THEN 'frozen' END,
    CASE WHEN activity = 'regular' THEN 'regular' END
], lambda each: each IS NOT NULL))
FROM person LEFT JOIN newest USING (u) LEFT JOIN held USING (u)
UNION ALL
SELECT u, 'machine' FROM machine
UNION ALL
SELECT "Id", CASE WHEN "LastLoginDate" < $now - INTERVAL 60 DAY THEN 'truly unused' ELSE 'regular' END FROM "User"
WHERE "Id" NOT IN (SELECT u FROM machine) AND "Id" NOT IN (SELECT u FROM person)
ORDER BY 1, 2
