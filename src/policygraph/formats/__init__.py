"""The forms in which people have such texts: to plain text, tables as rows of tabs.

    kế hoạch.docx  ->  kế hoạch.docx.txt

The text is kept beside the original and offsets count in it; both are hashed.  Plain text and
Markdown are taken as they are.  What cannot be read is a SourceError that says why.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from policygraph.errors import SourceError
from policygraph.formats import html, pdf, word
from policygraph.text import MAX_BYTES, decode

__all__ = ["SUFFIXES", "ExtractedText", "beside", "extract", "to_text"]

MAX_ORIGINAL_BYTES = 100_000_000
"""Largest original that is opened; pictures make it larger than its text."""


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """Text of an original, and the SHA-256 of the original's bytes (lower-case hex).

    ``notes`` name what the text lacks: pages that are pictures.
    """

    text: str
    original_sha256: str
    notes: tuple[str, ...] = ()


Reader = Callable[[bytes, str], tuple[str, tuple[str, ...]]]
"""Bytes and shown name to text (any normal form) and notes; raises SourceError."""


def _as_it_is(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    return decode(content, name).text, ()


_READERS: dict[str, Reader] = {
    ".txt": _as_it_is,
    ".md": _as_it_is,
    ".html": html.read,
    ".htm": html.read,
    ".docx": word.read,
    ".pdf": pdf.read,
}

SUFFIXES = tuple(_READERS)
"""Endings of the files that can be read."""


def to_text(path: Path, name: str | None = None) -> ExtractedText:
    """Text of one file in NFC; raises SourceError that names the file and what is wrong."""
    shown = name or path.name
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise SourceError(
            f"{shown}: files of this form cannot be read, only {', '.join(SUFFIXES)}; "
            "save it as one of these / hãy lưu lại dưới một trong các dạng này"
        )
    content = _bytes(path, shown)
    text, notes = reader(content, shown)
    normal = unicodedata.normalize("NFC", text)
    encoded = normal.encode("utf-8")
    if len(encoded) > MAX_BYTES:
        raise SourceError(
            f"{shown}: more than {MAX_BYTES:,} bytes of text; split it into its documents / "
            "tệp quá lớn, hãy tách từng văn bản"
        )
    decode(encoded, shown)
    return ExtractedText(normal, hashlib.sha256(content).hexdigest(), notes)


def beside(path: Path) -> Path:
    """Where the text of an original is kept: ``plan.docx`` -> ``plan.docx.txt``; texts of their
    own are their own text."""
    return path if path.suffix.lower() == ".txt" else path.with_name(f"{path.name}.txt")


def extract(path: Path, name: str | None = None) -> ExtractedText:
    """Read an original and keep its text beside it; the file is written only if it changes."""
    extracted = to_text(path, name)
    kept = beside(path)
    content = extracted.text.encode("utf-8")
    if kept != path and not (kept.exists() and kept.read_bytes() == content):
        kept.write_bytes(content)
    return extracted


def _bytes(path: Path, shown: str) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_ORIGINAL_BYTES:
            raise SourceError(
                f"{shown}: {size:,} bytes, more than the {MAX_ORIGINAL_BYTES:,} that one file "
                "may have / tệp quá lớn"
            )
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{shown}: cannot be read ({error.strerror}) / không đọc được") from error
