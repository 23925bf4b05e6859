"""What is compared: facts of seven kinds, as annotated and as found in the graph.

A fact has a place (its path, its span or both) and values.  A value is a set of forms, any of
which names the same thing ("KH", "Kế hoạch"): two values are the same if they share a form, or
if neither says anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from policygraph.model import Span
from policygraph.numbers import lookup_form

TASKS = "tasks"
METADATA = "metadata"
CITATIONS = "citations"
ASSIGNMENTS = "assignments"
TARGETS = "targets"
BASELINES = "baselines"

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
"""Combining grave, acute, tilde, hook above and dot below: the five written tones."""


_RANKS = ("tỉnh", "thành phố")


@dataclass(frozen=True, slots=True)
class Value:
    """What a fact says in one respect: as people read it, and its comparable forms."""

    shown: str
    forms: frozenset[str]

    def same(self, other: Value) -> bool:
        if not self.forms and not other.forms:
            return True
        return bool(self.forms & other.forms)


NOTHING = Value("-", frozenset())


@dataclass(frozen=True, slots=True)
class Fact:
    """One annotated or found fact of one document.

    ``pieces`` are its spans (several where a page break cut it); ``clause`` is the path of the
    provision whose words say it, where that is another one than ``path``.
    """

    kind: str
    document: str
    path: str
    pieces: tuple[Span, ...]
    values: Mapping[str, Value]
    quote: str = ""
    clause: str = ""

    @property
    def start(self) -> int | None:
        return min((piece.start for piece in self.pieces), default=None)

    def shown(self, attributes: Iterable[str]) -> str:
        """Its values and its words, for people."""
        said = [f"{name}: {self.values[name].shown}" for name in attributes]
        if self.quote:
            said.append(f"“{shortened(self.quote)}”")
        return "; ".join(said)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the scoreboard: where two facts must stand, and what must be right."""

    name: str
    attributes: tuple[str, ...]
    by_path: bool = False
    by_span: bool = False


_FIGURES = ("value", "comparator", "unit")

LINES: Mapping[str, tuple[Line, ...]] = {
    TASKS: (
        Line(TASKS, ("kind",), by_path=True, by_span=True),
        Line("path", (), by_path=True),
        Line("span", (), by_span=True),
    ),
    METADATA: (Line(METADATA, ("content",), by_path=True),),
    CITATIONS: (
        Line(CITATIONS, ("document", "relation"), by_span=True),
        Line("span and document", ("document",), by_span=True),
        Line("span", (), by_span=True),
    ),
    ASSIGNMENTS: (
        Line(ASSIGNMENTS, ("agency", "role"), by_path=True),
        Line("task and agency", ("agency",), by_path=True),
    ),
    TARGETS: (
        Line(TARGETS, (*_FIGURES, "deadline"), by_span=True),
        Line("span", (), by_span=True),
        *(Line(name, (name,), by_span=True) for name in (*_FIGURES, "deadline", "scope")),
    ),
    BASELINES: (
        Line(BASELINES, (*_FIGURES, "year"), by_span=True),
        Line("span", (), by_span=True),
        *(Line(name, (name,), by_span=True) for name in (*_FIGURES, "year", "scope")),
    ),
}
"""Kind -> its lines; the first is the score of the kind, the others are looser."""

METADATA_FIELDS = (
    "number",
    "type",
    "issuer",
    "province",
    "date",
    "title",
    "signer",
    "signer_position",
    "place",
    "recipients",
)


def words(text: str) -> str:
    """Words without case, punctuation and the place of the tone: "uỷ" and "ủy" are one.

    >>> words("Uỷ ban,  NHÂN DÂN") == words("Ủy ban nhân dân")
    True
    """
    found = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).casefold())
    return " ".join(map(_tone_last, found))


def sign(text: str) -> str:
    """A unit or sign without case and blanks: "% / năm" is "%/năm"."""
    return "".join(unicodedata.normalize("NFC", text).casefold().split())


def named(*names: str | None) -> Value:
    """A value by its names, of which the first is shown; NOTHING if there is none."""
    given = [name for name in names if name]
    forms = frozenset(filter(None, map(words, given)))
    return Value(given[0], forms) if forms else NOTHING


def coded(*codes: str | None) -> Value:
    """A value by its signs ("=", "%/năm", "lead")."""
    given = [code for code in codes if code]
    return Value(given[0], frozenset(map(sign, given))) if given else NOTHING


def figure(value: Decimal | None, upper: Decimal | None = None) -> Value:
    """A number, or the two bounds of a range."""
    if value is None:
        return NOTHING
    bounds = [format(bound.normalize(), "f") for bound in (value, upper) if bound is not None]
    return coded("..".join(bounds))


def numbered(number: str | None) -> Value:
    """A document by its number, however it is spelled."""
    return Value(number, frozenset({lookup_form(number)})) if number else NOTHING


def cited(number: str | None, *names: str | None) -> Value:
    """A cited document by its number and by its names: either will do."""
    by_number, by_name = numbered(number), named(*names)
    first = by_number if by_number.forms else by_name
    return Value(first.shown, by_number.forms | by_name.forms)


def together(items: Iterable[str]) -> Value:
    """A list in any order as one value."""
    listed = list(items)
    key = " | ".join(sorted(map(words, listed)))
    return Value("; ".join(listed), frozenset({key})) if listed else NOTHING


def place(*names: str | None) -> Value:
    """A place with or without its rank: "Tỉnh Hải Dương" is "Hải Dương"."""
    given = named(*names)
    return Value(given.shown, frozenset(map(_without_rank, given.forms)))


def shortened(text: str, limit: int = 90) -> str:
    """White space folded, and cut to so many characters."""
    folded = " ".join(text.split())
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + "…"


def _without_rank(name: str) -> str:
    for rank in map(words, _RANKS):
        name = name.removeprefix(rank + " ")
    return name


def _tone_last(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    tones = sorted(c for c in letters if c in _TONES)
    return "".join(c for c in letters if c not in _TONES) + "".join(tones)
