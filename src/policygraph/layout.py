"""A document's text in the blocks that a page shows: paragraphs, headings, and rows of tables.

The blocks tile the text: put one after the other they are the text, character for character.
A line with tabs is a row of a table, its tabs and line end at the end of its cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from policygraph import iri
from policygraph.queries import Record, text_in, whole_in


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document; ``name`` is the tail of its IRI ("II.5.b", "PL1.I.4"), ``depth`` counts
    the parts around it."""

    iri: str
    name: str
    within: str
    path: str | None
    kind: str | None
    kind_label: str | None
    label: str | None
    heading: str | None
    text: str | None
    start: int
    end: int
    said_at: int | None
    """Where its own words begin, behind its number."""
    depth: int


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a row if it has ``cells`` (spans that tile it).  ``names`` are the parts that
    begin here, the outermost first; ``level`` is that of a heading, None where it is none."""

    start: int
    end: int
    names: tuple[str, ...]
    depth: int
    level: int | None
    cells: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that follow each other; ``has_head`` where the first one names the columns."""

    rows: tuple[Block, ...]
    has_head: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A part with the parts that hang under it."""

    part: Part
    sections: tuple[Section, ...]


def parts_of(rows: Sequence[Record]) -> tuple[Part, ...]:
    """The rows of the canned query ``outline-of-document`` as parts, in reading order."""
    depths: dict[str, int] = {}
    found = []
    for row in rows:
        address, within = str(row["part"]), str(row["within"])
        depths[address] = depths.get(within, -1) + 1
        local = address.rpartition("/")[2]
        found.append(
            Part(
                address,
                local.removeprefix(iri.document_of(local)).lstrip("."),
                within,
                text_in(row, "path"),
                text_in(row, "kind"),
                text_in(row, "kindLabel"),
                text_in(row, "label"),
                text_in(row, "heading"),
                text_in(row, "text"),
                whole_in(row, "start") or 0,
                whole_in(row, "end") or 0,
                whole_in(row, "saidAt"),
                depths[address],
            )
        )
    return tuple(found)


def outline(parts: Sequence[Part]) -> tuple[Section, ...]:
    """The parts that have a number of their own, each under the nearest such part around it."""
    under: dict[str, list[Part]] = {}
    nearest: dict[str, str] = {}
    for part in parts:
        above = nearest.get(part.within, "")
        nearest[part.iri] = above if part.path is None else part.iri
        if part.path is not None:
            under.setdefault(above, []).append(part)

    def sections(address: str) -> tuple[Section, ...]:
        return tuple(Section(part, sections(part.iri)) for part in under.get(address, ()))

    return sections("")


def lay_out(text: str, parts: Sequence[Part]) -> list[Block | Table]:
    """The text in blocks."""
    starts: dict[int, list[Part]] = {}
    for part in parts:
        starts.setdefault(min(part.start, len(text)), []).append(part)
    found: list[Block | Table] = []
    for is_table, spans in _runs(text, sorted(starts)):
        blocks = [_block(text, span, starts, is_row=is_table) for span in spans]
        if is_table:
            has_head = not _is_row(starts.get(spans[0][0], [])) and len(blocks) > 1
            found.append(Table(tuple(blocks), has_head))
        else:
            found.extend(blocks)
    return found


def _runs(text: str, starts: Sequence[int]) -> Iterator[tuple[bool, list[tuple[int, int]]]]:
    """Rows of one table, or the paragraphs between two tables.  A blank line between two rows is a
    page's end and belongs to the row before it."""
    rows = [(s, e) for s, e in _lines(text) if "\t" in text[s:e]]
    at = 0
    run: list[tuple[int, int]] = []
    for start, end in rows:
        between = text[at:start]
        if run and not between.strip():
            run[-1] = (run[-1][0], start)
        else:
            if run:
                yield True, run
            if between:
                yield False, _paragraphs(at, start, starts)
            run = []
        run.append((start, end))
        at = end
    if run:
        yield True, run
    if at < len(text):
        yield False, _paragraphs(at, len(text), starts)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield start, end
        start = end


def _paragraphs(start: int, end: int, starts: Sequence[int]) -> list[tuple[int, int]]:
    edges = [start, *(edge for edge in starts if start < edge < end), end]
    return list(pairwise(edges))


def _block(
    text: str, span: tuple[int, int], starts: dict[int, list[Part]], *, is_row: bool
) -> Block:
    start, end = span
    here = starts.get(start, [])
    headed = [part for part in here if part.heading is not None and part.end > end]
    return Block(
        start,
        end,
        tuple(part.name for part in here),
        max((part.depth for part in here), default=0),
        headed[-1].depth if headed and not is_row else None,
        _cells(text, start, end) if is_row else (),
    )


def _cells(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    edges = [start]
    while (tab := text.find("\t", edges[-1], end)) >= 0:
        edges.append(tab + 1)
    return tuple(pairwise([*edges, end]))


_ROWS = frozenset(iri.concept("part-kind", name) for name in ("dong", "nhom"))


def _is_row(parts: Sequence[Part]) -> bool:
    return any(part.kind in _ROWS for part in parts)
