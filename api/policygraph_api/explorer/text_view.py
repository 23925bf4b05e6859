"""``/documents/<local>/text``: the text itself, what was read in it marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from policygraph import layout, marks
from policygraph.layout import Block, Table
from policygraph.marks import KINDS, Mark, Segment
from policygraph_api.explorer import finding
from policygraph_api.explorer.sheet import Sheet
from policygraph_api.explorer.site import Site, at
from policygraph_api.explorer.telling import Teller, Told
from policygraph_api.places import here

_TITLE = 160
"""Longest title of a mark, in code points; the script shows the whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters under the same marks.

    Of each mark only the first piece takes the keyboard and the ``title``, and blanks alone are no
    link; ``anchor`` is the place that links name (``#c<anchor>``); ``marks`` are places in the list
    of marks, joined by blanks.
    """

    text: Markup
    kinds: str
    marks: str
    href: str
    title: str | None
    anchor: int | None


@dataclass(frozen=True, slots=True)
class Lines:
    """A paragraph, or the rows of a table: each a block with its cells (one for a paragraph).

    ``table`` numbers the tables of the text from 1, 0 for a paragraph; ``labels`` are the words of
    the cells that name the columns, where the table has some.
    """

    rows: tuple[tuple[Block, tuple[tuple[Piece, ...], ...]], ...]
    table: int
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A document's text with all that was read in it."""

    text: str
    parts: tuple[layout.Part, ...]
    marks: tuple[Mark, ...]


def routes(site: Site) -> APIRouter:
    made = APIRouter()

    @made.get("/documents/{local}/text")
    def text(request: Request, local: str) -> Response:
        sheet = Sheet(site.shelf().snapshot, finding.document(site.shelf(), local))
        place = here(request)
        reading = _read(site, sheet, place.lang)
        values: dict[str, object] = {"document": sheet, "reading": reading}
        if reading is not None:
            with at(place):
                teller = Teller(site, place)
                told = [[teller.fact(fact) for fact in mark.facts] for mark in reading.marks]
            kinds = [mark.kind for mark in reading.marks]
            values |= {
                "lines": _lines(reading, told),
                "outline": layout.outline(reading.parts),
                "counts": {kind: n for kind in KINDS if (n := kinds.count(kind))},
            }
        return site.render(request, "text.html", values)

    @made.get("/documents/{local}/text/marks.json")
    def told(request: Request, local: str) -> Response:
        sheet = Sheet(site.shelf().snapshot, finding.document(site.shelf(), local))
        place = here(request)
        reading = _read(site, sheet, place.lang)
        with at(place):
            teller = Teller(site, place)
            found = [_as_json(mark, teller) for mark in reading.marks] if reading else []
        return JSONResponse(found)

    return made


def _read(site: Site, sheet: Sheet, lang: str) -> Reading | None:
    """None where the build has no text of the document."""
    shelf = site.shelf()
    text = shelf.snapshot.text(sheet.text("pg:sourceSha256") or "")
    if text is None:
        return None
    rows = site.ask("outline-of-document", document=sheet.iri, lang=lang)
    query = site.queries["annotations-of-document"]
    found = marks.marks_of(shelf.snapshot, query, sheet.iri, shelf.lookup, text, lang)
    return Reading(text, layout.parts_of(rows), found)


def _as_json(mark: Mark, teller: Teller) -> dict[str, object]:
    facts = map(teller.fact, mark.facts)
    told = [{"kind": f.kind, "said": f.said, "more": f.more, "href": f.href} for f in facts]
    return {"at": mark.said_at, "kind": mark.kind, "facts": told}


def _lines(reading: Reading, told: Sequence[Sequence[Told]]) -> Iterator[Lines]:
    blocks = layout.lay_out(reading.text, reading.parts)
    tables = [block for block in blocks if isinstance(block, Table)]
    anchors = {part.said_at for part in reading.parts if part.said_at is not None}
    anchors |= {place for mark in reading.marks for place in mark.said_at}
    cuts = {start for table in tables for row in table.rows for start, _ in row.cells} | anchors
    for block in blocks:
        if isinstance(block, Block):
            cuts |= {block.start, *_ends(reading.text, block)}
    cuts |= {table.rows[-1].end for table in tables}
    pieces = _pieces(reading, told, cuts, anchors)
    piece = next(pieces, None)

    def upto(end: int) -> Iterator[Piece]:
        nonlocal piece
        while piece is not None and piece[0].end <= end:
            yield piece[1]
            piece = next(pieces, None)

    number = 0
    for block in blocks:
        number += isinstance(block, Table)
        rows = block.rows if isinstance(block, Table) else (block,)
        shown = tuple(
            (row, tuple(tuple(upto(end)) for _, end in row.cells or ((row.start, row.end),)))
            for row in rows
        )
        labels: tuple[str, ...] = ()
        if isinstance(block, Table) and block.has_head:
            labels = tuple(reading.text[start:end].strip() for start, end in rows[0].cells)
        yield Lines(shown, number if isinstance(block, Table) else 0, labels)


def _ends(text: str, block: Block) -> tuple[int, int]:
    """Where the words of a paragraph begin and end: the blank lines around them are not shown."""
    words = text[block.start : block.end]
    return block.end - len(words.lstrip()), block.start + len(words.rstrip())


def _pieces(
    reading: Reading, told: Sequence[Sequence[Told]], cuts: set[int], anchors: set[int]
) -> Iterator[tuple[Segment, Piece]]:
    seen: set[int] = set()
    for segment in marks.segments(reading.marks, cuts, len(reading.text)):
        words = reading.text[segment.start : segment.end]
        # White space alone is no link: nothing would name it.
        inner = segment.marks[0] if segment.marks and words.strip() else None
        over = [reading.marks[place].kind for place in segment.marks]
        title = href = None
        if inner is not None and reading.text[segment.start : segment.end].strip():
            href = told[inner][0].href
            if inner not in seen:
                title = _title(told[inner])
                seen.add(inner)
        yield (
            segment,
            Piece(
                _exact(words),
                " ".join(kind for kind in KINDS if kind in over),
                " ".join(map(str, segment.marks)),
                href or "",
                title,
                segment.start if segment.start in anchors else None,
            ),
        )


def _title(told: Sequence[Told]) -> str:
    words = f"{told[0].kind}: {told[0].said}"
    return words if len(words) <= _TITLE else words[:_TITLE].rsplit(" ", 1)[0] + " …"


def _exact(text: str) -> Markup:
    """As HTML that gives these very characters: a bare carriage return would become a line end."""
    return Markup(str(escape(text)).replace("\r", "&#13;"))
