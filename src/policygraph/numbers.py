"""Numbers of official documents: taken apart, written canonically, made into keys.

Two families write the same signs with other separators: the State's "749/QĐ-TTg",
"08/2020/NQ-HĐND" (Nghị định 30/2020/NĐ-CP) and the Party's "52-NQ/TW" (Hướng dẫn 36-HD/VPTW).
Texts mix them ("36/NQ/TW", "06/NQ-TU", "39 - CT/TU"); the organ's sign then decides.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from policygraph import iri, lexicon
from policygraph.errors import DataError

LEXICON = "numbers"
DISPATCH = "CV"
"""Notation of the công văn, which alone carries no type in its number: "1234/BTTTT-THH"."""
LAW = "L"
UNKNOWN_TYPE = "VB"
"""Notation for a number that names no type where the text gives none either."""
JOINT = ("LT", "LN", "PH")
"""Ends of the notations of joint documents, whose number names every organ."""

_SHAPE = re.compile(
    r"(?P<serial>(?:\d{1,3}\.)?\d{1,6}[A-Za-zđĐ]?)\s*(?P<sep>[-/])\s*"
    r"(?:(?P<year>(?:19|20)\d\d)\s*[-/]\s*)?"
    r"(?P<signs>[^\W\d_][\w&.,]*(?:\s*[-/]\s*[^\W_][\w&.,]*)*)"
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | {"Ð": "Đ", "ð": "đ"})
"""All dashes as "-"; the Icelandic eth stands for đ in texts converted from old fonts."""
_ASSEMBLY = re.compile(r"(?:UBTV)?QH\d*")


@dataclass(frozen=True, slots=True)
class NumberParts:
    """A number taken apart: "08/2020/NQ-HĐND" is serial "08", year 2020, type "NQ", organ "HĐND".

    ``type_code`` is None where the number names none ("24/2018/QH14", "1234/BTTTT-THH").
    ``organ_sign`` joins several organs by "-" ("BTC-BNV"); ``unit`` is the drafting unit of a
    dispatch ("THH"), "" elsewhere.
    """

    serial: str
    year: int | None
    type_code: str | None
    organ_sign: str
    unit: str
    canonical: str


@dataclass(frozen=True, slots=True)
class _Signs:
    """The lexicon of signs, compiled."""

    types: dict[str, str]
    organs: dict[str, str]
    party: re.Pattern[str]
    state: re.Pattern[str]


@lru_cache(maxsize=4096)
def parse_number(text: str) -> NumberParts | None:
    """Take a printed number apart; None if it is none.

    Tolerates blanks, all kinds of dashes, lost diacritics and mixed separators.

    >>> parse_number("36/NQ/TW").canonical
    '36-NQ/TW'
    """
    plain = unicodedata.normalize("NFC", text).translate(_DASHES).strip().rstrip(".,;:")
    found = _SHAPE.fullmatch(plain)
    if found is None:
        return None
    signs = _signs()
    separators = re.findall(r"[-/]", found["signs"])
    names = [_repaired(s) for s in re.split(r"\s*[-/]\s*", found["signs"])]
    if not all(re.search(r"[^\W\d_]", name) for name in names[:2]):
        return None
    year = int(found["year"]) if found["year"] else None
    type_code = _known_type(names[0], signs) if len(names) > 1 else None
    organs = [_known_organ(name, signs) for name in (names[1:] if type_code else names)]
    unit = ""
    if type_code is None and len(organs) > 1:
        organs, unit = organs[:1], "-".join(organs[1:])
    organ = "-".join(organs)
    is_party = (
        year is None
        and type_code is not None
        and _is_party(organ, found["sep"] == "-" and separators[:1] == ["/"], signs)
    )
    return NumberParts(
        found["serial"],
        year,
        type_code,
        organ,
        unit,
        _written(found["serial"], found["year"], type_code, organ, unit, is_party),
    )


def canonical_number(text: str) -> str | None:
    """Canonical form of a printed number ("39 - CT/TU" is "39-CT/TU"); None if it is none."""
    parts = parse_number(text)
    return parts.canonical if parts else None


def lookup_form(number: str) -> str:
    """What two spellings of one number share: canonical, leading zeros and case set aside."""
    canonical = canonical_number(number) or " ".join(number.split())
    return canonical.lstrip("0").casefold()


def document_key_for(
    number: str, type_code: str | None, jurisdiction: str, year: int | None
) -> iri.DocumentKey:
    """Key of the document with a number, within a jurisdiction ("VN", "VN-61").

    ``type_code`` serves where the number names no type (laws: "L"); ``year`` where it names no
    year.  Serials under ten get their zero, so that "6-NQ/TU" and "06-NQ/TU" are one document.
    Raises ValueError if the number cannot be taken apart.

    >>> document_key_for("24/2018/QH14", "L", "VN", 2018).local
    'vn.qh14.l.2018.24'
    """
    parts = parse_number(number)
    if parts is None:
        raise ValueError(f"not a document number: {number!r}")
    kind = parts.type_code or type_code or _implied_type(parts)
    serial = parts.serial if parts.serial[1:2].isdigit() else "0" + parts.serial
    organ = parts.organ_sign
    if not kind.endswith(JOINT):
        organ = re.split(r"[-.]", organ)[0]
    return iri.document_key(jurisdiction, organ, kind, parts.year or year, serial)


def _implied_type(parts: NumberParts) -> str:
    """A number with a unit is a dispatch's; of the Assembly's, laws bear no type."""
    if _ASSEMBLY.fullmatch(parts.organ_sign):
        return LAW
    return DISPATCH if parts.unit else UNKNOWN_TYPE


def _written(
    serial: str,
    year: str | None,
    type_code: str | None,
    organ: str,
    unit: str,
    is_party: bool,
) -> str:
    if is_party:
        return f"{serial}-{type_code}/{organ}"
    head = f"{serial}/{year}" if year else serial
    return head + "/" + "-".join(s for s in (type_code, organ, unit) if s)


def _is_party(organ: str, is_printed_so: bool, signs: _Signs) -> bool:
    if signs.party.fullmatch(organ):
        return True
    return is_printed_so and not signs.state.fullmatch(organ)


def _repaired(sign: str) -> str:
    """A sign without punctuation at its end; "TƯ" (trung ương) is written "TW"."""
    return re.sub("T[Ưư]$", "TW", sign.rstrip(".,&"))


def _known_type(sign: str, signs: _Signs) -> str | None:
    """The official spelling of a type's notation: "qđ", "QD" are "QĐ"; None if there is none."""
    return (
        signs.types.get(sign) or signs.types.get(sign.casefold()) or signs.types.get(iri.fold(sign))
    )


def _known_organ(sign: str, signs: _Signs) -> str:
    """The official spelling of an organ's sign, or the sign as printed: "TTG" is "TTg"."""
    return signs.organs.get(iri.fold(sign), sign)


@cache
def _signs() -> _Signs:
    data = lexicon.load(LEXICON)
    try:
        types, organs = data.tables["types"], data.tables["organs"]
        party, state = data.named("party").pattern, data.named("state").pattern
    except KeyError as error:
        raise DataError(data.path, f"{error} is missing") from error
    return _Signs(_spellings(types), {iri.fold(o): o for o in organs}, party, state)


def _spellings(types: list[str]) -> dict[str, str]:
    """Each notation by its spellings; without diacritics only where that names one alone."""
    folded: dict[str, list[str]] = {}
    for name in types:
        folded.setdefault(iri.fold(name), []).append(name)
    spellings = {f: names[0] for f, names in folded.items() if len(names) == 1}
    return spellings | {t.casefold(): t for t in types} | {t: t for t in types}
