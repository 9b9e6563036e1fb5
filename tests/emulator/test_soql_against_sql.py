"""SOQL answers equal SQL written by hand over an independent dump: parents, joins, sums, days, order, children."""

from __future__ import annotations

import pytest

from tests.emulator.dumped import DumpedOrg, normal, same_rows

pytestmark = pytest.mark.emulator

BY_HAND = [
    # parents
    (
        "SELECT Id, Profile.Name FROM User WHERE Profile.UserLicense.LicenseDefinitionKey = 'SFDC' AND IsActive = true",
        """SELECT u.Id, p.Name FROM "User" u JOIN Profile p ON p.Id = u.ProfileId JOIN UserLicense l
        ON l.Id = p.UserLicenseId WHERE l.LicenseDefinitionKey = 'SFDC' AND u.IsActive""",
    ),
    (
        "SELECT Username, Manager.Username, Manager.Manager.Username FROM User WHERE Manager.Manager.Name LIKE '%e%'",
        """SELECT u.Username, m.Username, c.Username FROM "User" u JOIN "User" m ON m.Id = u.ManagerId
        JOIN "User" c ON c.Id = m.ManagerId WHERE c.Name ILIKE '%e%'""",
    ),
    (
        "SELECT Id, UserRole.Name, Manager.UserRole.Name FROM User WHERE UserRole.Name != 'IT'",
        """SELECT u.Id, r.Name, mr.Name FROM "User" u LEFT JOIN UserRole r ON r.Id = u.UserRoleId
        LEFT JOIN "User" m ON m.Id = u.ManagerId LEFT JOIN UserRole mr ON mr.Id = m.UserRoleId
        WHERE r.Name IS NULL OR r.Name <> 'IT'""",
    ),
    (
        "SELECT Id, CreatedBy.Profile.UserLicense.Name FROM User WHERE CreatedBy.IsActive = true",
        """SELECT u.Id, l.Name FROM "User" u JOIN "User" c ON c.Id = u.CreatedById LEFT JOIN Profile p
        ON p.Id = c.ProfileId LEFT JOIN UserLicense l ON l.Id = p.UserLicenseId WHERE c.IsActive""",
    ),
    (
        "SELECT Assignee.Username, PermissionSet.Label FROM PermissionSetAssignment WHERE PermissionSetGroupId = null "
        "AND PermissionSet.IsOwnedByProfile = false",
        """SELECT u.Username, s.Label FROM PermissionSetAssignment a JOIN "User" u ON u.Id = a.AssigneeId
        JOIN PermissionSet s ON s.Id = a.PermissionSetId
        WHERE a.PermissionSetGroupId IS NULL AND NOT s.IsOwnedByProfile""",
    ),
    (
        "SELECT Id, PermissionSetGroup.DeveloperName FROM PermissionSetAssignment WHERE PermissionSetGroupId != null",
        """SELECT a.Id, g.DeveloperName FROM PermissionSetAssignment a JOIN PermissionSetGroup g
        ON g.Id = a.PermissionSetGroupId""",
    ),
    (
        "SELECT AssigneeId, Assignee.IsActive, PermissionSetLicense.DeveloperName FROM PermissionSetLicenseAssign "
        "WHERE Assignee.IsActive = false",
        """SELECT a.AssigneeId, u.IsActive, l.DeveloperName FROM PermissionSetLicenseAssign a JOIN "User" u
        ON u.Id = a.AssigneeId JOIN PermissionSetLicense l ON l.Id = a.PermissionSetLicenseId WHERE NOT u.IsActive""",
    ),
    (
        "SELECT Id, License.Name FROM PermissionSet WHERE License.Name LIKE 'Sales%'",
        """SELECT s.Id, l.n FROM PermissionSet s JOIN (SELECT Id, MasterLabel n FROM PermissionSetLicense UNION ALL
        SELECT Id, Name FROM UserLicense) l ON l.Id = s.LicenseId WHERE l.n ILIKE 'sales%'""",
    ),
    (
        "SELECT UserId, PackageLicense.NamespacePrefix FROM UserPackageLicense WHERE PackageLicense.Status = 'Active'",
        """SELECT a.UserId, p.NamespacePrefix FROM UserPackageLicense a JOIN PackageLicense p
        ON p.Id = a.PackageLicenseId WHERE p.Status = 'Active'""",
    ),
    (
        "SELECT Id, PermissionSet.Profile.Name FROM PermissionSetAssignment "
        "WHERE PermissionSet.Profile.UserType = 'Guest'",
        """SELECT a.Id, p.Name FROM PermissionSetAssignment a JOIN PermissionSet s ON s.Id = a.PermissionSetId
        JOIN Profile p ON p.Id = s.ProfileId WHERE p.UserType = 'Guest'""",
    ),
    (
        "SELECT Id, LoginGeo.City, User.Department FROM VerificationHistory WHERE User.IsActive = true",
        """SELECT v.Id, g.City, u.Department FROM VerificationHistory v JOIN LoginGeo g ON g.Id = v.LoginGeoId
        JOIN "User" u ON u.Id = v.UserId WHERE u.IsActive""",
    ),
    (
        "SELECT Id, Users.Username FROM AuthSession WHERE Users.UserType = 'Standard'",
        """SELECT s.Id, u.Username FROM AuthSession s JOIN "User" u ON u.Id = s.UsersId
        WHERE u.UserType = 'Standard'""",
    ),
    (
        "SELECT u.Id, u.Name FROM User u WHERE u.Title = 'counsel'",
        """SELECT Id, Name FROM "User" WHERE Title = 'Counsel'""",
    ),
    # semi- and anti-joins
    (
        "SELECT Id FROM User WHERE Id IN (SELECT AssigneeId FROM PermissionSetLicenseAssign WHERE "
        "PermissionSetLicense.DeveloperName = 'SalesUserPsl')",
        """SELECT Id FROM "User" WHERE Id IN (SELECT AssigneeId FROM PermissionSetLicenseAssign a JOIN
        PermissionSetLicense l ON l.Id = a.PermissionSetLicenseId WHERE l.DeveloperName = 'SalesUserPsl')""",
    ),
    (
        "SELECT Id FROM User WHERE IsActive = true AND Id NOT IN (SELECT UserId FROM LoginHistory)",
        """SELECT Id FROM "User" u WHERE IsActive
        AND NOT EXISTS (SELECT 1 FROM LoginHistory h WHERE h.UserId = u.Id)""",
    ),
    (
        "SELECT Id FROM User WHERE Id IN (SELECT UserId FROM UserLogin WHERE IsFrozen = true) AND Id NOT IN "
        "(SELECT UserId FROM UserPackageLicense)",
        """SELECT l.UserId FROM UserLogin l WHERE l.IsFrozen
        AND l.UserId NOT IN (SELECT UserId FROM UserPackageLicense)""",
    ),
    (
        "SELECT Id FROM LoginHistory WHERE UserId IN (SELECT Id FROM User WHERE Department = 'Service')",
        """SELECT h.Id FROM LoginHistory h JOIN "User" u ON u.Id = h.UserId WHERE u.Department = 'Service'""",
    ),
    (
        "SELECT Id FROM PermissionSet WHERE Id NOT IN (SELECT PermissionSetId FROM PermissionSetAssignment)",
        "SELECT Id FROM PermissionSet WHERE Id NOT IN (SELECT PermissionSetId FROM PermissionSetAssignment)",
    ),
    (
        "SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId IN (SELECT PermissionSetId FROM "
        "PermissionSetGroupComponent) AND Assignee.Department = 'Sales'",
        """SELECT a.Id FROM PermissionSetAssignment a JOIN "User" u ON u.Id = a.AssigneeId WHERE u.Department = 'Sales'
        AND a.PermissionSetId IN (SELECT PermissionSetId FROM PermissionSetGroupComponent)""",
    ),
    (
        "SELECT Id FROM Profile WHERE Id IN (SELECT ProfileId FROM User WHERE LastLoginDate = null)",
        """SELECT Id FROM Profile WHERE Id IN (SELECT ProfileId FROM "User" WHERE LastLoginDate IS NULL)""",
    ),
    (
        "SELECT Id FROM User WHERE ProfileId IN (SELECT Id FROM Profile WHERE UserLicense.Status = 'Active' AND "
        "(NOT Name LIKE '%User%'))",
        """SELECT u.Id FROM "User" u JOIN Profile p ON p.Id = u.ProfileId JOIN UserLicense l ON l.Id = p.UserLicenseId
        WHERE l.Status = 'Active' AND NOT p.Name ILIKE '%user%'""",
    ),
    # aggregates
    (
        "SELECT COUNT(Id), COUNT(Department), COUNT_DISTINCT(Department) FROM User",
        """SELECT count(*), count(Department),
        count(DISTINCT lower(Department)) FROM "User" """,
    ),
    (
        "SELECT MIN(CreatedDate), MAX(LastLoginDate) FROM User",
        'SELECT min(CreatedDate), max(LastLoginDate) FROM "User"',
    ),
    (
        "SELECT SUM(TotalLicenses), AVG(UsedLicenses), MAX(TotalLicenses) m FROM PermissionSetLicense",
        "SELECT sum(TotalLicenses), avg(UsedLicenses), max(TotalLicenses) FROM PermissionSetLicense",
    ),
    (
        "SELECT Department, COUNT(Id) FROM User GROUP BY Department",
        'SELECT Department, count(*) FROM "User" GROUP BY 1',
    ),
    (
        "SELECT Department d, IsActive a, COUNT(Id) n FROM User GROUP BY Department, IsActive",
        'SELECT Department, IsActive, count(*) FROM "User" GROUP BY 1, 2',
    ),
    (
        "SELECT Title, COUNT(Id) n FROM User WHERE IsActive = true GROUP BY Title HAVING COUNT(Id) > 10",
        'SELECT Title, count(*) FROM "User" WHERE IsActive GROUP BY 1 HAVING count(*) > 10',
    ),
    (
        "SELECT Title, COUNT(Id) n FROM User GROUP BY Title HAVING Title LIKE 'S%' AND COUNT(Id) >= 3",
        """SELECT Title, count(*) FROM "User" GROUP BY 1 HAVING Title ILIKE 's%' AND count(*) >= 3""",
    ),
    (
        "SELECT Profile.Name, COUNT(Id) n FROM User GROUP BY Profile.Name",
        'SELECT p.Name, count(*) FROM "User" u LEFT JOIN Profile p ON p.Id = u.ProfileId GROUP BY 1',
    ),
    (
        "SELECT UserId, LoginType, Status, MAX(LoginTime) FROM LoginHistory WHERE LoginTime = LAST_N_DAYS:20 "
        "GROUP BY UserId, LoginType, Status LIMIT 2000",
        "SELECT UserId, LoginType, Status, max(LoginTime) FROM LoginHistory WHERE LoginTime >= $today::DATE - 20 "
        "AND LoginTime < $today::DATE + 1 GROUP BY 1, 2, 3",
    ),
    (
        "SELECT PermissionSetLicense.MasterLabel l, COUNT(Id) n FROM PermissionSetLicenseAssign "
        "GROUP BY PermissionSetLicense.MasterLabel",
        """SELECT l.MasterLabel, count(*) FROM PermissionSetLicenseAssign a JOIN PermissionSetLicense l
        ON l.Id = a.PermissionSetLicenseId GROUP BY 1""",
    ),
    (
        "SELECT LoginType, COUNT_DISTINCT(UserId) n FROM LoginHistory GROUP BY LoginType",
        "SELECT LoginType, count(DISTINCT UserId) FROM LoginHistory GROUP BY 1",
    ),
    (
        "SELECT CALENDAR_YEAR(CreatedDate) y, COUNT(Id) n FROM User GROUP BY CALENDAR_YEAR(CreatedDate)",
        'SELECT year(CreatedDate), count(*) FROM "User" GROUP BY 1',
    ),
    (
        "SELECT CALENDAR_MONTH(CreatedDate) m, CALENDAR_QUARTER(CreatedDate) q, COUNT(Id) n FROM User "
        "GROUP BY CALENDAR_MONTH(CreatedDate), CALENDAR_QUARTER(CreatedDate)",
        'SELECT month(CreatedDate), quarter(CreatedDate), count(*) FROM "User" GROUP BY 1, 2',
    ),
    (
        "SELECT HOUR_IN_DAY(LoginTime) h, COUNT(Id) n FROM LoginHistory GROUP BY HOUR_IN_DAY(LoginTime)",
        "SELECT hour(LoginTime), count(*) FROM LoginHistory GROUP BY 1",
    ),
    (
        "SELECT DAY_IN_WEEK(LoginTime) d, COUNT(Id) n FROM LoginHistory GROUP BY DAY_IN_WEEK(LoginTime)",
        "SELECT dayofweek(LoginTime) + 1, count(*) FROM LoginHistory GROUP BY 1",
    ),
    (
        "SELECT DAY_IN_MONTH(LoginTime) d, COUNT(Id) n FROM LoginHistory WHERE DAY_IN_YEAR(LoginTime) > 300 "
        "GROUP BY DAY_IN_MONTH(LoginTime)",
        "SELECT day(LoginTime), count(*) FROM LoginHistory WHERE dayofyear(LoginTime) > 300 GROUP BY 1",
    ),
    (
        "SELECT DAY_ONLY(LoginTime) d, COUNT(Id) n FROM LoginHistory GROUP BY DAY_ONLY(LoginTime)",
        "SELECT LoginTime::DATE, count(*) FROM LoginHistory GROUP BY 1",
    ),
    (
        "SELECT MAX(MetricsDate), COUNT_DISTINCT(DeveloperName) n FROM ActivePermSetLicenseMetric",
        "SELECT max(MetricsDate), count(DISTINCT DeveloperName) FROM ActivePermSetLicenseMetric",
    ),
    (
        "SELECT AppExperience a, COUNT(Id) n FROM LightningUsageByAppTypeMetrics GROUP BY AppExperience",
        "SELECT AppExperience, count(*) FROM LightningUsageByAppTypeMetrics GROUP BY 1",
    ),
    # days
    ("SELECT Id FROM User WHERE LastLoginDate = TODAY", """SELECT Id FROM "User" WHERE LastLoginDate::DATE = $today"""),
    (
        "SELECT Id FROM User WHERE LastLoginDate < LAST_N_DAYS:60",
        """SELECT Id FROM "User" WHERE LastLoginDate < $today::DATE - 60""",
    ),
    (
        "SELECT Id FROM User WHERE LastLoginDate >= LAST_N_DAYS:30",
        """SELECT Id FROM "User" WHERE LastLoginDate >= $today::DATE - 30""",
    ),
    (
        "SELECT Id FROM User WHERE LastLoginDate = YESTERDAY OR LastLoginDate = null",
        """SELECT Id FROM "User" WHERE LastLoginDate::DATE = $today::DATE - 1 OR LastLoginDate IS NULL""",
    ),
    (
        "SELECT Id FROM User WHERE CreatedDate = LAST_YEAR",
        """SELECT Id FROM "User" WHERE year(CreatedDate) = year($today::DATE) - 1""",
    ),
    (
        "SELECT Id FROM User WHERE CreatedDate = LAST_N_MONTHS:3",
        """SELECT Id FROM "User" WHERE CreatedDate >= date_trunc('month', $today::DATE) - INTERVAL 3 MONTH
        AND CreatedDate < date_trunc('month', $today::DATE)""",
    ),
    (
        "SELECT Id FROM User WHERE CreatedDate != THIS_YEAR",
        """SELECT Id FROM "User" WHERE year(CreatedDate) <> year($today::DATE)""",
    ),
    (
        "SELECT Id FROM PermissionSetLicense WHERE ExpirationDate <= TODAY",
        "SELECT Id FROM PermissionSetLicense WHERE ExpirationDate <= $today::DATE",
    ),
    (
        "SELECT Id FROM PackageLicense WHERE ExpirationDate > NEXT_N_DAYS:10",
        "SELECT Id FROM PackageLicense WHERE ExpirationDate >= $today::DATE + 11",
    ),
    (
        "SELECT Id FROM TenantUsageEntitlement WHERE EndDate > TODAY AND AmountUsed > 300.5",
        "SELECT Id FROM TenantUsageEntitlement WHERE EndDate > $today::DATE AND AmountUsed > 300.5",
    ),
    # order, limit, offset
    (
        "SELECT Username FROM User ORDER BY Username LIMIT 25",
        """SELECT Username FROM "User" ORDER BY lower(Username) LIMIT 25""",
    ),
    (
        "SELECT Username FROM User ORDER BY Username DESC LIMIT 10 OFFSET 40",
        """SELECT Username FROM "User" ORDER BY lower(Username) DESC LIMIT 10 OFFSET 40""",
    ),
    (
        "SELECT Id FROM User ORDER BY Department NULLS LAST, Id DESC LIMIT 60",
        """SELECT Id FROM "User" ORDER BY lower(Department) NULLS LAST, Id DESC LIMIT 60""",
    ),
    (
        "SELECT Id FROM User ORDER BY LastLoginDate, Id LIMIT 60",
        'SELECT Id FROM "User" ORDER BY LastLoginDate NULLS FIRST, Id LIMIT 60',
    ),
    (
        "SELECT Id FROM User ORDER BY LastLoginDate DESC NULLS LAST, Id LIMIT 60",
        'SELECT Id FROM "User" ORDER BY LastLoginDate DESC NULLS LAST, Id LIMIT 60',
    ),
    (
        "SELECT Department, COUNT(Id) n FROM User GROUP BY Department ORDER BY COUNT(Id) DESC, Department LIMIT 5",
        'SELECT Department, count(*) n FROM "User" GROUP BY 1 ORDER BY 2 DESC, lower(Department) NULLS FIRST LIMIT 5',
    ),
    (
        "SELECT Id FROM User ORDER BY Profile.Name, Manager.Username DESC NULLS LAST, Id LIMIT 80",
        """SELECT u.Id FROM "User" u LEFT JOIN Profile p ON p.Id = u.ProfileId LEFT JOIN "User" m ON m.Id = u.ManagerId
        ORDER BY lower(p.Name) NULLS FIRST, lower(m.Username) DESC NULLS LAST, u.Id LIMIT 80""",
    ),
]


@pytest.mark.parametrize(("soql", "sql"), BY_HAND)
def test_a_pair_written_by_hand(dumped_org: DumpedOrg, soql: str, sql: str) -> None:
    expected = dumped_org.sql(sql.replace("$today", f"DATE '{dumped_org.today}'"))
    assert expected, "a comparison with nothing shows nothing"
    found = dumped_org.soql(soql)
    if "ORDER BY" in soql:
        assert [[normal(v) for v in row] for row in found] == [[normal(v) for v in row] for row in expected]
    else:
        assert same_rows(found) == same_rows(expected)


CHILDREN = [
    ("User", "PermissionSetAssignments", "PermissionSetAssignment", "AssigneeId"),
    ("User", "PermissionSetLicenseAssignments", "PermissionSetLicenseAssign", "AssigneeId"),
    ("User", "UserLogins", "UserLogin", "UserId"),
    ("Profile", "Users", "User", "ProfileId"),
    ("UserRole", "Users", "User", "UserRoleId"),
    ("PermissionSetLicense", "PermissionSetLicenseAssignments", "PermissionSetLicenseAssign", "PermissionSetLicenseId"),
    ("PermissionSetLicense", "GrantedByLicenses", "GrantedByLicense", "PermissionSetLicenseId"),
    ("PermissionSet", "Assignments", "PermissionSetAssignment", "PermissionSetId"),
    ("PermissionSet", "ObjectPerms", "ObjectPermissions", "ParentId"),
    ("PermissionSet", "FieldPerms", "FieldPermissions", "ParentId"),
    ("PermissionSet", "SetupEntityAccessItems", "SetupEntityAccess", "ParentId"),
    ("PermissionSet", "PermissionSetGroupComponents", "PermissionSetGroupComponent", "PermissionSetId"),
    ("PermissionSetGroup", "PermissionSetGroupComponents", "PermissionSetGroupComponent", "PermissionSetGroupId"),
]


@pytest.mark.parametrize(("parent", "relationship", "child", "column"), CHILDREN)
def test_children_are_those_that_point_to_their_parent(
    dumped_org: DumpedOrg, parent: str, relationship: str, child: str, column: str
) -> None:
    records = dumped_org.records(f"SELECT Id, (SELECT Id FROM {relationship}) FROM {parent}")  # noqa: S608 - our own words
    found = [(r["Id"], each["Id"]) for r in records for each in (r[relationship] or {"records": []})["records"]]
    expected = dumped_org.sql(f'SELECT {column}, Id FROM "{child}" WHERE {column} IS NOT NULL')  # noqa: S608 - our own words
    assert expected
    assert same_rows(found) == same_rows(expected)


def test_no_child_relationship_is_left_out(dumped_org: DumpedOrg) -> None:
    described = {
        (name, child["relationshipName"])
        for name in dumped_org.fields
        for child in dumped_org._get(f"/services/data/v66.0/sobjects/{name}/describe")["childRelationships"]
    }
    assert described == {(parent, relationship) for parent, relationship, _, _ in CHILDREN}
