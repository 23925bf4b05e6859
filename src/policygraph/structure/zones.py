"""The large regions of a document: letterhead, title, preamble, body, recipients, signature,
appendices, in the order in which Nghị định 30/2020/NĐ-CP (phụ lục I) sets them, with what scans
and web pages leave of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from policygraph import lexicon
from policygraph.model import Zone
from policygraph.structure.lines import Segment
from policygraph.structure.marks import read_mark

_TITLE_WITHIN = 60
_SUBJECT_WITHIN = 20
_PAGE_HEAD = 30
"""Lines that a web page may set between its title and the letterhead."""
_LONGEST_TITLE = 6
"""Lines of a title's paragraph that opens like a preamble."""
_TYPES = sorted((t["word"] for t in lexicon.load("document_types").tables["type"]), key=len)
_TYPE = "|".join(re.escape(w) for w in reversed(_TYPES))
TITLE_WORD = re.compile(
    rf"(?:{'|'.join(re.escape(w.upper()) for w in reversed(_TYPES))})(?![^\W\d_a-zà-ỹđ])"
)
_TYPE_ALONE = re.compile(_TYPE)
"""A title's first line where the page sets capitals and the copy has none."""
_WEB_TITLE = re.compile(rf"(?:Nội dung\s+)?(?:{_TYPE})\s+(?:số\s*)?:?\s*\d")
_PREAMBLE = re.compile(
    r"(?:[-–]\s*)?(?:Căn cứ|Thực hiện|Triển khai|Xét|Theo|Sau|Để|Ngày|Nhằm|Trên cơ sở)\b"
)
_GROUNDS = re.compile(r"(?:[-–]\s*)?(?:Căn cứ|Xét|Theo)\b")
_AUTHORITY = re.compile(
    r"(?:CHỦ TỊCH|BỘ TRƯỞNG|THỦ TƯỚNG|GIÁM ĐỐC|[ỦU]Y BAN|HỘI ĐỒNG|CHÍNH PHỦ|QUỐC HỘI"
    r"|BAN (?!HÀNH)|KHÓA )"
)
_ISSUED_WITH = re.compile(r"\(?\s*(?:Ban hành )?kèm theo ", re.IGNORECASE)
_BULLET = re.compile(r"\s*\\?[-–—+•*]")
_ENDED = re.compile(r"[.;:,](?:/\.?)?$")
_SUBJECT = re.compile(r"V/v\b|Về việc\b")
_FAR = 24
"""Blanks before a line that stands in the right column alone."""
_POSITIONS = frozenset(p.upper() for p in lexicon.load("metadata").tables["positions"])
_PERSON = re.compile(r"[^\W\d_]+(?: +[^\W\d_]+){1,4}")
_SIGNED_WITHIN = 4
"""Lines below an office in which the name of its holder stands."""
_PAGE = {"boilerplate", "web-facts"}
_COLUMNS = re.compile(r"\t+| {4,}")


@dataclass(frozen=True, slots=True)
class Region:
    """A run of segments in one zone; furniture is what a web page adds before and after."""

    zone: Zone
    segments: tuple[Segment, ...]
    is_furniture: bool = False


def sounds_like_preamble(segment: Segment) -> bool:
    return bool(_PREAMBLE.match(segment.words))


def divide(lines: list[Segment]) -> list[Region]:
    """Regions in reading order; together they hold every segment once.

    Only where two columns stand side by side do their regions overlap in the text.
    """
    title, after_title = _title(lines)
    regions: list[Region] = []

    def add(zone: Zone, start: int, stop: int, *, furniture: bool = False) -> None:
        if start < stop:
            regions.append(Region(zone, tuple(lines[start:stop]), furniture))

    head = _web_frame(lines, title)
    add(Zone.LETTERHEAD, 0, head, furniture=True)
    add(Zone.LETTERHEAD, head, title)
    add(Zone.TITLE, title, after_title)
    start = after_title
    if title < after_title and _SUBJECT.match(lines[title].words):
        for zone, stop in _of_letter(lines, start):
            add(zone, start, stop)
            start = stop
    body = _body(lines, start)
    add(Zone.PREAMBLE, start, body)
    start, zone, furniture = body, Zone.BODY, False
    for index in range(body, len(lines)):
        if zone is Zone.SIGNATURE and not furniture and lines[index].opens == "boilerplate":
            add(zone, start, index)
            start, furniture = index, True
        switch = _switch(lines, index, zone)
        if switch is not None and switch is not zone:
            add(zone, start, index, furniture=furniture)
            start, zone, furniture = index, switch, False
    add(zone, start, len(lines), furniture=furniture)
    return _side_by_side(regions)


def _web_frame(lines: list[Segment], title: int) -> int:
    """Segments before the letterhead that belong to the web page which carried the text."""
    kinds = [segment.opens for segment in lines[:title]]
    first = kinds.index("letterhead") if "letterhead" in kinds else 0
    return first if _PAGE.intersection(kinds[:first]) else 0


def _title(lines: list[Segment]) -> tuple[int, int]:
    """Range of the title's segments; empty at 0 where the text has none."""
    for index, segment in enumerate(lines[:_TITLE_WITHIN]):
        if TITLE_WORD.match(segment.words) and segment.is_upper:
            return index, _title_end(lines, index)
        if _TYPE_ALONE.fullmatch(segment.words) and lines[index - 1].opens == "letterhead":
            return index, _title_end(lines, index)
        if index < 5 and _WEB_TITLE.match(segment.words) and not _letterhead_follows(lines, index):
            stop = index + 1
            while stop < len(lines) and _WEB_TITLE.match(lines[stop].words):
                stop += 1
            return index, stop
    for index, segment in enumerate(lines[:_SUBJECT_WITHIN]):
        if index and _SUBJECT.match(segment.words):
            return index, index + 1
    return 0, 0


def _letterhead_follows(lines: list[Segment], index: int) -> bool:
    """Whether the document begins further down, under the title that a web page gave it."""
    return any(segment.opens == "letterhead" for segment in lines[index : index + _PAGE_HEAD])


def _title_end(lines: list[Segment], start: int) -> int:
    bold_open = lines[start].raw.count("**") % 2 == 1
    index = start + 1
    while index < len(lines):
        segment = lines[index]
        words = segment.words
        if not bold_open and _is_authority(lines, index, start):
            break
        if sounds_like_preamble(segment) and not (bold_open or segment.raw.startswith("**")):
            stop = _title_paragraph(lines, index)
            if stop == index:
                break
            index = stop
            continue
        marked = read_mark(segment) is not None
        opens_sentence = not segment.is_upper and words[:1].isupper() and not bold_open
        if opens_sentence and index > start + 1 and _title_paragraph(lines, index) == index:
            break
        goes_on = (
            bold_open
            or (segment.raw.startswith("**") and not marked)
            or (segment.is_upper and not marked)
            or words[:1].islower()
            or words.startswith(("Về ", "V/v"))
            or bool(_ISSUED_WITH.match(words))
            or (segment.gap == 0 and not marked)
        )
        if not goes_on:
            break
        bold_open ^= segment.raw.count("**") % 2 == 1
        index += 1
    return index


def _is_authority(lines: list[Segment], index: int, title: int) -> bool:
    """Whether the line names the organ that decides, over the grounds of its decision."""
    if not (_AUTHORITY.match(lines[index].words) and lines[index].is_upper):
        return False
    if index == title + 1 and lines[index].gap == 0:
        return False
    below = index + 1
    while below < len(lines) and lines[below].is_upper:
        below += 1
    return below < len(lines) and bool(_GROUNDS.match(lines[below].words))


def _title_paragraph(lines: list[Segment], start: int) -> int:
    """Behind a paragraph that may belong to the title ("Thực hiện Nghị quyết …").

    A preamble ends like a sentence, a title does not; ``start`` if it is no title.
    """
    if _GROUNDS.match(lines[start].words):
        return start
    for index in range(start, min(start + _LONGEST_TITLE, len(lines))):
        after = lines[index + 1] if index + 1 < len(lines) else None
        if after is None or after.gap or read_mark(after) or sounds_like_preamble(after):
            return start if _ENDED.search(lines[index].words) else index + 1
    return start


def _of_letter(lines: list[Segment], start: int) -> list[tuple[Zone, int]]:
    """Letterhead and addressees that an official letter has behind its subject."""
    found = []
    index = start
    while index < len(lines) and lines[index].opens == "letterhead":
        index += 1
    if index > start:
        found.append((Zone.LETTERHEAD, index))
    if index < len(lines) and lines[index].opens == "addressees":
        index += 1
        while index < len(lines) and _BULLET.match(lines[index].words):
            index += 1
        found.append((Zone.RECIPIENTS, index))
    return found


def _body(lines: list[Segment], start: int) -> int:
    """Index of the first segment of the body: the first mark that opens a provision.

    Bullets open no body: the grounds of a decision may be listed with dashes.  A text without
    marks has as preamble only what sounds like one.
    """
    for index in range(start, len(lines)):
        mark = read_mark(lines[index])
        if mark is not None and mark.level not in {"bullet", "plus", "point", "dotted"}:
            return index
        if lines[index].opens == "recipients" or lines[index].is_tabular:
            break
    index = start
    while index < len(lines) and sounds_like_preamble(lines[index]):
        index += 1
    return index


def _switch(lines: list[Segment], index: int, zone: Zone) -> Zone | None:
    """The zone that a segment opens; None where it goes on."""
    segment = lines[index]
    if segment.grid is not None:
        return None
    mark = read_mark(segment)
    if mark is not None and mark.level == "appendix":
        return Zone.APPENDIX if zone is not Zone.APPENDIX else None
    kind = segment.opens
    if kind == "recipients":
        return Zone.RECIPIENTS
    if kind == "signature" and zone in {Zone.BODY, Zone.APPENDIX, Zone.RECIPIENTS}:
        return Zone.SIGNATURE
    if zone in {Zone.BODY, Zone.APPENDIX} and _signs_alone(lines, index):
        return Zone.SIGNATURE
    if zone in {Zone.RECIPIENTS, Zone.SIGNATURE} and _opens_attached(lines, index):
        return Zone.APPENDIX
    if zone is Zone.BODY and _is_title_of_attached(lines, index):
        return Zone.APPENDIX
    if zone is Zone.RECIPIENTS and not _BULLET.match(segment.words) and _past_list(lines, index):
        return Zone.SIGNATURE
    return None


def _opens_attached(lines: list[Segment], index: int) -> bool:
    """Whether a text that is issued with the document begins behind its signature."""
    segment = lines[index]
    if not segment.is_upper and segment.opens != "letterhead":
        return False
    if TITLE_WORD.match(segment.words):
        return True
    if _ISSUED_WITH.match(lines[index + 1].words if index + 1 < len(lines) else ""):
        return True
    for below in lines[index + 1 : index + 7]:
        if _ISSUED_WITH.match(below.words) or (TITLE_WORD.match(below.words) and below.is_upper):
            return bool(segment.gap)
    return False


def _is_title_of_attached(lines: list[Segment], index: int) -> bool:
    """Whether the title of a text that was issued with the document stands there: a copy may
    leave out the signature between the two."""
    if not (TITLE_WORD.match(lines[index].words) and lines[index].is_upper):
        return False
    below = index + 1
    while below < len(lines) and lines[below].is_upper and not lines[below].gap:
        below += 1
    return below < len(lines) and bool(_ISSUED_WITH.match(lines[below].words))


def _signs_alone(lines: list[Segment], index: int) -> bool:
    """Whether an office signs in its own name: "CHỦ TỊCH QUỐC HỘI" over a person's name."""
    if lines[index].words.rstrip(" .") not in _POSITIONS or not lines[index].is_upper:
        return False
    below = [segment.words for segment in lines[index + 1 : index + 1 + _SIGNED_WITHIN]]
    return any(_PERSON.fullmatch(words) and words.istitle() for words in below)


def _past_list(lines: list[Segment], index: int) -> bool:
    """Whether the list of recipients ended: a line in capitals, or one after a blank line."""
    before = lines[index - 1]
    return bool(_BULLET.match(before.words)) and (lines[index].gap > 0 or lines[index].is_upper)


def _side_by_side(regions: list[Region]) -> list[Region]:
    """Two columns read one after the other: in a letterhead the organ and its number, then the
    motto and the date; at the end the recipients, then the signature."""
    found: list[Region] = []
    waiting: tuple[Segment, ...] = ()
    for region in regions:
        segments = region.segments
        if waiting and (region.zone is not Zone.SIGNATURE or region.is_furniture):
            found.append(Region(Zone.SIGNATURE, waiting))
        elif waiting:
            segments = (*waiting, *segments)
        right: tuple[Segment, ...] = ()
        waiting = ()
        if region.zone is Zone.RECIPIENTS:
            segments, waiting = _split(segments)
        elif region.zone is Zone.LETTERHEAD and not region.is_furniture:
            segments, right = _split(segments)
        found.append(replace(region, segments=segments))
        if right:
            found.append(Region(Zone.LETTERHEAD, right))
    return [*found, Region(Zone.SIGNATURE, waiting)] if waiting else found


def _split(segments: tuple[Segment, ...]) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    left: list[Segment] = []
    right: list[Segment] = []
    for segment in segments:
        if left and _indent(segment) >= _FAR > _indent(left[0]):
            right.append(segment)
            continue
        seam = _COLUMNS.search(segment.text, segment.start, segment.end)
        if seam is None or segment.grid is not None:
            left.append(segment)
            continue
        if seam.start() > segment.start:
            left.append(replace(segment, end=seam.start()))
        right.append(replace(segment, start=seam.end()))
    return tuple(left), tuple(right)


def _indent(segment: Segment) -> int:
    return segment.start - segment.text.rfind("\n", 0, segment.start) - 1
