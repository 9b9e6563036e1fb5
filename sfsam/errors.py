"""The error tree, sorted by what the reader does next.

    SfsamError
    ├── TemporaryError          trying later may help                      exit 75
    │   ├── SalesforceUnavailable     no answer, 5xx, HTML instead of JSON
    │   ├── RequestLimitReached       the org's API calls for today are used up
    │   ├── RecordLocked              somebody else is saving the same record
    │   ├── AnswerTruncated           fewer bytes or rows arrived than were announced
    │   ├── MailUnavailable           the mail server takes nothing now
    │   └── StoreBusy                 another process holds the database and does not answer
    ├── SetupError              someone must change a setting              exit 78
    │   ├── AddressRefused            the URL may not be dialled
    │   ├── ClientRejected            client id or secret is wrong
    │   ├── ReconnectRequired         the token was revoked or has expired for good
    │   ├── PermissionMissing         the connected user may not do this
    │   ├── ObjectUnavailable         the org does not show this object or field
    │   ├── SecretUnreadable          the key that sealed a secret is not the key in use
    │   ├── MailNotPossible           no mail server is set, or links would lead nowhere
    │   └── StorageFull               the disk took no more
    ├── RefusedError            one of our rules says no                   exit 1
    │   ├── GuardExceeded             more than the rule allows; carries its numbers
    │   ├── MoveNotAllowed            a candidate may not go from this state to that one
    │   ├── NotConfirmed              the plan was printed, nothing was sent
    │   ├── DownloadHeld              the org shows far fewer rows than before; carries the numbers
    │   ├── MailRefused               the mail server refuses this one mail for good
    │   ├── BackupDamaged             the file is cut off, was changed, or is no backup
    │   ├── NotFound                  no profile, job or candidate by that name
    │   ├── RoleMissing               the caller's roles do not include it, or the sign-in is over
    │   └── BlockedBySalesforce       Salesforce refused the change; carries its words
    ├── UsageError              the question itself is malformed           exit 2
    └── OutcomeUnknown          sent, and nobody knows yet; run settle     exit 4

A message is two sentences: what happened, and what to do. Values travel as attributes, so that pages and
logs need not read the text. No message ever carries a secret or a token.
"""

from __future__ import annotations

from typing import ClassVar


class SfsamError(Exception):
    """What happened and what to do about it, as text for people, with the values beside it."""

    exit_code: ClassVar[int] = 1
    family: ClassVar[str] = "refused"

    def __init__(self, what: str, remedy: str, *, said: str = "", **values: object) -> None:
        super().__init__(f"{what} {remedy}".strip())
        self.what = what
        self.remedy = remedy
        self.said = said  # Salesforce's own words, for the folded part of a page
        self.values = values

    @property
    def name(self) -> str:
        return type(self).__name__


class TemporaryError(SfsamError):
    """Trying later may help."""

    exit_code = 75
    family = "temporary"


class SalesforceUnavailable(TemporaryError):
    """Salesforce gave no usable answer: a time-out, a dropped connection, 5xx, or HTML instead of JSON."""


class RequestLimitReached(TemporaryError):
    """The org's API calls for the last 24 hours are used up, or our share of them is."""


class RecordLocked(TemporaryError):
    """UNABLE_TO_LOCK_ROW: somebody else is saving the same record."""


class AnswerTruncated(TemporaryError):
    """Fewer bytes or rows arrived than were announced."""


class MailUnavailable(TemporaryError):
    """The mail server cannot be reached, or takes nothing now."""


class StoreBusy(TemporaryError):
    """Another process holds the database and does not answer on its control route."""


class SetupError(SfsamError):
    """Someone must change a setting, here or in Salesforce."""

    exit_code = 78
    family = "setup"


class AddressRefused(SetupError):
    """The URL is malformed, not https, or not on the allow-list; no token is sent there."""


class ClientRejected(SetupError):
    """The client id or the client secret is wrong, or the app does not allow this grant."""


class ReconnectRequired(SetupError):
    """The token was revoked, has expired, or its user may no longer log in."""


class PermissionMissing(SetupError):
    """The connected user lacks a permission. It is not: a record that is locked or gone."""


class ObjectUnavailable(SetupError):
    """The org does not show this object or field to the connected user."""


class SecretUnreadable(SetupError):
    """A stored secret was sealed by another key, or belongs to another record."""


class MailNotPossible(SetupError):
    """No mail can be sent by these settings, or a mail from here would lead nowhere."""


class StorageFull(SetupError):
    """The disk took no more; nothing half-written is used."""


class RefusedError(SfsamError):
    """One of our own rules says no."""


class GuardExceeded(RefusedError):
    """More than the guard allows. Carries `selected`, `allowed` and `active_users`."""


class MoveNotAllowed(RefusedError):
    """A removal candidate may not go from its state to the one asked for."""


class NotConfirmed(RefusedError):
    """The plan was shown and nothing was sent, because nobody said yes."""


class DownloadHeld(RefusedError):
    """The org shows far fewer rows than before, and nobody has confirmed that it has become smaller."""


class MailRefused(RefusedError):
    """The mail server, or the address itself, refuses this one mail for good. `said` carries the server's code."""


class BackupDamaged(RefusedError):
    """The file is no backup, or not the whole of one; nothing of it was used."""


class NotFound(RefusedError):
    """Nothing here goes by that name or number."""


class RoleMissing(RefusedError):
    """The caller has none of the roles that may do this. Carries `needed`, the roles that may."""


class BlockedBySalesforce(RefusedError):
    """Salesforce refused the change. `said` carries its words, `code` its errorCode."""


class UsageError(SfsamError):
    """The question itself is malformed."""

    exit_code = 2
    family = "usage"


class OutcomeUnknown(SfsamError):
    """A change was sent and its answer did not arrive; `settle` reads the org back."""

    exit_code = 4
    family = "outcome unknown"
