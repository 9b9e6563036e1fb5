"""Whatever the org looks like: the parts add up, and nobody is counted twice or lost."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sfsam.store.database import DuckDBStore
from tests.examples import examples
from tests.store import tiny_org
from tests.store.conftest import AUDIT_KEY
from tests.store.tiny_org import OBJECTS, TAKEN_AT, USER_HEAD

PARTS = ["active", "stale", "in_grace", "machine", "inactive_holder", "unknown"]
PROFILES = [row[0] for row in OBJECTS["Profile"][1]]
PSLS = [row[0] for row in OBJECTS["PermissionSetLicense"][1]]
LICENSE_OF = {row[0]: row[2] for row in OBJECTS["Profile"][1]}

moments = st.integers(0, 400).map(lambda days: f"{TAKEN_AT - timedelta(days=days):%Y-%m-%dT%H:%M:%S}")
people = st.lists(
    st.fixed_dictionaries(
        {
            "active": st.booleans(),
            "profile": st.sampled_from(PROFILES),
            "created": moments,
            "login": st.none() | moments,
            "psls": st.sets(st.sampled_from(PSLS)),
            "package": st.booleans(),
            "marketing": st.booleans(),
            "sign_ins": st.lists(st.tuples(moments, st.sampled_from(["OauthClientCredentials", None])), max_size=3),
        }
    ),
    max_size=12,
)


@settings(max_examples=examples(8), deadline=None)
@given(people)
def test_the_parts_of_every_license_add_up_to_what_is_assigned(population: list[dict]) -> None:  # type: ignore[type-arg]
    users, assigned, packages, logins = [], [], [], []
    for number, person in enumerate(population):
        user_id = f"005-{number}"
        users.append(
            [
                *(user_id, f"u{number}@x", f"U{number}", "e@x", str(person["active"]).lower(), "Standard"),
                *(person["profile"], None, f"{person['created']}.000Z", person["login"] and f"{person['login']}.000Z"),
                *(str(person["marketing"]).lower(), "false"),
            ]
        )
        assigned += [[f"2LA-{number}-{psl}", user_id, psl, None, None] for psl in sorted(person["psls"])]
        packages += [[f"051-{number}", user_id, "050-1", None]] if person["package"] else []
        logins += [[user_id, f"{at}.000Z", "Application", sub, "Success", None] for at, sub in person["sign_ins"]]
    objects = {
        **OBJECTS,
        "User": (USER_HEAD, users),
        "PermissionSetLicenseAssign": (OBJECTS["PermissionSetLicenseAssign"][0], assigned),
        "UserPackageLicense": (OBJECTS["UserPackageLicense"][0], packages),
        "LoginHistory": (OBJECTS["LoginHistory"][0], logins),
    }
    store = DuckDBStore.open(":memory:", audit_key=AUDIT_KEY)
    try:
        with tempfile.TemporaryDirectory() as folder:
            tiny_org.connect(store)
            tiny_org.load(store, tiny_org.stage(Path(folder), objects))
        position = store.reads.fetch("position").set_index("identifier")
        seats = store.reads.fetch("subscriptions")
    finally:
        store.close()

    assert (position[PARTS].sum(axis=1) == position["assigned"]).all()
    known = position[position["owned"].notna()]
    assert (known["owned"] == known["assigned"] + known["available"]).all()
    counted = {
        "SFDC": sum(person["active"] and LICENSE_OF[person["profile"]] == "100-1" for person in population),
        "SalesUserPsl": sum("0PL-1" in person["psls"] for person in population),
        "SBQQ": len(packages),
    }
    assert {identifier: position["assigned"].get(identifier, 0) for identifier in counted} == counted
    marketing = sum(person["active"] and person["marketing"] for person in population)
    assert position["assigned"].get("UserPermissionsMarketingUser", 0) == marketing
    assert len(seats) == position["assigned"].sum()
    assert seats["subscription_id"].is_unique
