"""Constitutions, codes, laws and ordinances by their names: "Luật An ninh mạng", "Luật sửa đổi,
bổ sung một số điều của Luật Báo chí".

Where a name ends is known from the list of names, else from the number or date that follows,
else from the first word that no name holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from policygraph import iri, lexicon
from policygraph.mentions.dates import DATE
from policygraph.mentions.naming import WORDS, Found, folded, tail_after, type_code
from policygraph.model import DocumentReference
from policygraph.numbers import parse_number

_TABLES = lexicon.load("laws").tables
_STOPS = frozenset(_TABLES["stop"]["words"])
_TONES = {"oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa", "uỳ": "ùy", "uý": "úy"}
_TONES |= {"uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy", "oè": "òe", "oé": "óe", "oẻ": "ỏe"}
"""Where the tone's mark may stand on either vowel: both spellings are in use."""
_TONE = re.compile(rf"(?:{'|'.join(_TONES)})(?!\w)")

_TAG = r"(?:<[^<>]{1,40}>\s*)?"
"""An inline tag, as converters of web pages leave them."""
_WORD = r"(?:Bộ\s+[Ll]uật|Luật|Pháp\s+lệnh|Hiến\s+pháp)(?!\w)"
_LAW_WORD = re.compile(
    rf"(?<![Pp]háp )(?<![Kk]ỷ )(?<![Qq]uy )(?<!\w)(?P<w>{_WORD}|luật(?=\s+[A-ZĐÂÊÔƠƯĂ]))(?!\w)"
)
_SYLLABLES = ("uật", "Pháp", "Hiến")
"""One of them is in each of these words."""
_INNER_WORD = re.compile(rf"{_TAG}(?P<w>{_WORD}|luật(?!\w))")
_CHANGE, _ADD = r"sửa\s+đ[ổồố]i", r"bổ\s+s[uư]ng"
"""With the faults that scans make of them."""
_AMENDING = re.compile(
    rf"\s+(?:{_CHANGE}(?:\s*(?:,\s*)?(?:và\s+)?{_ADD})?|{_ADD}(?:\s*(?:,\s*)?{_CHANGE})?)\s+"
    r"(?:một\s+số\s+(?:điều|khoản)|(?:khoản\s+\d+\s+)?điều\s+\d+[a-z]?"
    r"(?:\s*(?:,|;|và)\s*(?:điều\s+)?\d+[a-z]?)*)\s+(?:của\s+)?(?:các\s+)?",
    re.IGNORECASE,
)
_RELATED = re.compile(r"(?:\d{1,2}\s+)?[Ll]uật\s+(?:có\s+)?liên\s+quan\s+(?:đến|tới)(?=\s)")
_AND = re.compile(r"\s*(?:,\s*(?:và\s+)?|và\s+)(?:các\s+)?")
_ABOUT = re.compile(r"\s+về(?!\s+việc)(?=\s)")
_TOKEN = re.compile(r"\s*([\w/&]+|[-–])")
_NAME_TOKEN = re.compile(r"[\s,()\"“”–-]*([\w/]+)")
_NUMBER = re.compile(
    r"\s*(?:,\s*|\()?(?:[Ll]uật\s+)?(?:số\s*(?::\s*)?)?(?P<num>\d{1,3}/\d{2,4}/(?:UBTV)?QH[\s-]?\d{1,2}"
    r"|\d{1,3}/\d{4}/PL-UBTVQH\d{0,2}|\d{1,3}\s?-?/?\s?L/CTN)(?!\w)\)?"
)
_YEAR = re.compile(r"\s*(?:,\s*)?năm\s+(?:19|20)\d\d(?!\w)|\s+(?:19|20)\d\d(?!\s*[-–/]|\w)")
_DATED_NAME = re.compile(
    r"(?P<name>(?:\s*(?:,\s*)?(?<=[\s,])(?!số\b|này\b|ngày\b)[\w/-]+){1,18}?)"
    rf"(?=\s*(?:,\s*)?{DATE}|\s+năm\s+(?:19|20)\d\d|\s+số\s+\d{{1,3}}/\d{{4}}/(?:(?:UBTV)?QH|PL))"
)
_FOREIGN = re.compile(rf"(?<!\w)(?:{WORDS}|NĐ|QĐ)(?!\w)")
"""A type's word with its capital: where one stands, a name has ended before."""
_NATION = re.compile(
    r"\s+(?:của\s+)?nước\s+Cộng\s+h(?:òa|oà)\s+[Xx]ã\s+hội\s+[Cc]hủ\s+nghĩa\s+Việt\s+Nam"
)
_DATING = re.compile(
    r"\s+(?:đã\s+)?được\s+(?:Quốc\s+hội(?:\s+(?!thông)\w+){0,10}\s+thông\s+qua|sửa\s+đổi(?:\s*(?:,\s*)?"
    rf"bổ\s+sung)?)(?=\s+(?:{DATE}|năm\s+(?:19|20)\d\d))|\s+số[\s.…_]*(?=ngày\s)"
)
"""Words between a name and the date that tells the version: "được Quốc hội thông qua ngày …"."""
_REVISED = re.compile(r"\s*\(\s*sửa\s+đổi\s*\)")
_DATE_NEXT = re.compile(rf"\s*(?:,\s*)?{DATE}")
_TAG_CLOSED = re.compile(rf"\s*</[^<>]{{1,20}}>(?=\s*(?:,\s*)?(?:số\s|{DATE}|năm\s))")
_TAX = re.compile(r"\s+thuế\s+(?!,)\w")
_STOP_PHRASE = re.compile("|".join(_TABLES["stop"]["phrases"]), re.IGNORECASE)
_CONFIDENCE = {"citation.known-law": 0.95, "citation.amending-law": 0.9}
_INEXACT = 3
"""Names of so many words are known also with lost or misplaced diacritics."""


@dataclass(slots=True)
class _Node:
    """A word of the names in the tree of all names, by their letters without diacritics."""

    next: dict[str, _Node] = field(default_factory=dict)
    names: set[tuple[str, ...]] = field(default_factory=set)
    """The names that end here, with their diacritics."""


def find_laws(text: str) -> list[Found]:
    """Laws by name in reading order; one that is named inside an amending law's name follows it
    and has neither number nor date, which are the outer one's."""
    found: list[Found] = []
    if not any(syllable in text for syllable in _SYLLABLES):
        return found
    position = 0
    while match := _LAW_WORD.search(text, position):
        position = match.end()
        items = _amending(text, match) or _plain(text, match)
        found += items
        if items:
            position = max(position, items[0].core_end)
    return found


def _plain(text: str, match: re.Match[str]) -> list[Found]:
    word = _capitalised(match["w"])
    named = _name_end(text, match.end(), word)
    if named is None:
        return []
    end, rule = named
    if match["w"] == "luật" and rule != "citation.known-law":
        return []
    return [_law(text, match.start(), end, word, rule)]


def _amending(text: str, match: re.Match[str]) -> list[Found]:
    """The outer law and those that its name names; [] if the words after are no such name."""
    opening = _AMENDING.match(text, match.end())
    if opening is None:
        return []
    inner = _inner(text, opening.end())
    if not inner:
        related = _RELATED.match(text, opening.end())
        named = _name_end(text, related.end(), "luật") if related else None
        if named is None:
            return []
        end = named[0]
    else:
        end = inner[-1].end
    tail = _TAG_CLOSED.match(text, end)
    end = tail.end() if tail else end
    outer = _law(text, match.start(), end, _capitalised(match["w"]), "citation.amending-law")
    return [outer, *inner]


def _inner(text: str, start: int) -> list[Found]:
    """The laws that an amending law changes, as listed in its name.

    Of a list ("Luật A và Luật B số …") all belong to the name only if number, date or year
    follows the last: else the second law is the sentence's own.
    """
    laws: list[Found] = []
    complete = 0
    while word := _INNER_WORD.match(text, start):
        kind = _capitalised(word["w"])
        named = _name_end(text, word.end(), kind)
        if named is None:
            break
        end, rule = named
        reference = DocumentReference(
            None, type_code(kind), kind, None, None, _name(text, word.start("w"), end)
        )
        laws.append(Found(word.start("w"), end, end, reference, rule, _CONFIDENCE.get(rule, 0.8)))
        if _is_identified(text, end):
            complete = len(laws)
            break
        following = _AND.match(text, end)
        if following is None:
            break
        start = following.end()
    return laws[: complete or 1]


def _is_identified(text: str, end: int) -> bool:
    tail = _TAG_CLOSED.match(text, end)
    end = tail.end() if tail else end
    return any(p.match(text, end) for p in (_NUMBER, _YEAR, _DATE_NEXT))


def _law(text: str, start: int, end: int, word: str, rule: str) -> Found:
    """The mention from its word to the end of number, year or date, and issuer."""
    name = _name(text, start, end)
    number = None
    numbered = _NUMBER.match(text, end)
    dating = None if numbered else _DATING.match(text, end)
    end = dating.end() if dating else end
    if numbered:
        parts = parse_number(re.sub(r"(?<=QH)[\s-]+", "", numbered["num"]))
        number = parts.canonical if parts else None
        end = numbered.end()
    issued, issuer, core, stop = tail_after(text, end)
    if core == end:
        year = _YEAR.match(text, end)
        if year:
            issued, issuer, core, stop = tail_after(text, year.end())
    reference = DocumentReference(number, type_code(word), word, issuer, issued, name)
    return Found(start, stop, core, reference, rule, _CONFIDENCE.get(rule, 0.8))


def _name_end(text: str, start: int, word: str) -> tuple[int, str] | None:
    """End of the name that follows the word, and the rule that found it."""
    about = _ABOUT.match(text, start)
    begin = about.end() if about else start
    known = _known_end(text, begin)
    if known is not None:
        revised = _NATION.match(text, known) or _REVISED.match(text, known)
        return (revised.end() if revised else known), "citation.known-law"
    if word == "Hiến pháp":
        nation = _NATION.match(text, start)
        if nation:
            return nation.end(), "citation.known-law"
        return (start, "citation.known-law") if _YEAR.match(text, start) else None
    dated = _DATED_NAME.match(text, begin)
    if dated and not _FOREIGN.search(text, begin, dated.end("name")):
        return dated.end("name"), "citation.dated-law"
    is_free = word in {"Pháp lệnh", "luật"} or _opens_tax(text, begin)
    first = _TOKEN.match(text, begin)
    if first is None or first[1].lower() in _STOPS or not (is_free or first[1][0].isupper()):
        return None
    end = first.end()
    while (token := _TOKEN.match(text, end)) and (
        token[1].lower() not in _STOPS
        and token[1][0].isalpha()
        and not _FOREIGN.match(text, token.start(1))
        and not _STOP_PHRASE.match(text, token.start(1))
    ):
        end = token.end()
    return end, "citation.law-name"


def _opens_tax(text: str, start: int) -> bool:
    """Laws on taxes are often written small: "Luật thuế TTĐB"."""
    return _TAX.match(text, start) is not None


def _known_end(text: str, start: int) -> int | None:
    """End of the longest known name that begins here."""
    node, position = _names(), start
    known: int | None = None
    read: list[str] = []
    while token := _NAME_TOKEN.match(text, position):
        following = node.next.get(iri.fold(token[1]))
        if following is None:
            break
        node, position = following, token.end()
        read.append(token[1].lower())
        if node.names and (len(read) >= _INEXACT or _plain_tones(read) in node.names):
            known = position
    return None if known is None else _closed(text, start, known)


def _closed(text: str, start: int, end: int) -> int:
    """The end with the bracket or quotation mark that the name has opened."""
    opened = any(
        text.count(left, start, end) > text.count(right, start, end)
        and text[end : end + 1] == right
        for left, right in (("(", ")"), ("“", "”"))
    )
    is_quoted = text.count('"', start, end) % 2 == 1 and text[end : end + 1] == '"'
    return end + 1 if opened or is_quoted else end


@cache
def _names() -> _Node:
    """The tree of the names in the lexicon."""
    root = _Node()
    for name in _TABLES["names"]:
        node = root
        words = re.findall(r"[\w/]+", name.lower())
        for word in words:
            node = node.next.setdefault(iri.fold(word), _Node())
        node.names.add(_plain_tones(words))
    return root


def _plain_tones(words: list[str]) -> tuple[str, ...]:
    """Words in small letters with the marks in the places that the lexicon uses."""
    return tuple(_TONE.sub(lambda m: _TONES[m[0]], word) for word in words)


def _name(text: str, start: int, end: int) -> str:
    return folded(re.sub(r"<[^<>]*>", " ", text[start:end])).strip()


def _capitalised(word: str) -> str:
    word = folded(word)
    return word[0].upper() + word[1:]
