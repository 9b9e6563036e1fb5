"""Which license people mean: by identifier, label or software model, in which org, without minding case and spaces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sfsam.domain.entitlements import License
from sfsam.domain.identifiers import to_18
from sfsam.domain.subscriptions import Kind
from sfsam.services.world import World

_NAMES = ("identifier", "label", "model")  # what is found by the first goes before what is found by the next


@dataclass(frozen=True)
class KnownLicense:
    """A license of a connected org, with its names."""

    org_id: str
    org: str
    org_name: str
    edition: str
    kind: Kind
    identifier: str
    label: str
    model: str

    @property
    def license(self) -> License:
        return License(org_id=self.org_id, kind=self.kind, identifier=self.identifier)


class LicenseNames:
    """The licenses of every connected org, as of one moment."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self._licenses = [KnownLicense(**(row | {"kind": Kind(row["kind"])})) for row in rows]
        self._by_name: dict[tuple[str, str], list[KnownLicense]] = {}
        for each in self._licenses:
            for name in _NAMES:
                self._by_name.setdefault((name, _plain(getattr(each, name))), []).append(each)

    @classmethod
    def of(cls, world: World) -> LicenseNames:
        return cls(world.store.reads.rows("license_names"))

    def org_id(self, written: str) -> str:
        """The org of that profile name, org name or id; the only one when nothing is written. Raises ValueError."""
        orgs = {each.org_id: each for each in self._licenses}
        if not written.strip():
            if len(orgs) == 1:
                return next(iter(orgs))
            raise ValueError("say which org; it can be one of " + _listed(each.org for each in orgs.values()))
        wanted = _plain(written)
        found = {
            org_id
            for org_id, each in orgs.items()
            if wanted in (_plain(each.org), _plain(each.org_name or ""), org_id.casefold()) or _is_id(written, org_id)
        }
        if len(found) > 1:
            raise ValueError(f"{written.strip()!r} names {len(found)} orgs; write the profile's name")
        if not found:
            raise ValueError(f"no connected org is called {written.strip()!r}; there are {_listed_orgs(orgs)}")
        return found.pop()

    def find(self, written: str, kind: Kind | None, org_id: str | None = None) -> KnownLicense:
        """The license of that name, in one org or in any. Raises ValueError when there is none, or more than one."""
        for name in _NAMES:
            found = [
                each
                for each in self._by_name.get((name, _plain(written)), ())
                if kind in (None, each.kind) and org_id in (None, each.org_id)
            ]
            licenses = {(each.kind, each.identifier) for each in found}
            if len(licenses) > 1:
                raise ValueError(f"{written.strip()!r} may be {_choices(found)}; write the kind or the identifier")
            if found:
                return found[0]
        where = "" if org_id is None else " in that org"
        raise ValueError(f"there is no license {written.strip()!r}{where}; write its identifier, label or model")

    def label_of(self, license_: License) -> tuple[str, str]:
        """The names of its org and of its model; its ids where it is not there any more."""
        for each in self._licenses:
            if each.license == license_:
                return each.org, each.model
        return license_.org_id, license_.identifier


def _plain(written: str) -> str:
    return " ".join(written.split()).casefold()


def _is_id(written: str, org_id: str) -> bool:
    """Whether it is the org's id, of 15 or of 18 characters."""
    try:
        return to_18(written.strip()) == org_id
    except ValueError:
        return False


def _choices(found: Iterable[KnownLicense]) -> str:
    return " or ".join(sorted({f"{each.identifier} ({each.kind})" for each in found}))


def _listed_orgs(orgs: dict[str, KnownLicense]) -> str:
    return _listed(each.org for each in orgs.values()) or "none"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))
