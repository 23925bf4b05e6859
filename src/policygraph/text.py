"""Bytes to a Source: UTF-8 to NFC, hashed, never altered otherwise.

Line ends, a byte order mark and faults of the scan stay as they are, so that offsets into the
NFC text of the file hold for everyone who reads the same bytes.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path

from policygraph.errors import SourceError
from policygraph.model import Source

MAX_BYTES = 20_000_000
"""Largest text that is read; the longest official documents are below 5 MB as text."""

_BINARY = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a Word or ZIP file",
    b"\xd0\xcf\x11\xe0": "a Word file",
}
_VIETNAMESE = re.compile(r"[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
_LEGACY = {
    # Signs that old eight-bit fonts show as letters, in a text saved as if it were Latin.
    "TCVN3 (ABC)": (
        re.compile(r"[µ¸¶·¹¨»¾¼½©®ª§](?=[^\W\d_])|(?<=[^\W\d_])[µ¸¶·¹¨»¾¼½©®ª§]"),
        0.02,
    ),
    "VNI": (re.compile(r"[aeouAEOU][äøõïùâáàåãûüéèêëö]|[öô][äøõïùâ]|[ñÑ]"), 0.05),
}
"""Encoding -> its signs, and the least of them to each letter."""
_LEAST_LETTERS = 200


def read(path: Path, name: str | None = None) -> Source:
    """Read one text file; raises SourceError that says what is wrong, where, and what to do.

    A text that was taken out of another file ("plan.docx.txt" beside "plan.docx") names that
    file and its hash too.
    """
    shown = name or path.name
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise SourceError(
                f"{shown}: {size:,} bytes, more than the {MAX_BYTES:,} that one text may have; "
                "split the file into its documents / tệp quá lớn, hãy tách từng văn bản"
            )
        content = path.read_bytes()
        original = _original(path)
        source = decode(content, shown)
        if original is None:
            return source
        digest = hashlib.sha256(original.read_bytes()).hexdigest()
    except OSError as error:
        raise SourceError(f"{shown}: cannot be read ({error.strerror}) / không đọc được") from error
    kept = shown.removesuffix(path.suffix)
    return Source(source.path, source.sha256, source.text, kept, digest)


def _original(path: Path) -> Path | None:
    """The file that the text was taken out of, if it lies beside it."""
    original = path.with_suffix("")
    return original if original.suffix and original.is_file() else None


def decode(content: bytes, name: str) -> Source:
    """Source of a file's bytes; ``name`` is its path as shown and recorded."""
    for magic, what in _BINARY.items():
        if content.startswith(magic):
            raise SourceError(f"{name}: this is {what}, not a text / không phải tệp văn bản thuần")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise SourceError(f"{name}: the text is UTF-16; save it as UTF-8 / hãy lưu lại dạng UTF-8")
    try:
        decoded = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{name}:{line}: byte {error.start} is not UTF-8; save the text as UTF-8 "
            "(not TCVN3, VNI or Windows-1258) / hãy lưu lại dạng UTF-8"
        ) from error
    text = unicodedata.normalize("NFC", decoded)
    if not text.strip("\ufeff \t\r\n\f\v\u00a0"):
        raise SourceError(f"{name}: the file has no text / tệp không có chữ nào")
    if "\x00" in text:
        raise SourceError(f"{name}: the file has NUL bytes, so it is no text / không phải văn bản")
    legacy = legacy_font(text)
    if legacy:
        raise SourceError(
            f"{name}: the letters are those of an old {legacy} font; convert the text to Unicode / "
            f"văn bản dùng phông {legacy}, hãy chuyển sang Unicode"
        )
    return Source(name, hashlib.sha256(content).hexdigest(), text)


def legacy_font(text: str) -> str | None:
    """Name of the old eight-bit encoding that the text's letters come from ("Céng hßa x· héi").

    None for a text with Vietnamese letters, and for one with hardly any letters.
    """
    letters = sum(map(str.isalpha, text))
    if letters < _LEAST_LETTERS or len(_VIETNAMESE.findall(text)) > 0.005 * letters:
        return None
    for name, (signs, least) in _LEGACY.items():
        if len(signs.findall(text)) > least * letters:
            return name
    return None
