"""References to provisions of the same document, parsed level by level and expanded to tasks.

    "điểm c, d, e khoản 1; khoản 2; điểm b khoản 4 mục II của Kế hoạch này"

names five provisions.  A group that lacks its outer levels takes them from the groups after it
("khoản 2" stands in "mục II"), else from the place of the item that refers.  What the document
does not have is a problem with its words, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from policygraph import lexicon
from policygraph.mentions.view import View
from policygraph.model import Part, TaskMention, Tree, Zone

OUT_OF_RANGE = "reference-out-of-range"
THIS = "này"
_HOLDING_ARTICLE = "dieu-bao"
"""Level of an article that holds chapters."""

_ROMAN = r"(?=[IVXL])X{0,3}(?:IX|IV|V?I{0,3}|L)"
_WORDS = dict(zip(("nhất", "hai", "ba", "tư", "năm", "sáu", "bảy"), "1234567", strict=True))
_VALUE = (
    rf"(?<!\w)(?:{THIS}|{_ROMAN}(?:[./]\d+)*|\d+(?:\.\d+)*|[A-ZĐ]|[a-zđ]|{'|'.join(_WORDS)})"
    r"(?![\w%/])"
)
_SEPARATOR = re.compile(r"\s*(?:[,;]\s*)?(?:(?:và|hoặc|thuộc|của|tại|trong)\s+)?")
_WIDE = {"phan", "chuong"}
"""Levels whose numbers are written in any way ("Phần II" is "PHẦN THỨ HAI"), and that are looked
for no deeper than where the document has them."""
_NUMERALS = {"I": 1, "V": 5, "X": 10, "L": 50}


@dataclass(frozen=True, slots=True)
class Step:
    """One level of a path: "điểm c", or with ``upto`` "điểm a đến điểm đ"."""

    level: str
    value: str
    upto: str | None = None

    def __str__(self) -> str:
        names: dict[str, str] = lexicon.load("references").tables["words"]
        words = f"{names[self.level]} {self.value}".strip()
        return f"{words}–{self.upto}" if self.upto else words


@dataclass(frozen=True, slots=True)
class Reference:
    """Paths from the outermost level named to the innermost; ``start``..``end`` in the view's
    text; ``part`` is the item that refers."""

    part: int
    start: int
    end: int
    paths: tuple[tuple[Step, ...], ...]


@dataclass(frozen=True, slots=True)
class _Item:
    """A level's word with its values: "điểm c, d, e"."""

    level: str
    steps: tuple[tuple[Step, ...], ...]
    start: int
    end: int
    parted: bool
    """A semicolon stands before it."""


def find_references(view: View, part: int) -> tuple[Reference, ...]:
    """References to provisions of the document itself, in reading order."""
    found: list[Reference] = []
    position = 0
    for head in _item_pattern().finditer(view.text):
        if head.start() < position:
            continue
        items = list(_items(view.text, head.start()))
        position = items[-1].end if items else head.end()
        if items and not _names_another_document(view.text[position:]):
            found.append(Reference(part, items[0].start, position, _paths(items)))
    return tuple(found)


def task_references(view: View, part: int) -> tuple[Reference, ...]:
    """References whose provisions are named as tasks ("các nhiệm vụ nêu tại điểm a")."""
    objects = lexicon.load("references").named("tasks-object")
    if not (objects.may_be_in(view.text.lower()) and objects.pattern.search(view.text)):
        return ()
    named, by_rule = _entry("tasks-named"), _entry("by-rule")
    found: list[Reference] = []
    for reference in find_references(view, part):
        before = view.text[: reference.start]
        is_named = named.search(before) or objects.pattern.match(view.text, reference.start)
        if is_named and not by_rule.search(before):
            found.append(reference)
    return tuple(found)


def is_pure_reference(tree: Tree, part: Part) -> bool:
    """Whether the item only hands over tasks that are named elsewhere.

    "Chủ trì triển khai các nhiệm vụ nêu tại điểm a, khoản 5, mục II của Kế hoạch này."
    """
    if part.cells or not part.pieces:
        return False
    view = View(tree.source.text, part.pieces)
    return is_pure(view, task_references(view, part.index))


def is_pure(view: View, references: tuple[Reference, ...]) -> bool:
    """The same of a view whose references are known."""
    if not references:
        return False
    before = view.text[: references[0].start]
    if _entry("about-tasks").search(before):
        return False
    actor = lexicon.load("tasks").named("actor.before-verb").pattern.match(before)
    rest = before[actor.end() :] if actor else before
    after = view.text[references[-1].end :]
    return bool(_entry("pure.before").search(rest) and _entry("pure.after").search(after))


def hands_over_anew(view: View, reference: Reference) -> bool:
    """Whether the words assign, and do not only recall an assignment made elsewhere
    ("thực hiện các nhiệm vụ được giao chủ trì tại Phụ lục") or give the tasks their means
    ("bố trí kinh phí thực hiện nhiệm vụ tại điểm a")."""
    before = view.text[: reference.start]
    recalled = _entry("already-assigned").search(before) or _entry("about-tasks").search(before)
    return recalled is None


def expand(
    tree: Tree, tasks: Iterable[TaskMention], reference: Reference
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Parts of the tasks under every provision that is named, in the order of naming; and for
    each provision that the document does not have, its words."""
    known = {task.part for task in tasks}
    parts: dict[int, None] = {}
    problems: list[str] = []
    for path in reference.paths:
        provisions, missing = _resolve(tree, path, tree.parts[reference.part])
        if missing is not None:
            problems.append(missing)
        for provision in provisions:
            for part in tree.descendants(provision):
                if part.index in known and part.index != reference.part:
                    parts.setdefault(part.index)
    return tuple(parts), tuple(problems)


# --- reading ------------------------------------------------------------------------------


@cache
def _entry(name: str) -> re.Pattern[str]:
    return lexicon.load("references").named(name).pattern


@cache
def _level_entries() -> tuple[lexicon.Entry, ...]:
    return tuple(e for e in lexicon.load("references").entries if e.name.startswith("level."))


@cache
def _levels() -> dict[str, re.Pattern[str]]:
    return {e.value: e.pattern for e in _level_entries()}


@cache
def _first_letters() -> str:
    """Letters that the words of the levels begin with: elsewhere none of them is tried."""
    letters = {word[0] for entry in _level_entries() for word in entry.gate}
    return "".join(sorted(letters | {letter.upper() for letter in letters}))


@cache
def _order() -> dict[str, int]:
    names = lexicon.load("references").tables["order"]
    return {str(name): rank for rank, name in enumerate(names)}


@cache
def _item_pattern() -> re.Pattern[str]:
    words = "|".join(f"(?P<{_group(name)}>{p.pattern})" for name, p in _levels().items())
    again = "|".join(p.pattern for p in _levels().values())
    value = rf"{_VALUE}(?:\s*(?:[-–]|đến)\s*(?:(?:{again})\s+)?{_VALUE})?"
    values = rf"{value}(?:\s*(?:,|và|hoặc|,\s*và)\s*{value})*"
    bare = r"(?P<bare>(?i:phụ lục))(?=\s+(?:kèm|đính|ban hành|của|này)|\s*[.;,)]|\s*$)"
    return re.compile(
        rf"(?<!\w)(?=[{_first_letters()}])(?:(?:{words})\s+(?P<values>{values})|{bare})"
    )


@cache
def _another_document() -> re.Pattern[str]:
    types = sorted((t["word"] for t in lexicon.load("document_types").tables["type"]), key=len)
    words = "|".join(re.escape(w) for w in reversed(types))
    return re.compile(
        rf"\s*,?\s*(?:(?:của|tại|trong)\s+)?(?i:{words})\b(?!(?:\s+\w+)? {THIS})"
        r"(?=\s+(?:số\s*)?(?:\d|[A-ZĐ“\"]))"
        rf"|\s*,?\s*(?:(?:của|tại|trong)\s+)?(?:Luật|Bộ luật)\b(?! {THIS})"
    )


def _group(name: str) -> str:
    return name.replace("-", "_")


def _names_another_document(after: str) -> bool:
    return bool(_another_document().match(after))


def _items(text: str, start: int) -> Iterator[_Item]:
    """The run of "điểm a khoản 3, mục II" that begins at an offset."""
    position, parted = start, False
    while True:
        found = _item_pattern().match(text, position)
        if not found:
            return
        level = next((n for n in _levels() if found.groupdict().get(_group(n))), "phu-luc")
        yield _Item(
            level, tuple(_steps(level, found["values"])), found.start(), found.end(), parted
        )
        gap = _SEPARATOR.match(text, found.end())
        position = gap.end() if gap else found.end()
        parted = ";" in text[found.end() : position]


def _steps(level: str, values: str | None) -> Iterator[tuple[Step, ...]]:
    """One path of steps for each value: "II.3" is "khoản 3" of "mục II"."""
    if values is None:
        yield (Step(level, ""),)
        return
    found = list(re.finditer(_VALUE, values))
    index = 0
    while index < len(found):
        value = _WORDS.get(found[index][0], found[index][0])
        between = (
            values[found[index].end() : found[index + 1].start()] if index + 1 < len(found) else ""
        )
        if re.match(r"\s*(?:[-–]|đến)", between):
            yield (Step(level, value, found[index + 1][0]),)
            index += 2
            continue
        head, *tail = re.split(r"[./]", value) if value[0] in _NUMERALS else [value]
        yield (Step(level, head), *(Step("khoan", t) for t in tail))
        index += 1


def _paths(items: list[_Item]) -> tuple[tuple[Step, ...], ...]:
    groups = _groups(items)
    paths: list[tuple[Step, ...]] = []
    for index, group in enumerate(groups):
        outer = _filled(groups, index)
        paths.extend(_product([*outer, *group]))
    return tuple(dict.fromkeys(paths))


def _groups(items: list[_Item]) -> list[list[_Item]]:
    """Items that belong together, the outermost first."""
    rank = _order()
    groups: list[list[_Item]] = []
    run: list[_Item] = []
    for item in [*items, None]:
        if item is None or (item.parted and run):
            ranks = [rank[i.level] for i in run]
            if len(run) > 1 and ranks == sorted(set(ranks), reverse=True):
                groups.append(run)
            else:
                groups.extend(_inner_first(run))
            run = []
        if item is not None:
            run.append(item)
    return groups


def _inner_first(run: list[_Item]) -> Iterator[list[_Item]]:
    """ "điểm a khoản 3" goes outward; a word that does not begins a new group.

    A decision that approves a programme has the programme's chapters in one of its articles:
    in "khoản 1 mục III Điều này" the article goes further outward.
    """
    rank = _order()
    group: list[_Item] = []
    for named in run:
        holds = group and group[0].level == "muc" and named.level == "dieu"
        item = replace(named, level=_HOLDING_ARTICLE) if holds else named
        if group and rank[item.level] <= rank[group[0].level]:
            yield group
            group = []
        group.insert(0, item)
    if group:
        yield group


def _filled(groups: list[list[_Item]], index: int) -> list[_Item]:
    """Outer levels that a group leaves to the groups after it."""
    rank = _order()
    reached = rank[groups[index][0].level]
    outer: list[_Item] = []
    for later in groups[index + 1 :]:
        for item in reversed(later):
            if rank[item.level] > reached:
                outer.insert(0, item)
                reached = rank[item.level]
    return outer


def _product(items: list[_Item]) -> list[tuple[Step, ...]]:
    paths: list[tuple[Step, ...]] = [()]
    for item in items:
        paths = [(*path, *steps) for path in paths for steps in item.steps]
    return paths


# --- resolving ----------------------------------------------------------------------------


def _resolve(tree: Tree, path: tuple[Step, ...], here: Part) -> tuple[list[Part], str | None]:
    """The parts that a path names; or the words of the level that the document lacks."""
    words = " ".join(str(step) for step in reversed(path))
    found = _outermost(tree, path[0], here)
    if not found:
        return [], f"{words}: không có {path[0]} / no such provision"
    for step in path[1:]:
        inner = [part for part in found for part in _under(tree, part, step)]
        if not inner:
            return [], f"{words}: không có {step} / no such provision"
        found = inner
    return found, None


def _outermost(tree: Tree, step: Step, here: Part) -> list[Part]:
    """Where the first level is looked for: around the referring item, outward."""
    ancestors = tree.ancestors(here)
    if step.value == THIS:
        kinds = {k for table in _kinds().values() for k in table.get(step.level, ())}
        around = [here, *ancestors]
        exact = [a for a in around if a.kind == step.level]
        return exact[:1] or [a for a in around if a.kind in kinds][:1]
    if step.level == "phu-luc":
        return _appendices(tree, step)
    for ancestor in ancestors:
        found = _under(tree, ancestor, step)
        if found:
            return found[:1] if step.upto is None else found
    return []


def _appendices(tree: Tree, step: Step) -> list[Part]:
    appendices = [p for p in tree.parts if p.kind == "phu-luc" and p.path]
    if not step.value:
        return appendices[:1] if len(appendices) == 1 else []
    wanted = _numeral(step.value)
    last = _numeral(step.upto) if step.upto else wanted
    marks = [(_numeral(p.mark.removeprefix("PL")), p) for p in appendices]
    return [p for mark, p in marks if mark is not None and _within(wanted, mark, last)]


def _within(first: str | int | None, mark: str | int, last: str | int | None) -> bool:
    if isinstance(first, int) and isinstance(mark, int) and isinstance(last, int):
        return first <= mark <= last
    return mark == first


def _numeral(value: str) -> str | int | None:
    """Roman and Arabic numbers as one ("Phụ lục I" is "PHỤ LỤC 1")."""
    if value.isdigit():
        return int(value)
    if value and set(value) <= set(_NUMERALS):
        total = 0
        for here, after in zip(value, [*value[1:], ""], strict=True):
            number = _NUMERALS[here]
            total += -number if _NUMERALS.get(after, 0) > number else number
        return total
    return value or None


def _kinds() -> dict[str, dict[str, list[str]]]:
    tables: dict[str, dict[str, list[str]]] = lexicon.load("references").tables["kinds"]
    return tables


def _look(value: str) -> str:
    if value[:1].isdigit():
        return "digit"
    if value and set(value) <= set(_NUMERALS):
        return "roman"
    return "lower" if value.islower() else "upper"


def _under(tree: Tree, parent: Part, step: Step) -> list[Part]:
    """Parts that answer to a step at the least depth below a part."""
    looks = [_look(step.value)]
    if looks == ["roman"] and len(step.value) == 1:
        looks.append("upper")
    kinds = {kind for look in looks for kind in _kinds()[look].get(step.level, ())}
    row = [parent]
    while row:
        row = [child for part in row for child in tree.children(part)]
        row = [p for p in row if p.zone in {Zone.BODY, Zone.APPENDIX} and p.kind != "phu-luc"]
        alike = [p for p in row if p.kind in kinds and p.path]
        found = _matching(alike, step)
        if found or (step.level in _WIDE and any(p.kind == step.level for p in alike)):
            return found
    return []


def _matching(alike: list[Part], step: Step) -> list[Part]:
    value: str | int | None = step.value
    upto: str | int | None = step.upto
    marks: list[str | int | None] = [_mark(part) for part in alike]
    if step.level in _WIDE and value not in marks:
        alike = [part for part in alike if part.kind == step.level]
        marks = [_numeral(_mark(part)) for part in alike]
        value, upto = _numeral(step.value), _numeral(step.upto or "")
    if value not in marks:
        return []
    first = marks.index(value)
    if step.level == "dong" and marks.count(value) > 1:
        return []
    if upto is None:
        return [alike[first]]
    if upto not in marks[first:]:
        return []
    return alike[first : first + marks[first:].index(upto) + 1]


def _mark(part: Part) -> str:
    """What a reference calls the part: a bullet goes by its place."""
    if part.kind == "y":
        return part.path.rsplit("/", 1)[-1].partition("-")[0]
    return part.mark
