"""Sentences to clauses: the words that belong to one figure, and no more.

    text -> pieces between full stops, semicolons and colons -> one clause a figure

"90% hồ sơ công việc tại cấp tỉnh; 80% … cấp huyện và 70% … cấp xã" are three clauses; a figure
in brackets is a clause inside its clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from policygraph import lexicon
from policygraph.mentions.quantities import Quantity, masked
from policygraph.model import Span


@dataclass(frozen=True, slots=True)
class Clause:
    """One figure with the words that belong to it: offsets into the part's view."""

    start: int
    end: int
    quantity: Quantity
    segment: int
    """Number of the sentence piece (between semicolons) it stands in."""
    is_aside: bool
    """Stands in brackets inside another clause."""
    left: int
    """Where its words begin for reading: before ``start`` where a long subject or another
    clause's predicate leads to the figure."""


@cache
def word(name: str) -> re.Pattern[str]:
    return lexicon.load("indicators").named(f"word.{name}").pattern


_CAPITALS = "A-ZĐÂÊÔƠƯĂÁÀẢÃẠẤẦẨẪẬẮẰẲẴẶÉÈẺẼẸẾỀỂỄỆÍÌỈĨỊÓÒỎÕỌỐỒỔỖỘỚỜỞỠỢÚÙỦŨỤỨỪỬỮỰÝỲỶỸỴ"
_STOP = re.compile(
    rf"(?P<stop>[.!?…]+)[”\"’')*]*\s+(?=[“\"(*–-]*\s*[{_CAPITALS}\d])"
    r"|(?<=[a-zà-ỹ]{3})(?P<low>\.)\s+(?=[a-zà-ỹ])"
    r"|(?P<semi>;)|(?P<colon>:(?=\s))|(?P<open>\()|(?P<close>\))"
    r"|(?<![\d%])(?P<dash>\s[-–+•]\s(?=\d+(?:,\d+)?\s?%|T[ỷỉố]|Ít|Phấn|Trên|Số|Mức|Đến))"
)
_BRACKETS = re.compile(r"\([^()]*\)")
_EDGE = " \t\r\n\u00a0\f\v.;:,…•–-+/*"
LEAD = re.compile(
    r"(?:[^:;.]{0,60}?)(?:19|20)\d\d\s*:+\s*|(?:(?i:đ[ếêe]n|vào|trong)\s+(?:hết\s+)?năm\s+\d{4}\s*,\s*)"
)
"""The head of "Đến năm 2030: …" or "Đến năm 2025, …", which is no part of a goal's words."""

LABEL = re.compile(
    r"(?i)(?:đ[ếêe]n\s+|tầm\s+nhìn\s+|giai\s+đoạn\s+|năm\s+|mục\s+tiêu\s+)[^,;]{0,60}[:.]?"
)
"""A line that is nothing but the name of a period or of a group of goals."""

_COMMA = re.compile(r",(?=\s)|\s+(?:và|với|đồng\s+thời|trong\s+đó)(?=\s)")
_MEMBER = re.compile(
    r"(?i)(?:sở|ban|ngành|huyện|thị\s+xã|thị|thành\s+phố|xã|phường|thị\s+trấn|tỉnh|cán\s+bộ|công\s+chức|"
    r"viên\s+chức|tổ\s+chức|cá\s+nhân|thôn|bản|tổ\s+dân\s+phố|cơ\s+quan|đơn\s+vị|người\s+dân|ngành|lĩnh\s+vực|"
    r"điểm)\Z"
)
_MEMBER_REACH = 60
"""A member that ends before a comma begins in so many code points before it."""
_NEXT_MEMBER = re.compile(
    r"(?i),(?=\s+(?:ban|ngành|thị|thành|xã|phường|công|viên|cá|bản|tổ|đơn|doanh|lĩnh|đoàn|huyện|người\s+lao)(?!\w))"
)


_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def levelled(text: str) -> str:
    """The text with bold marks and tags blanked, each character in its place."""

    def blank(found: re.Match[str]) -> str:
        words = found.group()
        breaks = re.match(r"(?i)</?(?:p|br|li|div|tr)\b", words)
        return (";" if breaks else " ") + " " * (len(words) - 1)

    if "<" in text:
        text = _TAG.sub(blank, text)
    return text.replace("*", " ").replace("_", " ")


def plain(cell: str) -> str:
    return " ".join(_TAG.sub(" ", cell).replace("*", " ").split())


def split(text: str, *, on_colon: bool = True) -> list[Span]:
    """Pieces between full stops, semicolons and colons, outside of brackets."""
    masks = masked(text)
    starts = [0]
    depth, opened = 0, 0
    last = text.rfind(")")
    for found in _STOP.finditer(text):
        at = found.start()
        if found["open"]:
            if last > at:
                depth, opened = depth + 1, at
            continue
        if found["close"]:
            depth = max(0, depth - 1)
            continue
        if depth and at - opened < 400:
            continue
        if any(m.start <= at < m.end for m in masks):
            continue
        if found["colon"] and not (on_colon and not _names_value(text, starts[-1], at)):
            continue
        depth = 0
        starts.append(found.end())
    return [Span(a, b) for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


_VALUE_ALONE = re.compile(
    r"[^;:.\d]{0,25}\d[\d.,]*(?:\s*[-–]\s*\d[\d.,]*)?\s*(?:%|(?:[^\W\d]+\s?){0,3})(?:/[^;:,.()]{1,20})*"
    r"\s*(?=[;.,()]|$)"
)


def _names_value(text: str, start: int, colon: int) -> bool:
    """Whether a colon stands between a measure and its value: "Tỷ lệ che phủ rừng: 42%"."""
    before = text[start:colon].strip(_EDGE)
    if not word("measure").match(before) and re.search(r"\d", before):
        return False
    if LABEL.fullmatch(before) or len(before.split()) < 2:
        return False
    return bool(_VALUE_ALONE.match(text, colon + 1))


def windows(text: str, size: int) -> Iterator[tuple[int, int]]:
    """Ranges of at most ``size`` that tile the text, cut after a stop where there is one."""
    start = 0
    while len(text) - start > size:
        stops = ("; ", ". ", " ")
        cut = next((at for s in stops if (at := text.rfind(s, start + 1, start + size)) > 0), 0)
        end = cut + 1 if cut else start + size
        yield start, end
        start = end
    yield start, len(text)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return start, end


def find_clauses(text: str, segments: list[Span], quantities: list[Quantity]) -> Iterator[Clause]:
    """One clause a figure: the segment is cut between figures where the next one's words begin."""
    masks = [*masked(text), *_commas_of_groups(text)]
    for number, segment in enumerate(segments):
        inside = [q for q in quantities if segment.start <= q.number.start < segment.end]
        if not inside:
            continue
        brackets = _brackets(text, segment)
        asides = {id(q): b for q in inside for b in brackets if b.start < q.number.start < b.end}
        main = [q for q in inside if id(q) not in asides]
        blocked = [*masks, *brackets]
        runs = [(segment, main, False)]
        for bracket in brackets:
            own = [q for q in inside if asides.get(id(q)) == bracket]
            runs.append((Span(bracket.start + 1, bracket.end - 1), own, True))
        made: list[Clause] = []
        for span, own, is_aside in runs:
            walls = masks if is_aside else blocked
            own_brackets = [] if is_aside else [b for b in brackets if b in asides.values()]
            made.extend(_cut(text, span, own, number, walls, own_brackets, is_aside=is_aside))
        yield from sorted(made, key=lambda c: c.quantity.number.start)


def _commas_of_groups(text: str) -> Iterator[Span]:
    """Commas between the members of a group: "các sở, ban, ngành" is one noun."""
    for comma in _NEXT_MEMBER.finditer(text):
        at = comma.start()
        if _MEMBER.search(text, max(0, at - _MEMBER_REACH), at):
            yield Span(at, at + 1)


def _brackets(text: str, segment: Span) -> list[Span]:
    if text.find("(", segment.start, segment.end) < 0:
        return []
    return [
        Span(found.start(), found.end())
        for found in _BRACKETS.finditer(text, segment.start, segment.end)
    ]


def _cut(
    text: str,
    span: Span,
    quantities: list[Quantity],
    number: int,
    walls: Sequence[Span],
    asides: Sequence[Span],
    *,
    is_aside: bool,
) -> Iterator[Clause]:
    begin = span.start
    for index, quantity in enumerate(quantities):
        following = quantities[index + 1] if index + 1 < len(quantities) else None
        end, after = span.end, span.end
        if following is not None:
            end, after = _seam(text, quantity.span.end, following.span.start, walls)
        start, stop = trimmed(text, begin, end)
        start = _own_start(text, start, quantity)
        stop = _own_end(text, quantity, stop, walls)
        stop = next((a.start for a in asides if a.end == stop), stop)
        start, stop = trimmed(text, start, stop)
        stop = max(stop, quantity.span.end)
        left, start = start, _smallest_start(text, start, quantity)
        if text[stop : stop + 1] == ")" and "(" in text[start:stop]:
            stop += text[start:stop].count("(") > text[start:stop].count(")")
        yield Clause(min(start, quantity.span.start), stop, quantity, number, is_aside, left)
        begin = after


def _seam(text: str, left: int, right: int, walls: Sequence[Span]) -> tuple[int, int]:
    """Where one clause ends and the next begins, between two figures."""
    seams = [
        f
        for f in _COMMA.finditer(text, left, right)
        if not any(w.start <= f.start() < w.end for w in walls)
    ]
    within = next((s.start() for s in seams if "trong" in s.group().split()), right)
    for seam in reversed(seams):
        if seam.start() <= within and re.fullmatch(
            r"(?:\s+[^\W\d]+){0,2}\s*", text[seam.end() : right]
        ):
            return seam.start(), seam.end()
    opens = lexicon.load("indicators").named("clause.opens").pattern
    for seam in seams:
        if text[seam.start()] == "," and opens.match(text[seam.end() : right].lstrip()):
            return seam.start(), seam.end()
    commas = [s for s in seams if text[s.start()] == ","]
    if commas or seams:
        seam = (commas or seams)[-1]
        keep = not seam.group().split() or "trong" not in seam.group()
        return seam.start(), seam.end() if keep else seam.start()
    return right, right


_DROPS = re.compile(
    r",\s+(?P<v>(?:phấn\s+đấu\s+)?(?:(?:góp\s+phần|từng\s+bước)\s+)?(?:tăng|giảm))\s+$"
)
_AIM = re.compile(
    r"(?i),?\s+(?:(?:đồng\s+thời|qua\s+đó|từ\s+đó|và)\s+)?(?=(?:phấn\s+đấu|bảo\s+đảm|đảm\s+bảo)\s)"
    r"|,\s+đồng\s+thời\s+"
)
_CONDITION = re.compile(r"(?i)\W*(?:tại|ở|đối\s+với|trong|riêng|đ[ếêe]n|năm|giai\s+đoạn)(?!\w)")
_WORK = 4
"""Work is told in no fewer words."""
_TIME_HEAD = re.compile(
    r"(?i)(?:phấn\s+đấu\s*)?(?:đ[ếêe]n|hết|vào|trong|từ|năm|h[ằà]ng\s+năm|mỗi\s+năm)(?!\w)[^,]{0,40},"
)


def _own_start(text: str, start: int, quantity: Quantity) -> int:
    """Skip outcomes without figures before "…, giảm 30% thủ tục hành chính", and work that leads
    to the figure: "Sở Y tế rà soát cơ sở, | phấn đấu đạt 95%"."""
    before = text[start : quantity.span.start]
    aims = [] if _CONDITION.match(before) else list(_AIM.finditer(before))
    if aims and len(before[: aims[-1].start()].split()) >= _WORK:
        start += aims[-1].end()
        before = text[start : quantity.span.start]
    found = _DROPS.search(before)
    if found is None or word("measure").match(before) or _TIME_HEAD.match(before):
        return start
    follows = text[quantity.span.end : quantity.span.end + 12].strip()
    if not follows or follows[0] in ";,.()/" or follows.startswith(("so với", "mỗi", "một năm")):
        return start
    return start + found.start("v")


def _own_end(text: str, quantity: Quantity, stop: int, walls: Sequence[Span]) -> int:
    """A plain count ends before what is only listed beside it; any figure before ", góp phần …"."""
    entries = lexicon.load("indicators")
    for name in ("clause.result", "clause.fresh"):
        found = entries.named(name).pattern.search(text, quantity.span.end, stop)
        stop = found.start() if found else stop
    gloss = entries.named("clause.gloss").pattern.search(text, quantity.span.end, stop)
    stop = gloss.start() if gloss else stop
    if quantity.kind in {"count", "share"}:
        for found in _LISTING.finditer(text, quantity.span.end, stop):
            if not any(w.start <= found.start() < w.end for w in walls):
                return found.start()
    return stop


_AT = re.compile(r"(?i)(?<!\w)(?:tại|ở)\s+$")
_PAST = re.compile(r"(?i)(?:(?<!\w)(?:đ[ếê]n\s+nay|hiện(?:\s+nay)?|đã|cũng)\s+)+$")


def _smallest_start(text: str, start: int, quantity: Quantity) -> int:
    """A count begins at its verb, not at the subject: "Sở X | lựa chọn tối thiểu 02 xã"."""
    if quantity.kind not in {"count", "share"}:
        return start
    before = text[start : quantity.span.start]
    if quantity.kind == "share" and _AT.search(before):
        return quantity.span.start
    found = word("action").search(before) or word("work").search(before)
    if found is None or word("each").search(before):
        return start
    verb = found.start("v")
    past = _PAST.search(before, 0, verb)
    verb = past.start() if past else verb
    subject = before[:verb].strip(_EDGE)
    if len(subject.split()) < 2 or re.search(r"\d", subject) or word("goal").fullmatch(subject):
        return start
    return start + verb


_LISTING = re.compile(
    r"(?i),\s+(?=(?:các|những|một\s+số|hệ\s+thống|tạo|đáp\s+ứng|phục\s+vụ|cơ\s+bản|đồng\s+thời|trong\s+đó|"
    r"từng\s+bước|đã|được|nâng|đưa)(?!\w))"
)
"""Where a plain count ends: what is listed or said after it is not counted."""
