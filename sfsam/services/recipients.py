"""To whom a mail goes, and whether one may go out from here at all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from sfsam.domain.notices import Audience
from sfsam.domain.rules import Approver, ReclamationRule
from sfsam.errors import MailNotPossible
from sfsam.services.world import World

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Recipient:
    """Somebody who gets a mail: in which capacity, at which address, and their Salesforce user, if they have one."""

    audience: Audience
    address: str
    user_id: str = ""


@dataclass(frozen=True)
class Holder:
    """The person whose seat it is. Empty addresses: there is none that mail reaches."""

    user_id: str
    name: str
    email: str = ""
    manager_id: str = ""
    manager_email: str = ""


def holders(world: World, users: Collection[tuple[str, str]]) -> dict[tuple[str, str], Holder]:
    """The people with these (org, user) ids. Who is gone from the org is there without an address."""
    found = {user: Holder(user[1], "") for user in users}
    if not users:
        return found
    rows = world.store.reads.rows(
        "recipients", org_ids=sorted({org for org, _ in users}), user_ids=sorted({user for _, user in users})
    )
    for row in rows:
        key = (row["org_id"], row["user_id"])
        if key in found:
            found[key] = Holder(
                user_id=row["user_id"],
                name=row["name"] or "",
                email=row["email"] or "",
                manager_id=row["manager_id"] or "",
                manager_email=row["manager_email"] or "",
            )
    return found


def approver_of(world: World, rule: ReclamationRule | None, holder: Holder) -> Recipient | None:
    """Who decides whether this person keeps a seat, never they themselves; None: nobody has an address."""
    named = rule is not None and rule.approver is Approver.NAMED
    by_rule = (
        Recipient(Audience.NAMED, rule.approver_email if rule else "")
        if named
        else Recipient(Audience.MANAGER, holder.manager_email, holder.manager_id)
    )
    for each in (by_rule, Recipient(Audience.LICENSE_MANAGERS, world.settings.mail_managers)):
        if each.address and each.address.casefold() != holder.email.casefold():
            return each
    return None


def require_mail(world: World, profile_id: str) -> None:
    """Raise MailNotPossible when people of this profile's org cannot be asked by mail, with what is missing."""
    with world.store.begin() as work:
        is_practice = work.profiles.connection(profile_id).is_loopback
    found = problems(world, is_practice=is_practice)
    if found:
        what, remedy = found[0]
        raise MailNotPossible(what, remedy)


def problems(world: World, *, is_practice: bool = False) -> list[tuple[str, str]]:
    """What stands against asking people by mail, each with what to do about it."""
    if not world.mail.is_set:
        return [("No mail server is set, so nobody can be asked.", "Set SFSAM_SMTP_HOST and SFSAM_MAIL_SENDER.")]
    if is_practice:
        if world.mail.is_local:
            return []
        return [
            (
                "The people of the practice org are invented; mail to them may not leave this machine.",
                "Set SFSAM_SMTP_HOST to a mail server on 127.0.0.1, or try it with a real org.",
            )
        ]
    base = urlsplit(world.settings.base_url)
    if base.hostname in _LOOPBACK:
        return [
            (
                "Links in mails would lead to this machine only, so nobody is asked.",
                "Set SFSAM_BASE_URL to the public https:// address of sfsam.",
            )
        ]
    if base.scheme != "https":
        return [
            ("The public address is not encrypted, so no links are sent.", "Let SFSAM_BASE_URL begin with https://.")
        ]
    if not world.settings.is_sign_in_on:
        return [
            (
                "Without a sign-in sfsam answers this machine only, so links in mails would lead nowhere.",
                "Set the sign-in up (docs/sign-in.md).",
            )
        ]
    return []
