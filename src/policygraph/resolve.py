"""Mentions to facts: which document is meant, and what stands in which relation to it.

Identity is number, issuer and year together.  A mention that leaves the year out is settled by
the same text, then by the corpus and the register; where more than one candidate stays, the
mention is unresolved.  Nothing here looks at characters: spans come from the mentions.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from policygraph import iri, lexicon
from policygraph.mentions import congresses
from policygraph.mentions.metadata import agency_of
from policygraph.mentions.relations import OWN_ACT
from policygraph.mentions.units import DISTRICT
from policygraph.model import (
    AgencyMention,
    CitationMention,
    DocumentReference,
    Part,
    Reading,
    Topic,
    UnresolvedMention,
    Zone,
)
from policygraph.numbers import document_key_for, lookup_form, parse_number
from policygraph.registers import COUNTRY, RegisteredDocument, Registers

UNPLACED = "x"
"""Jurisdiction in the name of a document whose place is not known."""
_NATIONAL = "quốc gia"
"""A programme or strategy so called is the country's, whoever names it."""
_SHARED_SIGNS = frozenset(map(iri.slug, lexicon.load("identity").tables["shared_signs"]["signs"]))
"""Signs in numbers that many bodies of one place have."""
HEAD_ZONES = frozenset({Zone.LETTERHEAD, Zone.TITLE, Zone.PREAMBLE})

_TYPES: Mapping[str, str] = {
    row["word"].lower(): row["notation"] for row in lexicon.load("document_types").tables["type"]
}
_TYPE_ORDER: Mapping[str, str] = {
    row["notation"]: row["word"] for row in reversed(lexicon.load("document_types").tables["type"])
}


class Subject(NamedTuple):
    """Who has a relation: "document" with its local name, or "task" or "part" with the index."""

    kind: str
    local: str
    part: int


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document that something names, with the best that is known of it."""

    key: iri.DocumentKey
    number: str | None
    type_word: str | None
    jurisdiction: str
    issued: dt.date | None
    name: str | None
    registered: bool
    """Described by the register from outside the corpus."""
    issuer: AgencyMention | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sayings about one document that cannot both be true."""

    about: iri.DocumentKey
    field: str
    """documentNumber or issued"""
    kept: str
    conflicting: str
    mention: CitationMention


@dataclass(frozen=True, slots=True)
class ResolvedCitation:
    """A mention with the document it means and the subject of its direct relation.

    ``subject`` is None where the mention gives no direct relation (a chapter on the situation).
    """

    mention: CitationMention
    cited: iri.DocumentKey
    subject: Subject | None


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """All that is asserted of one source document."""

    key: iri.DocumentKey
    reading: Reading
    citations: tuple[ResolvedCitation, ...]
    conflicts: tuple[Conflict, ...]
    unresolved: tuple[UnresolvedMention, ...]


@dataclass(frozen=True, slots=True)
class CorpusFacts:
    """Facts of all readings; ``cited`` are the documents known only from citations, and
    ``duplicates`` pairs of source paths that are one document (the first is kept)."""

    documents: tuple[DocumentFacts, ...]
    cited: tuple[KnownDocument, ...]
    duplicates: tuple[tuple[str, str], ...]


def resolve(readings: Sequence[Reading], registers: Registers) -> CorpusFacts:
    """Settle every mention of every reading against the corpus and the registers."""
    catalogue = _Catalogue(registers)
    keyed: dict[iri.DocumentKey, Reading] = {}
    duplicates = []
    for reading in readings:
        key = own_key(reading, registers)
        if key in keyed:
            duplicates.append((keyed[key].tree.source.path, reading.tree.source.path))
            continue
        keyed[key] = reading
        catalogue.add_own(key, reading)
    for key, reading in keyed.items():
        catalogue.add_dated(key, reading)
    documents = tuple(
        _Resolver(key, reading, catalogue, registers).facts() for key, reading in keyed.items()
    )
    cited = catalogue.documents(catalogue.used - set(keyed))
    return CorpusFacts(documents, cited, tuple(duplicates))


def notation(type_word: str | None) -> str | None:
    """Notation of a type word ("Kế hoạch" -> "KH")."""
    return _TYPES.get(" ".join(type_word.split()).lower()) if type_word else None


def starts_with_type(name: str) -> bool:
    """Whether a name begins with the word of a document type ("Chương trình …")."""
    words = name.lower().split()
    return any(" ".join(words[:count]) in _TYPES for count in (1, 2, 3))


def type_word(code: str | None) -> str | None:
    """The usual type word of a notation ("NQ" -> "Nghị quyết")."""
    return _TYPE_ORDER.get(code) if code else None


def own_key(reading: Reading, registers: Registers) -> iri.DocumentKey:
    """Key of a source document; one without a number is named by what it implements, or else
    by the first words of its title."""
    said = reading.metadata
    place = said.jurisdiction.value if said.jurisdiction else UNPLACED
    year = int(said.date.value[:4]) if said.date else None
    code = notation(said.type.value) if said.type else None
    if said.number:
        key = document_key_for(said.number.value, code, place, year)
        return of_district(key, said.issuer_agency)
    kind = iri.slug(said.type.value) if said.type else "van-ban"
    issuer = said.issuer_code or (said.issuer.value if said.issuer else UNPLACED)
    for mention in reading.citations:
        number = mention.reference.number
        head = reading.tree.parts[mention.part].zone in HEAD_ZONES
        if number and head and mention.relation == "implements" and mention.of is None:
            return iri.document_key(place, issuer, kind, year, f"thuc-hien-{iri.slug(number)}")
    words = said.title.value if said.title else reading.tree.source.path
    return iri.document_key(place, issuer, kind, year, "-".join(iri.slug(words).split("-")[:12]))


def of_district(key: iri.DocumentKey, issuer: AgencyMention | None) -> iri.DocumentKey:
    """The key under a district's body: "12/QĐ-UBND" of a district is not the province's, nor is
    "07-CTr/ĐU" of one Party committee another's."""
    if issuer is None or (issuer.rule != DISTRICT and key.issuer not in _SHARED_SIGNS):
        return key
    return key._replace(issuer=issuer.local.partition(".")[2])


class _Catalogue:
    """All documents that can be meant: registered, in the corpus, or named with their year."""

    def __init__(self, registers: Registers) -> None:
        self.registers = registers
        self.used: set[iri.DocumentKey] = set()
        self._by_number: dict[tuple[str, str], dict[iri.DocumentKey, KnownDocument]] = defaultdict(
            dict
        )
        self._by_key: dict[iri.DocumentKey, KnownDocument] = {}
        for row in registers.documents:
            if row.number:
                self._add(_registered(row))

    def _add(self, known: KnownDocument) -> KnownDocument:
        """Keep a document, with what the first of its mentions that says so says of it."""
        kept = self._by_key.get(known.key, known)
        if kept is not known and not kept.registered:
            kept = replace(
                kept,
                issued=kept.issued or known.issued,
                name=kept.name or known.name,
                issuer=kept.issuer or known.issuer,
            )
        self._by_key[known.key] = kept
        if kept.number:
            self._by_number[lookup_form(kept.number), kept.jurisdiction][kept.key] = kept
        return kept

    def add_own(self, key: iri.DocumentKey, reading: Reading) -> None:
        said = reading.metadata
        self._by_key.pop(key, None)
        self._add(
            KnownDocument(
                key,
                said.number.value if said.number else None,
                said.type.value if said.type else None,
                said.jurisdiction.value if said.jurisdiction else UNPLACED,
                dt.date.fromisoformat(said.date.value) if said.date else None,
                said.title.value if said.title else None,
                registered=False,
            )
        )

    def add_dated(self, own: iri.DocumentKey, reading: Reading) -> None:
        """Documents that a text names with number and date."""
        for mention in reading.citations:
            reference = mention.reference
            if reference.number and mention.relation != "self":
                place = place_of(reference, reading, self.registers)
                if _year(reference):
                    self.named(reference, place)

    def named(self, reference: DocumentReference, place: str) -> KnownDocument:
        """The document of a mention with number and year, added if it is new."""
        if reference.number is None:
            raise ValueError("a mention without a number names no document by number")
        key = document_key_for(reference.number, reference.type_code, place, _year(reference))
        issuer = agency_of(reference.issuer, self.registers, place) if reference.issuer else None
        key = of_district(key, issuer)
        word = reference.type_word or type_word(reference.type_code)
        return self._add(
            KnownDocument(
                key,
                reference.number,
                word,
                place,
                reference.date,
                reference.name,
                registered=False,
                issuer=issuer,
            )
        )

    def by_name(
        self, name: str, code: str, place: str, year: int | None, word: str | None
    ) -> KnownDocument:
        """A document known by its name alone."""
        key = iri.document_key(place, code, code, year, iri.slug(name)[:80].strip("-"))
        return self._add(KnownDocument(key, None, word, place, None, name, registered=False))

    def documents(self, keys: Iterable[iri.DocumentKey]) -> tuple[KnownDocument, ...]:
        return tuple(self._by_key[key] for key in sorted(keys))

    def document(self, key: iri.DocumentKey) -> KnownDocument:
        return self._by_key[key]

    def numbered(self, number: str, place: str) -> list[KnownDocument]:
        return list(self._by_number.get((lookup_form(number), place), {}).values())

    def registered(self, row: RegisteredDocument) -> KnownDocument:
        return self.document(_registered(row).key)


def _registered(row: RegisteredDocument) -> KnownDocument:
    key = document_key_for(
        row.number, notation(row.type_word), row.jurisdiction, row.date.year if row.date else None
    )
    registered = not row.from_text
    return KnownDocument(
        key,
        row.number,
        row.type_word,
        row.jurisdiction,
        row.date if registered else None,
        row.title if registered else None,
        registered,
    )


def _year(reference: DocumentReference) -> int | None:
    parts = parse_number(reference.number) if reference.number else None
    if parts and parts.year:
        return parts.year
    return reference.date.year if reference.date else None


def place_of(reference: DocumentReference, reading: Reading, registers: Registers) -> str:
    """Jurisdiction of a mentioned document: its issuer's, else the country's for central signs,
    else the citing text's own."""
    said = reading.metadata.jurisdiction
    own = said.value if said else None
    if reference.issuer:
        placed = registers.agency_named(reference.issuer, own)
        if placed and placed.jurisdiction:
            return placed.jurisdiction
    parts = parse_number(reference.number) if reference.number else None
    if parts:
        placed = registers.agency_for_sign(parts.organ_sign, own or COUNTRY)
        if placed and placed.jurisdiction:
            return placed.jurisdiction
        if registers.agency_for_sign(parts.organ_sign, COUNTRY):
            return COUNTRY
    return own or UNPLACED


class _Resolver:
    """Settles the mentions of one reading."""

    def __init__(
        self, key: iri.DocumentKey, reading: Reading, catalogue: _Catalogue, registers: Registers
    ) -> None:
        self.key, self.reading = key, reading
        self.catalogue, self.registers = catalogue, registers
        self.day = (
            dt.date.fromisoformat(reading.metadata.date.value) if reading.metadata.date else None
        )
        self.conflicts: list[Conflict] = []
        self.unresolved: list[UnresolvedMention] = list(reading.unresolved)
        self.tasks = frozenset(task.part for task in reading.tasks)
        self.aliases = self._aliases()
        self.own_acts = {
            m.part: m.span.start for m in reversed(reading.citations) if OWN_ACT in m.rule
        }
        """Part in which the text puts others out of force -> where the first of them is named."""

    def facts(self) -> DocumentFacts:
        settled: list[iri.DocumentKey | None] = []
        citations = []
        for mention in self.reading.citations:
            known = self._settle(mention, settled)
            settled.append(known)
            if known is not None:
                subject = self._subject(mention, settled)
                citations.append(ResolvedCitation(mention, known, subject))
        return DocumentFacts(
            self.key,
            self.reading,
            tuple(citations),
            tuple(self.conflicts),
            tuple(self.unresolved),
        )

    # --- identity --------------------------------------------------------------------------

    def _aliases(self) -> dict[str, CitationMention]:
        """Titles in quotation marks, as this text gives them to numbered documents."""
        return {
            iri.slug(m.reference.name): m
            for m in self.reading.citations
            if m.reference.number and m.reference.name
        }

    def _settle(
        self, mention: CitationMention, settled: Sequence[iri.DocumentKey | None]
    ) -> iri.DocumentKey | None:
        reference = mention.reference
        own = self.reading.metadata.number
        if mention.relation == "self" or (own and reference.number == own.value):
            return self.key
        known = self._numbered(mention) if reference.number else self._named(mention, settled)
        if known is None:
            return None
        self.catalogue.used.add(known.key)
        return known.key

    def _numbered(self, mention: CitationMention) -> KnownDocument | None:
        reference = mention.reference
        number = reference.number or ""
        place = place_of(reference, self.reading, self.registers)
        year = _year(reference)
        candidates = self.catalogue.numbered(number, place)
        if year is not None:
            known = self.catalogue.named(reference, place)
            self._note_conflict(mention, known)
            return known
        here = {
            self.catalogue.named(r, place_of(r, self.reading, self.registers)).key
            for r in {m.reference for m in self.reading.citations}
            if r.number == number and _year(r)
        }
        if len(here) == 1:
            return self.catalogue.document(here.pop())
        if self.day is not None:
            past = [c for c in candidates if c.issued is None or c.issued <= self.day]
            candidates = past or candidates
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            names = ", ".join(sorted(c.key.local for c in candidates))
            self._leave(mention, "ambiguous-document", f"no year; candidates: {names}")
            return None
        return self.catalogue.named(reference, place)

    def _named(
        self, mention: CitationMention, settled: Sequence[iri.DocumentKey | None]
    ) -> KnownDocument | None:
        reference = mention.reference
        name = reference.name or ""
        alias = self.aliases.get(iri.slug(_bare_title(name)))
        if alias is not None:
            return self._numbered(alias)
        if mention.relation == "approves" and mention.of is not None:
            approving = settled[mention.of]
            if approving is not None:
                return self.catalogue.document(approving)
        if reference.type_code in {"L", "BL", "PL", "HP"}:
            return self._law(mention)
        programme = self.registers.programme_named(name)
        row = self.registers.document(programme.document) if programme else None
        if row is not None and self._is_past(row):
            return self.catalogue.registered(row)
        if mention.rule.startswith("citation.short-number"):
            return self._short_number(mention)
        if mention.rule.startswith((congresses.NATIONAL, congresses.PLENUM)):
            return self._of_congress(mention)
        if reference.type_word and reference.type_code:
            national = _NATIONAL in name.lower()
            place = COUNTRY if national else place_of(reference, self.reading, self.registers)
            return self.catalogue.by_name(
                name, reference.type_code, place, None, reference.type_word
            )
        self._leave(mention, "unknown-document", "named without a number")
        return None

    def _is_past(self, row: RegisteredDocument) -> bool:
        """Whether a document was there when the text was written: what has only its name may
        be an older one of that name, or one that is yet to be written."""
        return self.day is None or row.date is None or row.date <= self.day

    def _law(self, mention: CitationMention) -> KnownDocument | None:
        reference = mention.reference
        name = reference.name or ""
        rows = list(self.registers.laws_named(name))
        if reference.date:
            dated = [r for r in rows if r.date == reference.date]
            rows = dated or [r for r in rows if r.date is None]
        elif self.day is not None:
            rows = [r for r in rows if self._is_past(r)]
            if len(rows) > 1:
                rows = [r for r in rows if r.in_force_on(self.day) is not False]
        if len(rows) == 1:
            return self.catalogue.registered(rows[0])
        if len(rows) > 1:
            handles = ", ".join(r.handle for r in rows)
            self._leave(mention, "ambiguous-name", f"the date of this text is not known: {handles}")
            return None
        year = reference.date.year if reference.date else None
        return self.catalogue.by_name(
            name, reference.type_code or "L", COUNTRY, year, reference.type_word
        )

    def _short_number(self, mention: CitationMention) -> KnownDocument | None:
        """ "Nghị quyết 52": the one document of that type and serial that this text names."""
        reference = mention.reference
        serial = (reference.name or "").split()[-1]
        found = {
            m.reference.number
            for m in self.reading.citations
            if m.reference.number
            and m.reference.type_code == reference.type_code
            and (parts := parse_number(m.reference.number)) is not None
            and parts.serial.lstrip("0") == serial.lstrip("0")
        }
        if len(found) == 1:
            number = found.pop()
            full = replace(mention, reference=replace(reference, number=number))
            return self._numbered(full)
        self._leave(mention, "unknown-document", "a serial number alone")
        return None

    def _of_congress(self, mention: CitationMention) -> KnownDocument | None:
        """A resolution without a number: the one of a congress, none of a plenum's several."""
        name = mention.reference.name or ""
        if mention.rule.startswith(congresses.PLENUM):
            self._leave(mention, "ambiguous-name", "a plenum passes several resolutions")
            return None
        place = self.registers.place(COUNTRY)
        if mention.rule.startswith(congresses.LOCAL):
            said = self.reading.metadata.jurisdiction
            own = self.registers.place(said.value) if said else None
            whole = congresses.placed(name, own)
            if whole is None:
                self._leave(mention, "unknown-document", "the province is not known")
                return None
            stated = self.registers.find_places(whole)
            name, place = whole, stated[0][1] if stated else own
        code = place.code if place else UNPLACED
        reference = mention.reference
        return self.catalogue.by_name(
            name, reference.type_code or "", code, None, reference.type_word
        )

    def _note_conflict(self, mention: CitationMention, known: KnownDocument) -> None:
        said = mention.reference.date
        if said and known.issued and said != known.issued:
            self.conflicts.append(
                Conflict(known.key, "issued", known.issued.isoformat(), said.isoformat(), mention)
            )

    def _leave(self, mention: CitationMention, reason: str, detail: str) -> None:
        surface = self.reading.tree.join(mention.pieces)
        self.unresolved.append(
            UnresolvedMention(mention.pieces, surface, reason, detail, mention.part, mention.rule)
        )

    # --- subjects --------------------------------------------------------------------------

    def _subject(
        self, mention: CitationMention, settled: Sequence[iri.DocumentKey | None]
    ) -> Subject | None:
        if mention.of is not None:
            outer = settled[mention.of]
            return Subject("document", outer.local, -1) if outer else None
        if mention.relation == "self":
            return None
        part = self.reading.tree.parts[mention.part]
        if part.zone in HEAD_ZONES:
            return Subject("document", self.key.local, -1)
        task = self._task_of(part)
        if task is not None:
            return Subject("task", "", task)
        if part.zone is Zone.APPENDIX and mention.relation == "issuedWith":
            return Subject("part", "", part.parent)
        if part.topic is Topic.PURPOSE or self._is_own_act(mention):
            return Subject("document", self.key.local, -1)
        return None

    def _is_own_act(self, mention: CitationMention) -> bool:
        """Whether the text itself puts the document out of force ("Quyết định này thay thế …"),
        alone or in a list."""
        first = self.own_acts.get(mention.part)
        is_after = first is not None and first <= mention.span.start
        return mention.relation == "replaces" and is_after

    def _task_of(self, part: Part) -> int | None:
        """The task that the part is, or belongs to."""
        for node in (part, *self.reading.tree.ancestors(part)):
            if node.index in self.tasks:
                return node.index
        return None


def _bare_title(name: str) -> str:
    """ "Nghị quyết “Chuyển đổi số …”" -> "Chuyển đổi số …" """
    quoted = re.search(r"[“\"]([^”\"]+)", name)
    return quoted[1].strip() if quoted else name
