"""Entitlements: what people enter about contracts; entitlement_rows.py imports them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from pydantic import ValidationError

from sfsam.domain import money
from sfsam.domain.answers import EntitlementAnswer
from sfsam.domain.audit import AuditEntry
from sfsam.domain.commands import ListEntitlements, RemoveEntitlement, SaveEntitlement
from sfsam.domain.entitlements import (
    ENTERED,
    Entitlement,
    License,
    Terms,
    key_of,
    other_currency,
    state_on,
)
from sfsam.domain.identifiers import new_id
from sfsam.errors import NotFound, RefusedError
from sfsam.ports import UnitOfWork
from sfsam.services.license_names import LicenseNames
from sfsam.services.world import World, entry, org_ids_of

OTHER_CURRENCY = (
    "Entitlement {number} prices the same seats in {currency} for some of the same days. A seat has one price: change "
    "its currency or the days"
)


def entitlements(world: World, command: ListEntitlements) -> list[EntitlementAnswer]:
    """All of them, those that end first in front."""
    names = LicenseNames.of(world)
    today = world.clock.now().date()
    rows = world.store.reads.rows("entitlements", org_ids=org_ids_of(world, command.profile), today=today)
    wanted = {row["entitlement_id"]: place for place, row in enumerate(rows)}
    with world.store.begin() as work:
        found = work.entitlements.of_orgs({row["org_id"] for row in rows})
    ordered = sorted((each for each in found if each.entitlement_id in wanted), key=lambda e: wanted[e.entitlement_id])
    return [_answer(names, each, today) for each in ordered]


def save(world: World, command: SaveEntitlement) -> EntitlementAnswer:
    """Enter one, or change one. From then on it counts as entered. Raises RefusedError, NotFound."""
    names = LicenseNames.of(world)
    license_, terms = _meant(names, command)
    with world.store.begin() as work:
        before = work.entitlements.find(command.entitlement_id) if command.entitlement_id else None
        if command.entitlement_id and before is None:
            raise NotFound("That entitlement is gone.", "Open the page again.", entitlement_id=command.entitlement_id)
        others = others_of(work.entitlements.of_orgs([license_.org_id]), license_, before)
        if clash := other_currency(terms, others):
            said = OTHER_CURRENCY.format(number=clash.number, currency=clash.currency)
            raise RefusedError(f"{said}.", "Nothing was saved.", number=clash.number)
        if twin := next((each for each in others if each.key == key_of(license_, terms)), None):
            raise RefusedError(
                f"Entitlement {twin.number} has the same license, contract and first day.",
                "Change that one, or write another contract number.",
                number=twin.number,
            )
        saved = _made(world, work, license_, terms, before, source=ENTERED, by=command.actor)
        work.entitlements.save([saved])
        work.audit.append([entry_of(world, command.actor, saved, before)])
        work.commit()
    return _answer(names, saved, world.clock.now().date())


def remove(world: World, command: RemoveEntitlement) -> EntitlementAnswer:
    """Forget it; the price of its license follows at once. Raises NotFound."""
    with world.store.begin() as work:
        found = work.entitlements.find(command.entitlement_id)
        if found is None:
            raise NotFound("That entitlement is gone.", "Open the page again.", entitlement_id=command.entitlement_id)
        work.entitlements.remove(found.entitlement_id)
        detail = {"number": found.number, "before": _said(found.terms), "license": found.license.model_dump()}
        gone = entry(world, command.actor, "entitlement.removed", found.entitlement_id, detail=detail)
        work.audit.append([gone])
        work.commit()
    return _answer(LicenseNames.of(world), found, world.clock.now().date())


# ── Small parts ──────────────────────────────────────────────────────────────────────────────────


def _meant(names: LicenseNames, command: SaveEntitlement) -> tuple[License, Terms]:
    """The license and the terms of a command. Raises RefusedError."""
    try:
        found = names.find(command.license, command.kind, names.org_id(command.org))
        said = command.model_dump(include=set(Terms.model_fields))
        if command.currency:
            said["currency"] = money.currency_code(command.currency)
        if command.unit_price is not None and command.unit_price != round(command.unit_price, money.PLACES):
            raise ValueError("A unit price has at most two decimals")
        return found.license, Terms.model_validate(said)
    except ValidationError as trouble:
        raise RefusedError(" ".join(reason_of(error) for error in trouble.errors()), "Nothing was saved.") from None
    except ValueError as trouble:
        raise RefusedError(sentence(str(trouble)), "Nothing was saved.") from None


def _made(
    world: World,
    work: UnitOfWork,
    license_: License,
    terms: Terms,
    before: Entitlement | None,
    *,
    source: str,
    by: str,
) -> Entitlement:
    number = before.number if before else numbered(work.entitlements.last_number() + 1)
    return entitlement_of(license_, terms, before, number=number, source=source, by=by, at=world.clock.now())


def entitlement_of(license_: License, terms: Terms, before: Entitlement | None, **more: Any) -> Entitlement:
    at, by = more["at"], more["by"]
    return Entitlement(
        entitlement_id=before.entitlement_id if before else new_id(),
        number=more["number"],
        source=more["source"],
        entered_by=by,
        entered_at=before.entered_at if before else at,
        updated_at=at,
        **license_.model_dump(),
        **terms.model_dump(),
    )


def numbered(number: int) -> str:
    return f"ENT{number:07d}"


def others_of(known: Iterable[Entitlement], license_: License, before: Entitlement | None) -> list[Entitlement]:
    return [
        each
        for each in known
        if each.license == license_ and (before is None or each.entitlement_id != before.entitlement_id)
    ]


def entry_of(world: World, by: str, saved: Entitlement, before: Entitlement | None) -> AuditEntry:
    detail: dict[str, Any] = {
        "number": saved.number,
        "license": saved.license.model_dump(mode="json"),
        "source": saved.source,
        "after": _said(saved.terms),
    }
    if before is not None:
        detail["before"] = _said(before.terms)
    action = "entitlement.changed" if before else "entitlement.entered"
    return entry(world, by, action, saved.entitlement_id, detail=detail)


def _said(terms: Terms) -> dict[str, Any]:
    return terms.model_dump(mode="json", exclude_defaults=True)


def reason_of(error: Any) -> str:
    said = str(error.get("ctx", {}).get("error", error["msg"]))
    return sentence(said if not error["loc"] else f"{str(error['loc'][0]).replace('_', ' ')}: {said}")


def sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _answer(names: LicenseNames, found: Entitlement, today: date) -> EntitlementAnswer:
    org, model = names.label_of(found.license)
    said = found.model_dump() | {"org": org, "model": model, "state": state_on(found, today)}
    return EntitlementAnswer.model_validate(said)
