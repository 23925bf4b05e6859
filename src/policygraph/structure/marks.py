"""Marks at the head of a line: "II.", "1.3", "đ)", "-"."""

from __future__ import annotations

from dataclasses import dataclass

from policygraph import lexicon
from policygraph.structure.lines import MARKUP, SPACE, Segment, trim
from policygraph.structure.plain import plain

RANK = {
    "appendix": 10,
    "phan": 20,
    "letter": 30,
    "chuong": 40,
    "roman": 50,
    "heading": 50,
    "muc": 60,
    "dieu": 70,
    "number": 80,
    "dotted": 90,
    "point": 100,
    "paren": 105,
    "bullet": 110,
    "paragraph": 110,
    "plus": 120,
}
"""Depth of each level where the text itself does not say otherwise."""

NESTED_RANK = {
    ("dieu", "letter"): 72,
    ("dieu", "roman"): 74,
    ("roman", "letter"): 55,
}
"""Depth of a level that opens inside one which is usually below it: a decision approves a
programme in Điều 1 and sets out its chapters there; a chapter I has sections A and B."""

PART_KIND = {
    "appendix": "phu-luc",
    "phan": "phan",
    "letter": "phan",
    "chuong": "chuong",
    "roman": "muc",
    "heading": "tieu-muc",
    "muc": "muc",
    "dieu": "dieu",
    "number": "khoan",
    "dotted": "khoan",
    "point": "diem",
    "paren": "diem",
    "bullet": "y",
    "paragraph": "y",
    "plus": "y",
}
"""Level of a mark -> concept of the part-kind scheme."""

_ORDINALS = {
    w: str(n)
    for n, w in enumerate(
        ("nhất", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười"), start=1
    )
}
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}
_POINTS = "abcdđeghiklmnopqrstuvxy"
_LONGEST = 200
"""No mark is longer, with what its pattern looks at behind it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """``number`` as it goes into the path; ``end`` the offset where the item's words begin."""

    level: str
    number: str
    end: int
    rule: str


def read_mark(segment: Segment) -> Mark | None:
    """The mark at the head of a segment, marks of emphasis around and inside it ignored."""
    if segment.grid is not None:
        return None
    start, end = segment.content
    seen = plain(segment.text, start, min(end, start + _LONGEST))
    marks = lexicon.load("marks")
    if not marks.any_of.match(seen.words):
        return None
    for entry in marks.entries:
        found = entry.pattern.match(seen.words)
        if not found or not found.group().strip():
            continue
        groups = found.groupdict()
        number = groups.get("n") or ""
        if groups.get("w"):
            number = _ORDINALS.get(groups["w"].lower(), groups["w"])
        number = "".join(number.split())
        if entry.value == "appendix":
            number = f"PL{number}"
        blanks = SPACE if entry.value == "plus" else MARKUP
        after, _ = trim(segment.text, seen.offset(found.end()), end, blanks)
        return Mark(entry.value, number, after, entry.name)
    return None


def ordinal(level: str, number: str) -> int | None:
    """Place of a mark in its series ("IV" -> 4, "đ" -> 5); None where it has none."""
    if level in {"number", "paren", "dieu", "muc", "chuong"} and number.rstrip("abcđ").isdigit():
        return int(number.rstrip("abcđ"))
    if level == "dotted":
        return int(number.rpartition(".")[2])
    if level in {"roman", "chuong", "muc"} and number and set(number) <= set(_ROMAN):
        total = 0
        for here, after in zip(number, [*number[1:], ""], strict=True):
            value = _ROMAN[here]
            total += -value if _ROMAN.get(after, 0) > value else value
        return total
    if level == "point" and number in _POINTS:
        return _POINTS.index(number) + 1
    if level == "letter" and len(number) == 1:
        return "ABCDĐEFGHIKLMNOPQRSTUVXY".find(number) + 1 or None
    return None
