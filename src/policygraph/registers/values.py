"""What the registers hold: documents, programmes, places, agencies and their changes."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from policygraph import iri

COUNTRY: Final = "VN"
EVERY_PROVINCE: Final = "*"
UNPLACED: Final = "x"
"""Head of the local names of provincial agencies whose province is not known."""

RELATIONS: Final = ("basedOn", "implements", "amends", "replaces", "approves", "proposedBy")
CHANGES: Final = ("merged", "renamed", "split", "dissolved")
LEVELS: Final = ("central", "province")
PLACE_RULES: Final = ("optional", "required", "never")
PLACEHOLDER: Final = re.compile(r"\s*\{(?:place|short)\}")
"""Where the name of a place goes in an agency's name."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One sourced fact: document ``citing`` stands in ``relation`` to ``cited`` (handles)."""

    citing: str
    relation: str
    cited: str
    sources: tuple[str, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class RegisteredDocument:
    """A document known from outside the corpus, or (``text``) named only in a corpus text.

    ``handle`` is what other rows call it: its number, with "@date" where two share the number.
    ``in_force_until`` is the last day.  ``number`` is "" for the few texts that print none.
    """

    handle: str
    number: str
    type_word: str
    issuer: str
    jurisdiction: str
    date: dt.date | None
    title: str
    in_force_from: dt.date | None
    in_force_until: dt.date | None
    status: str
    sources: tuple[str, ...]
    verified: bool
    text: str
    relations: tuple[Relation, ...] = ()

    @property
    def from_text(self) -> bool:
        return bool(self.text)

    def cited(self, relation: str) -> tuple[str, ...]:
        """Handles of the documents to which it stands in a relation ("basedOn")."""
        return tuple(r.cited for r in self.relations if r.relation == relation)

    def in_force_on(self, day: dt.date) -> bool | None:
        """Whether it held on a day; None where the register does not know."""
        start = self.in_force_from or self.date
        if start and day < start:
            return False
        if self.in_force_until:
            return day <= self.in_force_until
        return None


@dataclass(frozen=True, slots=True)
class Programme:
    """A name that stands for a document ("Chương trình Chuyển đổi số quốc gia")."""

    name: str
    other_names: tuple[str, ...]
    document: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """The country, a province (tỉnh) or a municipality under the central government."""

    code: str
    name: str
    kind: str
    gso_code: str
    other_names: tuple[str, ...]
    successor: str
    successor_from: dt.date | None
    gso_code_after: str
    legal_basis: str
    sources: tuple[str, ...]

    @property
    def short(self) -> str:
        """ "Tỉnh Hải Dương" is "Hải Dương" for short."""
        return self.name.removeprefix("Tỉnh ").removeprefix("Thành phố ")

    @property
    def inside(self) -> str:
        """The name as it stands inside a longer one: "tỉnh Hải Dương"."""
        return self.name[0].lower() + self.name[1:] if self.kind != "country" else self.name

    @property
    def committee(self) -> str:
        return "Thành ủy" if self.kind == "municipality" else "Tỉnh ủy"

    @property
    def union(self) -> str:
        return union_of(self.committee)

    @property
    def local(self) -> str:
        return slug(self.code)


def union_of(committee: str) -> str:
    """The Youth Union beside a Party committee: "Thành đoàn" beside "Thành ủy"."""
    return "Thành đoàn" if committee == "Thành ủy" else "Tỉnh đoàn"


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency of the country, or a kind of agency that each province has.

    ``forms`` are its other usual names without the place; a "+" between abbreviations stands
    for nothing, a blank, a hyphen or "&" ("Sở KH+ĐT").  ``place_rule`` says whether the place
    must, may or must not follow for the name to mean this agency.
    """

    level: str
    kind: str
    template: str
    forms: tuple[str, ...]
    faults: tuple[str, ...]
    signs: tuple[str, ...]
    parent: str
    place_rule: str
    not_before: tuple[str, ...]
    source: str
    since: dt.date | None = None
    """Day from which there are such bodies, where no event of the register begins them."""

    def is_in(self, place: Place) -> bool:
        """Whether the place had such a body: not if it ended before there were any."""
        if self.since is None or place.successor_from is None:
            return True
        return self.since < place.successor_from

    def bare(self, committee: str = "Tỉnh ủy") -> str:
        """The name without its place: "Ban Tuyên giáo Tỉnh ủy"."""
        bare = PLACEHOLDER.sub("", self.template).replace("{committee}", committee)
        return bare.replace("{union}", union_of(committee))

    def named(self, place: Place) -> str:
        """The full official name in a place."""
        return self.template.format(
            place=place.inside, short=place.short, committee=place.committee, union=place.union
        )


@dataclass(frozen=True, slots=True)
class PlacedAgency:
    """An agency in its place: its official name and the local name of its IRI.

    ``jurisdiction`` is a code, or "" where the place is not known; ``agency`` is None for a body
    that only the changes name.
    """

    name: str
    local: str
    jurisdiction: str
    agency: Agency | None


@dataclass(frozen=True, slots=True)
class AgencyEvent:
    """A merger, renaming, split or dissolution of agencies of one jurisdiction.

    ``day`` is ISO 8601 to the known precision ("2025-02"), "" where no date is known;
    ``function`` is the part of the work that moved, "" where all of it did.
    """

    change: str
    day: str
    jurisdiction: str
    function: str
    originals: tuple[PlacedAgency, ...]
    results: tuple[PlacedAgency, ...]
    legal_basis: str
    note: str
    sources: tuple[str, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class AgencyChange:
    """One row of the register of changes, names without their places."""

    jurisdiction: str
    old: str
    function: str
    new_jurisdiction: str
    new: str
    change: str
    day: str
    legal_basis: str
    note: str
    sources: tuple[str, ...]
    verified: bool


@lru_cache(maxsize=4096)
def slug(name: str) -> str:
    """A text names the same few agencies again and again."""
    return iri.slug(name)
