"""The values that travel between the stages: text, tree, mentions, facts.

All are frozen.  Offsets count Unicode code points in ``Source.text``; ``text[start:end]``
is always the quote.  Concepts travel as the local names of the SKOS schemes ("lead", ">=").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"no span: {self.start}..{self.end}")

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Source:
    """One text: its path relative to the texts' directory (POSIX), the SHA-256 of the file's
    bytes (lower-case hex), and its characters in NFC.

    ``original`` and its SHA-256 name the Word, PDF or web file that the text was taken out of.
    """

    path: str
    sha256: str
    text: str
    original: str | None = None
    original_sha256: str | None = None


class Zone(StrEnum):
    """The large regions of an official document (Nghị định 30/2020/NĐ-CP, phụ lục I)."""

    LETTERHEAD = "letterhead"
    TITLE = "title"
    PREAMBLE = "preamble"
    BODY = "body"
    RECIPIENTS = "recipients"
    SIGNATURE = "signature"
    APPENDIX = "appendix"


class Topic(StrEnum):
    """What a chapter is about, by its heading; decides whether work stands in it."""

    SITUATION = "situation"
    PURPOSE = "purpose"
    OBJECTIVES = "objectives"
    TASKS = "tasks"
    ORGANISATION = "organisation"
    FUNDING = "funding"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row.

    ``column`` is the column's role ("number", "content", "lead", "coordinate", "period", "product",
    "document_type", "funding", "other"); there are several ``pieces`` where a page cut the cell.
    """

    column: str
    pieces: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A node of the document tree.

    ``kind`` is a concept of the part-kind scheme; ``mark`` the printed number without its
    punctuation ("II", "1.3", "a", "-"); ``path`` the contract's path ("" where there is none).
    ``start``..``end`` cover the node with everything under it; ``pieces`` are its own words,
    trimmed and without the mark, in several pieces where a page break cut them.
    """

    index: int
    parent: int
    children: tuple[int, ...]
    kind: str
    mark: str
    path: str
    name: str
    """Unique tail of the part's IRI: the path, or a name of its own where there is no path."""
    start: int
    end: int
    pieces: tuple[Span, ...]
    cells: tuple[Cell, ...]
    zone: Zone
    topic: Topic
    is_heading: bool
    """Its own words name or introduce what hangs under it, and lay nothing down."""


@dataclass(frozen=True)
class Tree:
    """The parts of one document in reading order; ``parts[0]`` is the document itself.

    The spans of the leaves tile ``source.text``.
    """

    source: Source
    parts: tuple[Part, ...]

    @cached_property
    def by_path(self) -> dict[str, Part]:
        return {p.path: p for p in self.parts if p.path}

    @cached_property
    def _own_texts(self) -> dict[int, str]:
        """Own words by the index of the part, as far as they were asked for."""
        return {}

    def own_text(self, part: Part) -> str:
        """The part's own words, pieces joined by one blank, runs of white space folded."""
        words = self._own_texts.get(part.index)
        if words is None:
            words = self._own_texts[part.index] = self.join(part.pieces)
        return words

    def join(self, pieces: tuple[Span, ...]) -> str:
        text = self.source.text
        return " ".join([" ".join(text[s.start : s.end].split()) for s in pieces])

    def children(self, part: Part) -> list[Part]:
        return [self.parts[i] for i in part.children]

    def ancestors(self, part: Part) -> list[Part]:
        """From the parent up to the document."""
        found = []
        while part.parent >= 0:
            part = self.parts[part.parent]
            found.append(part)
        return found

    def descendants(self, part: Part) -> list[Part]:
        """The part itself and everything under it, in reading order."""
        found, stack = [], [part.index]
        while stack:
            node = self.parts[stack.pop()]
            found.append(node)
            stack.extend(reversed(node.children))
        return found


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the text says so; several pieces where a page break cut the words."""

    pieces: tuple[Span, ...]
    evidence_class: str
    """title, preamble, body, table, inferred, external"""


@dataclass(frozen=True, slots=True)
class AgencyMention:
    """A named actor.  ``surface`` is what is written; ``canonical`` the full official name with
    its place, or the group's wording with its place; ``is_group`` for "Các sở, ban, ngành"."""

    span: Span
    surface: str
    canonical: str
    local: str
    """Local name of the agency's IRI ("vn-61.so-thong-tin-va-truyen-thong")."""
    is_group: bool
    is_registered: bool
    rule: str
    confidence: float

    def at(self, span: Span) -> AgencyMention:
        """The same agency as named at another place."""
        return AgencyMention(
            span,
            self.surface,
            self.canonical,
            self.local,
            self.is_group,
            self.is_registered,
            self.rule,
            self.confidence,
        )


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """What a mention says of the document it names; None where it does not say."""

    number: str | None
    """canonical: "52-NQ/TW", "08/2020/NQ-HĐND" """
    type_code: str | None
    """notation of the document type: "NQ", "L" """
    type_word: str | None
    issuer: str | None
    """as written: "Bộ Chính trị khóa XI" """
    date: date | None
    name: str | None
    """for named laws and programmes: "Luật An ninh mạng" """


@dataclass(frozen=True, slots=True)
class CitationMention:
    """One mention of an official document.

    ``pieces`` run from the type word to the end of the number, date and issuer.
    ``relation`` is how the citing text stands to it ("implements", "basedOn", "self", ...).
    ``of`` is the index, in the document's list, of the mention whose document has the relation
    ("26/NQ-CP implements 36-NQ/TW"); None where it is the citing document or task itself.
    ``scope`` is "document", or the index of the part where it stands.
    """

    pieces: tuple[Span, ...]
    reference: DocumentReference
    relation: str
    of: int | None
    part: int
    rule: str
    confidence: float

    @property
    def span(self) -> Span:
        return Span(self.pieces[0].start, self.pieces[-1].end)


@dataclass(frozen=True, slots=True)
class Period:
    """When a task is to be done; years, and a concept of the recurrence scheme."""

    start_year: int | None
    end_year: int | None
    recurrence: str | None
    pieces: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class TaskMention:
    """One duty: the lowest enumerated item that lays work down."""

    part: int
    kind: str
    """task, project, document"""
    pieces: tuple[Span, ...]
    label: str
    period: Period | None
    product: str | None
    document_type: str | None
    """type word of a document to be issued, as in its column"""
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class AssignmentMention:
    """An agency has a role in a task or target; ``about`` is the index of the part that is
    assigned.  ``src`` is the index of the part whose clause assigns by cross-reference."""

    about: int
    agency: AgencyMention
    role: str
    via: str
    pieces: tuple[Span, ...]
    src: int | None
    rule: str
    confidence: float
    note: str | None = None


@dataclass(frozen=True, slots=True)
class TargetMention:
    """A figure to be reached (or, as ``is_baseline``, one that describes the present)."""

    part: int
    pieces: tuple[Span, ...]
    indicator: str
    comparator: str | None
    value: Decimal | None
    upper_value: Decimal | None
    unit: str | None
    year: int | None
    """deadline of a target, year of a baseline"""
    scope: str | None
    exception: str | None
    is_baseline: bool
    rule: str
    confidence: float
    total: Decimal | None = None
    """of how many, where the text counts so: 63 of "45/63"; in the unit of ``value``"""


@dataclass(frozen=True, slots=True)
class UnresolvedMention:
    """Seen and not resolved: never dropped, never guessed.  ``reason`` is a concept."""

    pieces: tuple[Span, ...]
    surface: str
    reason: str
    detail: str
    part: int
    rule: str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing the document says of itself, with its evidence and its rule."""

    value: str
    span: Span
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the document says of itself; None where it does not say.

    ``number`` is canonical; ``type`` the type's word ("Kế hoạch"); ``date`` ISO 8601; ``issuer``
    the full official name; ``jurisdiction`` an ISO 3166 code ("VN", "VN-61").
    """

    type: Field | None = None
    number: Field | None = None
    date: Field | None = None
    title: Field | None = None
    issuer: Field | None = None
    issuer_agency: AgencyMention | None = None
    """the issuer as an agency; a district's body is one that no register has"""
    issuer_code: str = ""
    """the organ's sign in document numbers: "TU", "UBND", "HĐND" """
    jurisdiction: Field | None = None
    place: Field | None = None
    signer: Field | None = None
    signer_position: Field | None = None
    recipients: tuple[Field, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read from one text, before anything outside it is asked."""

    tree: Tree
    metadata: Metadata
    citations: tuple[CitationMention, ...]
    tasks: tuple[TaskMention, ...]
    assignments: tuple[AssignmentMention, ...] = ()
    targets: tuple[TargetMention, ...] = ()
    unresolved: tuple[UnresolvedMention, ...] = ()
