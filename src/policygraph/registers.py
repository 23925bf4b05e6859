"""Facts from outside the texts: documents, programmes, places, agencies and their changes.

They lie as CSV files in ``data/registers``, each row with its sources.  What only a text of
the corpus says is marked ``text`` there and is never passed on as an outside fact.

    documents.csv           identity, title and dates of documents
    document_relations.csv  what one of them implements, stands on, amends or replaces
    programmes.csv          names that stand for a document
    provinces.csv           the country and its 63 provinces until 2025-06-30, with successors
    agencies.csv            names of agencies; ``{place}``, ``{short}`` and ``{committee}`` stand
                            for "tỉnh Hải Dương", "Hải Dương" and "Tỉnh ủy"
    agency_changes.csv      mergers and renamings; "*" is every province without a row of its own
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from policygraph import iri, numbers
from policygraph.errors import DataError
from policygraph.model import Span

COUNTRY: Final = "VN"
EVERY_PROVINCE: Final = "*"
UNPLACED: Final = "x"
"""Head of the local names of provincial agencies whose province is not known."""

RELATIONS: Final = ("basedOn", "implements", "amends", "replaces", "approves", "proposedBy")
CHANGES: Final = ("merged", "renamed", "split", "dissolved")
LEVELS: Final = ("central", "province")
PLACE_RULES: Final = ("optional", "required", "never")
_NOT_A_DISTRICT: Final = "".join(
    rf"(?<!{kind}\s)" for kind in ("thanh pho", "thi xa", "huyen", "tp", r"tp\.", "quan")
)
"""A district's seat may bear its province's name: "thành phố Hải Dương"."""

T = TypeVar("T")
_PLACEHOLDER = re.compile(r"\s*\{(?:place|short)\}")


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
    def local(self) -> str:
        return _slug(self.code)


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

    def bare(self, committee: str = "Tỉnh ủy") -> str:
        """The name without its place: "Ban Tuyên giáo Tỉnh ủy"."""
        return _PLACEHOLDER.sub("", self.template).replace("{committee}", committee)

    def named(self, place: Place) -> str:
        """The full official name in a place."""
        return self.template.format(
            place=place.inside, short=place.short, committee=place.committee
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


@dataclass(frozen=True, eq=False)
class Registers:
    """All registers, with the look-ups that resolution needs."""

    documents: tuple[RegisteredDocument, ...]
    programmes: tuple[Programme, ...]
    places: tuple[Place, ...]
    agencies: tuple[Agency, ...]
    changes: tuple[AgencyChange, ...]
    _by_handle: Mapping[str, RegisteredDocument] = field(repr=False)
    _by_number: Mapping[str, tuple[RegisteredDocument, ...]] = field(repr=False)
    _by_title: Mapping[str, tuple[RegisteredDocument, ...]] = field(repr=False)
    _by_programme: Mapping[str, Programme] = field(repr=False)
    _by_code: Mapping[str, Place] = field(repr=False)
    _by_sign: Mapping[tuple[str, str], Agency] = field(repr=False)
    _by_name: Mapping[tuple[str, str], Agency] = field(repr=False)
    _place_names: re.Pattern[str] = field(repr=False)
    _place_codes: Mapping[str, str] = field(repr=False)

    def document(self, handle: str) -> RegisteredDocument | None:
        return self._by_handle.get(handle)

    def documents_numbered(
        self, number: str, jurisdiction: str | None = None
    ) -> tuple[RegisteredDocument, ...]:
        """All documents with a number, in any spelling; numbers repeat over years and places."""
        found = self._by_number.get(numbers.lookup_form(number), ())
        return tuple(d for d in found if jurisdiction in (None, d.jurisdiction))

    def laws_named(self, name: str) -> tuple[RegisteredDocument, ...]:
        """The laws of one name, oldest first: "Luật Giao dịch điện tử" is two, one after other."""
        return self._by_title.get(iri.slug(name), ())

    def programme_named(self, name: str) -> Programme | None:
        """The programme of a name, or of the longest known name with which it begins."""
        words = iri.slug(name).split("-")
        for count in range(len(words), 3, -1):
            found = self._by_programme.get("-".join(words[:count]))
            if found:
                return found
        return None

    def place(self, code: str) -> Place | None:
        return self._by_code.get(code)

    def find_places(self, text: str) -> list[tuple[Span, Place]]:
        """Provinces named in a text ("tỉnh Hải Dương", "Hải Dương"), in reading order."""
        folded = iri.fold(text)
        if len(folded) != len(text):
            return []
        return [
            (Span(*m.span()), self._by_code[self._place_codes[_squeezed(m[0])]])
            for m in self._place_names.finditer(folded)
            if text[m.start()].isupper() or text[m.start()] == "t"
        ]

    def place_named(self, name: str) -> Place | None:
        """The province of a whole name ("Hải Dương", "tỉnh Hải Dương"); None if there is none."""
        code = self._place_codes.get(_squeezed(iri.fold(name)))
        return self._by_code[code] if code else None

    def placed(self, agency: Agency, jurisdiction: str | None) -> PlacedAgency:
        """An agency in a province (or the country, whatever the code, if it is central)."""
        if agency.level == "central":
            name = agency.template
            return PlacedAgency(name, f"{_slug(COUNTRY)}.{_slug(name)}", COUNTRY, agency)
        place = self._by_code.get(jurisdiction or "")
        if place is None or place.kind == "country":
            bare = agency.bare()
            return PlacedAgency(bare, f"{UNPLACED}.{_slug(bare)}", "", agency)
        local = f"{place.local}.{_slug(agency.bare(place.committee))}"
        return PlacedAgency(agency.named(place), local, place.code, agency)

    def agency_for_sign(self, sign: str, jurisdiction: str | None) -> PlacedAgency | None:
        """The agency that signs numbers so: ("UBND", "VN-61") is the province's committee."""
        head = re.split(r"[-.]", sign)[0]
        levels = ("central",) if jurisdiction in (None, COUNTRY) else ("province", "central")
        for level in levels:
            for spelling in (head, head.rstrip("0123456789")):
                agency = self._by_sign.get((level, spelling))
                if agency:
                    return self.placed(agency, jurisdiction)
        return None

    def agency_named(self, name: str, jurisdiction: str | None) -> PlacedAgency | None:
        """The agency of a whole name, with or without its place; None if none is known."""
        words = " ".join(name.split())
        bare, place = words, self._by_code.get(jurisdiction or "")
        for span, found in reversed(self.find_places(words)):
            if span.end == len(words) and found.kind != "country":
                bare, place = words[: span.start].rstrip(" -–").removesuffix(" của"), found
                break
        bare = bare.removesuffix(" tỉnh")
        for candidate, level in ((words, "central"), (bare, "province"), (bare, "central")):
            agency = self._by_name.get((level, iri.slug(candidate)))
            if agency:
                return self.placed(agency, place.code if place else None)
        return None

    def events(self, jurisdiction: str) -> tuple[AgencyEvent, ...]:
        """What happened to the agencies of a jurisdiction, earliest first, undated last.

        A province's own rows go before the general ones about the same agency and function.
        """
        rows = {
            (c.old, c.function): c
            for code in (EVERY_PROVINCE, jurisdiction)
            for c in self.changes
            if c.jurisdiction == code and not (code == EVERY_PROVINCE and jurisdiction == COUNTRY)
        }
        merged: dict[tuple[object, ...], AgencyEvent] = {}
        for change in rows.values():
            event = self._event(change, jurisdiction)
            if event is None:
                continue
            results = tuple(r.local for r in event.results)
            key = (event.change, event.day, event.function, results or event.originals[0].local)
            known = merged.get(key)
            merged[key] = _joined(known, event) if known else event
        return tuple(
            sorted(merged.values(), key=lambda e: (not e.day, e.day, e.originals[0].local))
        )

    def _event(self, change: AgencyChange, jurisdiction: str) -> AgencyEvent | None:
        original = self._any_agency(change.old, jurisdiction)
        target = change.new_jurisdiction or jurisdiction
        results = (self._any_agency(change.new, target),) if change.new else ()
        if original in results:
            return None
        return AgencyEvent(
            change.change,
            change.day,
            jurisdiction,
            change.function,
            (original,),
            results,
            change.legal_basis,
            change.note,
            change.sources,
            change.verified,
        )

    def _any_agency(self, name: str, jurisdiction: str) -> PlacedAgency:
        """The registered agency of a bare name, or a body known only from the changes."""
        level = "central" if jurisdiction == COUNTRY else "province"
        agency = self._by_name.get((level, iri.slug(name)))
        if agency:
            return self.placed(agency, jurisdiction)
        place = self._by_code[jurisdiction]
        full = name if place.kind == "country" else f"{name} {place.inside}"
        return PlacedAgency(full, f"{place.local}.{iri.slug(name)}", jurisdiction, None)


def load(directory: Path) -> Registers:
    """Read and check all registers; DataError with path and line where a row is wrong."""
    places = _places(directory / "provinces.csv")
    codes = {p.code for p in places}
    documents = _documents(directory, codes)
    handles = {d.handle: d for d in documents if d.handle}
    programmes = _programmes(directory / "programmes.csv", handles)
    agencies = _agencies(directory / "agencies.csv")
    changes = _changes(directory / "agency_changes.csv", codes)
    place_codes = _place_codes(places)
    return Registers(
        documents,
        programmes,
        places,
        agencies,
        changes,
        handles,
        _grouped(documents, lambda d: numbers.lookup_form(d.number) if d.number else None),
        _grouped(documents, lambda d: iri.slug(d.title) if d.type_word == "Luật" else None),
        {iri.slug(n): p for p in programmes for n in (p.name, *p.other_names)},
        {p.code: p for p in places},
        {(a.level, sign): a for a in reversed(agencies) for sign in a.signs},
        {(a.level, iri.slug(n)): a for a in reversed(agencies) for n in _whole_names(a)},
        _any_place(place_codes),
        place_codes,
    )


def expand(form: str) -> tuple[str, ...]:
    """Spellings of a form whose abbreviations are joined by "+": "Sở KH+ĐT" is "Sở KHĐT",
    "Sở KH ĐT" and "Sở KH và ĐT" (hyphens read as blanks, "&" as "và")."""
    first, *rest = form.split("+")
    spellings = [first]
    for position, component in enumerate(rest):
        joints = ("", " ", " và ") if position == len(rest) - 1 else ("", " ")
        spellings = [s + joint + component for s in spellings for joint in joints]
    return tuple(spellings)


def _whole_names(agency: Agency) -> Iterator[str]:
    for committee in ("Tỉnh ủy", "Thành ủy"):
        yield agency.bare(committee)
        for form in (*agency.forms, *agency.faults):
            yield from expand(form.replace("{committee}", committee))


def _places(path: Path) -> tuple[Place, ...]:
    def read(row: dict[str, str]) -> Place:
        if row["kind"] not in ("country", "province", "municipality"):
            raise ValueError(f"kind {row['kind']!r} of a place")
        return Place(
            row["code"],
            row["name"],
            row["kind"],
            row["gso_code"],
            _list(row["other_names"]),
            row["successor"],
            _date(row["successor_from"]),
            row["gso_code_after"],
            row["legal_basis"],
            _list(row["sources"]),
        )

    places = tuple(_read(path, read))
    _unique(path, (p.code for p in places))
    for place in places:
        if place.successor and place.successor not in {p.code for p in places}:
            raise DataError(path, f"successor {place.successor!r} of {place.code} is no place")
    return places


def _documents(directory: Path, codes: set[str]) -> tuple[RegisteredDocument, ...]:
    path = directory / "documents.csv"

    def read(row: dict[str, str]) -> RegisteredDocument:
        number = row["number"]
        if number and numbers.canonical_number(number) != number:
            raise ValueError(f"{number!r} is no canonical number")
        if row["jurisdiction"] not in codes:
            raise ValueError(f"jurisdiction {row['jurisdiction']!r} is no place")
        if not row["sources"] and not row["text"]:
            raise ValueError("a row needs a source or a text")
        return RegisteredDocument(
            number,
            number,
            row["type"],
            row["issuer"],
            row["jurisdiction"],
            _date(row["date"]),
            row["title"],
            _date(row["in_force_from"]),
            _date(row["in_force_until"]),
            row["status"],
            _list(row["sources"]),
            _flag(row["verified"]),
            row["text"],
        )

    documents = _with_handles(list(_read(path, read)))
    _unique(path, (d.handle for d in documents if d.handle))
    relations = _relations(
        directory / "document_relations.csv", {d.handle for d in documents if d.handle}
    )
    return tuple(replace(d, relations=relations.get(d.handle, ())) for d in documents)


def _with_handles(documents: list[RegisteredDocument]) -> list[RegisteredDocument]:
    shared = [d.number for d in documents]
    return [
        replace(d, handle=f"{d.number}@{d.date}") if d.number and shared.count(d.number) > 1 else d
        for d in documents
    ]


def _relations(path: Path, handles: set[str]) -> dict[str, tuple[Relation, ...]]:
    def read(row: dict[str, str]) -> Relation:
        for handle in (row["citing"], row["cited"]):
            if handle not in handles:
                raise ValueError(f"{handle!r} names no one document of documents.csv")
        if row["relation"] not in RELATIONS:
            raise ValueError(f"relation {row['relation']!r}")
        sources = _list(row["sources"])
        if not sources:
            raise ValueError("a relation needs a source")
        return Relation(
            row["citing"], row["relation"], row["cited"], sources, _flag(row["verified"])
        )

    found: dict[str, list[Relation]] = defaultdict(list)
    for relation in _read(path, read):
        found[relation.citing].append(relation)
    return {handle: tuple(rows) for handle, rows in found.items()}


def _programmes(path: Path, handles: Mapping[str, RegisteredDocument]) -> tuple[Programme, ...]:
    def read(row: dict[str, str]) -> Programme:
        if row["document"] not in handles:
            raise ValueError(f"{row['document']!r} names no one document of documents.csv")
        return Programme(
            row["name"], _list(row["other_names"]), row["document"], _list(row["sources"])
        )

    return tuple(_read(path, read))


def _agencies(path: Path) -> tuple[Agency, ...]:
    def read(row: dict[str, str]) -> Agency:
        if row["level"] not in LEVELS or row["place"] not in PLACE_RULES:
            raise ValueError(f"level {row['level']!r}, place {row['place']!r}")
        if row["level"] == "province" and not _PLACEHOLDER.search(row["name"]):
            raise ValueError("a provincial agency needs {place} or {short} in its name")
        if not row["source"]:
            raise ValueError("an agency needs a source")
        return Agency(
            row["level"],
            row["kind"],
            row["name"],
            _list(row["forms"]),
            _list(row["faults"]),
            _list(row["sign"]),
            row["parent"],
            row["place"],
            _list(row["not_before"]),
            row["source"],
        )

    agencies = tuple(_read(path, read))
    names = {a.template for a in agencies}
    for agency in agencies:
        if agency.parent and agency.parent not in names:
            raise DataError(path, f"parent {agency.parent!r} of {agency.template!r} is no agency")
    return agencies


def _changes(path: Path, codes: set[str]) -> tuple[AgencyChange, ...]:
    def read(row: dict[str, str]) -> AgencyChange:
        if row["jurisdiction"] not in codes | {EVERY_PROVINCE}:
            raise ValueError(f"jurisdiction {row['jurisdiction']!r} is no place")
        if row["change"] not in CHANGES:
            raise ValueError(f"change {row['change']!r}")
        if row["function"] and row["change"] != "split":
            raise ValueError(f"only a split moves a part, {row['function']!r}: {row['change']!r}")
        if not re.fullmatch(r"(?:\d{4}(?:-\d\d(?:-\d\d)?)?)?", row["date"]):
            raise ValueError(f"date {row['date']!r}")
        return AgencyChange(
            row["jurisdiction"],
            row["old"],
            row["function"],
            row["new_jurisdiction"],
            row["new"],
            row["change"],
            row["date"],
            row["legal_basis"],
            row["note"],
            _list(row["sources"]),
            _flag(row["verified"]),
        )

    return tuple(_read(path, read))


def _read(path: Path, read: Callable[[dict[str, str]], T]) -> Iterator[T]:
    """The rows of a file made into values; DataError with the line of a bad one."""
    try:
        content = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(path, str(error)) from error
    reader = csv.DictReader(content.splitlines(), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise ValueError("wrong number of fields")
            yield read({key: value.strip() for key, value in row.items()})
    except (ValueError, KeyError, csv.Error) as error:
        raise DataError(path, f"{error}", reader.line_num) from error


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _date(cell: str) -> dt.date | None:
    return dt.date.fromisoformat(cell) if cell else None


def _flag(cell: str) -> bool:
    if cell not in ("yes", "no"):
        raise ValueError(f"{cell!r} is neither yes nor no")
    return cell == "yes"


def _unique(path: Path, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DataError(path, f"{name!r} stands twice")
        seen.add(name)


def _grouped(
    documents: tuple[RegisteredDocument, ...], key: Callable[[RegisteredDocument], str | None]
) -> dict[str, tuple[RegisteredDocument, ...]]:
    groups: dict[str, list[RegisteredDocument]] = defaultdict(list)
    for document in documents:
        name = key(document)
        if name:
            groups[name].append(document)
    return {
        name: tuple(sorted(group, key=lambda d: d.date or dt.date.max))
        for name, group in groups.items()
    }


def _place_codes(places: tuple[Place, ...]) -> dict[str, str]:
    """Folded names of the places, blanks for all punctuation, with their codes."""
    codes: dict[str, str] = {}
    for place in places:
        spellings = [place.name, place.short, *place.other_names]
        if place.kind == "municipality":
            spellings += [f"TP {place.short}", f"TP. {place.short}"]
        for name in spellings:
            codes[_squeezed(iri.fold(name))] = place.code
    return codes


@lru_cache(maxsize=4096)
def _slug(name: str) -> str:
    """A text names the same few agencies again and again."""
    return iri.slug(name)


def _squeezed(folded: str) -> str:
    return " ".join(re.findall(r"\w+", folded))


def _any_place(names: Iterable[str]) -> re.Pattern[str]:
    """Any of the folded names as whole words, the longest first, in branches by first letter:
    most words of a text begin none, and are passed over by one look."""
    branches: dict[str, list[str]] = {}
    for pattern in sorted(map(_as_pattern, names), key=len, reverse=True):
        branches.setdefault(pattern[0], []).append(pattern)
    joined = "|".join(f"(?:{'|'.join(branch)})" for branch in branches.values())
    return re.compile(rf"\b(?=[{''.join(branches)}]){_NOT_A_DISTRICT}(?:{joined})\b")


def _as_pattern(squeezed: str) -> str:
    return r"[\s.–-]+".join(map(re.escape, squeezed.split()))


def _joined(known: AgencyEvent, other: AgencyEvent) -> AgencyEvent:
    """Two rows of one event: several agencies that were merged into one."""
    return replace(
        known,
        originals=known.originals + other.originals,
        sources=tuple(dict.fromkeys(known.sources + other.sources)),
        verified=known.verified and other.verified,
    )
