"""Word files: paragraphs and tables in order, numbers of numbered lists restored."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from zipfile import BadZipFile

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.table import CT_Tc
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.table import Table
from docx.text.paragraph import Paragraph

from policygraph.errors import SourceError
from policygraph.formats import layout
from policygraph.formats.numbering import numeral

_GONE = {qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:txbxContent")}
"""Deleted and hidden runs, codes of fields, and text boxes, which repeat what stands beside."""
_SIGNS = {"-", "–", "+", "•", "*"}


def read(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Text of a .docx; a paragraph is a line, a row of a table a line with tabs."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceError(
            f"{name}: an old or an encrypted Word file; save it as .docx without a password / "
            "hãy lưu lại dạng .docx không mật khẩu"
        )
    try:
        document = docx.Document(io.BytesIO(content))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise SourceError(f"{name}: this is no Word file / không phải tệp Word") from error
    numbers = _Numbers(document)
    lines: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            lines.extend(layout.lines(_grid(block, numbers)))
        else:
            lines.extend(_paragraph(block, numbers).split("\n"))
    return "\n".join(lines) + "\n", ()


def _paragraph(paragraph: Paragraph, numbers: _Numbers) -> str:
    """Words of a paragraph behind the number that Word prints before it."""
    words = "".join(_words(paragraph._p)).strip()
    return f"{numbers.before(paragraph)}{words}" if words else ""


def _words(element: BaseOxmlElement) -> Iterable[str]:
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag == qn("w:tab"):
            yield "\t"
        elif child.tag in {qn("w:br"), qn("w:cr")}:
            yield "\n"
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        elif child.tag not in _GONE and child.tag != qn("w:pPr"):
            yield from _words(child)


def _grid(table: Table, numbers: _Numbers) -> list[list[str]]:
    """Cells by row and column.

    A cell that spans rows counts in each of them, but for those of the first two columns: a
    number or a content that stands once is read once.  A cell that spans columns counts once.
    """
    grid = []
    seen: dict[CT_Tc, str] = {}
    above: list[CT_Tc] = []
    for row in table.rows:
        cells: list[str] = []
        here: list[CT_Tc] = []
        for column, cell in enumerate(row.cells):
            key = cell._tc
            is_wide = bool(here) and here[-1] is key
            is_tall = column < len(above) and above[column] is key
            if key not in seen:
                seen[key] = "\n".join(_paragraph(p, numbers) for p in cell.paragraphs)
            cells.append("" if is_wide or (is_tall and column < 2) else seen[key])
            here.append(key)
        grid.append(cells)
        above = here
    return grid


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list: its style, its pattern ("%1.%2."), its first number."""

    style: str
    pattern: str
    start: int


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level]
    counts: dict[int, int] = field(default_factory=lambda: defaultdict(int))


class _Numbers:
    """Counts the numbered paragraphs of a document, as Word does when it prints them."""

    def __init__(self, document: Document) -> None:
        self._lists: dict[str, _List] = {}
        part = next(
            (
                relation.target_part
                for relation in document.part.rels.values()
                if not relation.is_external and relation.reltype.endswith("/numbering")
            ),
            None,
        )
        if part is None:
            return
        root = parse_xml(part.blob)
        abstract = {
            element.get(qn("w:abstractNumId"), ""): _List(_levels(element))
            for element in root.iter(qn("w:abstractNum"))
        }
        for element in root.iter(qn("w:num")):
            link = element.find(qn("w:abstractNumId"))
            found = abstract.get(link.get(qn("w:val"), "")) if link is not None else None
            if found is None:
                continue
            if element.find(f"{qn('w:lvlOverride')}/{qn('w:startOverride')}") is not None:
                found = _List(found.levels)
            self._lists[element.get(qn("w:numId"), "")] = found

    def before(self, paragraph: Paragraph) -> str:
        """What Word prints before the paragraph: "1. ", "a) ", "- ", or nothing."""
        place = _place(paragraph)
        found = self._lists.get(place[0]) if place else None
        level = found.levels.get(place[1]) if found and place else None
        if place is None or found is None or level is None or level.style == "none":
            return ""
        depth = place[1]
        if level.style == "bullet":
            sign = level.pattern.strip()
            return f"{sign if sign in _SIGNS else '-+'[min(depth, 1)]} "
        found.counts[depth] += 1
        for deeper in [d for d in found.counts if d > depth]:
            del found.counts[deeper]
        words = level.pattern
        for number in range(1, depth + 2):
            inner = found.levels.get(number - 1)
            if inner is not None:
                count = max(found.counts[number - 1], 1) + inner.start - 1
                style = inner.style if number == depth + 1 or inner.style != "bullet" else "decimal"
                words = words.replace(f"%{number}", numeral(count, style))
        return f"{words.strip()} " if words.strip() else ""


def _levels(abstract: BaseOxmlElement) -> dict[int, _Level]:
    levels = {}
    for element in abstract.iter(qn("w:lvl")):
        value = {
            key: found.get(qn("w:val"), "")
            for key in ("numFmt", "lvlText", "start")
            if (found := element.find(qn(f"w:{key}"))) is not None
        }
        start = value.get("start", "1")
        levels[int(element.get(qn("w:ilvl"), "0"))] = _Level(
            value.get("numFmt", "decimal"),
            value.get("lvlText", ""),
            int(start) if start.isdigit() else 1,
        )
    return levels


def _place(paragraph: Paragraph) -> tuple[str, int] | None:
    """List and level of a paragraph, its own or its style's; None where it has no number."""
    own = paragraph._p.pPr
    styles = []
    style = paragraph.style
    while style is not None:
        styles.append(style.element.find(qn("w:pPr")))
        style = style.base_style
    level = None
    for properties in (own, *styles):
        numbered = properties.find(qn("w:numPr")) if properties is not None else None
        if numbered is None:
            continue
        depth, number = numbered.find(qn("w:ilvl")), numbered.find(qn("w:numId"))
        if level is None and depth is not None:
            level = int(depth.get(qn("w:val"), "0"))
        if number is not None:
            return (found, level or 0) if (found := number.get(qn("w:val"), "0")) != "0" else None
    return None
