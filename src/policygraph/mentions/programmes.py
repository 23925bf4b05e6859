"""Documents by their names alone: quoted titles, programmes of the register, names with a period.

"Nghị quyết “Chuyển đổi số giai đoạn 2021-2025”", "Chương trình chuyển đổi số quốc gia",
"Chiến lược tài chính toàn diện quốc gia đến năm 2025, định hướng đến năm 2030".
"""

from __future__ import annotations

import re
from functools import cache

from policygraph import lexicon
from policygraph.mentions.naming import (
    WORDS,
    Found,
    Taken,
    folded,
    issuer_after,
    names_pattern,
    type_code,
)
from policygraph.mentions.numbered import NUMBER
from policygraph.model import DocumentReference

_TABLE: dict[str, str] = lexicon.load("citations").tables["programme"]
_TYPE_WORD = re.compile(rf"(?<!\w)(?P<w>{WORDS})(?!\w)", re.IGNORECASE)
_WORD_AND_NUMBER = re.compile(rf"(?<!\w)(?i:{WORDS})\s+số(?!\w)\s*\d|{NUMBER.pattern}")
_QUOTED = re.compile(rf"(?<!\w)(?P<w>{_TABLE['quoted']})\s*[“\"][^”\"]{{8,300}}[”\"]")
_PERIOD_AFTER = re.compile(rf"\s*(?:,\s*)?{_TABLE['period']}")
_PERIODIC = re.compile(
    rf"(?<!\w)(?P<w>{_TABLE['types']})\s+(?P<q>[“\"])?"
    rf"(?!{_TABLE['no_name']})(?P<n>[^.;:“”\"()]{{10,220}}?{_TABLE['period']})(?(q)[”\"])"
)
_FUTURE, _PRESENT, _NEAREST = (re.compile(_TABLE[key]) for key in ("future", "present", "nearest"))
_CODED = re.compile(r"\d(?:/\w+)?$")
_SIGN_AFTER = re.compile(r"\s?[-–/]\s?\w")
_TITLE_OPENS = re.compile(r"\s*(?:về|ban hành)\s*")


def find_quoted(text: str, known: Taken) -> list[Found]:
    """Documents named by a title in quotation marks, unless it is a numbered one's title."""
    if "“" not in text and '"' not in text:
        return []
    found = []
    for match in _QUOTED.finditer(text):
        if known.overlaps(match.start(), match.end()):
            continue
        before = known.nearest_end(match.start())
        if before is not None and _TITLE_OPENS.fullmatch(text, before, match.start()):
            continue
        issuer, end = issuer_after(text, match.end())
        reference = _reference(match["w"], match.group(), issuer)
        found.append(Found(match.start(), end, match.end(), reference, "citation.quoted-name", 0.9))
    return found


def find_named(text: str, lowered: str, programmes: tuple[str, ...], known: Taken) -> list[Found]:
    """Programmes and strategies of the register, by any of their names; ``lowered`` is the text in
    small letters."""
    pattern, openings = _names(programmes)
    for first, second in openings:
        if first in lowered and second in lowered:
            break
    else:
        return []
    found = []
    for match in pattern.finditer(text):
        if known.overlaps(match.start(), match.end()):
            continue
        word = _TYPE_WORD.match(match.group())
        period = _PERIOD_AFTER.match(text, match.end())
        end = period.end() if period else match.end()
        reference = _reference(word["w"] if word else None, match.group(), None)
        found.append(Found(match.start(), end, end, reference, "citation.programme", 0.95))
    return found


def find_coded(text: str, lowered: str, programmes: tuple[str, ...], known: Taken) -> list[Found]:
    """Names of the register that end in a number ("Đề án 06", "Đề án 06/CP"), which would pass
    for the number of a document; "Đề án 06-ĐA/TU" has one."""
    coded = _coded(programmes)
    found = find_named(text, lowered, coded, known) if coded else []
    return [item for item in found if not _SIGN_AFTER.match(text, item.end)]


@cache
def _coded(programmes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in programmes if _CODED.search(name))


def find_periodic(text: str, known: Taken) -> list[Found]:
    """Programmes named with their period, where the words before say that they exist."""
    found = []
    for match in _PERIODIC.finditer(text):
        before = text[max(0, match.start() - 120) : match.start()].rstrip()
        if (
            known.overlaps(match.start(), match.end())
            or not _exists(before)
            or _WORD_AND_NUMBER.search(match["n"])
        ):
            continue
        reference = _reference(match["w"], match.group(), None)
        found.append(
            Found(match.start(), match.end(), match.end(), reference, "citation.dated-name", 0.75)
        )
    return found


def _exists(before: str) -> bool:
    """Whether the words before a programme's name say that it exists: it is carried out or
    referred to, not yet to be drawn up."""
    if _FUTURE.search(before):
        return False
    if _PRESENT.search(before):
        return True
    if not before.endswith((",", ";", " và")):
        return False
    cues = list(_NEAREST.finditer(before))
    return bool(cues) and cues[-1]["now"] is not None


def _reference(word: str | None, name: str, issuer: str | None) -> DocumentReference:
    word = folded(word) if word else None
    code = type_code(word) if word else None
    return DocumentReference(None, code, word, issuer, None, folded(name))


@cache
def _names(programmes: tuple[str, ...]) -> tuple[re.Pattern[str], frozenset[tuple[str, str]]]:
    """The pattern of the names, and the first two words of each: a text without both of any
    need not be searched."""
    words = [name.lower().split() for name in programmes]
    return names_pattern(programmes), frozenset(
        (some[0], some[min(1, len(some) - 1)]) for some in words
    )
