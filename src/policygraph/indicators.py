"""Shared indicators: one concept for one measure, whichever document sets a figure for it.

``data/registers/indicators.csv`` holds them with patterns over folded words (no diacritics, so
that the usual faults of scans do not matter).  A phrase that no pattern takes gets a proposed
concept, named after its own words.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from policygraph import lexicon, resources
from policygraph.errors import DataError
from policygraph.iri import fold, slug

COLUMNS = ("id", "label_vi", "label_en", "unit", "pattern", "examples", "non_examples", "source")
_LONGEST = 80
"""Longest slug of a proposed concept, in characters; a hash of the rest keeps names apart."""

_LEAST = 3
"""Words of the shortest counted phrase: "tỷ lệ" and a noun."""
_WHOLE = {"của tỉnh": "toàn tỉnh", "của cả tỉnh": "toàn tỉnh", "toàn tỉnh": "toàn tỉnh"}
"""Restrictions that are none within the province, as the scope they mean."""

_WORD = re.compile(r"[a-z0-9]+")
_GENERIC = re.compile(r"^(?:ti le|ty le)\s+(?:so\s+)?(?:cac\s+)?")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the register.  ``unit`` is the usual one; "" where units differ."""

    local: str
    label_vi: str
    label_en: str
    unit: str
    pattern: re.Pattern[str]
    examples: tuple[str, ...]
    non_examples: tuple[str, ...]
    source: str


class IndicatorKey(NamedTuple):
    """Local name of an indicator's IRI, and whether the register has it."""

    local: str
    registered: bool


@cache
def register() -> tuple[Indicator, ...]:
    """The register in file order: earlier rows go first; DataError with the line if it is wrong."""
    path = resources.directory("data/registers") / "indicators.csv"
    found: dict[str, Indicator] = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise DataError(path, f"the columns must be {', '.join(COLUMNS)}", 1)
        for row in reader:
            line = reader.line_num
            if None in row or None in row.values():
                raise DataError(path, "the row has too many or too few cells", line)
            local = row["id"]
            if local in found or local != slug(local):
                raise DataError(path, f"{local!r} is no name of its own in ASCII", line)
            try:
                pattern = re.compile(row["pattern"])
            except re.error as error:
                raise DataError(path, f"{local}: {error}", line) from error
            found[local] = Indicator(
                local,
                row["label_vi"],
                row["label_en"],
                row["unit"],
                pattern,
                tuple(filter(None, row["examples"].split("|"))),
                tuple(filter(None, row["non_examples"].split("|"))),
                row["source"],
            )
    return tuple(found.values())


def folded(phrase: str) -> str:
    """Words that patterns are held against: "Tỷ lệ hồ sơ (LGSP)" -> "ty le ho so lgsp"."""
    return " ".join(_WORD.findall(fold(phrase)))


def indicator_key(indicator: str, unit: str | None = None) -> IndicatorKey:
    """The shared concept of a phrase, or a proposed one.

    A yearly rate and a level are never one indicator: where the row names a unit, the unit of
    the figure must be of the same kind (a share, a yearly rate, a place, so many to so many, a
    number).  What is counted must be the same too (``[measured]`` of ``lexicon/indicators.toml``).
    """
    return _key(folded(indicator), _kind(unit))


def restriction(indicator: str, unit: str | None) -> str | None:
    """What a wording counts more narrowly than its shared concept does: a scope.

    "tỷ lệ cơ sở giáo dục tiểu học triển khai …" of the concept "Tỷ lệ cơ sở giáo dục triển khai …"
    is limited to "tiểu học".  None where the concept is no wider, or is not registered.
    """
    key = indicator_key(indicator, unit)
    if not key.registered:
        return None
    row = next(row for row in register() if row.local == key.local)
    wide, narrow = (_counted(words).split() for words in (row.label_vi, indicator))
    same = [w.lower() for w in narrow[: len(wide)]] == [w.lower() for w in wide]
    if len(wide) < _LEAST or not same:
        return None
    rest = " ".join(narrow[len(wide) :]).strip(" ,")
    return _WHOLE.get(rest, rest) or None


def _counted(words: str) -> str:
    """The counted noun phrase of a share, before what is said of it; "" where nothing is."""
    found = lexicon.load("indicators").named("word.predicate").pattern.search(words)
    return words[: found.start()] if found and words.lower().startswith("tỷ lệ ") else ""


def _kind(unit: str | None) -> str | None:
    if unit is None:
        return None
    if unit in {"%", "%/năm", "hạng"}:
        return unit
    return "rate" if "/" in unit else "number"


def _same_things(words: str, label: str) -> bool:
    """Whether a phrase counts what the concept counts: households are no communes."""
    meant = _things(label)
    return not meant or _things(words) == meant


@lru_cache(maxsize=1024)
def _things(words: str) -> str:
    """The first kind of thing that folded words count; "" where they name none."""
    kinds = lexicon.load("indicators").tables["measured"]
    found = ((kind, re.search(pattern, words)) for kind, pattern in kinds.items())
    starts = sorted((match.start(), kind) for kind, match in found if match)
    return starts[0][1] if starts else ""


@cache
def _key(words: str, kind: str | None) -> IndicatorKey:
    for row in register():
        fits = not row.unit or kind is None or _kind(row.unit) == kind
        if fits and row.pattern.search(words) and _same_things(words, folded(row.label_vi)):
            return IndicatorKey(row.local, True)
    name = slug(_GENERIC.sub("", words))
    if kind == "%/năm" and "tang" not in words and "giam" not in words:
        name = f"{name}-moi-nam"
    if len(name) > _LONGEST:
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        name = f"{name[: _LONGEST - 9].rpartition('-')[0]}-{digest}"
    return IndicatorKey(name, False)
