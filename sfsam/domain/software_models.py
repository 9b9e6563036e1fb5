"""Software models: what a subscription identifier stands for, and what an unknown one may be.

The catalog in data/ says it for the identifiers it knows; what a person said goes before it, for every org.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from rapidfuzz import fuzz

from sfsam.domain.profiles import Record
from sfsam.domain.subscriptions import Kind

LEAST_SCORE = 55.0  # below this a likeness is chance: "Northwind Feature 3" is no "Service Cloud User"
OWN_KIND_BONUS = 5.0
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NO_NAME = re.compile(r"^(PID|UserPermissions)_?|_?(Psl|PSL|Perm)$")


class Product(Record):
    """What a software model says. `is_paid` None: not known; a price is never guessed from a name."""

    publisher: str
    product: str
    edition: str = ""
    is_paid: bool | None = None

    @property
    def model(self) -> str:
        return " ".join(part for part in (self.product, self.edition) if part)


class CatalogProduct(Product):
    """A product that the catalog or a person knows, with the kind of license it was seen as."""

    kind: Kind


class Suggestion(Product):
    """A product that an identifier may stand for; `score` is a likeness from 0 to 100."""

    score: int


class IdentifierMapping(Record):
    """What a person said an identifier is: for every org and every seat, until somebody takes it back.

    `catalog_said` is what the catalog knew of it then, so that a later opinion can be told from one that was seen.
    """

    mapping_id: str
    kind: Kind
    identifier: str
    publisher: str
    product: str
    edition: str = ""
    is_paid: bool | None = None
    note: str = ""
    mapped_by: str
    mapped_at: datetime
    catalog_said: str = ""


def suggestions(
    kind: Kind, identifier: str, label: str, products: Sequence[CatalogProduct], most: int = 3
) -> list[Suggestion]:
    """The products whose names are most like the identifier or its label, best first; often there is none."""
    best: dict[tuple[str, str, str], Suggestion] = {}
    for product in products:
        score = _likeness((label, _spoken(identifier)), product.model)
        score = min(score + OWN_KIND_BONUS, 100) if product.kind is kind and score >= LEAST_SCORE else score
        key = (product.publisher, product.product, product.edition)
        if score >= LEAST_SCORE and (key not in best or best[key].score < score):
            best[key] = Suggestion(score=round(score), **product.model_dump(exclude={"kind"}))
    return sorted(best.values(), key=lambda each: (-each.score, each.model))[:most]


def _likeness(names: Iterable[str], model: str) -> float:
    wanted = model.lower()
    return max((_score(name.lower(), wanted) for name in names if name), default=0.0)


def _score(name: str, wanted: str) -> float:
    """Word by word, less for what one of them has more: "Salesforce" is in many names and stands for few of them."""
    return 0.6 * fuzz.token_sort_ratio(name, wanted) + 0.4 * fuzz.token_set_ratio(name, wanted)


def _spoken(identifier: str) -> str:
    """PID_Customer_Community_Plus and FieldServiceMobilePsl as words, without what every identifier has."""
    return " ".join(_WORDS.findall(_NO_NAME.sub("", identifier)))
