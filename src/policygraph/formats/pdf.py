"""PDFs that carry text: lines in order, ruled tables as rows; a page break is a blank line."""

from __future__ import annotations

import io

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFException
from pdfplumber.page import Page
from pdfplumber.table import Table
from pdfplumber.utils.exceptions import PdfminerException

from policygraph.errors import SourceError
from policygraph.formats import layout

_LEAST_CELLS = 4
"""A ruled box with fewer is no table but a frame."""


def read(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Text of a PDF; a scan without text is a SourceError, single pages without are noted."""
    try:
        with pdfplumber.open(io.BytesIO(content)) as document:
            pages = [_page(page) for page in document.pages]
            pictures = [bool(page.images) for page in document.pages]
    except PDFPasswordIncorrect as error:
        raise _encrypted(name) from error
    except PdfminerException as error:
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in error.args):
            raise _encrypted(name) from error
        raise SourceError(f"{name}: the PDF is broken / tệp PDF bị hỏng") from error
    except (PDFException, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{name}: the PDF is broken / tệp PDF bị hỏng") from error
    empty = [number for number, lines in enumerate(pages, start=1) if not lines]
    if len(empty) == len(pages):
        what = "a scan: pictures of pages" if any(pictures) else "empty: its pages are"
        raise SourceError(
            f"{name}: the PDF is {what} without text; recognise its text first (OCR) / "
            "bản chụp không có chữ, hãy nhận dạng chữ (OCR) trước"
        )
    notes = (f"pages without text: {', '.join(map(str, empty))}",) if empty else ()
    return "\n\n".join("\n".join(lines) for lines in pages if lines) + "\n", notes


def _encrypted(name: str) -> SourceError:
    return SourceError(f"{name}: the PDF needs a password / tệp PDF có mật khẩu")


def _page(page: Page) -> list[str]:
    """Lines of a page from top to bottom, each table where it stands."""
    tables = [t for t in page.find_tables() if sum(map(len, t.extract())) >= _LEAST_CELLS]
    outside = page
    for table in tables:
        outside = outside.outside_bbox(table.bbox)
    blocks: list[tuple[float, list[str]]] = [
        (float(line["top"]), [line["text"]]) for line in outside.extract_text_lines()
    ]
    blocks += [(float(table.bbox[1]), _rows(table)) for table in tables]
    page.close()
    return [line for _, lines in sorted(blocks, key=lambda b: b[0]) for line in lines]


def _rows(table: Table) -> list[str]:
    return layout.lines([[cell or "" for cell in row] for row in table.extract()])
