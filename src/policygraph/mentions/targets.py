"""Targets and baselines: each figure with what it measures, by when, for whom.

    part -> figures (quantities) -> clauses -> measures, deadlines
         -> columns of figures, where a row has them

Chapters of objectives give targets, and goals without a number ("quant false" of the gold);
chapters on the situation and preambles give baselines; elsewhere (tasks, tổ chức thực hiện)
only a figure that says of itself that it is one: a share, a rate, a rank, "tối thiểu 01 …".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from enum import Enum

from policygraph.indicators import restriction
from policygraph.mentions.clauses import (
    LABEL,
    LEAD,
    Clause,
    find_clauses,
    levelled,
    plain,
    split,
    trimmed,
    windows,
    word,
)
from policygraph.mentions.columns import ValueColumn, unit_in, unit_of, value_columns, yearly_unit
from policygraph.mentions.deadlines import (
    Year,
    deadlines,
    heading_year,
    is_goal,
    own_year,
    tells_present,
)
from policygraph.mentions.faults import mended
from policygraph.mentions.measures import (
    exception_of,
    measured,
    outcome,
    read_clause,
)
from policygraph.mentions.quantities import (
    NUMBER,
    Quantity,
    YearCue,
    durations,
    find_quantities,
    masked,
    risen_from,
)
from policygraph.mentions.scopes import scope_of
from policygraph.mentions.view import View
from policygraph.model import (
    Part,
    Span,
    TargetMention,
    Topic,
    Tree,
    UnresolvedMention,
    Zone,
)

_NO_WORDS = frozenset({"trang", "chu-thich", "dau-bang", "tieu-de", "bang", "phu-luc", "van-ban"})
_SILENT_ZONES = frozenset({Zone.LETTERHEAD, Zone.TITLE, Zone.RECIPIENTS, Zone.SIGNATURE})
_WINDOW = 4000
"""Paragraphs longer than this are read piece by piece, in code points: no paragraph of the genre
is, but a text that lost its line ends is one paragraph."""

_ISSUED = re.compile(r"(?i)ngày[\s\d]+tháng[\s\d]+năm\s+(?P<y>(?:19|20)\d\d)")
_SHORT = 80
"""A line that introduces others is no longer than this, in code points."""


class Mode(Enum):
    """How much a figure must say of itself to be taken."""

    OBJECTIVES = "objectives"
    STRICT = "strict"
    FUNDING = "funding"
    PRESENT = "present"


def find_targets(
    tree: Tree, tasks: Collection[int] = ()
) -> tuple[tuple[TargetMention, ...], tuple[UnresolvedMention, ...]]:
    """Targets and baselines of a document in reading order, and goals whose year nothing gives.

    ``tasks`` are the indices of parts that are tasks: a figure there is both (rule ``….in-task``).
    """
    return _Finder(tree, frozenset(tasks)).run()


class _Finder:
    """One pass over one tree."""

    def __init__(self, tree: Tree, tasks: frozenset[int]) -> None:
        self.tree = tree
        self.tasks = tasks
        self.found: list[TargetMention] = []
        self.unresolved: list[UnresolvedMention] = []
        self._title_year: Year | None = None
        self._issued: int | None = None
        """The year in the letterhead, once asked; 0 where it has none."""
        self._leads: dict[int, int | None] = {}
        """Part -> the year that it sets for what follows it, once asked."""
        self._named: dict[int, int | None] = {}
        """Part -> the year in what names it, once asked."""

    def run(self) -> tuple[tuple[TargetMention, ...], tuple[UnresolvedMention, ...]]:
        for part in self.tree.parts:
            mode = self._mode(part)
            if mode is None:
                continue
            if part.cells:
                self._row(part, mode)
            else:
                self._prose(part, View(self.tree.source.text, part.pieces), mode)
        self.found.sort(key=lambda t: (t.pieces[0].start, t.pieces[-1].end))
        return tuple(self.found), tuple(self.unresolved)

    def _mode(self, part: Part) -> Mode | None:
        if part.zone in _SILENT_ZONES or part.kind in _NO_WORDS or not part.pieces:
            return None
        if part.kind == "doan" and not part.is_heading:
            return None
        if part.index in self.tasks:
            return Mode.STRICT
        if part.zone is Zone.PREAMBLE or part.topic is Topic.SITUATION:
            return Mode.PRESENT
        if part.topic is Topic.OBJECTIVES:
            return Mode.OBJECTIVES
        if part.topic is Topic.PURPOSE and _LABELLED_GOAL.match(self.tree.own_text(part)):
            return Mode.OBJECTIVES
        return Mode.FUNDING if part.topic is Topic.FUNDING else Mode.STRICT

    # --- rows ---------------------------------------------------------------------------------

    def _row(self, part: Part, mode: Mode) -> None:
        head = self._head(part)
        columns = list(value_columns(self.tree, part, head))
        if columns and mode is not Mode.PRESENT:
            self._by_column(part, columns, head)
            return
        for cell in part.cells:
            if cell.column == "content" and cell.pieces:
                self._prose(part, View(self.tree.source.text, cell.pieces), mode)
                return

    def _head(self, part: Part) -> list[str]:
        """Texts of the heads of the row's columns; empty where they do not fit the row."""
        for node in self.tree.ancestors(part):
            heads = [c for c in self.tree.children(node) if c.kind == "dau-bang" and c.pieces]
            if heads:
                texts = self._names_of(heads[0])
                below = heads[1] if len(heads) > 1 and heads[1].index < part.index else None
                if below is not None and heads[1].index == heads[0].index + 1:
                    texts = _divided(texts, self._names_of(below))
                return texts if len(texts) == len(part.cells) else []
        return []

    def _names_of(self, head: Part) -> list[str]:
        """The names in one line of a head, by column."""
        raw = self.tree.source.text[head.pieces[0].start : head.pieces[-1].end]
        between = r"\t|\|" if "\t" in raw or "|" in raw else r"\n"
        return [
            plain(cell)
            for cell in re.split(between, raw.strip("|"))
            if between != r"\n" or cell.strip()
        ]

    def _by_column(self, part: Part, columns: list[ValueColumn], head: list[str]) -> None:
        content = next((c.pieces for c in part.cells if c.column == "content" and c.pieces), ())
        words = mended(self.tree.join(content))
        indicator = measured(words)
        unit = unit_of(self.tree, part, head) or unit_in(words)
        around = self._heading_year(part)
        for column in columns:
            quantity = column.quantity
            year = Year(column.year, "column", 0.95) if column.year else around
            present = column.is_present or self._is_past(column)
            shown = quantity.unit or unit or column.unit
            self.found.append(
                TargetMention(
                    part=part.index,
                    pieces=(*content, *column.cell.pieces),
                    indicator=_moved(column, unit, indicator, self.tree),
                    comparator=quantity.comparator,
                    value=quantity.value,
                    upper_value=quantity.upper,
                    unit=yearly_unit(shown, indicator),
                    year=None if present and not column.year else year.year,
                    scope=scope_of(words) or restriction(indicator, yearly_unit(shown, indicator)),
                    exception=exception_of(words),
                    is_baseline=present,
                    rule=f"target.table.{year.rule}",
                    confidence=year.confidence,
                    total=quantity.total,
                )
            )

    def _is_past(self, column: ValueColumn) -> bool:
        """Whether a column without a word for goals tells of a year before the text was issued."""
        if self._issued is None:
            heads = (p for p in self.tree.parts if p.zone is Zone.LETTERHEAD and p.pieces)
            years = (_ISSUED.search(self.tree.own_text(p)) for p in heads)
            self._issued = next((int(y["y"]) for y in years if y), 0)
        return not column.is_goal and column.year is not None and column.year < self._issued

    # --- prose --------------------------------------------------------------------------------

    def _prose(self, part: Part, whole: View, mode: Mode) -> None:
        if "|" in whole.text:  # cells of a table whose head says nothing known: no sentence
            return
        for start, end in windows(whole.text, _WINDOW):
            view = whole
            if (start, end) != (0, len(whole.text)):
                view = View(whole.source, whole.spans(start, end))
            self._window(part, view, mode)

    def _window(self, part: Part, view: View, mode: Mode) -> None:
        text = levelled(view.text)
        open_nouns = mode is Mode.OBJECTIVES
        quantities = [
            q for q in find_quantities(text, open_nouns=open_nouns) if _counts(q, mode, text)
        ]
        self._unread(part, view, text, mode, quantities)
        if not quantities:
            if mode is Mode.OBJECTIVES and not part.is_heading and part.kind != "nhom":
                self._goals(part, view, text)
            return
        starts = [start.span for start in risen_from(text, 0, len(text))]
        cues = [
            cue
            for cue in deadlines(text, periods=mode is not Mode.STRICT)
            if not any(s.start <= cue.span.start < s.end for s in starts)
        ]
        segments = split(text)
        clauses = list(find_clauses(text, segments, quantities))
        period = self._period_year(part)
        for index in range(len(clauses)):
            self._take(part, view, text, mode, cues, segments, clauses, index, period)

    def _take(
        self,
        part: Part,
        view: View,
        text: str,
        mode: Mode,
        cues: Sequence[YearCue],
        segments: Sequence[Span],
        clauses: Sequence[Clause],
        index: int,
        period: Year | None,
    ) -> None:
        clause = clauses[index]
        quantity = clause.quantity
        words = text[clause.left : clause.end]
        present = mode is Mode.PRESENT and not is_goal(words)
        own = own_year(text, clauses, index, cues, segments, one_sentence=mode is Mode.PRESENT)
        if mode is not Mode.PRESENT and tells_present(text, clause, own):
            present = True
        if own is not None:
            year = own
        elif present:
            year = Year(None, "present", 0.9)
        else:
            year = period or self._heading_year(part, in_task=mode is not Mode.OBJECTIVES)
        reading = read_clause(text, clauses, index)
        indicator = mended(reading.indicator)
        scope = mended(reading.scope) if reading.scope else restriction(indicator, reading.unit)
        where = "in-task" if part.index in self.tasks else mode.value
        kind = "baseline" if present else "target"
        certain = 0.95 if quantity.said else 0.8
        self.found.append(
            TargetMention(
                part=part.index,
                pieces=view.spans(clause.start, clause.end),
                indicator=indicator,
                comparator=quantity.comparator,
                value=quantity.value,
                upper_value=quantity.upper,
                unit=reading.unit,
                year=year.year,
                scope=scope,
                exception=mended(reading.exception) if reading.exception else None,
                is_baseline=present,
                rule=f"{kind}.{where}.{quantity.rule.removeprefix('quantity.')}.{year.rule}",
                confidence=round(certain * year.confidence, 2),
                total=quantity.total,
            )
        )

        self._risen(part, view, text, self.found[-1], clause)

    def _risen(
        self, part: Part, view: View, text: str, target: TargetMention, clause: Clause
    ) -> None:
        """Where the figure starts from: "từ 71,5% năm 2020 lên 85%" tells what is, too."""
        for start in risen_from(text, clause.left, clause.quantity.span.start):
            self.found.append(
                replace(
                    target,
                    pieces=view.spans(start.span.start, start.span.end),
                    comparator="=",
                    value=start.value,
                    upper_value=None,
                    year=start.year,
                    is_baseline=True,
                    rule="baseline.risen-from",
                    confidence=0.85,
                    total=None,
                )
            )

    def _unread(
        self, part: Part, view: View, text: str, mode: Mode, quantities: Sequence[Quantity]
    ) -> None:
        """A number in a chapter of objectives, said to be reached, that counts nothing known."""
        if mode is not Mode.OBJECTIVES:
            return
        taken = [*masked(text), *(q.span for q in quantities)]
        for found in _REACHED.finditer(text):
            number = Span(*found.span("n"))
            if any(t.start < number.end and number.start < t.end for t in taken):
                continue
            pieces = view.spans(found.start(), found.end())
            self.unresolved.append(
                UnresolvedMention(
                    pieces,
                    " ".join(found.group().split()),
                    "unread-figure",
                    "a number that must be reached, without a unit / con số không rõ đơn vị",
                    part.index,
                    "target.unread",
                )
            )

    def _goals(self, part: Part, view: View, text: str) -> None:
        """A bullet of an objectives chapter without any number: one goal an outcome."""
        general = self._is_general(part) or word("general").match(text.lstrip())
        if "\t" in text or general or LABEL.fullmatch(text.strip()) or _CAPTION.match(text):
            return
        cues = deadlines(text)
        around = self._heading_year(part)
        whole = [Span(0, len(text))] if part.cells else list(_outcomes(text))
        for segment in whole:
            start, end = trimmed(text, segment.start, segment.end)
            led = LEAD.match(text, start, end)
            lead = [c for c in cues if c.span.end <= (led.end() if led else start)]
            if led and not part.cells:
                start = led.end()
            if len(text[start:end].split()) < 3:
                continue
            words = mended(text[start:end])
            inner = [c for c in cues if start <= c.span.start < end]
            year = around
            if inner or lead:
                year = Year((inner or lead)[-1].year, "clause", 0.95)
            self.found.append(
                TargetMention(
                    part=part.index,
                    pieces=view.spans(start, end),
                    indicator=outcome(words),
                    comparator=None,
                    value=None,
                    upper_value=None,
                    unit=None,
                    year=year.year,
                    scope=scope_of(words),
                    exception=exception_of(words),
                    is_baseline=False,
                    rule=f"target.goal.{year.rule}",
                    confidence=round(0.85 * year.confidence, 2),
                )
            )

    # --- years --------------------------------------------------------------------------------

    def _heading_year(self, part: Part, *, in_task: bool = False) -> Year:
        """The year of the nearest line above that has one; of the title only for objectives."""
        node = part
        for above in self.tree.ancestors(part):
            if above.parent < 0:
                break
            led = self._lead_before(above, node)
            if led is not None:
                return Year(led, "lead", 0.95)
            if above.index not in self._named:
                years = (heading_year(words) for words in self._names(above))
                self._named[above.index] = next((y for y in years if y is not None), None)
            year = self._named[above.index]
            if year is not None:
                return Year(year, "heading", 0.95)
            node = above
        led = self._lead_before(self.tree.parts[0], node)
        if led is not None:
            return Year(led, "lead", 0.9)
        if in_task:
            return Year(None, "no-year", 0.85)
        return self._of_title()

    def _names(self, part: Part) -> Iterator[str]:
        """What names a part: its own words, and the title lines of an appendix."""
        yield self.tree.own_text(part)
        for child in self.tree.children(part):
            if child.kind == "tieu-de" and not self.tree.own_text(child).startswith("("):
                yield self.tree.own_text(child)

    def _lead_before(self, parent: Part, node: Part) -> int | None:
        """Year of a short line without figures before its siblings: "Đến năm 2025:"."""
        for index in reversed(parent.children):
            sibling = self.tree.parts[index]
            if sibling.index >= node.index or sibling.zone is not node.zone:
                continue
            if index not in self._leads:
                self._leads[index] = self._lead(sibling)
            if self._leads[index] is not None:
                return self._leads[index]
        return None

    def _lead(self, part: Part) -> int | None:
        """Year of a line, if it is short, or ends with a colon, and has no figure."""
        if part.kind not in {"doan", "y"} or part.children or not part.pieces:
            return None
        if part.index in self.tasks or (part.kind == "doan" and not part.is_heading):
            return None
        words = self.tree.own_text(part)
        names = len(words) < _SHORT and LABEL.match(words)
        if not words.endswith(":") and not names:
            return None
        year = heading_year(words)
        return year if year is not None and not find_quantities(words) else None

    def _of_title(self) -> Year:
        if self._title_year is None:
            titles = [p for p in self.tree.parts if p.zone is Zone.TITLE and p.pieces]
            years = [heading_year(self.tree.own_text(p)) for p in titles]
            year = next((y for y in years if y is not None), None)
            self._title_year = Year(year, "title" if year else "no-year", 0.6)
        return self._title_year

    def _period_year(self, part: Part) -> Year | None:
        """Last year of the row's period cell."""
        for cell in part.cells:
            if cell.column == "period" and cell.pieces:
                years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", self.tree.join(cell.pieces))
                if years:
                    return Year(max(map(int, years)), "period", 0.95)
        return None

    def _is_general(self, part: Part) -> bool:
        general = word("general")
        return any(general.search(self.tree.own_text(p)) for p in self.tree.ancestors(part))


def _moved(column: ValueColumn, unit: str | None, indicator: str, tree: Tree) -> str:
    """What a cell measures: "Tăng 20%" in a row of persons is not of how many there are."""
    found = re.match(r"(?i)\s*(tăng|giảm)(?!\w)", tree.join(column.cell.pieces))
    if found is None or column.quantity.unit in {None, unit}:
        return indicator
    return f"mức {found[1].lower()} {indicator}"


def _divided(above: list[str], below: list[str]) -> list[str]:
    """Names of columns under a head of two lines: "Kế hoạch" over "2023 | 2024 | 2025"."""
    if len(above) != len(below) or below[0] not in {"", above[0]}:
        return above
    names: list[str] = []
    over = ""
    for outer, inner in zip(above, below, strict=True):
        over = outer or (over if inner else "")
        names.append(" ".join(dict.fromkeys(filter(None, (over, inner)))))
    return names


_LABELLED_GOAL = re.compile(r"(?i)\W*mục\s+tiêu[^:.;]{0,40}:\s*\S")
"""An item of a chapter "Quan điểm, mục tiêu" that says of itself that it is a goal."""
_CAPTION = re.compile(r"(?i)\W*(?:(?:biểu|bảng)\s+(?:số\s+)?\d|phụ\s+lục(?:\s+\w+)?\s*[:.])")
_NEXT = re.compile(r"(?i),\s+(?=từng\s+bước\s)")


def _outcomes(text: str) -> Iterator[Span]:
    """Pieces of a bullet, one an outcome: "phổ cập mạng 4G, | từng bước phát triển mạng 5G"."""
    for piece in split(text, on_colon=False):
        start = piece.start
        for seam in _NEXT.finditer(text, piece.start, piece.end):
            yield Span(start, seam.end())
            start = seam.end()
        yield Span(start, piece.end)


_REACHED = re.compile(
    r"(?i)(?<!\w)(?:đạt|tối\s+thiểu|ít\s+nhất|trên|dưới|không\s+quá|khoảng)\s+"
    rf"(?P<n>(?:{NUMBER}))(?![\w%/])"
)
_HOUSEKEEPING = re.compile(
    r"(?i)báo\s+cáo|sơ\s+kết|tổng\s+kết|định\s+kỳ|trong\s+(?:vòng|thời\s+hạn)"
)
_TIMED = re.compile(r"(?i)thời\s+(?:gian|hạn)")
_FEES = re.compile(
    r"(?i)\s*(?:(?:tổng|mức|số)\s+)*(?:(?:học|kinh|chi|lệ|viện)\s+phí|lãi\s+suất|lương|tiền|giá)(?!\w)"
)
"""What is paid or waived in part ("hỗ trợ 100% học phí") is a rate of support, no target."""
_RATE_OF = re.compile(r"(?i)(?:(?:học|lệ|viện)\s+phí|lãi\s+suất|giá)\s+(?:tối\s+đa\s+)?$")
_SUPPORT = re.compile(r"(?i)(?:hỗ\s+trợ|thưởng|mức\s+chi|cho\s+vay)(?!\w)")
"""Before a limit in money it grants a sum: a rate of support, no target."""
_BUDGET = re.compile(r"(?i)\W*(?:tổng\s+|nguồn\s+)?(?:kinh\s+phí|vốn|mức\s+đầu\s+tư)(?!\w)")
"""How a sentence opens that says where the money is from: its shares are no targets."""
_FUNDS = re.compile(r"(?i)kinh\s+phí|dự\s+toán|tổng\s+(?:mức|vốn)|ngân\s+sách")


def _counts(quantity: Quantity, mode: Mode, text: str) -> bool:
    """Whether the figure says enough of itself for the place where it stands."""
    if quantity.unit is None and mode is not Mode.OBJECTIVES:
        return quantity.kind == "share" and mode is Mode.PRESENT
    percent = quantity.kind in {"percent", "rank"}
    compared = quantity.comparator != "="
    before = text[max(0, quantity.span.start - 60) : quantity.span.start]
    if mode is Mode.OBJECTIVES:
        return True
    if mode is Mode.FUNDING:
        return percent and compared
    if mode is Mode.PRESENT:
        return quantity.kind != "measure" or not _FUNDS.search(before)
    if quantity.comparator == "<=" and "đồng" in (quantity.unit or "") and _SUPPORT.search(before):
        return False
    if percent and not compared and _BUDGET.match(text):
        return False
    if percent or quantity.kind == "share":
        return not (_FEES.match(text, quantity.span.end) or _RATE_OF.search(before))
    if quantity.kind == "measure":
        timed = quantity.unit not in durations() or bool(_TIMED.search(before))
        if _AIMED.search(before) or _AIMS.match(text) or (timed and _GROWS.search(before)):
            return True
        return compared and timed and not _HOUSEKEEPING.search(before) and not _FUNDS.search(before)
    if quantity.kind == "rate":
        return (compared or quantity.unit not in {"lần/năm"}) and not _HOUSEKEEPING.search(before)
    if compared:
        return quantity.rule != "before.from" and not _HOUSEKEEPING.search(before)
    return bool(_MAKES.search(before)) and not _LISTED.match(text[quantity.span.end :])


_MAKES = re.compile(
    r"(?i)(?:đào\s+tạo|bồi\s+dưỡng|tập\s+huấn|xây\s+dựng|thành\s+lập|hình\s+thành|phát\s+triển|"
    r"triển\s+khai|hỗ\s+trợ|lắp\s+đặt|đầu\s+tư|trang\s+bị|khai\s+thác|có|đạt|lựa\s+chọn|tổ\s+chức|"
    r"lên|trồng|sản\s+xuất|mở|xóa|nhân\s+rộng|sửa\s+chữa|thu\s+hút|đón|công\s+nhận|tạo)"
    r"(?:\s+(?:được|thêm|mới|nghề|thí\s+điểm|cho|và\s+đưa\s+vào\s+(?:khai\s+thác|sử\s+dụng)))*\s*$"
)
_AIMED = re.compile(r"(?i)(?<!\w)phấn\s+đấu\s[^.;]*$")
"""What is strived for is a goal, whatever it is measured in."""
_AIMS = re.compile(r"(?i)\W*phấn\s+đấu\s")
_GROWS = re.compile(
    r"(?i)(?<!\w)(?:trồng|khôi\s+phục|cải\s+tạo|nạo\s+vét|cứng\s+hóa|hoàn\s+thành|lên)(?:\s+(?:mới|thêm|được))*\s+$"
)
"""What is made in hectares or kilometres is counted as what is made in pieces."""
_LISTED = re.compile(r"\s*(?:sau|như\s+sau|chính|nêu\s+trên|trên)(?!\w)")
