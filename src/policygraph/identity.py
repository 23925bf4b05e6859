"""The documents that a list asked for, and the ones that were issued: which is which.

"Nghị quyết Tỉnh ủy về chuyển đổi số giai đoạn 2021-2025 …" in a list of documents to be issued
is 06-NQ/TU.  Type, jurisdiction, named issuer and year must agree, and the titles must share
their words; one candidate stands clear of the others, or none is taken.  What is found is
inferred, keeps its candidates with their scores, and can be overruled by review.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz

from policygraph import iri, lexicon
from policygraph.model import TaskMention, UnresolvedMention
from policygraph.numbers import document_key_for, parse_number
from policygraph.registers import Registers
from policygraph.resolve import CorpusFacts, DocumentFacts, notation

RULE = "identity.planned-document"
_MOST_AGENCY_WORDS = 8
_SHOWN = 3
"""Candidates that are kept with a decision, the best first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that may be the one asked for; ``score`` from 0 to 1."""

    key: iri.DocumentKey
    score: float


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """The document that answers to a row; ``candidates`` are all that came near, the best, which
    is the one taken, first."""

    task: TaskMention
    candidates: tuple[Candidate, ...]

    @property
    def issued(self) -> iri.DocumentKey:
        return self.candidates[0].key


@dataclass(frozen=True, slots=True)
class Identified:
    """What was found for the rows of one document."""

    fulfilments: tuple[Fulfilment, ...] = ()
    unresolved: tuple[UnresolvedMention, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What a document is compared by."""

    key: iri.DocumentKey
    type_code: str
    jurisdiction: str
    sign: str
    day: dt.date
    title: str


@dataclass(frozen=True, slots=True)
class _Rules:
    least_share: float
    clear_of_next: float
    idle_words: frozenset[str]


def identify(facts: CorpusFacts, registers: Registers) -> Mapping[iri.DocumentKey, Identified]:
    """For each document with a list of documents to be issued, what its rows came to."""
    known = list(_known(facts, registers))
    found = {}
    for document in facts.documents:
        rows = [task for task in document.reading.tasks if task.kind == "document"]
        if rows:
            found[document.key] = _identified(document, rows, known, registers)
    return found


def _identified(
    document: DocumentFacts,
    rows: Sequence[TaskMention],
    known: Sequence[_Known],
    registers: Registers,
) -> Identified:
    fulfilments, unresolved = [], []
    for row in rows:
        candidates = _candidates(document, row, known, registers)
        if not candidates:
            continue
        best, *others = candidates
        if others and best.score - others[0].score < rules().clear_of_next:
            names = ", ".join(f"{c.key.local} ({c.score:.2f})" for c in candidates[:_SHOWN])
            surface = document.reading.tree.join(row.pieces)
            unresolved.append(
                UnresolvedMention(
                    row.pieces,
                    surface,
                    "ambiguous-document",
                    f"candidates: {names}",
                    row.part,
                    RULE,
                )
            )
            continue
        fulfilments.append(Fulfilment(row, candidates[:_SHOWN]))
    return Identified(tuple(fulfilments), tuple(unresolved))


def _candidates(
    document: DocumentFacts, row: TaskMention, known: Iterable[_Known], registers: Registers
) -> tuple[Candidate, ...]:
    """Documents that may be the one of a row, the best first; those below the share left out."""
    said = document.reading.metadata
    code = notation(row.document_type)
    place = said.jurisdiction.value if said.jurisdiction else None
    day = dt.date.fromisoformat(said.date.value) if said.date else None
    if code is None or place is None or day is None:
        return ()
    words = document.reading.tree.join(row.pieces)
    scored = [
        (similarity(words, other.title), other)
        for other in known
        if other.type_code == code
        and other.jurisdiction == place
        and _is_timely(other.day, row, day)
    ]
    near = [(score, other) for score, other in scored if score >= rules().least_share]
    signs = _named_signs(words, place, registers) if near else frozenset()
    candidates = (Candidate(o.key, score) for score, o in near if not signs or o.sign in signs)
    return tuple(sorted(candidates, key=lambda c: (-c.score, c.key.local)))


def _is_timely(issued: dt.date, row: TaskMention, planned: dt.date) -> bool:
    """Issued in the years of the row; where it names none, in the year of the list or after."""
    first = row.period.start_year if row.period else None
    last = row.period.end_year if row.period else None
    return (first or planned.year) <= issued.year <= (last or issued.year)


def similarity(asked: str, title: str) -> float:
    """Share of letters in common between what two titles are about, from 0 to 1."""
    here, there = _subject(asked), _subject(title)
    if not here or not there:
        return 0.0
    return round(fuzz.token_sort_ratio(here, there) / 100, 2)


@lru_cache(maxsize=2048)
def _subject(title: str) -> str:
    idle = rules().idle_words
    return " ".join(word for word in iri.slug(title).split("-") if word not in idle)


def _named_signs(words: str, place: str, registers: Registers) -> frozenset[str]:
    """Signs of the issuer that stands behind the type word: "Nghị quyết Tỉnh ủy" -> {"TU"}."""
    tokens = re.findall(r"\w+", words)
    for start in range(1, 4):
        for count in range(_MOST_AGENCY_WORDS, 0, -1):
            name = " ".join(tokens[start : start + count])
            agency = registers.agency_named(name, place) if name else None
            if agency and agency.agency and agency.agency.signs:
                return frozenset(agency.agency.signs)
    return frozenset()


def _known(facts: CorpusFacts, registers: Registers) -> Iterator[_Known]:
    """Documents with a type, a place, a day and a title: those of the corpus, then the rest."""
    seen: set[iri.DocumentKey] = set()
    for document in facts.documents:
        said = document.reading.metadata
        if said.type and said.jurisdiction and said.date and said.title:
            code = notation(said.type.value)
            number = said.number.value if said.number else ""
            seen.add(document.key)
            if code:
                yield _Known(
                    document.key,
                    code,
                    said.jurisdiction.value,
                    _sign(number),
                    dt.date.fromisoformat(said.date.value),
                    said.title.value,
                )
    for row in registers.documents:
        code = notation(row.type_word)
        if code is None or row.date is None or not row.title or row.from_text:
            continue
        key = document_key_for(row.number, code, row.jurisdiction, row.date.year)
        if key not in seen:
            seen.add(key)
            yield _Known(key, code, row.jurisdiction, _sign(row.number), row.date, row.title)


def _sign(number: str) -> str:
    parts = parse_number(number) if number else None
    return parts.organ_sign if parts else ""


@cache
def rules() -> _Rules:
    tables = lexicon.load("identity").tables
    return _Rules(
        float(tables["least_share"]),
        float(tables["clear_of_next"]),
        frozenset(map(str, tables["idle_words"])),
    )
