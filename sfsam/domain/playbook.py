"""The set-up playbook of a profile: five pages, their steps, and the rule of order (product.md S2).

A page is complete when somebody marked it so; that needs every required step of it, and every required page before
it. Going back is always allowed; what is changed there reopens the pages that depend on it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from sfsam.domain.profiles import GrantType, Record, Validation
from sfsam.errors import RefusedError


class Page(StrEnum):
    """The set-up pages, in their order."""

    REGISTER_APPLICATION = "register_application"
    PROFILE_DETAILS = "profile_details"
    CONNECTION_AND_CREDENTIAL = "connection_and_credential"
    ADDITIONAL_ORGS = "additional_orgs"
    REVIEW_AND_PUBLISH = "review_and_publish"


class PageStatus(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"


class RegistrationPath(StrEnum):
    """Which kind of app is registered in Salesforce. New connected apps are off since Spring '26 (fact sheet 1.10)."""

    EXTERNAL_CLIENT_APP = "external_client_app"
    CONNECTED_APP = "connected_app"


class Step(Record):
    """One check box. It stands on the page for the paths and grants named; empty means for all."""

    step: str
    page: Page
    required: bool = True
    paths: frozenset[RegistrationPath] = frozenset()
    grants: frozenset[GrantType] = frozenset()

    def is_for(self, path: RegistrationPath, grant: GrantType) -> bool:
        return (not self.paths or path in self.paths) and (not self.grants or grant in self.grants)


_NEW = frozenset({RegistrationPath.EXTERNAL_CLIENT_APP})
_EXISTING = frozenset({RegistrationPath.CONNECTED_APP})
_CODE = frozenset({GrantType.AUTHORIZATION_CODE})
_CREDENTIALS = frozenset({GrantType.CLIENT_CREDENTIALS})
_JWT = frozenset({GrantType.JWT_BEARER})
_REGISTER = Page.REGISTER_APPLICATION

# In the order of Salesforce's own screens (servicenow.md 1.5).
STEPS: tuple[Step, ...] = (
    Step(step="deploy_metadata", page=_REGISTER, required=False, paths=_NEW),
    Step(step="create_app", page=_REGISTER, paths=_NEW),
    Step(step="open_app", page=_REGISTER, paths=_EXISTING),
    Step(step="enable_oauth", page=_REGISTER),
    Step(step="require_pkce", page=_REGISTER, grants=_CODE),
    Step(step="enable_client_credentials", page=_REGISTER, grants=_CREDENTIALS),
    Step(step="upload_certificate", page=_REGISTER, grants=_JWT),
    Step(step="set_policies", page=_REGISTER),
    Step(step="assign_permissions", page=_REGISTER, required=False),
    Step(step="copy_consumer_key", page=_REGISTER),
    Step(step="add_child_alias", page=Page.ADDITIONAL_ORGS, required=False),
    Step(step="connect_child_alias", page=Page.ADDITIONAL_ORGS, required=False),
)

OPTIONAL_PAGES = frozenset({Page.ADDITIONAL_ORGS})

# A page that is reopened takes these with it.
DEPENDENTS: Mapping[Page, tuple[Page, ...]] = {
    Page.REGISTER_APPLICATION: (Page.CONNECTION_AND_CREDENTIAL, Page.REVIEW_AND_PUBLISH),
    Page.PROFILE_DETAILS: (Page.REVIEW_AND_PUBLISH,),
    Page.CONNECTION_AND_CREDENTIAL: (Page.REVIEW_AND_PUBLISH,),
    Page.ADDITIONAL_ORGS: (),
    Page.REVIEW_AND_PUBLISH: (),
}


class Playbook(Record):
    """What was entered and ticked in the playbook of one profile; the rest stands in Profile and Connection."""

    profile_id: str
    path: RegistrationPath = RegistrationPath.EXTERNAL_CLIENT_APP
    grant: GrantType = GrantType.AUTHORIZATION_CODE
    app_name: str = "sfsam"
    contact_email: str = ""
    url: str = ""  # the My Domain, when it is known before the connection
    done: dict[Page, tuple[str, ...]] = Field(default_factory=dict)
    saved: tuple[Page, ...] = ()  # pages on which something was entered
    complete: tuple[Page, ...] = ()
    validation: Validation | None = None
    updated_at: datetime

    def steps(self, page: Page) -> list[Step]:
        """The check boxes of this page, for the path and grant that were chosen."""
        return [step for step in STEPS if step.page is page and step.is_for(self.path, self.grant)]

    def is_done(self, step: Step) -> bool:
        return step.step in self.done.get(step.page, ())

    def status(self, page: Page) -> PageStatus:
        if page in self.complete:
            return PageStatus.COMPLETE
        has_begun = page in self.saved or any(map(self.is_done, self.steps(page)))
        return PageStatus.IN_PROGRESS if has_begun else PageStatus.NOT_STARTED

    def waits_for(self, page: Page) -> list[Page]:
        """The required pages before this one that are not complete."""
        return [each for each in _before(page) if each not in self.complete and each not in OPTIONAL_PAGES]

    def current(self) -> Page:
        """The page to go on with: the first that is neither complete nor waiting; the last when all are."""
        return next((page for page in Page if page not in self.complete), Page.REVIEW_AND_PUBLISH)

    def ticked(self, page: Page, done: Mapping[str, bool]) -> Playbook:
        """With these check boxes set or cleared. A required one that is cleared reopens the page."""
        known = {step.step for step in self.steps(page)}
        if unknown := done.keys() - known:
            raise RefusedError(
                f"The page has no step {', '.join(sorted(unknown))}.",
                f"Its steps are: {', '.join(sorted(known)) or 'none'}.",
            )
        kept = set(self.done.get(page, ())) - {step for step, is_done in done.items() if not is_done}
        steps = tuple(sorted(kept | {step for step, is_done in done.items() if is_done}))
        ticked = self.model_copy(update={"done": {**self.done, page: steps}, "saved": _with(self.saved, page)})
        return ticked if not ticked.missing(page) else ticked.reopened(page)

    def missing(self, page: Page) -> list[Step]:
        """The required steps of this page that are not done."""
        return [step for step in self.steps(page) if step.required and not self.is_done(step)]

    def completed(self, page: Page) -> Playbook:
        """Marked complete. Raises RefusedError while a required step, or a required page before it, is open."""
        if waiting := self.waits_for(page):
            raise RefusedError(
                "The pages have an order, and an earlier one is not complete.",
                f"Complete this page first: {words(waiting[0])}.",
                page=waiting[0],
            )
        if missing := self.missing(page):
            raise RefusedError(
                f"{len(missing)} of the steps of this page {'is' if len(missing) == 1 else 'are'} not ticked.",
                "Tick each step once it is done, then mark the page complete.",
                steps=[step.step for step in missing],
            )
        return self.model_copy(update={"complete": _with(self.complete, page), "saved": _with(self.saved, page)})

    def taken_as_done(self, *pages: Page) -> Playbook:
        """Complete, with every required step: what the app in Salesforce is like shows when it is connected."""
        playbook = self
        for page in pages:
            required = {step.step: True for step in playbook.steps(page) if step.required}
            playbook = playbook.ticked(page, required).completed(page)
        return playbook

    def reopened(self, page: Page) -> Playbook:
        """Not complete any more, and neither are the pages that depend on it."""
        gone = {page, *DEPENDENTS[page]}
        return self.model_copy(update={"complete": tuple(each for each in self.complete if each not in gone)})

    def entered(self, page: Page) -> Playbook:
        """Something was saved on this page."""
        return self.model_copy(update={"saved": _with(self.saved, page)})


def words(page: Page) -> str:
    """The page's name as people read it."""
    return _WORDS[page]


_WORDS: Mapping[Page, str] = {
    Page.REGISTER_APPLICATION: "Register a Salesforce application",
    Page.PROFILE_DETAILS: "Profile details",
    Page.CONNECTION_AND_CREDENTIAL: "Connection and credential",
    Page.ADDITIONAL_ORGS: "Connect to additional Salesforce org",
    Page.REVIEW_AND_PUBLISH: "Review and publish",
}


def _before(page: Page) -> list[Page]:
    pages = list(Page)
    return pages[: pages.index(page)]


def _with(pages: Collection[Page], page: Page) -> tuple[Page, ...]:
    return tuple(each for each in Page if each in {*pages, page})
