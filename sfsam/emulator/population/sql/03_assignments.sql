-- Permission sets, permission-set licenses and packages by team and share; leavers keep seats they no longer need.
-- Params: now, admin
CREATE TEMP TABLE member AS
SELECT p.u, p.team, p.activity, p.created, p.left_at, u."IsActive" AS active
FROM person p JOIN "User" u ON u."Id" = p.u;
-- Every profile has its own permission set, and each user one row that mirrors the profile.
INSERT INTO "PermissionSetAssignment" BY NAME
SELECT "Id", "Id" AS "AssigneeId", "ProfileId" AS "PermissionSetId", true AS "IsActive", false AS "IsRevoked",
       "CreatedDate" AS "SystemModstamp"
FROM "User" WHERE "ProfileId" IS NOT NULL ORDER BY "Id";
INSERT INTO "PermissionSetAssignment" BY NAME
SELECT (SELECT max("Id") FROM "User") + row_number() OVER (ORDER BY m.u, o.permission_set) AS "Id",
       m.u AS "AssigneeId", o.permission_set AS "PermissionSetId", o.permission_set_group AS "PermissionSetGroupId",
       true AS "IsActive", false AS "IsRevoked",
       date_trunc('second', m.created + INTERVAL 1 DAY) AS "SystemModstamp"
FROM offer o
JOIN member m ON m.team BETWEEN o.first_team AND o.last_team
WHERE pick(m.u, 100 + o.permission_set, 1000) < o.share
  AND NOT (m.activity = 'leaver' AND pick(m.u, 40, 100) < 55);
INSERT INTO "PermissionSetAssignment" BY NAME
SELECT (SELECT max("Id") FROM "PermissionSetAssignment") + row_number() OVER (ORDER BY u."Id") AS "Id",
       u."Id" AS "AssigneeId", n.permission_set AS "PermissionSetId", true AS "IsActive", false AS "IsRevoked",
       u."CreatedDate" AS "SystemModstamp"
FROM "User" u JOIN integration_need n ON n.profile = u."ProfileId";
-- A license is held because a permission set needed it once (leavers kept theirs), or without any need.
INSERT INTO "PermissionSetLicenseAssign" BY NAME
WITH needed AS (
    SELECT m.u, o.permission_set_license AS psl
    FROM need o JOIN member m ON m.team BETWEEN o.first_team AND o.last_team
    WHERE pick(m.u, 100 + o.permission_set, 1000) < o.share
    UNION
    SELECT m.u, h.permission_set_license
    FROM held_without_need h JOIN member m ON m.team BETWEEN h.first_team AND h.last_team
    WHERE pick(m.u, 500 + h.permission_set_license, 1000) < h.share
    UNION
    SELECT "AssigneeId", n.permission_set_license FROM "PermissionSetAssignment" a
    JOIN integration_need n ON n.permission_set = a."PermissionSetId"
)
SELECT row_number() OVER (ORDER BY n.u, n.psl) AS "Id", n.u AS "AssigneeId", n.psl AS "PermissionSetLicenseId",
       false AS "IsRevoked", false AS "IsDeleted",
       date_trunc('second', u."CreatedDate" + INTERVAL 1 DAY) AS "CreatedDate", $admin AS "CreatedById",
       "CreatedDate" AS "LastModifiedDate", $admin AS "LastModifiedById", "CreatedDate" AS "SystemModstamp"
FROM needed n JOIN "User" u ON u."Id" = n.u;
INSERT INTO "UserPackageLicense" BY NAME
SELECT row_number() OVER (ORDER BY m.u, o.package_license) AS "Id", o.package_license AS "PackageLicenseId",
       m.u AS "UserId", false AS "IsRevoked",
       date_trunc('second', m.created + INTERVAL 2 DAY) AS "CreatedDate", $admin AS "CreatedById",
       "CreatedDate" AS "LastModifiedDate", $admin AS "LastModifiedById", "CreatedDate" AS "SystemModstamp"
FROM package_offer o JOIN member m ON m.team BETWEEN o.first_team AND o.last_team
WHERE pick(m.u, 700 + o.package_license, 1000) < o.share;
