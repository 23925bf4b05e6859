"""Documents by their number: "Nghị quyết số 52-NQ/TW", "Nghị định 30/2020/NĐ-CP", and lists
whose numbers share a word ("các Quyết định số 65/2009/QĐ-TTg, 66/2009/QĐ-TTg")."""

from __future__ import annotations

import re
from dataclasses import replace

from policygraph import lexicon
from policygraph.mentions.naming import (
    SHORT_WORDS,
    WORDS,
    Found,
    Taken,
    folded,
    full_word,
    issuer_after,
    may_name_type,
    tail_after,
    type_code,
)
from policygraph.model import DocumentReference
from policygraph.numbers import NumberParts, parse_number

NUMBER = re.compile(
    r"(?:(?<![\w/.,])|(?<=[Ss]ố))(?P<num>(?:\d{1,3}\.(?=\d{1,2}/20\d\d/))?\d{1,6}[A-Za-zđĐ]?\s?[-–/]\s?(?:\d{2,4}\s?[-–/]\s?)?"
    r"[A-ZĐÐ][\w&]*(?:\s?[-–/]\s?[A-ZĐÐ][\w&]*|[-–/][a-zđ]{1,5}(?!\w)|(?<=QH)[\s-]\d{1,2}(?![\w/])"
    r"){0,4})"
)
_HEAD = re.compile(
    rf"(?:(?<!\w)(?P<w>{WORDS}|(?-i:{SHORT_WORDS}))(?:\s+(?:liên\s+(?:tịch|bộ|ngành)|hướng\s+dẫn))?\s*)?"
    r"(?:(?<!\w)(?P<so>s[ốổơôo]|ố)\s*(?:[:.]\s*)?)?$",
    re.IGNORECASE,
)
_ISSUED_HEAD = re.compile(
    rf"(?<!\w)(?P<w>{WORDS})(?:\s+hướng\s+dẫn)?(?P<of>\s+của\s+[^.;:()“”\"]{{4,80}}?)\s*$",
    re.IGNORECASE,
)
_HEAD_REACH, _ISSUED_REACH = 40, 130
_ASSEMBLY = ("QH", "UBTVQH")
_ASSEMBLY_TERM = re.compile(r"(?<=QH)[\s-]+(?=\d)")
_LIST = re.compile(r"\s*(?:[,;]\s*(?:và\s+)?|và\s+)(?:số\s*)?")
_TITLE = re.compile(
    rf"\s*(?:,\s*)?(?:về(?: việc)?|ban hành|phê duyệt)\s+(?:(?:{WORDS})\s*)?"
    r"[“\"](?P<n>[^”\"]{8,300})[”\"]",
    re.IGNORECASE,
)
_IRREGULAR = lexicon.load("irregular_numbers")


def find_numbered(text: str, known: Taken) -> list[Found]:
    """Mentions by a number that can be taken apart, outside the ranges that are known."""
    found: list[Found] = []
    for match in NUMBER.finditer(text):
        if known.overlaps(match.start(), match.end()):
            continue
        parts = parse_number(_ASSEMBLY_TERM.sub("", match["num"]))
        item = _numbered(text, match, parts) if parts else None
        if item is not None:
            found.append(_with_shared_word(text, found[-1], item) if found else item)
    return found


def _numbered(text: str, match: re.Match[str], parts: NumberParts) -> Found | None:
    start, word, said, sayer = _head(text, match.start())
    is_known = parts.type_code is not None or parts.organ_sign.startswith(_ASSEMBLY)
    if not (is_known or (word and (said or parts.year or len(parts.organ_sign) > 1))):
        return None
    issued, issuer, core, end = tail_after(text, match.end())
    reference = DocumentReference(
        parts.canonical,
        parts.type_code or (type_code(word) if word else None),
        word,
        issuer or sayer,
        issued,
        _quoted_title(text, end),
    )
    rule = "citation.number" if word else "citation.bare-number"
    return Found(start, end, core, reference, rule, 0.98 if word or said else 0.9, bare=not word)


def _head(text: str, number: int) -> tuple[int, str | None, bool, str | None]:
    """Where the mention starts, its word, whether "số" is said, and the issuer between them
    ("Nghị quyết của Quốc hội số 57/2013/QH13")."""
    head = _HEAD.search(text, max(0, number - _HEAD_REACH), number)
    word = head["w"] if head else None
    if head and word:
        return head.start("w"), full_word(word), bool(head["so"]), None
    if not head or not head["so"]:
        return number, None, False, None
    start = head.start("so")
    issued = _ISSUED_HEAD.search(text, max(0, start - _ISSUED_REACH), start)
    if issued:
        issuer, end = issuer_after(text, issued.start("of"))
        if issuer and end == issued.end("of"):
            return issued.start(), full_word(issued["w"]), True, issuer
    return start, None, True, None


def _quoted_title(text: str, after: int) -> str | None:
    """The title in quotation marks that follows a number: names that stand for it later."""
    title = _TITLE.match(text, after)
    return folded(title["n"]) if title else None


def _with_shared_word(text: str, before: Found, item: Found) -> Found:
    """In "các Nghị quyết số 36-NQ/TW, 52-NQ/TW" the second number shares the first one's word."""
    shared = before.reference
    if (
        not item.bare
        or not shared.type_word
        or shared.type_code != item.reference.type_code
        or not _LIST.fullmatch(text, before.end, item.start)
    ):
        return item
    reference = replace(item.reference, type_word=shared.type_word, name=None)
    return replace(item, reference=reference, rule="citation.list", confidence=0.95)


def find_irregular(text: str, known: Taken) -> list[Found]:
    """Short, old and damaged numbers after their word: "Nghị định 54", "Thông tư số 105 TC/ĐT"."""
    if not (may_name_type(text) and _IRREGULAR.any_of.search(text)):
        return []
    found: list[Found] = []
    last = 0
    matches = (
        (match.start(), -match.end(), entry.name, match)
        for entry in _IRREGULAR.entries
        for match in entry.pattern.finditer(text)
    )
    for start, _, rule, match in sorted(matches, key=lambda row: row[:3]):
        if start < last or known.overlaps(start, match.end()):
            continue
        issued, issuer, core, end = tail_after(text, match.end())
        parts = parse_number(match["num"])
        number = parts.canonical if parts else None
        word = full_word(match["w"])
        name = None if number else folded(match.group())
        reference = DocumentReference(number, type_code(word), word, issuer, issued, name)
        found.append(Found(start, end, core, reference, rule, 0.7))
        last = end
    return found
