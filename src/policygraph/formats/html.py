"""Web pages: the main text, without what the site puts around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from policygraph.errors import SourceError
from policygraph.formats import layout
from policygraph.formats.numbering import numeral

_DROPPED = (
    "script, style, noscript, template, iframe, svg, form, button, select, nav, footer, aside, "
    "header, [hidden], [aria-hidden=true], [role=navigation], [role=banner], [role=contentinfo]"
)
_BLOCKS = {
    *("address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset"),
    *("figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "main", "ol", "p", "pre"),
    *("section", "tbody", "td", "th", "thead", "tfoot", "tr", "ul", "table"),
}
_CONTAINERS = {"body", "div", "section", "main", "article", "center", "table", "tbody", "tr", "td"}
_SHARE = 0.85
"""Part of the text that the element with the main text holds."""
_LIST_STYLE = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_WIDEST_SPAN = 200
_DEEPEST = 100
"""Elements in one another; a page that a person wrote has about twenty."""
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


def read(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Main text of a page; a paragraph is a line, a row of a table a line with tabs."""
    page = LexborHTMLParser(_decoded(content, name))
    body = page.body
    if body is None:
        return "", ()
    for node in page.css(_DROPPED):
        if not _holds_document(node):
            node.decompose()
    writer = _Writer()
    writer.block(_main(body))
    return writer.text(), ()


def _decoded(content: bytes, name: str) -> str:
    found = _CHARSET.search(content[:4096])
    encoding = found[1].decode("ascii") if found else "utf-8"
    try:
        return content.decode("utf-8-sig" if encoding.lower() == "utf-8" else encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise SourceError(
            f"{name}: the page is not in the encoding {encoding!r} that it names; save it as "
            "UTF-8 / trang không đúng bảng mã đã khai, hãy lưu lại dạng UTF-8"
        ) from error


def _holds_document(node: LexborNode) -> bool:
    """A letterhead may stand in <header>: what has paragraphs in plenty is no navigation."""
    return node.tag in {"header", "form", "aside"} and len(_plain_text(node)) > 2000


def _plain_text(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())


def _weight(node: LexborNode) -> int:
    """Characters that are not in links."""
    links = sum(len(_plain_text(link)) for link in node.css("a"))
    return len(_plain_text(node)) - links


def _main(body: LexborNode) -> LexborNode:
    """The innermost element that holds nearly all text that is no link."""
    node = body
    least = _SHARE * _weight(body)
    for _ in range(_DEEPEST):
        inner = [
            child
            for child in node.iter()
            if child.tag in _CONTAINERS and _weight(child) >= max(least, 1)
        ]
        if not inner or (inner[0].tag == "table" and _is_data(inner[0])):
            return node
        node = inner[0]
    return node


def _is_data(table: LexborNode) -> bool:
    """A table with several filled cells a row is data; others only arrange the page."""
    rows = [len(list(_cells(row))) for row in _rows(table)]
    return sum(width > 1 for width in rows) > 1


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    for child in table.iter():
        if child.tag == "tr":
            yield child
        elif child.tag in {"tbody", "thead", "tfoot"}:
            yield from _rows(child)


def _cells(row: LexborNode) -> Iterator[LexborNode]:
    return (child for child in row.iter() if child.tag in {"td", "th"})


class _Writer:
    """Collects lines; a block begins a new one."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._open = ""

    def text(self) -> str:
        self._break()
        return "\n".join(self._lines) + "\n"

    def _break(self) -> None:
        line = " ".join(self._open.split())
        if line:
            self._lines.append(line)
        self._open = ""

    def block(self, node: LexborNode, depth: int = 0) -> None:
        """An element and everything under it; what is nested beyond reason is taken as words."""
        if depth > _DEEPEST:
            self._open += node.text(separator=" ")
            return
        for child in node.iter(include_text=True):
            tag = child.tag
            if tag == "-text":
                self._open += child.text(deep=False)
            elif tag == "br":
                self._break()
            elif tag == "table":
                self._break()
                self._lines.extend(layout.lines(_grid(child)))
            elif tag in {"ol", "ul"}:
                self._break()
                self._list(child, depth)
            elif tag in _BLOCKS:
                self._break()
                self.block(child, depth + 1)
                self._break()
            elif tag not in {"_comment", "!doctype"}:
                self.block(child, depth + 1)

    def _list(self, node: LexborNode, depth: int) -> None:
        attributes = node.attributes
        start = attributes.get("start") or "1"
        number = int(start) if start.isdigit() else 1
        style = _LIST_STYLE.get(attributes.get("type") or "", "decimal")
        bullet = "+ " if any(above.tag == "ul" for above in _ancestors(node)) else "- "
        for child in node.iter():
            if child.tag != "li":
                self.block(child, depth + 1)
                continue
            if node.tag == "ul":
                self._open = bullet
            else:
                closing = ")" if style == "lowerLetter" else "."
                self._open = f"{numeral(number, style)}{closing} "
                number += 1
            self.block(child, depth + 1)
            self._break()


def _ancestors(node: LexborNode) -> Iterator[LexborNode]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def _grid(table: LexborNode) -> list[list[str]]:
    """Cells by row and column.

    A cell that spans rows counts in each of them, but for those of the first two columns: a
    number or a content that stands once is read once.
    """
    placed: dict[tuple[int, int], str] = {}
    height = 0
    for at, row in enumerate(_rows(table)):
        column = 0
        for cell in _cells(row):
            while (at, column) in placed:
                column += 1
            writer = _Writer()
            writer.block(cell)
            words = writer.text().strip("\n")
            width, depth = _span(cell, "colspan"), _span(cell, "rowspan")
            for down in range(depth):
                for right in range(width):
                    repeats = right == 0 and (down == 0 or column > 1)
                    placed[at + down, column + right] = words if repeats else ""
            column += width
        height = at + 1
    width = max((column + 1 for _, column in placed), default=0)
    return [[placed.get((at, c), "") for c in range(width)] for at in range(height)]


def _span(cell: LexborNode, name: str) -> int:
    value = cell.attributes.get(name) or "1"
    return max(1, min(int(value), _WIDEST_SPAN)) if value.isdigit() else 1
