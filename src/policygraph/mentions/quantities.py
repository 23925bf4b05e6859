"""Figures in running text: numbers, units, comparators, ranges, ranks, and the years they hold for.

    numbers that measure nothing (52-NQ/TW, 4G, mức độ 3, 24/7, năm 2025) are masked first
    rank      "vị trí thứ 45/63", "nhóm 10 tỉnh dẫn đầu"
    share     "32/1.573 doanh nghiệp": the first number of the second
    percent   "7,5%/năm", "80-90%", "từ 70% đến 80%", "50%)" of a faulty scan, "1OO%"
    rate      "130 máy/100 dân", "2 văn bản/năm"
    measure   "50 tỷ đồng", "30 phút"
    count     "1.079 dịch vụ công"

Words and units are data (``lexicon/quantities.toml``); the rule's name stays on every figure.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from policygraph import lexicon
from policygraph.model import Span

NUMBER = (
    r"\d{1,3}(?:\.(?:\s?000|\d{3}))+(?:,\d+)?(?![.,]?\d)|\d{1,3}(?:,\d{3}){2,}(?![.,]?\d)"
    r"|\d{1,3}(?:[ \u00a0]\d{3})+(?![\d%.,]|\s?%)|\d+,\d+|\d+\.\d{1,2}(?!\d)|\d+"
)
"""A number as texts write it; "1 079" only where no percent sign could have been meant."""

_FAULTY = r"[\dlIOo]{1,3}(?:[.,][\dlIOo]{1,2})?(?=\s?%)"
"""Digits that a scan took for letters, only before a percent sign: "l00%", "1OO%"."""

_TO = r"\s*(?:[-–—÷~]|đ[ếê]n|tới)\s*"
_PERCENT = r"\s?(?:%|phần\s+trăm(?!\w))"
_YEARLY_AFTER = r"(?:\s?/\s?(?:01\s+|một\s+)?năm|\s+(?:mỗi|một|hằng|hàng)\s+năm)(?!\s+\d)"
_LETTERS = str.maketrans({"l": "1", "I": "1", "O": "0", "o": "0"})
_DIGIT = re.compile(r"\d")
_LETTERED = re.compile(r"[lIO]{2,}\s?%")
_LEAST = re.compile(r"t[ốôo]i\s+(?:thi|đa)|nh[ấâ]t|không\s")
"""What stands, in any case, before a number in words; a text with neither has no figures."""
_GROWS = re.compile(r"(?i)(?<!\w)(?:tăng|giảm)(?!\w)")
_YEARLY = re.compile(r"(?i)(?<!\w)(?:h[ằàa]ng|mỗi|bình\s+quân|trung\s+bình|một)\s+năm(?!\s+\d)")
_PLACED = re.compile(r"\s[0-9]{1,3}(?![0-9])")
"""A small number behind a blank: a text without one has no rank."""
_REACH = 60
"""No mask has more code points before its first digit or after its last: elsewhere in a text
the many alternatives need not be tried."""
_DIGITS = re.compile(rf"[0-9]+(?:[^0-9]{{1,{2 * _REACH}}}[0-9]+)*")
_WINDOW = 60
_AFTER_WINDOW = 45


@dataclass(frozen=True, slots=True)
class Quantity:
    """One figure with its words of comparison and its unit.

    ``span`` runs from the first of these to the last; ``number`` is the number alone.
    ``unit`` is canonical ("%", "%/năm", "máy/100 dân", "hạng"); None for a bare number.
    ``noun`` is where the unit's own words begin ("700 |doanh nghiệp"), the end of the number else.
    ``said`` is False where no word or sign tells the number from any other ("30 cán bộ").
    """

    span: Span
    number: Span
    value: Decimal
    upper: Decimal | None
    comparator: str
    kind: str
    unit: str | None
    total: Decimal | None
    noun: int
    said: bool
    rule: str


@dataclass(frozen=True, slots=True)
class YearCue:
    """A year that a figure may hold for; ``is_span`` for the end of a period, ``is_vision`` for
    the far year of "đến năm 2025, tầm nhìn đến năm 2030"."""

    span: Span
    year: int
    is_span: bool
    is_vision: bool
    rule: str


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The lexicon, compiled for one pass each."""

    mask: re.Pattern[str]
    years: tuple[tuple[lexicon.Entry, re.Pattern[str]], ...]
    ranks: tuple[tuple[lexicon.Entry, re.Pattern[str]], ...]
    compared_years: tuple[re.Pattern[str], ...]
    """Years that a figure is compared with, and not reached by."""
    before: re.Pattern[str]
    before_values: dict[str, tuple[str, str]]
    after: re.Pattern[str]
    after_values: dict[str, tuple[str, str]]
    grade: re.Pattern[str]
    """A degree that such words limit, and not the number: "trình độ đại học | trở lên"."""
    nouns: re.Pattern[str]
    measures: re.Pattern[str]
    measure_names: tuple[str, ...]
    durations: frozenset[str]
    per: re.Pattern[str]
    per_names: tuple[str, ...]
    no_nouns: frozenset[str]
    bounds: tuple[lexicon.Entry, ...]
    """Words of comparison that tell a number in words from any other word."""
    words: dict[str, int]
    word: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    data = lexicon.load("quantities")
    kinds: dict[str, list[lexicon.Entry]] = {}
    for entry in data.entries:
        kinds.setdefault(entry.name.split(".")[0], []).append(entry)
    measures = {**data.tables["measures"], **data.tables["durations"]}
    nouns = sorted(data.tables["count_nouns"], key=len, reverse=True)
    words = data.tables["words"]
    per = data.tables["per"]
    masks = "|".join(entry.pattern.pattern for entry in kinds["mask"])
    before, before_values = _choice(kinds["before"], "b")
    after, after_values = _choice(kinds["after"], "a")
    return _Patterns(
        mask=re.compile(rf"(?<!\w)(?<!\d[.,])(?:{masks})"),
        years=tuple((e, _at_word(e)) for e in kinds["year"]),
        ranks=tuple((e, _at_word(e)) for e in kinds["rank"]),
        compared_years=tuple(map(_at_word, [data.named("mask.compared-year"), *kinds["compared"]])),
        before=re.compile(
            rf"(?:(?<!\w)(?:{before}))(?i:\s+(?:đạt|có|là|được|mức|ở\s+mức|về|từ|khoảng|bằng))*\s*$"
        ),
        before_values=before_values,
        after=re.compile(rf"(?:{after})(?!\w)"),
        after_values=after_values,
        grade=re.compile(data.tables["grades"]["pattern"]),
        nouns=re.compile(
            "(?i:"
            + "|".join(re.sub(r"\s+", r"\\s+", re.escape(n).replace(r"\ ", " ")) for n in nouns)
            + r")(?!\w)"
        ),
        measures=re.compile(
            "|".join(f"(?P<m{i}>{p})" for i, p in enumerate(measures.values())) + r"(?!\w)"
        ),
        measure_names=tuple(measures),
        durations=frozenset(data.tables["durations"]),
        per=re.compile("|".join(f"(?P<p{i}>(?i:{p}))(?!\\w)" for i, p in enumerate(per.values()))),
        per_names=tuple(per),
        no_nouns=frozenset(data.tables["no_nouns"]),
        bounds=tuple(e for e in kinds["before"] if e.value in {">=", "<=", "from"}),
        words=words,
        word=re.compile(rf"(?i:(?<!\w)(?:{'|'.join(words)}))(?=\s+\w)"),
    )


def _choice(
    entries: Sequence[lexicon.Entry], letter: str
) -> tuple[str, dict[str, tuple[str, str]]]:
    """One alternation of the entries' patterns, and group -> (value, name)."""
    groups = {f"{letter}{i}": (e.value, e.name) for i, e in enumerate(entries)}
    parts = (f"(?P<{group}>{e.pattern.pattern})" for group, e in zip(groups, entries, strict=True))
    return "|".join(parts), groups


def _at_word(entry: lexicon.Entry) -> re.Pattern[str]:
    """The entry's pattern where a word begins: elsewhere it is not even tried."""
    return re.compile(rf"(?<!\w)(?:{entry.pattern.pattern})")


def durations() -> frozenset[str]:
    """Units of the times that a service may take."""
    return _patterns().durations


def to_decimal(written: str, *, counted: bool = False) -> Decimal:
    """Value of a number as Vietnamese writes it: "7,5" is 7.5, "1.079" is 1079.

    ``counted``: the number counts whole things, so that "1,250" can only be 1250.
    """
    digits = "".join(written.translate(_LETTERS).split())
    head, *groups = re.split(r"[.,]", digits)
    marks = re.findall(r"[.,]", digits)
    if not groups:
        return Decimal(head)
    thousands = all(len(g) == 3 for g in groups) and len(head) <= 3 and head.strip("0") != ""
    if len(set(marks)) == 1 and thousands and (marks[0] == "." or len(marks) > 1 or counted):
        return Decimal(digits.replace(marks[0], ""))
    if len(marks) > 1 and len(set(marks[:-1])) == 1 and marks[-1] != marks[0]:
        return Decimal("".join([head, *groups[:-1]]) + "." + groups[-1])
    if len(marks) == 1:
        return Decimal(f"{head}.{groups[0]}")
    return Decimal("".join([head, *groups]))


@lru_cache(maxsize=16)
def masked(text: str) -> tuple[Span, ...]:
    """Ranges whose numbers measure nothing, in order; kept for the few who ask in turn."""
    if not _has_figure(text):
        return ()
    mask = _patterns().mask
    return tuple(
        Span(*found.span())
        for digits in _DIGITS.finditer(text)
        for found in mask.finditer(text, max(digits.start() - _REACH, 0), digits.end() + _REACH)
    )


def _has_figure(text: str) -> bool:
    """Whether a digit stands in the text, or letters that a scan made of digits: "lOO%"."""
    return bool(_DIGIT.search(text) or ("%" in text and _LETTERED.search(text)))


def find_years(text: str) -> tuple[YearCue, ...]:
    """Years that figures may hold for, in order; the first rule that covers a place counts."""
    if not _has_figure(text):
        return ()
    compared = [Span(*f.span()) for p in _patterns().compared_years for f in p.finditer(text)]
    found: list[YearCue] = []
    for entry, pattern in _patterns().years:
        for match in pattern.finditer(text):
            span = Span(*match.span())
            taken = [*compared, *(cue.span for cue in found)]
            if any(span.start < t.end and t.start < span.end for t in taken):
                continue
            found.append(
                YearCue(
                    span,
                    int(match["y"]),
                    entry.value == "period",
                    entry.value == "vision",
                    entry.name,
                )
            )
    return tuple(sorted(found, key=lambda cue: cue.span))


_BODY = re.compile(
    rf"(?<![\w/])(?<!\d[.,])(?=[\dlIOo])(?:"
    rf"(?P<pa>{_FAULTY}|{NUMBER})(?P<pu>{_PERCENT})?(?P<pt>{_TO})(?P<pb>{_FAULTY}|{NUMBER})(?P<p2>{_PERCENT})"
    rf"|(?P<p>{_FAULTY}|{NUMBER})(?P<p1>{_PERCENT})"
    rf"|(?P<ca>{NUMBER})(?P<ct>{_TO})(?P<cb>{NUMBER})(?=\s?[^\W\d])"
    rf"|(?P<s>{NUMBER})\s?/\s?(?P<of>{NUMBER})(?![\d/])"
    rf"|(?P<c>{NUMBER})(?![\d/]|[-–]\d)"
    rf")"
)
_LIFT = re.compile(
    rf"(?i)(?<!\w)(?P<from>từ\s+(?:mức\s+)?(?P<n>{NUMBER})(?:{_PERCENT})?(?:\s+(?!tr[ởơờo]\s|năm\s)[^\W\d]+){{0,3}}"
    r"(?:\s*\(?(?:vào\s+)?(?:cuối\s+)?năm\s+(?P<y>\d{4})\)?)?),?"
    r"\s+(?:lên(?:\s+đến)?|xuống(?:\s+còn)?|còn)\s+(?=(?:[^\W\d]+\s+){0,2}\d)"
)
"""The head of "từ 50% (năm 2020) lên 70%": the first figure is where one starts."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a figure that is to change starts from, with the year where one is said."""

    span: Span
    value: Decimal
    year: int | None


def risen_from(text: str, start: int, end: int) -> Iterator[Start]:
    """The starts of figures whose words begin in a range: "từ 71,5% năm 2020 lên"."""
    if "ừ" not in text and "Ừ" not in text:
        return
    for found in _LIFT.finditer(text, start):
        if found.start() >= end:
            return
        year = int(found["y"]) if found["y"] else None
        yield Start(Span(*found.span("from")), to_decimal(found["n"]), year)


def find_quantities(text: str, *, open_nouns: bool = False) -> tuple[Quantity, ...]:
    """All figures of a text in order, none inside another.

    ``open_nouns``: also counts of things that the lexicon does not list.
    """
    lowered = text.lower()
    if not _has_figure(text) and not _LEAST.search(lowered) and "gấp" not in lowered:
        return ()
    figures = [m for m in _BODY.finditer(text) if _may_measure(text, m, open_nouns=open_nouns)]
    places = list(_places(text, lowered))
    words = list(_number_words(text, lowered))
    may_fold = "gấp" in lowered or ("tăng" in lowered and " lần" in lowered)
    if not (figures or places or words or may_fold):
        return ()
    masks = masked(text)
    taken = [Span(*f.span()) for f in _LIFT.finditer(text)] if "từ" in lowered else []
    found: list[Quantity] = []
    for quantity in _ranks(text, places, masks):
        found.append(quantity)
        taken.append(quantity.span)
    blocked = _merged([*masks, *taken])
    for match in figures:
        if _inside(blocked, match.start(), match.end()):
            continue
        quantity_ = _quantity(text, match, masks, open_nouns=open_nouns)
        if quantity_ is not None:
            found.append(quantity_)
    found.extend(_in_words(text, words, blocked))
    if may_fold:
        found.extend(_folds(text, blocked))
    return tuple(_apart(sorted(found, key=lambda q: (q.span, -q.span.end))))


def _may_measure(text: str, match: re.Match[str], *, open_nouns: bool) -> bool:
    """Whether something that is measured or counted may stand behind a number: behind years and
    the numbers of documents, which most numbers are, nothing does."""
    if match["c"] is None and match["ca"] is None:
        return True
    known = _patterns()
    at = _skip_blanks(text, match.end())
    if known.after.match(text, at):
        return True
    if not text[at : at + 1].isalpha():
        return open_nouns and _counted_before(text, match) is not None
    return open_nouns or any(
        pattern.match(text, at) for pattern in (_SCALE, known.measures, known.nouns)
    )


_NUMBER_OF = re.compile(
    r"(?i)(?:^|[.;])[\s+–-]*(?:tổng\s+)?số(?:\s+lượng)?\s+(?P<n>[^:;.\d]{2,100}):\s*$"
)
_REACH_OF = 130
"""The name before the colon of a number is no longer than so many characters."""


def _counted_before(text: str, match: re.Match[str]) -> re.Match[str] | None:
    """What a number counts that nothing follows: "Số | hợp tác xã | hoạt động hiệu quả: 05."."""
    if not _ENDS.match(text, match.end()):
        return None
    name = _NUMBER_OF.search(text, max(0, match.start() - _REACH_OF), match.start())
    return _patterns().nouns.match(text, name.start("n")) if name else None


_ENDS = re.compile(r"\s*(?:[.;]\s*)?(?:$|\n)")


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return merged


def _inside(spans: list[Span], start: int, end: int) -> bool:
    """Whether the range touches one of the sorted, disjoint spans."""
    at = bisect_right(spans, end, key=lambda s: s.start) - 1
    while at >= 0 and spans[at].end > start:
        if spans[at].start < end:
            return True
        at -= 1
    return False


def _apart(found: list[Quantity]) -> Iterator[Quantity]:
    end = -1
    for quantity in found:
        if quantity.number.start >= end:
            yield quantity
            end = quantity.span.end


def _places(text: str, lowered: str) -> Iterator[tuple[lexicon.Entry, re.Match[str]]]:
    """Where words speak of a place in a ranking, by the entry that knows them."""
    if _PLACED.search(text):
        for entry, pattern in _patterns().ranks:
            if entry.may_be_in(lowered):
                for match in pattern.finditer(text):
                    yield entry, match


def _ranks(
    text: str,
    places: Iterable[tuple[lexicon.Entry, re.Match[str]]],
    masks: tuple[Span, ...],
) -> Iterator[Quantity]:
    taken = list(masks)
    for entry, match in places:
        number = Span(*match.span("n"))
        if any(t.start < number.end and number.start < t.end for t in taken):
            continue
        taken.append(Span(*match.span()))
        total = match.groupdict().get("all")
        stop = match.end()
        better = _patterns().after.match(text, _skip_blanks(text, stop))
        if better:
            stop = better.end()
        yield Quantity(
            Span(match.start(), stop),
            number,
            Decimal(match["n"]),
            None,
            "<=" if better else entry.value,
            "rank",
            "hạng",
            Decimal(total) if total else None,
            match.end(),
            True,
            entry.name,
        )


def _quantity(
    text: str, match: re.Match[str], masks: tuple[Span, ...], *, open_nouns: bool
) -> Quantity | None:
    if match["p2"] is not None or match["p1"] is not None:
        return _percent(text, match, masks)
    if match["of"] is not None:
        return _share(text, match)
    return _counted(text, match, masks, open_nouns=open_nouns)


def _percent(text: str, match: re.Match[str], masks: tuple[Span, ...]) -> Quantity:
    first = match["pa"] if match["p2"] else match["p"]
    last = match["pb"] if match["p2"] else None
    start, end = match.span()
    comparator, begin, rule = _compare_before(text, start)
    unit = "%"
    yearly = re.compile(_YEARLY_AFTER).match(text, end)
    points = re.compile(r"\s+điểm(?!\w)").match(text, end)
    if yearly and ("/" in yearly.group() or _GROWS.search(text, max(0, start - _WINDOW), start)):
        unit, end = "%/năm", yearly.end()
    elif _grows_yearly(text, start):
        unit = "%/năm"
    elif points:
        unit, end = "điểm phần trăm", points.end()
    after, end, after_rule = _compare_after(text, end, masks)
    upper = _percent_value(last) if last else None
    return Quantity(
        Span(begin, end),
        Span(start, match.end()),
        _percent_value(first),
        upper,
        "range" if upper is not None else after or comparator or "=",
        "percent",
        unit,
        None,
        end,
        True,
        "quantity.range" if upper is not None else after_rule or rule or "quantity.percent",
    )


def _percent_value(written: str) -> Decimal:
    """Shares have no thousands: "99.999%" is just below a hundred."""
    value = to_decimal(written)
    if value >= 1000 and re.fullmatch(r"\d{1,3}\.\d{3}", written):
        return Decimal(written)
    return value


def _grows_yearly(text: str, start: int) -> bool:
    """Whether words before make it a yearly rate: "Năng suất lao động hằng năm tăng 8%"."""
    clause = re.split(r"[;:.]\s", text[max(0, start - 160) : start])[-1]
    grows = list(_GROWS.finditer(clause))
    if not grows or not _YEARLY.search(clause):
        return False
    between = clause[grows[-1].end() :]
    steps = re.search(r"(?i)tốc\s+độ\s+tăng|tăng\s+trưởng", clause)
    return bool(steps) or not re.search(r",|(?<!\w)(?:đạt|lên|còn|xuống)(?!\w)", between)


def _share(text: str, match: re.Match[str]) -> Quantity | None:
    """ "18/18 sở, ban, ngành"; a day and month, or a fraction of nothing, is no figure."""
    value, total = to_decimal(match["s"], counted=True), to_decimal(match["of"], counted=True)
    noun = _patterns().nouns.match(text, _skip_blanks(text, match.end()))
    if value > total or (noun is None and not re.match(r"\s+[^\W\d]", text[match.end() :])):
        return None
    comparator, begin, rule = _compare_before(text, match.start())
    return Quantity(
        Span(begin, noun.end() if noun else match.end()),
        Span(*match.span()),
        value,
        None,
        comparator or "=",
        "share",
        _folded(noun.group()) if noun else None,
        total,
        noun.start() if noun else match.end(),
        True,
        rule or "quantity.share",
    )


def _counted(
    text: str, match: re.Match[str], masks: tuple[Span, ...], *, open_nouns: bool
) -> Quantity | None:
    known = _patterns()
    start, stop = match.span()
    at = _skip_blanks(text, stop)
    comparator, begin, rule = _compare_before(text, start)
    early, at_after, early_rule = _compare_after(text, stop, masks, reach=0)
    if early:
        at, comparator, rule = _skip_blanks(text, at_after), early, early_rule
    scale = _SCALE.match(text, at)
    if scale and known.nouns.match(text, scale.end()):
        at = scale.end()
    else:
        scale = None
    measure = known.measures.match(text, at)
    noun = None if measure else known.nouns.match(text, at)
    kind, unit, end = "count", None, stop
    if measure:
        kind, end = "measure", measure.end()
        unit = next(
            name for i, name in enumerate(known.measure_names) if measure.group(f"m{i}") is not None
        )
        if unit in known.durations and comparator in {None, "from"} and not _held(text, start):
            return None
    elif noun:
        end = _either(text, noun.end())
        unit = _folded(text[noun.start() : end])
    else:
        unit, end = _open_noun(text, match, at) if open_nouns else (None, end)
        if unit is None:
            return None
    divisor, end = _divisor(text, end)
    if divisor:
        kind, unit = "rate", f"{unit}/{divisor}"
    elif re.fullmatch(r"(?:19|20)\d\d", match.group()) and not (noun or measure):
        return None
    after, end, after_rule = _compare_after(text, end, masks)
    first, second = (match["ca"], match["cb"]) if match["cb"] else (match["c"], None)
    counted = kind != "measure"
    times = _TIMES[scale["s"].lower()] if scale else 1
    counted = counted and not scale
    value = to_decimal(first, counted=counted) * times
    upper = to_decimal(second, counted=counted) * times if second else None
    if upper is not None and upper <= value:
        return None
    return Quantity(
        Span(begin, end),
        Span(start, stop),
        value,
        upper,
        "range" if upper is not None else after or comparator or "=",
        kind,
        unit,
        None,
        noun.start() if noun else at,
        bool(after or comparator or divisor) or kind == "measure",
        "quantity.range" if upper is not None else after_rule or rule or f"quantity.{kind}",
    )


def _open_noun(text: str, match: re.Match[str], at: int) -> tuple[str | None, int]:
    """What a number counts that no noun of the lexicon follows, and where its words end."""
    named = _counted_before(text, match)
    if named is not None:
        return _folded(named.group()), match.end()
    no_nouns = _patterns().no_nouns
    other = _OPEN_NOUN.match(text, at)
    if other is None or other["w"].lower() in no_nouns:
        return None, at
    last = "w" if (other["v"] or "").lower() in no_nouns else 0
    return _folded(other[last]), other.end(last)


@cache
def _fold() -> tuple[re.Pattern[str], dict[str, Decimal]]:
    """The pattern of folds ("gấp hai lần rưỡi") and the value of each of their words."""
    tables = lexicon.load("quantities").tables
    words = {word: Decimal(value) for word, value in tables["words"].items() if value > 1}
    words |= {word: Decimal(value) for word, value in tables["folds"].items()}
    pattern = re.compile(
        rf"(?i)(?<!\w)(?:gấp|tăng(?!\s+gấp))(?P<cmp>\s+[^\W\d]+(?:\s+[^\W\d]+)?)?\s+"
        rf"(?:(?P<n>{NUMBER})(?:\s*[-–]\s*(?P<m>{NUMBER}))?\s+lần"
        rf"|(?<=gấp )(?P<w>{'|'.join(words)})(?:\s+lần)?)(?:(?<= lần)(?P<half>\s+rưỡi))?"
        r"(?!\w)(?!\s+(?:thứ|khám|xét|rưỡi|lần\s+rưỡi))"
    )
    return pattern, words


def _folds(text: str, blocked: list[Span]) -> Iterator[Quantity]:
    """How many times as much: "gấp 1,5 lần so với năm 2020", "gấp đôi"."""
    pattern, words = _fold()
    for found in pattern.finditer(text):
        number = Span(*found.span("n" if found["n"] else "w"))
        if _inside(blocked, number.start, number.end):
            continue
        comparator, begin, rule = _compare_before(text, number.start)
        if found["cmp"] and comparator is None:
            continue
        value = to_decimal(found["n"]) if found["n"] else words[found["w"].lower()]
        upper = to_decimal(found["m"]) if found["m"] else None
        if found["half"]:
            if upper is not None or value % 1:
                continue
            value += _HALF
        yield Quantity(
            Span(begin, found.end()),
            number,
            value,
            upper,
            "range" if upper is not None else comparator or "=",
            "measure",
            "lần",
            None,
            found.end(),
            True,
            rule or "quantity.fold",
        )


_HALF = Decimal("0.5")
_OR = re.compile(r"\s+hoặc\s+")
_SMART = re.compile(r"\s+thông\s+minh(?!\w)")


def _either(text: str, end: int) -> int:
    """Where a unit ends that is one of two: "điện thoại hoặc thiết bị thông minh"."""
    other = _OR.match(text, end)
    noun = _patterns().nouns.match(text, other.end()) if other else None
    if noun is None:
        return end
    smart = _SMART.match(text, noun.end())
    return smart.end() if smart else noun.end()


_SCALE = re.compile(r"(?P<s>(?i:nghìn|ngàn|vạn|triệu|tỷ|tỉ))\s+")
_TIMES = {"nghìn": 1000, "ngàn": 1000, "vạn": 10_000, "triệu": 10**6, "tỷ": 10**9, "tỉ": 10**9}
_OPEN_NOUN = re.compile(r"(?P<w>[^\W\d_]+)(?:\s+(?P<v>[^\W\d_]+))?")


def _held(text: str, start: int) -> bool:
    """Whether a verb of reaching stands before the number: "giảm xuống còn 30 phút"."""
    return bool(
        re.search(r"(?i)(?<!\w)(?:đạt|còn|xuống|dưới)\s+$", text[max(0, start - 12) : start])
    )


def _number_words(text: str, lowered: str) -> Iterator[re.Match[str]]:
    """Numbers in words, where a word of comparison stands in the text."""
    if any(entry.may_be_in(lowered) for entry in _patterns().bounds):
        yield from _patterns().word.finditer(text)


def _in_words(text: str, words: Iterable[re.Match[str]], blocked: list[Span]) -> Iterator[Quantity]:
    """ "tối thiểu một xã": a number in words counts only beside a word of comparison."""
    known = _patterns()
    for match in words:
        comparator, begin, rule = _compare_before(text, match.start())
        if comparator not in {">=", "<="} or _inside(blocked, *match.span()):
            continue
        at = _skip_blanks(text, match.end())
        noun = known.nouns.match(text, at)
        if noun is None:
            continue
        divisor, end = _divisor(text, noun.end())
        unit = _folded(noun.group())
        yield Quantity(
            Span(begin, end),
            Span(*match.span()),
            Decimal(known.words[match.group().lower()]),
            None,
            comparator,
            "rate" if divisor else "count",
            f"{unit}/{divisor}" if divisor else unit,
            None,
            noun.start(),
            True,
            rule or "quantity.word",
        )


_DIVIDED = re.compile(
    r"(?:\s+[^\W\d]+){0,4}?\s?/\s?|(?:\s+[^\W\d]+){0,4}?\s+(?:trên|mỗi)\s+(?=(?:1\d*(?:\.000)*|một|(?:nghìn|vạn|triệu))\s)"
    r"|(?:\s+[^\W\d]+){0,4}?\s+mỗi\s+(?=năm|tháng|quý|tuần|ngày)"
)
_BY_NUMBER = re.compile(
    r"(?P<n>\d{1,3}(?:\.\d{3})*|(?:(?:1|một)\s+)?(?:nghìn|ngàn|vạn|triệu))\s*"
    r"(?P<w>dân|người|hộ(?:\s+dân)?|thuê bao)(?!\w)"
)


def _divisor(text: str, end: int) -> tuple[str | None, int]:
    """What a unit is divided by: "/100 dân", "/năm", "/huyện"; and where it ends."""
    known = _patterns()
    slash = _DIVIDED.match(text, end)
    if slash is None:
        return None, end
    numbered = _BY_NUMBER.match(text, slash.end())
    if numbered:
        many = re.sub(r"^(?:1|một)\s+", "", _folded(numbered["n"]))
        return f"{many} {_folded(numbered['w'])}", numbered.end()
    period, stop = _period(text, slash.end())
    if period:
        return period, stop
    noun = known.nouns.match(text, slash.end())
    if noun is None:
        return None, end
    period, stop = _period(text, noun.end() + 1) if text.startswith("/", noun.end()) else ("", 0)
    name = _folded(noun.group())
    return (f"{name}/{period}", stop) if period else (name, noun.end())


def _period(text: str, start: int) -> tuple[str, int]:
    """The period named at a place, and where it ends: "năm"; "" where none is."""
    known = _patterns()
    found = known.per.match(text, start)
    if found is None:
        return "", start
    name = next(n for i, n in enumerate(known.per_names) if found.group(f"p{i}") is not None)
    return name, found.end()


def _compare_before(text: str, start: int) -> tuple[str | None, int, str]:
    """Notation of the comparator before a number, where its words begin, and the rule."""
    known = _patterns()
    window = text[max(0, start - _WINDOW) : start]
    begin = max(0, start - _WINDOW)
    found = None
    for match in known.before.finditer(window):
        found = match
        break
    if found is None or (begin and found.start() == 0):
        return None, start, ""
    group = next(g for g in known.before_values if found.group(g) is not None)
    value, name = known.before_values[group]
    if value == "from":
        value = ">="
    return value, begin + found.start(), name


def _compare_after(
    text: str, end: int, masks: tuple[Span, ...], reach: int = _AFTER_WINDOW
) -> tuple[str | None, int, str]:
    """The same for "20% trở lên", "50 điểm trở lên": before any stop, number or mask."""
    known = _patterns()
    stop = len(text) if not reach else min(len(text), end + reach)
    for mask in masks:
        if end <= mask.start < stop:
            stop = mask.start
            break
    at = _skip_blanks(text, end)
    direct = known.after.match(text, at, stop if reach else len(text))
    found = direct or (
        re.compile(rf"[^;:.,()\d%]*?\s(?P<cmp>{known.after.pattern})").match(text, end, stop)
        if reach
        else None
    )
    if found is None or (not direct and known.grade.search(text, end, found.start("cmp"))):
        return None, end, ""
    group = next(g for g in known.after_values if found.group(g) is not None)
    value, name = known.after_values[group]
    return value, found.end(), name


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _folded(words: str) -> str:
    return " ".join(words.split()).lower()
