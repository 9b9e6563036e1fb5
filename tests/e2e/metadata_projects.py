"""The downloadable metadata project as an installation gives it, and what it is compared with.

The definitions are Salesforce's own, as its `sf` command line brings them: the registry of types, folders and suffixes,
and the types that are made from the Metadata API's WSDL.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from sfsam import bootstrap
from sfsam.config import Settings
from sfsam.domain.commands import MakeKeyPair, MetadataProject, SaveConnection, SaveRegistration, StartPlaybook
from sfsam.domain.playbook import RegistrationPath
from sfsam.domain.profiles import GrantType, Purpose

NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
URL = "https://acme.my.salesforce.com"
Tree = tuple[str, str, list[Any]]


def unpack_project(path: RegistrationPath, grant: GrantType, folder: Path, data_dir: Path) -> None:
    """Go through the first pages of a fresh installation, download the zip, and unpack it into `folder`."""
    settings = Settings(data_dir=data_dir, key_file=data_dir / "key")
    system = bootstrap.build(settings)
    try:
        profile = system.send(StartPlaybook()).profile_id
        system.send(
            SaveRegistration(
                profile=profile, path=path, grant=grant, app_name="R&D licenses", contact_email="it@acme.example"
            )
        )
        if grant is GrantType.JWT_BEARER:
            who = {"client_id": "3MVG9", "username": "robot@acme.example"}
            system.send(SaveConnection(profile=profile, url=URL, grant=grant, **who))
            system.send(MakeKeyPair(profile=profile, purpose=Purpose.READ))
        packed = system.send(MetadataProject(profile=profile)).data
    finally:
        system.close()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(folder)


def parsed(file: Path) -> ElementTree.Element:
    """The root of a document of our own."""
    return ElementTree.parse(file).getroot()  # noqa: S314  no stranger wrote it


def members_of(package: Path) -> dict[str, set[str]]:
    """Type to members, as a package.xml lists them."""
    return {
        str(kind.findtext(f"{NAMESPACE}name")): {str(member.text) for member in kind.iter(f"{NAMESPACE}members")}
        for kind in parsed(package).iter(f"{NAMESPACE}types")
    }


def tree(element: ElementTree.Element) -> Tree:
    """Tag, text and children, without what only indents; children in a fixed order."""
    text = (element.text or "").strip()
    return element.tag.removeprefix(NAMESPACE), text, sorted((tree(child) for child in element), key=json.dumps)


def known_types(modules: Path) -> dict[str, dict[str, Any]]:
    """The registry: name of a type to its folder, suffix and the rest."""
    file = modules / "@salesforce/source-deploy-retrieve/lib/src/registry/metadataRegistry.json"
    return {each["name"]: each for each in json.loads(file.read_text())["types"].values()}


class Definitions:
    """Salesforce's definitions of metadata types: which fields there are, of which type, and which are needed."""

    def __init__(self, modules: Path) -> None:
        self._text = (modules / "@salesforce/types/lib/metadata.d.ts").read_text()

    def fields(self, kind: str) -> dict[str, str]:
        """Field to type; the name of a field that may be left out ends with "?"."""
        found = re.search(rf"^export type {kind} = (?:Metadata & )?{{\n(.*?)^}};", self._text, re.DOTALL | re.MULTILINE)
        assert found, f"{kind} is not among Salesforce's definitions"
        lines = (line.strip().removesuffix(";") for line in found[1].splitlines())
        return dict(line.split(": ", 1) for line in lines if line)  # type: ignore[misc]

    def choices(self, kind: str) -> set[str]:
        """The values of an enumeration; empty when it is none."""
        found = re.search(rf"^export type {kind} = ('.*');", self._text, re.MULTILINE)
        return set(re.findall(r"'([^']*)'", found[1])) if found else set()

    def faults(self, document: Tree) -> list[str]:
        """What in a document is not as defined: unknown or missing fields, and values of another type."""
        kind, _, children = document
        known = self.fields(kind)
        types = {name.removesuffix("?"): declared for name, declared in known.items()}
        given = {name for name, _, _ in children}
        needed = {name for name, declared in known.items() if not name.endswith("?") and not declared.endswith("[]")}
        faults = [f"{kind}.{name} is missing" for name in sorted(needed - given)]
        for name, text, parts in children:
            declared = types.get(name)
            if declared is None:
                faults.append(f"{kind}.{name} is unknown")
            elif parts:
                faults += self.faults((declared.removesuffix("[]"), text, parts))
            elif declared == "boolean" and text not in ("true", "false"):
                faults.append(f"{kind}.{name} is no boolean: {text}")
            elif (choices := self.choices(declared)) and text not in choices:
                faults.append(f"{kind}.{name} is none of {sorted(choices)}: {text}")
        return faults
