"""Subscriptions: one user holding one license of one kind in one org, and what is true of each."""

from __future__ import annotations

from enum import StrEnum

from sfsam.domain.profiles import Record

STALE_AFTER_DAYS = 60
GRACE_DAYS = 30


class Kind(StrEnum):
    USER = "user"
    PERMISSION_SET = "permission_set"
    PACKAGE = "package"
    FEATURE = "feature"
    LOGIN_BASED = "login_based"
    CONSUMPTION = "consumption"


class Part(StrEnum):
    """The exclusive parts that add up to `assigned`, in the order in which they are decided.

    An inactive holder is never called stale, a machine never active, and a new starter with no
    sign-in is in grace rather than stale (product.md L4, D7).
    """

    INACTIVE_HOLDER = "inactive_holder"
    MACHINE = "machine"
    ACTIVE = "active"
    IN_GRACE = "in_grace"
    STALE = "stale"
    UNKNOWN = "unknown"


class Thresholds(Record):
    """After how many days without a human sign-in a seat is stale, and how long a new user is spared."""

    stale_after_days: int = STALE_AFTER_DAYS
    grace_days: int = GRACE_DAYS
