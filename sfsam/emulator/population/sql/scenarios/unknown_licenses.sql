-- 40 licenses that no catalog knows: 10 user licenses, 20 permission-set licenses, 10 packages.
-- Params: now, admin
INSERT INTO "UserLicense" BY NAME
SELECT 100 + range AS "Id", 'PID_NWX_' || lpad(range::VARCHAR, 2, '0') AS "LicenseDefinitionKey",
       'Northwind X ' || range AS "Name", 'Northwind X ' || range AS "MasterLabel", 'Active' AS "Status",
       0 AS "TotalLicenses", $now - INTERVAL 400 DAY AS "CreatedDate", $now - INTERVAL 400 DAY AS "LastModifiedDate",
       $now - INTERVAL 400 DAY AS "SystemModstamp"
FROM range(1, 11);
INSERT INTO "Profile" BY NAME
SELECT p.* REPLACE (100 + range AS "Id", 'Northwind X ' || range || ' User' AS "Name", 100 + range AS "UserLicenseId")
FROM "Profile" p, range(1, 11) WHERE p."Name" = 'Standard Platform User';
INSERT INTO "PermissionSet" BY NAME
SELECT s.* REPLACE (1000 + range AS "Id", 'X00e' || lpad((100 + range)::VARCHAR, 12, '0') AS "Name",
                    'Northwind X ' || range || ' User' AS "Label", (100 + range) + (1::BIGINT << 40) AS "LicenseId",
                    100 + range AS "ProfileId")
FROM "PermissionSet" s JOIN "Profile" p ON p."Id" = s."ProfileId", range(1, 11)
WHERE p."Name" = 'Standard Platform User';
-- Every third platform user is on one of them.
UPDATE "User" SET "ProfileId" = 101 + "User"."Id" % 10
FROM "Profile" p, "UserLicense" l
WHERE p."Id" = "User"."ProfileId" AND l."Id" = p."UserLicenseId" AND l."LicenseDefinitionKey" = 'AUL' AND pick("User"."Id", 90, 3) = 0;
UPDATE "PermissionSetAssignment" SET "PermissionSetId" = own."Id"
FROM "User" u, "PermissionSet" own, "PermissionSet" old
WHERE own."ProfileId" = u."ProfileId" AND "PermissionSetAssignment"."AssigneeId" = u."Id" AND u."ProfileId" > 100
  AND old."Id" = "PermissionSetAssignment"."PermissionSetId" AND old."IsOwnedByProfile";
UPDATE "UserLicense" SET "TotalLicenses" = 5 + (
    SELECT count(*) FROM "User" u WHERE u."IsActive" AND u."ProfileId" = "UserLicense"."Id")
WHERE "Id" > 100;
INSERT INTO "PermissionSetLicense" BY NAME
SELECT l.* REPLACE (100 + range AS "Id", 'NWX_Feature' || lpad(range::VARCHAR, 2, '0') || 'Psl' AS "DeveloperName",
                    'Northwind Feature ' || range AS "MasterLabel",
                    'NWX_Feature' || lpad(range::VARCHAR, 2, '0') || 'Psl' AS "PermissionSetLicenseKey",
                    NULL AS "forUserLicenses", true AS "countsInactive")
FROM "PermissionSetLicense" l, range(1, 21) WHERE l."DeveloperName" = 'CRMUserPsl';
INSERT INTO "PermissionSetLicenseAssign" BY NAME
SELECT (SELECT max("Id") FROM "PermissionSetLicenseAssign") + row_number() OVER (ORDER BY u."Id", range) AS "Id",
       u."Id" AS "AssigneeId", 100 + range AS "PermissionSetLicenseId", false AS "IsRevoked", false AS "IsDeleted",
       u."CreatedDate", $admin AS "CreatedById", u."CreatedDate" AS "LastModifiedDate", $admin AS "LastModifiedById",
       u."CreatedDate" AS "SystemModstamp"
FROM "User" u, range(1, 21) WHERE u."UserType" = 'Standard' AND u."Id" > 17 AND pick(u."Id", 100 + range, 60) = 0;
UPDATE "PermissionSetLicense" SET "TotalLicenses" = 10 + (
    SELECT count(*) FROM "PermissionSetLicenseAssign" a WHERE a."PermissionSetLicenseId" = "PermissionSetLicense"."Id")
WHERE "Id" > 100;
INSERT INTO "PackageLicense" BY NAME
SELECT 100 + range AS "Id", 'nwx' || lpad(range::VARCHAR, 2, '0') AS "NamespacePrefix", 'Active' AS "Status",
       0 AS "AllowedLicenses", $now + INTERVAL 200 DAY AS "ExpirationDate", true AS "IsProvisioned",
       false AS "IsAvailableForIntegrations", $now - INTERVAL 400 DAY AS "CreatedDate",
       $now - INTERVAL 400 DAY AS "LastModifiedDate", $now - INTERVAL 400 DAY AS "SystemModstamp"
FROM range(1, 11);
INSERT INTO "UserPackageLicense" BY NAME
SELECT (SELECT max("Id") FROM "UserPackageLicense") + row_number() OVER (ORDER BY u."Id", range) AS "Id",
       100 + range AS "PackageLicenseId", u."Id" AS "UserId", false AS "IsRevoked", u."CreatedDate",
       $admin AS "CreatedById", u."CreatedDate" AS "LastModifiedDate", $admin AS "LastModifiedById",
       u."CreatedDate" AS "SystemModstamp"
FROM "User" u, range(1, 11) WHERE u."UserType" = 'Standard' AND u."Id" > 17 AND pick(u."Id", 130 + range, 50) = 0;
UPDATE "PackageLicense" SET "AllowedLicenses" = 10 + (
    SELECT count(*) FROM "UserPackageLicense" a WHERE a."PackageLicenseId" = "PackageLicense"."Id")
WHERE "Id" > 100
