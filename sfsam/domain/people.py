"""People: the directory, the rules by which users are found in it, and who stands together as one.

A user belongs to an org; a person may have users in several. Values are compared whole, without regard to case
(ServiceNow's user resolution rules: exact match only, servicenow.md 3.11).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from pydantic import field_validator, model_validator

from sfsam.domain.profiles import Record

ERASED_DOMAIN = "erased.invalid"  # a top-level domain that never resolves (RFC 2606)


class PersonStatus(StrEnum):
    ACTIVE = "active"
    LEFT = "left"


class Person(Record):
    """One entry of the directory. An empty text was not given."""

    person_id: str
    employee_number: str = ""
    name: str
    email: str = ""
    federation_id: str = ""
    department: str = ""
    cost_center: str = ""
    manager_email: str = ""
    company: str = ""
    country: str = ""
    status: PersonStatus = PersonStatus.ACTIVE
    source: str
    updated_at: datetime

    @property
    def keys(self) -> tuple[str, str, str]:
        """What tells this person from others: employee number, e-mail, federation id, as they are compared."""
        return plain_key(self.employee_number), plain_key(self.email), plain_key(self.federation_id)


class SourceField(StrEnum):
    """The field of the Salesforce user that a rule looks at."""

    USERNAME = "username"
    EMAIL = "email"
    FEDERATION_ID = "federation_id"
    EMPLOYEE_NUMBER = "employee_number"


class LookupField(StrEnum):
    """The field of the directory that it must equal."""

    EMAIL = "email"
    FEDERATION_ID = "federation_id"
    EMPLOYEE_NUMBER = "employee_number"


class Transform(StrEnum):
    """What is done first: nothing; look before the @ only, on both sides; give the user's value another domain."""

    NONE = "none"
    REMOVE_DOMAIN = "remove_domain"
    REPLACE_DOMAIN = "replace_domain"


class RuleTerms(Record):
    """What a rule compares. A new domain is needed, and only used, when it replaces one."""

    source_field: SourceField
    lookup_field: LookupField
    transform: Transform = Transform.NONE
    new_domain: str = ""

    @field_validator("new_domain")
    @classmethod
    def _bare(cls, value: str) -> str:
        return value.strip().lstrip("@").lower()

    @model_validator(mode="after")
    def _has_its_domain(self) -> RuleTerms:
        if self.transform is Transform.REPLACE_DOMAIN and not self.new_domain:
            raise ValueError("a rule that replaces the domain needs the new one")
        return self


class ResolutionRule(RuleTerms):
    """A user resolution rule. Rules are tried by position; the first that finds exactly one person wins."""

    rule_id: str
    position: int
    name: str
    is_active: bool = True


class UserMatch(Record):
    """Who a user is. `person_id` None: somebody said that it is no person. A confirmed one is never overwritten."""

    org_id: str
    user_id: str
    person_id: str | None
    rule_id: str = ""
    matched_at: datetime
    is_confirmed: bool = False


class Basis(StrEnum):
    """Why users stand together, or alone."""

    PERSON = "person"
    SAME_EMAIL = "same_email"
    USER = "user"
    MACHINE = "machine"
    NOT_A_PERSON = "not_a_person"


class Erasure(Record):
    """A user, or (both ids empty) an entry of the directory, whose names are not to be kept any more.

    `marks` are salted hashes by which an import of the directory knows the person again; no name is kept.
    """

    org_id: str = ""
    user_id: str = ""
    pseudonym: str
    salt: str
    marks: tuple[str, ...] = ()
    erased_at: datetime

    @property
    def name(self) -> str:
        return f"Erased person {self.pseudonym}"

    @property
    def address(self) -> str:
        """What stands where an e-mail or a user name stood."""
        return f"erased-{self.pseudonym}@{ERASED_DOMAIN}"


def plain_key(value: str | None) -> str:
    """A value as it is compared: without blanks around it, in lower case."""
    return (value or "").strip().lower()


def marks(salt: str, values: Iterable[str]) -> tuple[str, ...]:
    """Salted hashes of values, by which they are known again without being kept (SHA-256, hex)."""
    known = sorted({plain_key(value) for value in values} - {""})
    return tuple(hashlib.sha256(f"{salt}\0{value}".encode()).hexdigest() for value in known)
