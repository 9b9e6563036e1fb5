"""Software models: what an identifier stands for, said once for every org; and identifiers that nobody knows."""

from __future__ import annotations

from typing import Any

from sfsam.domain.answers import MappingRow, ModelRow, UnrecognizedRow
from sfsam.domain.audit import AuditEntry
from sfsam.domain.commands import KeepMapping, ListSoftwareModels, ListUnrecognized, MapIdentifier, UnmapIdentifier
from sfsam.domain.identifiers import new_id
from sfsam.domain.software_models import CatalogProduct, IdentifierMapping, suggestions
from sfsam.domain.subscriptions import Kind, Thresholds
from sfsam.errors import NotFound
from sfsam.ports import UnitOfWork
from sfsam.services.world import World, entry, org_ids_of


def models(world: World, command: ListSoftwareModels) -> list[ModelRow]:
    """Every software model that is in use, sandboxes included."""
    scope = {"org_ids": org_ids_of(world, command.profile), "include_sandboxes": True, **Thresholds().model_dump()}
    return [ModelRow.model_validate(row) for row in world.store.reads.rows("models_in_use", **scope)]


def unrecognized(world: World, command: ListUnrecognized) -> list[UnrecognizedRow]:
    """Identifiers that nobody knows, most seats first, each with the products whose names are like it."""
    rows = world.store.reads.rows("unrecognized_identifiers", org_ids=org_ids_of(world, command.profile))
    products = [CatalogProduct.model_validate(row) for row in world.store.reads.rows("known_products")]
    return [
        UnrecognizedRow.model_validate(
            row | {"suggestions": suggestions(Kind(row["kind"]), row["identifier"], row["label"], products)}
        )
        for row in rows
    ]


def map_identifier(world: World, command: MapIdentifier) -> MappingRow:
    """Save what the person says. Raises NotFound for an identifier that no org has a license by."""
    _license(world, command.kind, command.identifier)
    said = command.model_dump(include={"kind", "identifier", "publisher", "product", "edition", "is_paid", "note"})
    with world.store.begin() as work:
        before = work.mappings.find(command.kind, command.identifier)
        mapping = IdentifierMapping(
            mapping_id=before.mapping_id if before else new_id(),
            mapped_by=command.actor,
            mapped_at=world.clock.now(),
            catalog_said=_catalog_word(world, command.kind, command.identifier),
            **{name: value.strip() if isinstance(value, str) else value for name, value in said.items()},
        )
        work.mappings.save(mapping)
        work.audit.append([_entry(world, command.actor, "identifier.mapped", mapping, before)])
        work.commit()
    return _row(world, command.kind, command.identifier)


def unmap_identifier(world: World, command: UnmapIdentifier) -> MappingRow:
    """Take back what was said. Raises NotFound when nobody mapped the identifier."""
    with world.store.begin() as work:
        mapping = _mapping(work, command)
        work.mappings.remove(mapping)
        work.audit.append([_entry(world, command.actor, "identifier.unmapped", None, mapping)])
        work.commit()
    return _row(world, command.kind, command.identifier)


def keep_mapping(world: World, command: KeepMapping) -> MappingRow:
    """Remember that the person has seen what the catalog says now, and stays with what was said."""
    with world.store.begin() as work:
        before = _mapping(work, command)
        word = _catalog_word(world, command.kind, command.identifier)
        kept = before.model_copy(update={"catalog_said": word})
        work.mappings.save(kept)
        work.audit.append([_entry(world, command.actor, "identifier.mapping_kept", kept, before)])
        work.commit()
    return _row(world, command.kind, command.identifier)


def _entry(
    world: World, actor: str, action: str, after: IdentifierMapping | None, before: IdentifierMapping | None
) -> AuditEntry:
    named = after or before
    subject = f"{named.kind}:{named.identifier}" if named else ""
    detail = {name: _said(each) for name, each in (("before", before), ("after", after)) if each is not None}
    return entry(world, actor, action, subject, reason=after.note if after else "", detail=detail)


def _said(mapping: IdentifierMapping) -> dict[str, Any]:
    return mapping.model_dump(mode="json", include={"publisher", "product", "edition", "is_paid", "catalog_said"})


def _mapping(work: UnitOfWork, command: UnmapIdentifier | KeepMapping) -> IdentifierMapping:
    mapping = work.mappings.find(command.kind, command.identifier)
    if mapping is None:
        raise NotFound(
            f"Nobody has mapped {command.identifier!r}.",
            "The catalog's word stands; map the identifier to say something else.",
            kind=command.kind,
            identifier=command.identifier,
        )
    return mapping


def _catalog_word(world: World, kind: Kind, identifier: str) -> str:
    rows = world.store.reads.rows("catalog_word", kind=kind, identifier=identifier)
    return str(rows[0]["catalog_said"]) if rows else ""


def _license(world: World, kind: Kind, identifier: str) -> dict[str, Any]:
    rows = world.store.reads.rows("identifier", kind=kind, identifier=identifier)
    if not rows:
        raise NotFound(
            f"No org has a {kind.replace('_', ' ')} license by the identifier {identifier!r}.",
            "Copy it from the unrecognized command or from the list of licenses; upper and lower case count.",
            kind=kind,
            identifier=identifier,
        )
    return rows[0]


def _row(world: World, kind: Kind, identifier: str) -> MappingRow:
    return MappingRow.model_validate(_license(world, kind, identifier))
