"""Words without the marks of Markdown, with the way back to the offsets.

Copies from web pages carry bold and italic marks inside words ("**Nghị** **quyết**", "_a)_")
and escaped punctuation ("1\\.").  Recognisers read the plain words; spans stay in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKUP = re.compile(r"[*_\\`]")
_NOISE = re.compile(r"\*{2,}|\*(?=\S)(?!\s)|(?<=\S)\*|(?<!\w)_+|_+(?!\w)|\\(?=[^\w\s])|`+")


@dataclass(frozen=True, slots=True)
class Plain:
    """``words`` and, for each of its characters and for its end, the offset in the text."""

    words: str
    offsets: range | tuple[int, ...]

    def offset(self, position: int) -> int:
        """Offset in the text of a position in the words."""
        return self.offsets[position]


def plain_words(text: str, start: int, end: int) -> str:
    """The words alone."""
    if _MARKUP.search(text, start, end):
        return plain(text, start, end).words
    return text[start:end]


def plain(text: str, start: int, end: int) -> Plain:
    """The text from ``start`` to ``end`` without emphasis marks and escapes."""
    if not _MARKUP.search(text, start, end):
        return Plain(text[start:end], range(start, end + 1))
    kept: list[int] = []
    words: list[str] = []
    at = start
    for noise in _NOISE.finditer(text, start, end):
        kept.extend(range(at, noise.start()))
        words.append(text[at : noise.start()])
        at = noise.end()
    kept.extend(range(at, end))
    words.append(text[at:end])
    return Plain("".join(words), (*kept, end))
