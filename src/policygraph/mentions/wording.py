"""The words of a range, and known phrases as tries of folded words.

Phrases are matched word by word without diacritics, so the time is linear in the text and marks
lost in scanning do no harm; what was matched is then weighed against the true spelling
("bố trí" is no "Bộ Tri").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, islice, pairwise

from policygraph import iri
from policygraph.model import Span

CELL = 240
"""A range of at most so many characters may be a table cell or a heading."""

ACRONYM = re.compile(r"[A-ZĐ]{2,}[a-z]?")
_WORD = re.compile(r"[^\W_]+|&")
_PARTED = re.compile(f"({_WORD.pattern})")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_SOFT = re.compile(r"[ \u00a0\t\r*]*\n?[ \u00a0\t\r*]*")
_HYPHEN = re.compile(r"[ \u00a0*]*\n?[ \u00a0]*[-–—.][ \u00a0]*\n?[ \u00a0*]*")
_COMMA = re.compile(r"[ \u00a0*]*,[ \u00a0*]*\n?[ \u00a0*]*")
_EDGE = re.compile(r"[;\n\t,.•+|:-]")
_CELL_EDGE = re.compile(r"[;\n\t|]")

Spelling = tuple[str, str]
"""The letters of a word in lower case, and its tone apart: "uỷ" and "ủy" are one spelling."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its place: as printed, folded, and with the tone apart."""

    surface: str
    folded: str
    spelling: Spelling
    is_acronym: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A phrase in a trie: its words, and what separates each from the one before."""

    words: tuple[Word, ...]
    gaps: tuple[str, ...]
    payload: object


@dataclass(slots=True)
class Node:
    """A trie's node: the nodes below by folded word, and the phrases that end here."""

    below: dict[str, Node] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)

    def add(self, phrase: str, payload: object) -> None:
        found = list(_WORD.finditer(phrase))
        node = self
        for match in found:
            node = node.below.setdefault(word(match[0]).folded, Node())
        between = (phrase[a.end() : b.start()].strip() or " " for a, b in pairwise(found))
        words, gaps = tuple(word(match[0]) for match in found), (" ", *between)
        spelled = [w.spelling for w in words]
        for form in node.forms:
            if [w.spelling for w in form.words] == spelled and form.payload == payload:
                return
        node.forms.append(Form(words, gaps, payload))


def trie(phrases: Iterable[tuple[str, object]]) -> Node:
    root = Node()
    for phrase, payload in phrases:
        root.add(phrase, payload)
    return root


@lru_cache(maxsize=65536)
def word(surface: str) -> Word:
    """A word as it is compared; "&" is read as "và"."""
    read = "và" if surface == "&" else surface
    is_acronym = len(surface) > 2 and ACRONYM.fullmatch(surface) is not None
    return Word(surface, iri.fold(read), spelling(read), is_acronym)


@lru_cache(maxsize=65536)
def spelling(surface: str) -> Spelling:
    letters = unicodedata.normalize("NFD", surface.lower())
    tone = "".join(c for c in letters if c in _TONES)
    return unicodedata.normalize("NFC", "".join(c for c in letters if c not in _TONES)), tone


def spelled(phrase: str) -> tuple[Spelling, ...]:
    return tuple(spelling(surface) for surface in _WORD.findall(phrase))


def folded_words(phrase: str) -> list[str]:
    return [word(surface).folded for surface in _WORD.findall(phrase)]


class Wording:
    """The words of ``text[start:end]``, what stands between them, and the phrases they make."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end
        pieces = _PARTED.split(text[start:end])
        self.words = [word(surface) for surface in pieces[1::2]]
        self.gaps = pieces[::2]
        """What stands before each word, and after the last."""
        self._offsets = list(accumulate(map(len, pieces), initial=start))
        self.is_cell = end - start <= CELL

    # ---- gaps ------------------------------------------------------------------------------

    def offset(self, position: int) -> int:
        """Where a word begins in the text."""
        return self._offsets[2 * position + 1]

    def span(self, first: int, last: int) -> Span:
        """Range in the text of the words [first, last)."""
        return Span(self._offsets[2 * first + 1], self._offsets[2 * last])

    def is_soft(self, position: int) -> bool:
        """Whether only blanks, at most one of them a line end, stand before a word."""
        return position < len(self.words) and self.is_joined(position)

    def is_joined(self, position: int) -> bool:
        gap = self.gaps[position]
        return gap == " " or (_SOFT.fullmatch(gap) is not None and "\t" not in gap)

    def is_hyphen(self, position: int) -> bool:
        return position < len(self.words) and _HYPHEN.fullmatch(self.gaps[position]) is not None

    def is_comma(self, position: int) -> bool:
        return _COMMA.fullmatch(self.gaps[position]) is not None

    def is_run(self, first: int, last: int) -> bool:
        return all(
            self.is_joined(i) or self.is_hyphen(i) or self.is_comma(i)
            for i in range(first + 1, last)
        )

    def is_bounded(self, first: int, last: int, *, strictly: bool = False) -> bool:
        """Whether the words fill a segment of a cell or heading (``strictly``: between ";")."""
        if not self.is_cell:
            return False
        before, after = self.gaps[first], self.gaps[last]
        edge = _CELL_EDGE if strictly else _EDGE
        is_open = first == 0 or edge.search(before) is not None
        return is_open and (last >= len(self.words) or edge.search(after) is not None)

    # ---- words -----------------------------------------------------------------------------

    def is_capital(self, position: int) -> bool:
        return position < len(self.words) and self.words[position].surface[0].isupper()

    def is_word(self, position: int, other: str) -> bool:
        return position < len(self.words) and self.words[position].spelling == spelling(other)

    def is_folded(self, position: int, other: str) -> bool:
        """Whether a word is ``other`` (folded already), whatever its diacritics."""
        return position < len(self.words) and self.words[position].folded == other

    def follows(self, position: int, phrases: Iterable[str]) -> bool:
        for phrase in phrases:
            expected = phrase.split()
            if all(self.is_word(position + i, part) for i, part in enumerate(expected)):
                return self.is_soft(position)
        return False

    def printed(self, first: int, last: int) -> str:
        """Words as printed, white space folded and tones set the modern way ("ủy")."""
        span = self.span(first, last)
        raw = self.text[span.start : span.end]
        return " ".join(raw.replace("–", "-").split()).replace("uỷ", "ủy").replace("Uỷ", "Ủy")

    # ---- phrases ---------------------------------------------------------------------------

    def phrase(self, node: Node, position: int) -> tuple[int, str] | None:
        """The longest phrase of a small trie at a word: (next word, its official spelling)."""
        if position >= len(self.words) or self.words[position].folded not in node.below:
            return None
        best: tuple[int, str] | None = None
        for last, form, _ in self.matches(node, position):
            if best is None or last > best[0]:
                best = (last, str(form.payload))
        return best

    def matches(
        self, node: Node, position: int, skip: int = 0
    ) -> Iterator[tuple[int, Form, float]]:
        """Forms of a trie at a word, shortest first: (next word, form, cost of its spelling).

        ``skip`` words of the forms are taken as read (the "Sở" of a list).
        """
        for at, word in enumerate(islice(self.words, position, None), start=position + 1):
            below = node.below.get(word.folded)
            if below is None:
                return
            node = below
            for form in node.forms:
                cost = self.cost(form, position, at, skip)
                if cost is not None:
                    yield at, form, cost

    def cost(self, form: Form, first: int, last: int, skip: int) -> float | None:
        """How far the words are from the form's spelling; None if too far to be meant."""
        cost = 0.0
        for index, at in enumerate(range(first, last), start=skip):
            here, meant = self.words[at], form.words[index]
            if here is not meant:
                if here.spelling != meant.spelling:
                    cost += 0.5 if here.spelling == (here.folded, "") else 1.0
                elif _is_short_acronym(meant.surface) and not (
                    here.surface.isupper() or here.surface == meant.surface
                ):
                    return None
            if at > first and not self.is_gap(at, form.gaps[index], form.words[index - 1].surface):
                return None
        length = last - first
        if cost > 0.34 * length or (cost >= 1 and length < 3):
            return None
        return cost

    def is_gap(self, position: int, expected: str, before: str) -> bool:
        """Whether the gap before a word can stand in a name where the form has ``expected``."""
        if self.is_joined(position) or self.gaps[position] == expected:
            return True
        if self.is_hyphen(position):
            return expected != " " or ACRONYM.fullmatch(before) is not None
        return expected != " " and self.is_comma(position)


def _is_short_acronym(surface: str) -> bool:
    """Letters as few as "TC" mean something only in capitals."""
    return len(surface) <= 3 and ACRONYM.fullmatch(surface) is not None
