"""Tables that are not parted by tabs, gathered to one segment a row.

Three forms are met in copies from the web and from PDFs: rows between bars ("| 1 | Xây dựng …
| Sở Y tế |", a row may run over lines), one cell a line between lines that hold a bar alone,
and one cell a line with nothing between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from policygraph.model import Span
from policygraph.structure import tables
from policygraph.structure.lines import SPACE, Segment, trim
from policygraph.structure.marks import ordinal, read_mark

_BULLET = re.compile(r"[-–+•]\s*\S")
_RULE = re.compile(r"[\s|:+=\-–—]*-{2,}[\s|:+=\-–—]*$")
_BAR = re.compile(r"(?<!\\)\|")
_PERIOD = re.compile(
    r"(?i)(?:từ |đến |trước |hết )*(?:ngày |tháng |quý |năm |hằng |hàng |thường xuyên|định kỳ"
    r"|giai đoạn |cả năm|\d{1,2}/\d|20\d\d\b)"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_EDGE = SPACE + "*_`"
_HEAD_CELLS = 2
_MOST_COLUMNS = 12
_LONGEST_BREAK = 6
"""Lines that may stand between two pieces of one table."""
_LONGEST_CELL = 40
"""Lines of one cell or row; what is longer is no table."""
_LONGEST_HEAD = 45
"""Characters in a line of a head that has one cell a line."""
_FURTHER = {"appendix", "phan", "chuong", "muc", "dieu"}

Cells = tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True)
class _Table:
    rows: list[Segment]
    stop: int
    """index of the first segment behind the table"""


def gather(lines: list[Segment]) -> list[Segment]:
    """The segments, those of a table's row replaced by one segment with its cells.

    Bars that frame no row are left over from tables that only set out the page.
    """
    found: list[Segment] = []
    index = stop = width = 0
    while index < len(lines):
        known = width if index - stop <= _LONGEST_BREAK else 0
        table = (
            _bar_rows(lines, index) or _bar_lines(lines, index, known) or _bare_lines(lines, index)
        )
        if table is None or _is_letterhead(lines[index : table.stop], table.rows):
            found.append(lines[index])
            index += 1
        else:
            found.extend(table.rows)
            index = stop = table.stop
            width = len(table.rows[0].grid or ())
    return list(_without_bars(found))


def _is_letterhead(lines: list[Segment], rows: list[Segment]) -> bool:
    """Whether a table sets the organ beside the motto; a table of content has a head."""
    if not any(line.opens == "letterhead" for line in lines):
        return False
    heads = (tables.columns_of(tables.read_row(row).texts(row.text)) for row in rows)
    return all(head is None for head in heads)


def _without_bars(found: list[Segment]) -> Iterator[Segment]:
    """What is left without the lines that hold a bar alone: they part like blank lines."""
    blank = 0
    for segment in found:
        if segment.raw == "|":
            blank += 1 + segment.gap
            continue
        yield replace(segment, gap=segment.gap + blank) if blank else segment
        blank = 0


def _row(lines: list[Segment], start: int, stop: int, cells: Cells) -> Segment:
    first = lines[start]
    return Segment(first.text, first.start, lines[stop - 1].end, first.gap, grid=cells)


def _cells(lines: list[Segment], cells: list[list[int]]) -> Cells:
    found = []
    for cell in cells:
        pieces: list[Span] = []
        for i in cell:
            _add(pieces, lines[i].text, lines[i].start, lines[i].end)
        found.append(tuple(pieces))
    return tuple(found)


def _add(pieces: list[Span], text: str, start: int, end: int) -> None:
    start, end = tables.strip_tags(text, *trim(text, start, end, _EDGE))
    if start < end:
        pieces.append(Span(start, end))


def _is_rule(segment: Segment) -> bool:
    return "|" in segment.raw and bool(_RULE.match(segment.raw))


# --- rows between bars --------------------------------------------------------------------------


def _bar_rows(lines: list[Segment], start: int) -> _Table | None:
    """Lines that begin with a bar, or whose head stands over a line of dashes and bars or names
    the columns that the lines below it have."""
    head = lines[start].raw
    if "|" not in head:
        return None
    bars = len(_BAR.findall(head))
    framed = head.startswith("|")
    if bars < (2 if framed else 1) or start + 1 >= len(lines) or _is_rule(lines[start]):
        return None
    below = lines[start + 1]
    goes_on = framed and below.raw.startswith("|") and below.raw != "|"
    if not _is_rule(below) and not goes_on and not (not framed and _is_head(lines, start, bars)):
        return None
    rows: list[Segment] = []
    index = start
    while index < len(lines):
        stop = _end_of_bar_row(lines, index, bars)
        if stop is None:
            break
        rows.append(_row(lines, index, stop, _between_bars(lines, index, stop)))
        while stop < len(lines) and _is_rule(lines[stop]):
            stop += 1
        index = stop
    return _Table(rows, index) if rows else None


def _is_head(lines: list[Segment], start: int, bars: int) -> bool:
    """Whether a line with bars inside only names columns, and the next has as many cells."""
    cells = _between_bars(lines, start, start + 1)
    text = lines[start].text
    words = tuple(" ".join(text[p.start : p.end] for p in cell) for cell in cells)
    same = len(_BAR.findall(lines[start + 1].raw)) == bars
    return same and bars >= _HEAD_CELLS and tables.columns_of(words) is not None


def _end_of_bar_row(lines: list[Segment], start: int, bars: int) -> int | None:
    """Behind the line that holds the row's last bar; None where no row begins."""
    framed = lines[start].raw.startswith("|")
    seen = 0
    for index in range(start, min(start + _LONGEST_CELL, len(lines))):
        raw = lines[index].raw
        if index > start and (lines[index].gap or (framed and raw.startswith("|"))):
            return index if seen > 1 else None
        seen += len(_BAR.findall(raw))
        if not seen:
            return None
        if seen >= bars:
            return index + 1
    return None


def _between_bars(lines: list[Segment], start: int, stop: int) -> Cells:
    """Cells of one row: a bar ends a cell, a line's end only its piece."""
    cells: list[list[Span]] = [[]]
    for segment in lines[start:stop]:
        at = segment.start
        for bar in _BAR.finditer(segment.text, segment.start, segment.end):
            _add(cells[-1], segment.text, at, bar.start())
            cells.append([])
            at = bar.end()
        _add(cells[-1], segment.text, at, segment.end)
    if lines[start].raw.startswith("|"):
        cells = cells[1:]
    if len(cells) > 1 and lines[stop - 1].raw.endswith("|"):
        cells.pop()
    return tuple(tuple(pieces) for pieces in cells)


# --- one cell a line between bars ---------------------------------------------------------------


def _bar_lines(lines: list[Segment], start: int, known: int) -> _Table | None:
    """A table whose cells are parted by lines that hold a bar alone.

    ``known`` is the width of a table right before, which goes on behind a footnote.
    """
    framed = lines[start].raw == "|"
    if not framed and not (start + 1 < len(lines) and lines[start + 1].raw == "|"):
        return None
    chunks = [chunk for chunk, _ in islice(_chunks(lines, start), _MOST_COLUMNS)]
    head = [" ".join(lines[i].words for i in chunk[:1]) for chunk in chunks]
    if sum(tables.column_of(words) is not None for words in head) < _HEAD_CELLS:
        goes_on = framed and known and tables.number_of(head[1] if len(head) > 1 else "")
        return _framed(lines, start, known) if goes_on else None
    if framed:
        width = next((n for n, chunk in enumerate(chunks[1:]) if not chunk), 0)
        return _framed(lines, start, width) if width >= _HEAD_CELLS else None
    width = next((n for n, c in enumerate(chunks) if n and _opens_row(lines, c)), 0)
    return _unframed(lines, start, width) if width else None


def _chunks(lines: list[Segment], start: int) -> Iterator[tuple[list[int], int]]:
    """Indices of the lines before each bar, and the bar's own; -1 for the lines behind the last."""
    chunk: list[int] = []
    for index in range(start, len(lines)):
        if lines[index].raw == "|":
            yield chunk, index
            chunk = []
        elif len(chunk) >= _LONGEST_CELL:
            break
        else:
            chunk.append(index)
    yield chunk, -1


def _framed(lines: list[Segment], start: int, width: int) -> _Table | None:
    """Rows that open and close with a bar, so that two bars stand between two rows."""
    rows = []
    stream = _chunks(lines, start)
    between, begin = next(stream)
    stop = start
    while not between:
        row = list(islice(stream, width))
        if len(row) < width or row[-1][1] < 0:
            break
        stop = row[-1][1] + 1
        rows.append(_row(lines, begin, stop, _cells(lines, [chunk for chunk, _ in row])))
        between, begin = next(stream, ([], -1))
        if begin < 0:
            break
    return _Table(rows, stop) if rows else None


def _unframed(lines: list[Segment], start: int, width: int) -> _Table | None:
    """Rows without outer bars: a row's last cell and the next row's first share a chunk."""
    rows = []
    stream = _chunks(lines, start)
    first, _ = next(stream)
    begin = start
    while first:
        row = list(islice(stream, width))
        if len(row) < width:
            break
        last, following = _part(lines, row[-1][0], is_last=row[-1][1] < 0)
        cells = [first, *(chunk for chunk, _ in row[:-1]), last]
        stop = max(i for cell in cells for i in cell) + 1
        while stop < len(lines) and (lines[stop].raw == "|" or _is_rule(lines[stop])):
            stop += 1
        cells = [[i for i in cell if not _is_rule(lines[i])] for cell in cells]
        rows.append(_row(lines, begin, stop, _cells(lines, cells)))
        begin, first = stop, following
    return _Table(rows, begin) if rows else None


def _opens_row(lines: list[Segment], chunk: list[int]) -> bool:
    """Whether a row ends and another begins between two bars."""
    if any(_is_rule(lines[i]) for i in chunk):
        return True
    return len(chunk) > 1 and tables.number_of(lines[chunk[-1]].words) is not None


def _part(lines: list[Segment], chunk: list[int], *, is_last: bool) -> tuple[list[int], list[int]]:
    """The end of one row and the beginning of the next, which is a number where there is one."""
    rule = next((n for n, i in enumerate(chunk) if _is_rule(lines[i])), None)
    if rule is not None:
        return chunk[:rule], chunk[rule + 1 :]
    if is_last:
        return chunk[:1], []
    for position in range(len(chunk) - 1, -1, -1):
        if tables.number_of(lines[chunk[position]].words) is not None:
            return chunk[:position], chunk[position:]
    return chunk[:-1], chunk[-1:]


# --- one cell a line ----------------------------------------------------------------------------


def _bare_lines(lines: list[Segment], start: int) -> _Table | None:
    """A head of one cell a line, and rows that begin with a number alone on its line."""
    if tables.column_of(lines[start].words) != "number":
        return None
    head = _bare_head(lines, start)
    if head is None:
        return None
    names = [" ".join(lines[i].words for i in cell) for cell in head]
    columns = tuple(tables.column_of(name) or "other" for name in names)
    title = [lines[i].words for cell in head for i in cell]
    figures = any(_YEAR.search(name) for name in names)
    index = start
    rows: list[Segment] = []
    dealt: dict[int, list[int]] = {}
    """Place in ``rows`` -> the lines of the row, its number first."""
    while index < len(lines):
        stop = index + len(title)
        if [segment.words for segment in lines[index:stop]] == title:
            again = [[i + index - start for i in cell] for cell in head]
            rows.append(_row(lines, index, stop, _cells(lines, again)))
            index = _rest_of_cut_row(lines, stop, columns, rows)
            continue
        if tables.is_footnote(lines[index]):
            rows.append(lines[index])
            index += 1
            continue
        number = tables.number_of(lines[index].words)
        stop = index + 1
        if number is not None:
            whole = index + len(columns)
            fits = figures and _row_ends_at(lines, whole, number)
            stop = whole if fits else _end_of_bare_row(lines, index, number, title[0])
        if number is None or stop - index < 2:
            break
        for first, part in _divided(lines, index, stop, len(columns) - 1):
            used = [*first, *part]
            if first:
                dealt[len(rows)] = used
            cells = [first, *_deal(lines, part, columns[1:])]
            rows.append(_row(lines, used[0], used[-1] + 1, _cells(lines, cells)))
        index = stop
    if max(map(len, head)) == 1:
        for place, told in _told_by_blanks(lines, [*range(start, start + len(head))], dealt):
            used = dealt[place]
            rows[place] = _row(lines, used[0], used[-1] + 1, _cells(lines, told))
    return _Table(rows, index) if len(rows) > 1 else None


def _told_by_blanks(
    lines: list[Segment], head: list[int], dealt: dict[int, list[int]]
) -> Iterator[tuple[int, list[list[int]]]]:
    """Rows with fewer lines than the head whose empty cells stand there as blank lines.

    They tell only where the head and every full row, of which there is one, are spaced evenly,
    and where lines and blanks together make up the width of the table.
    """
    full = [row for row in dealt.values() if len(row) == len(head)]
    steps = {lines[i].gap + 1 for row in (head, *full) for i in row[1:]}
    if not full or len(steps) != 1:
        return
    step = steps.pop()
    for place, row in dealt.items():
        cells = [[row[0]]]
        for before, i in pairwise(row):
            cells += [[] for _ in range((lines[i].gap + 1) // step - 1)]
            cells.append([i])
            if (lines[i].gap + 1) % step or _joins(lines[before], lines[i]):
                break
        else:
            if len(row) < len(cells) == len(head):
                yield place, cells


def _rest_of_cut_row(
    lines: list[Segment], start: int, columns: tuple[str, ...], rows: list[Segment]
) -> int:
    """Words behind a repeated head, before the next number, end the row that the page cut."""
    stop = start
    while (
        len(rows) > 1
        and stop < min(start + _LONGEST_CELL, len(lines))
        and tables.number_of(lines[stop].words) is None
        and not _ends_table(lines[stop])
    ):
        stop += 1
    if stop == start or stop == len(lines) or tables.number_of(lines[stop].words) is None:
        return start
    cells: list[list[int]] = [[] for _ in columns]
    cells[columns.index("content") if "content" in columns else 1] = list(range(start, stop))
    rows.append(_row(lines, start, stop, _cells(lines, cells)))
    return stop


def _divided(
    lines: list[Segment], start: int, stop: int, width: int
) -> Iterator[tuple[list[int], list[int]]]:
    """A row, or its first line and the rows of its bullets, each of which has all its cells."""
    bullets = [i for i in range(start + 1, stop) if _BULLET.match(lines[i].words)]
    ends = [*bullets[1:], stop]
    whole = bool(bullets) and width > 1 and lines[bullets[0] - 1].words.endswith(":")
    if whole and all(end - i == width for i, end in zip(bullets, ends, strict=True)):
        yield [start], list(range(start + 1, bullets[0]))
        for i, end in zip(bullets, ends, strict=True):
            yield [], list(range(i, end))
    else:
        yield [start], list(range(start + 1, stop))


def _bare_head(lines: list[Segment], start: int) -> list[list[int]] | None:
    head = [[start]]
    known = 0
    for index in range(start + 1, min(start + _MOST_COLUMNS, len(lines))):
        words = lines[index].words
        if tables.number_of(words) is not None:
            return head if known >= 2 and len(head) > 2 else None
        if len(words) > _LONGEST_HEAD or lines[index].is_tabular or words.endswith((".", ";", ":")):
            return None
        if words[:1].islower() or words.startswith("("):
            head[-1].append(index)
        else:
            known += tables.column_of(words) is not None
            head.append([index])
    return None


def _row_ends_at(lines: list[Segment], stop: int, number: str) -> bool:
    """Whether a row of figures, any of which may look like a row's number, has all its cells
    where the next number stands or the table ends."""
    if stop >= len(lines):
        return stop == len(lines)
    following = tables.number_of(lines[stop].words)
    if following is None:
        return _ends_table(lines[stop])
    return not (number.isdigit() and following.isdigit()) or int(following) == int(number) + 1


def _end_of_bare_row(lines: list[Segment], start: int, number: str, head: str) -> int:
    """Index behind the row: at the next number of the table, or where the table ends."""
    for index in range(start + 1, min(start + _LONGEST_CELL, len(lines))):
        following = tables.number_of(lines[index].words)
        if following is not None and _may_follow(number, following):
            return index
        if lines[index].words == head or _ends_table(lines[index]):
            return index
    return min(start + _LONGEST_CELL, len(lines))


def _may_follow(number: str, following: str) -> bool:
    """Whether a number opens the next row: it is the next one, a first one, or of another kind."""
    if number.isdigit() and following.isdigit():
        return int(following) in {int(number) + 1, 1}
    level = "roman" if set(following) <= set("IVXL") else "letter"
    return following[0].isdigit() or ordinal(level, following) is not None


def _ends_table(segment: Segment) -> bool:
    mark = read_mark(segment)
    if (
        segment.is_tabular
        or tables.is_footnote(segment)
        or (mark is not None and mark.level in _FURTHER)
    ):
        return True
    opens = mark is not None and mark.level in {"roman", "letter", "number"}
    return (opens and (segment.is_upper or segment.gap > 0)) or tables.closes_body(segment)


def _deal(lines: list[Segment], row: list[int], columns: tuple[str, ...]) -> list[list[int]]:
    """The lines of a row, dealt out to its columns.

    Lines that go on are joined first; what is still too much belongs to the content.  Where
    cells are missing, a date goes to the column of periods, and the rest from left to right.
    """
    parts: list[list[int]] = []
    for i in row:
        joins = parts and len(row) > len(columns) and _joins(lines[parts[-1][-1]], lines[i])
        if joins:
            parts[-1].append(i)
        else:
            parts.append([i])
    surplus = len(parts) - len(columns)
    content = columns.index("content") if "content" in columns else 0
    if surplus > 0:
        stop = content + surplus + 1
        parts[content:stop] = [[i for part in parts[content:stop] for i in part]]
    period = columns.index("period") if "period" in columns else len(columns)
    dealt: list[list[int]] = [[] for _ in columns]
    column = 0
    for part in parts:
        is_date = bool(_PERIOD.match(lines[part[0]].words))
        if surplus < 0 and is_date and column < period < len(columns):
            column = period
        elif surplus < 0 and not is_date and column == period and column + 1 < len(columns):
            column += 1
        column = min(column, len(columns) - 1)
        dealt[column] = [*dealt[column], *part]
        column += 1
    return dealt


def _joins(before: Segment, segment: Segment) -> bool:
    words = segment.words
    return (
        words[:1].islower()
        or words.startswith(("-", "+", "•"))
        or before.words.endswith((",", " và"))
    )
