"""What is a valid query: the practice org agrees with an independent parser, `@jetstreamapp/soql-parser-js` of npm.

Part of the conformance run (`make conformance`), which installs the parser. The few queries about which the two differ
are listed with the reason, and must go on differing, so that the list stays true.
"""

from __future__ import annotations

import json
import subprocess

import pytest

from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.soql.parser import parse
from tests.e2e.foreign_tools import ForeignTools

pytestmark = pytest.mark.conformance

_ASK = """
const { parseQuery } = require('@jetstreamapp/soql-parser-js');
const valid = (query) => { try { parseQuery(query); return true } catch (error) { return false } };
const queries = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(queries.map(valid)));
"""

VALID = """
SELECT Id FROM User
select id, name from user
SELECT Id, Name FROM User WHERE IsActive = true
SELECT Id FROM User WHERE IsActive != FALSE AND Department = 'Sales'
SELECT Id FROM User WHERE (Department = 'Sales' OR Department = 'IT') AND IsActive = true
SELECT Id FROM User WHERE NOT Department = 'Sales'
SELECT Id FROM User WHERE (NOT Department LIKE 'S%') AND (NOT Title LIKE '%x')
SELECT Id FROM User WHERE Department IN ('Sales', 'IT')
SELECT Id FROM User WHERE Department NOT IN ('Sales', 'IT')
SELECT Id FROM User WHERE Department = null
SELECT Id FROM User WHERE Name = 'O\\'Brien'
SELECT Id FROM User WHERE Name LIKE '50\\%' OR Name LIKE 'a\\_b'
SELECT Id FROM User WHERE LastLoginDate < LAST_N_DAYS:60
SELECT Id FROM User WHERE LastLoginDate = THIS_FISCAL_QUARTER
SELECT Id FROM User WHERE LastLoginDate >= 2026-01-01T00:00:00Z
SELECT Id FROM User WHERE LastLoginDate >= 2026-01-01T00:00:00+02:00
SELECT Id FROM User WHERE LastLoginDate > N_DAYS_AGO:3
SELECT Id FROM PermissionSetLicense WHERE ExpirationDate <= 2026-12-31
SELECT Id FROM PermissionSetLicense WHERE TotalLicenses >= 10 AND UsedLicenses < -1
SELECT Id FROM TenantUsageEntitlement WHERE AmountUsed > 1.5
SELECT Id, Profile.UserLicense.Name, Manager.Manager.Name FROM User
SELECT u.Id FROM User u WHERE u.Profile.Name = 'x'
SELECT COUNT() FROM User
SELECT COUNT() FROM User WHERE IsActive = true LIMIT 10
SELECT COUNT(Id) FROM User
SELECT COUNT(Id), COUNT_DISTINCT(Department) d FROM User
SELECT MIN(CreatedDate), MAX(CreatedDate) FROM User
SELECT SUM(TotalLicenses) total, AVG(UsedLicenses) FROM PermissionSetLicense
SELECT Department, COUNT(Id) FROM User GROUP BY Department
SELECT Department d, COUNT(Id) n FROM User GROUP BY Department HAVING COUNT(Id) > 10 ORDER BY COUNT(Id) DESC
SELECT CALENDAR_YEAR(CreatedDate), COUNT(Id) FROM User GROUP BY CALENDAR_YEAR(CreatedDate)
SELECT Id FROM User WHERE CALENDAR_MONTH(CreatedDate) = 3
SELECT DAY_ONLY(LoginTime), COUNT(Id) FROM LoginHistory GROUP BY DAY_ONLY(LoginTime)
SELECT Id FROM User ORDER BY Name
SELECT Id FROM User ORDER BY Name ASC NULLS LAST, LastLoginDate DESC NULLS FIRST
SELECT Id FROM User LIMIT 10
SELECT Id FROM User LIMIT 10 OFFSET 20
SELECT Id FROM User OFFSET 20
SELECT Id, (SELECT Id FROM PermissionSetAssignments) FROM User
SELECT Id, (SELECT Id FROM PermissionSetAssignments WHERE PermissionSetId != null ORDER BY Id LIMIT 2) FROM User
SELECT Id FROM User WHERE Id IN (SELECT AssigneeId FROM PermissionSetAssignment)
SELECT Id FROM User WHERE Id NOT IN (SELECT UserId FROM LoginHistory WHERE LoginTime = LAST_N_DAYS:30)
SELECT FIELDS(ALL) FROM User LIMIT 200
SELECT FIELDS(STANDARD) FROM User
SELECT FIELDS(CUSTOM), Id FROM User LIMIT 5
SELECT Id FROM User USING SCOPE everything
SELECT Id FROM User WHERE IsActive = true WITH SECURITY_ENFORCED
SELECT Id FROM User FOR VIEW
SELECT Id FROM User FOR REFERENCE
SELECT Id FROM User WHERE Cost_Center__c = 'CC-1'
SELECT Id FROM User WHERE ((IsActive = true))
SELECT Id FROM User WHERE Department < 'S' AND Department >= 'A'
"""

INVALID = """
SELECT FROM User
SELECT Id FORM User
SELECT Id
SELECT Id FROM
SELECT Id, FROM User
SELECT Id Name FROM User WHERE
SELECT * FROM User
SELECT Id FROM User WHERE IsActive
SELECT Id FROM User WHERE IsActive =
SELECT Id FROM User WHERE = true
SELECT Id FROM User WHERE IsActive == true
SELECT Id FROM User WHERE Name = "x"
SELECT Id FROM User WHERE Name = 'x
SELECT Id FROM User WHERE Name LIKE
SELECT Id FROM User WHERE Name IN ()
SELECT Id FROM User WHERE Id IN :ids
SELECT Id FROM User WHERE Name NOT LIKE 'a'
SELECT Id FROM User WHERE Name = 'a' AND
SELECT Id FROM User WHERE (Name = 'a'
SELECT Id FROM User WHERE Name = 'a')
SELECT Id FROM User ORDER Name
SELECT Id FROM User ORDER BY
SELECT Id FROM User GROUP Department
SELECT Id FROM User LIMIT
SELECT Id FROM User LIMIT 'x'
SELECT Id FROM User OFFSET x
SELECT Id FROM User LIMIT 5 WHERE Name = 'a'
SELECT Id FROM User ORDER BY Name WHERE IsActive = true
SELECT Id FROM User WHERE LastLoginDate = LAST_N_DAYS
SELECT Id FROM User WHERE LastLoginDate = LAST_N_DAYS:x
SELECT Id FROM User WHERE IsActive BETWEEN 1 AND 2
SELECT Id FROM User JOIN Profile
SELECT Id, (SELECT Id FROM PermissionSetAssignments FROM User
SELECT COUNT(*) FROM User
SELECT Id FROM User; DELETE
SELECT Id FROM User ALL ROWS
SELECT Id FROM User ORDER BY Name DOWN
INSERT INTO User
DELETE FROM User
SELECT Id FROM User WHERE Id IN (SELECT AssigneeId)
"""

DIFFER = {
    "SELECT Id FROM User WHERE A__c = 1 AND B__c = 2 OR C__c = 3": "Salesforce wants parentheses between AND and OR",
    "SELECT Id FROM User FOR UPDATE": "Apex only",
    "SELECT Id FROM User WHERE Name IN 'a'": "Salesforce wants the list in parentheses",
    "SELECT toLabel(UserType) FROM User": "labels are not translated here",
    "SELECT TYPEOF What WHEN Account THEN Phone END FROM Event": "no object here has such a field",
    "SELECT Id FROM User USING SCOPE mine": "no object here has that scope",
    "SELECT Department, COUNT(Id) FROM User GROUP BY ROLLUP(Department)": "subtotals are not offered here",
}
"""Valid for the independent parser and refused here, each with the reason."""


def lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


@pytest.fixture(scope="module")
def says_valid(foreign_tools: ForeignTools) -> dict[str, bool]:
    """What the independent parser says of every query of this file."""
    queries = [*lines(VALID), *lines(INVALID), *DIFFER]
    done = subprocess.run(
        [str(foreign_tools.node), "-e", _ASK],
        env=foreign_tools.environment(),
        input=json.dumps(queries),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(queries, json.loads(done.stdout), strict=True))


def is_valid_here(soql: str) -> bool:
    try:
        parse(soql)
    except SalesforceError as error:
        assert error.code == "MALFORMED_QUERY"
        return False
    return True


def test_the_parsers_agree(says_valid: dict[str, bool]) -> None:
    ours = {soql: is_valid_here(soql) for soql in says_valid if soql not in DIFFER}
    assert {soql for soql, valid in ours.items() if valid is not says_valid[soql]} == set()
    assert {soql for soql, valid in ours.items() if valid} == set(lines(VALID))


def test_the_known_differences_are_still_there(says_valid: dict[str, bool]) -> None:
    assert {soql: (says_valid[soql], is_valid_here(soql)) for soql in DIFFER} == dict.fromkeys(DIFFER, (True, False))
