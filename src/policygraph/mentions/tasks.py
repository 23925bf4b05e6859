"""Tasks: the lowest enumerated items, and the rows of lists, that lay work down.

Where they stand: chapters of tasks and of organisation, the numbered items of a directive, the
articles of a decision that give an actor work, and the rows of lists of tasks, projects and
documents.  Labelled bullets ("Cơ quan chủ trì: …") are columns of their item, never tasks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import dropwhile, islice

from policygraph import lexicon
from policygraph.lexicon import Entry
from policygraph.mentions.periods import find_period, read_period
from policygraph.mentions.references import is_pure_reference
from policygraph.mentions.view import View
from policygraph.model import Part, Period, Span, TaskMention, Topic, Tree, Zone

LABEL_LIMIT = 90
_LABEL_REACH = 60
"""The colon of a label stands in so many characters."""

_SILENT = {Topic.SITUATION, Topic.PURPOSE, Topic.OBJECTIVES, Topic.FUNDING}
_WORKING = {Topic.TASKS, Topic.ORGANISATION}
_CHAPTERS = {"phan", "chuong", "muc", "tieu-muc", "phu-luc", "nhom", "bang"}
_FURNITURE = {"trang", "chu-thich", "dau-bang", "doan", "tieu-de", "bang"}
_STOP = re.compile(r"[;.:](?=\s)")
_MARKUP = re.compile(r"\*+|\\(?=[-–*])|</?[a-zA-Z][^<>]*>")
_OPENING = re.compile(r"(?:[.;,(–]|(?<=\s)-(?=\s))\s*(?=\w)")
_BETWEEN = re.compile(r"[\s*\\+\-–—•]*")
_LABELS = 10
"""Most labelled bullets that one item has."""
_GROUP = 100
"""Labels stand at most so many parts before the last item that they hold for."""
_SENTENCE = 60
"""Below so many characters the words before bullets are a title, even with a full stop."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a label or a cell says of an item: "Cơ quan chủ trì: Sở Y tế".

    ``column`` as in the cells of a row; the words after the label are
    ``view.text[start:end]``; ``part`` is where they stand.
    """

    column: str
    view: View
    start: int
    end: int
    part: int

    @property
    def words(self) -> str:
        return " ".join(self.view.text[self.start : self.end].split()).strip(" .;*)")


def find_tasks(tree: Tree, type_code: str | None) -> tuple[TaskMention, ...]:
    """Tasks in reading order; ``type_code`` is the notation of the document's type ("KH")."""
    lists = _Lists(tree)
    items = _Items(tree, type_code)
    found = []
    for part in tree.parts:
        if not part.path or part.zone not in {Zone.BODY, Zone.APPENDIX}:
            continue
        mention = _row(tree, part, lists) if part.cells else items.task(part)
        if mention is not None:
            found.append(mention)
    return tuple(found)


# --- items --------------------------------------------------------------------------------


_CONFIDENCE = {
    "task.row": 0.98,
    "task.item": 0.95,
    "task.paragraph": 0.9,
    "task.order": 0.93,
    "task.article": 0.85,
    "task.other-chapter": 0.75,
}


class _Items:
    """Items of one tree, in a document of one type."""

    def __init__(self, tree: Tree, type_code: str | None) -> None:
        self.tree, self.type_code = tree, type_code
        self._own: dict[int, bool] = {}
        """Parent of "+" bullets -> whether any of them names its own lead or period."""

    def task(self, part: Part) -> TaskMention | None:
        """The task that an item lays down; None where it lays down none."""
        tree = self.tree
        if part.kind in _FURNITURE or part.topic in _SILENT or not part.pieces:
            return None
        text = tree.own_text(part)
        if label_of(text) is not None or not self._lays_down(part, text):
            return None
        if self._owner(part) is not None:
            return None
        rule = _ground(tree, part, text, self.type_code)
        if rule is None or any(e.pattern.search(text) for e in _entries("not.")):
            return None
        if is_pure_reference(tree, part):
            return None
        said = labels(tree, part)
        view = View(tree.source.text, part.pieces)
        return TaskMention(
            part=part.index,
            kind="task",
            pieces=self._whole(part),
            label=short_label(text),
            period=_labelled_period(said) or find_period(view),
            product=next((x.words for x in said if x.column == "product" and x.words), None),
            document_type=None,
            rule=rule,
            confidence=_CONFIDENCE[rule],
        )

    def _lays_down(self, part: Part, text: str) -> bool:
        """Whether the item's own words are work, and not the head of what hangs under it."""
        if not any(c.isalpha() for c in text):
            return False
        under = [c for c in self.tree.children(part) if c.path and c.kind not in _FURNITURE]
        own = [c for c in under if not self._belongs(part, c)]
        tabled = any(c.kind == "bang" for c in self.tree.children(part))
        if tabled and not (text.endswith(".") and len(text) >= _SENTENCE):
            return False
        if not own:
            finished = text.endswith((".", ";")) and len(text) >= _SENTENCE
            return part.kind not in _CHAPTERS or finished
        if part.is_heading or part.kind in _CHAPTERS:
            return False
        paragraphs = all(not c.mark for c in own)
        return paragraphs or len(text) >= _SENTENCE

    def _belongs(self, part: Part, child: Part) -> bool:
        """Whether a bullet is a piece of the item above it and no item of its own."""
        return label_of(self.tree.own_text(child)) is not None or self._owner(child) is part

    def _owner(self, part: Part) -> Part | None:
        """The "-" item (or row) that a "+" bullet without lead and period belongs to."""
        parent = self.tree.parts[part.parent]
        bulleted = parent.kind == "y" and parent.mark not in {"", "+"}
        if part.mark != "+" or part.cells or not (bulleted or parent.cells):
            return None
        if parent.index not in self._own:
            series = [c for c in self.tree.children(parent) if c.mark == "+"]
            self._own[parent.index] = any(self._has_own(c) for c in series)
        return None if self._own[parent.index] else parent

    def _has_own(self, part: Part) -> bool:
        """Whether a bullet names its own lead or period."""
        text = self.tree.own_text(part)
        leads = _entry("actor.lead").pattern.search(text)
        if leads or _entry("actor.opening").pattern.match(text):
            return True
        return any(x.column in {"lead", "period"} for x in labels(self.tree, part))

    def _whole(self, part: Part) -> tuple[Span, ...]:
        """The item's words with those of the "+" bullets that belong to it."""
        spans = list(part.pieces)
        for child in self.tree.children(part):
            if child.path and child.pieces and self._owner(child) is part:
                for piece in self._whole(child):
                    if _BETWEEN.fullmatch(self.tree.source.text, spans[-1].end, piece.start):
                        spans[-1] = Span(spans[-1].start, piece.end)
                    else:
                        spans.append(piece)
        return tuple(spans)


def _ground(tree: Tree, part: Part, text: str, type_code: str | None) -> str | None:
    """The rule by which an item of this chapter, in such a document, is a task."""
    tables = lexicon.load("tasks").tables
    actor = bool(_entry("actor.opening").pattern.match(text))
    if type_code in tables["acts"] and part.zone is Zone.BODY:
        return "task.article" if part.topic is Topic.ORGANISATION else None
    if part.topic in _WORKING:
        if part.kind == "dieu":
            return "task.article" if actor else None
        return "task.item" if part.mark else "task.paragraph"
    if type_code in tables["orders"]:
        return "task.order"
    work = bool(_entry("work.opening").pattern.match(text))
    if type_code in tables["articles"]:
        return "task.article" if actor and _in_articles(tree, part) else None
    if type_code is not None and (work or actor) and part.kind not in _CHAPTERS:
        return "task.other-chapter" if _under_chapter(tree, part) else None
    return None


def _in_articles(tree: Tree, part: Part) -> bool:
    return any(p.kind == "dieu" for p in [part, *tree.ancestors(part)])


def _under_chapter(tree: Tree, part: Part) -> bool:
    return any(p.kind in _CHAPTERS and p.path for p in tree.ancestors(part))


def short_label(text: str) -> str:
    """The first clause, at most some ninety characters, cut at the end of a word."""
    plain = " ".join(_MARKUP.sub("", text).split()).strip(" -+–;:.,")
    for found in _STOP.finditer(plain):
        head = plain[: found.start()].removesuffix(" như")
        if len(head) > LABEL_LIMIT:
            break
        named = found[0] == ":" and _entry("actor.opening").pattern.match(head)
        closed = head.count("(") <= head.count(")")
        if len(head) >= LABEL_LIMIT // 3 and closed and not named:
            return head.rstrip(" ,")
    if len(plain) <= LABEL_LIMIT:
        return plain
    head = plain[: LABEL_LIMIT + 1].rpartition(" ")[0] or plain[:LABEL_LIMIT]
    return head.rstrip(" ,;:") + "…"


# --- labels -------------------------------------------------------------------------------


@cache
def _entry(name: str) -> Entry:
    return lexicon.load("tasks").named(name)


@cache
def _entries(prefix: str) -> tuple[Entry, ...]:
    return tuple(e for e in lexicon.load("tasks").entries if e.name.startswith(prefix))


def label_of(text: str) -> Entry | None:
    """The label that opens the words of a bullet; None where they have none."""
    if ":" not in text[:_LABEL_REACH]:
        return None
    return next((e for e in _entries("label.") if e.pattern.match(text)), None)


def labels(tree: Tree, part: Part) -> tuple[Label, ...]:
    """Columns that an item has without a table: labelled bullets under it, labels within its
    own sentence, or (below one heading with it) labelled bullets beside it."""
    found = [*_inline(tree, part)]
    for child in tree.children(part):
        found.extend(_labelled(tree, child))
    if not found and part.parent >= 0:
        parent = tree.parts[part.parent]
        if parent.is_heading and parent.kind not in _CHAPTERS:
            found.extend(_beside(tree, parent, part))
    return tuple(found)


def _beside(tree: Tree, parent: Part, part: Part) -> list[Label]:
    """Labels that stand right after the item, else those that close the list of all items; in a
    list that labels open and do not close, the ones that stand last before the item."""
    siblings = parent.children
    place = bisect_right(siblings, part.index)
    if _ends_labelled(tree, siblings) and not _ends_labelled(tree, reversed(siblings)):
        before = reversed(siblings[max(place - _GROUP, 0) : place])
        return _run(tree, dropwhile(lambda i: not list(_labelled(tree, tree.parts[i])), before))
    return _run(tree, siblings[place : place + _LABELS]) or _run(tree, reversed(siblings))


def _ends_labelled(tree: Tree, siblings: Iterable[int]) -> bool:
    """Whether the first of the parts that count in paths is a label."""
    for index in siblings:
        part = tree.parts[index]
        if part.path:
            return any(_labelled(tree, part))
    return False


def _run(tree: Tree, places: Iterable[int]) -> list[Label]:
    """The labels of the first parts up to one that has none, in the order of the text."""
    found: list[Label] = []
    for index in islice(places, _LABELS):
        said = list(_labelled(tree, tree.parts[index]))
        if not said and tree.parts[index].path:
            break
        found.extend(said)
    return sorted(found, key=lambda label: (label.part, label.start)) if found else found


def _labelled(tree: Tree, part: Part) -> Iterator[Label]:
    """The labels of a bullet that begins with one: "Chủ trì: Sở Y tế; phối hợp: Sở Tài chính"."""
    if not part.path or part.cells or ":" not in tree.own_text(part)[:_LABEL_REACH]:
        return
    view = View(tree.source.text, part.pieces)
    if label_of(view.text) is not None:
        yield from _parted(view, part, 0)


def _inline(tree: Tree, part: Part) -> Iterator[Label]:
    """ "… (Chủ trì: Sở Y tế; thời gian: Quý I/2022)"."""
    if part.cells or ":" not in tree.own_text(part):
        return
    yield from _parted(View(tree.source.text, part.pieces), part, None)


def _parted(view: View, part: Part, first: int | None) -> Iterator[Label]:
    """Labels at ``first`` and behind stops and brackets, each with the words up to the next."""
    openings = [(o.end(), o[0][0]) for o in _OPENING.finditer(view.text)]
    heads: list[tuple[int, int, str]] = []
    for start, mark in openings if first is None else [(first, ""), *openings]:
        if mark == "," and not heads:
            continue
        rest = view.text[start : start + _LABEL_REACH]
        entry = label_of(rest)
        head = entry.pattern.match(rest) if entry is not None else None
        if entry is not None and head is not None and (entry.value != "content" or start == first):
            heads.append((start, start + head.end(), entry.value))
    for index, (_, start, column) in enumerate(heads):
        end = heads[index + 1][0] if index + 1 < len(heads) else len(view.text)
        yield Label(column, view, start, end, part.index)


def _labelled_period(found: tuple[Label, ...]) -> Period | None:
    for label in found:
        if label.column == "period":
            period = read_period(label.view, label.start, label.end)
            if period is not None:
                return period
    return None


# --- rows ---------------------------------------------------------------------------------


class _Lists:
    """Heads and titles of the tables of one tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._heads = [p for p in tree.parts if p.kind == "dau-bang"]
        self._starts = [p.start for p in self._heads]

    def head(self, row: Part) -> str:
        """Words of the head that stands last before the row."""
        index = bisect_right(self._starts, row.start) - 1
        return self._tree.own_text(self._heads[index]) if index >= 0 else ""

    def title(self, row: Part) -> str:
        """Words of the nearest heading above the table: the title of its appendix, say."""
        for above in self._tree.ancestors(row):
            if above.cells or above.kind in {"bang", "nhom"}:
                continue
            titles = [c for c in self._tree.children(above) if c.kind == "tieu-de"]
            words = " ".join(self._tree.own_text(p) for p in [above, *titles[:1]])
            if words.strip():
                return words
        return ""


def is_indicator_row(tree: Tree, row: Part) -> bool:
    """Whether the row belongs to a table of indicators: its duty is a target, not a task."""
    return _indicators(row, _Lists(tree))


def _indicators(row: Part, lists: _Lists) -> bool:
    head = lists.head(row)
    named = _entry("list.indicators").pattern.search(head)
    return row.topic is Topic.OBJECTIVES or bool(named and "nhiệm vụ" not in head.lower())


def _row(tree: Tree, part: Part, lists: _Lists) -> TaskMention | None:
    cells = {c.column: c for c in reversed(part.cells) if c.pieces}
    content = cells.get("content")
    if content is None or part.kind == "nhom" or part.topic in _SILENT:
        return None
    text = tree.join(content.pieces)
    if not any(c.isalpha() for c in text) or _entry("not.total").pattern.match(text):
        return None
    if part.is_heading and "lead" not in cells:
        return None
    if _indicators(part, lists):
        return None
    columns = {c.column for c in part.cells}
    if part.topic not in _WORKING and not columns & {"lead", "period", "product"}:
        return None
    source = tree.source.text
    period = read_period(View(source, cells["period"].pieces)) if "period" in cells else None
    product = tree.join(cells["product"].pieces) if "product" in cells else None
    kind = tree.join(cells["document_type"].pieces) if "document_type" in cells else None
    return TaskMention(
        part=part.index,
        kind=_row_kind(part, columns, lists),
        pieces=content.pieces,
        label=short_label(text),
        period=period or find_period(View(source, content.pieces)),
        product=product or None,
        document_type=kind or None,
        rule="task.row",
        confidence=_CONFIDENCE["task.row"],
    )


def _row_kind(part: Part, columns: set[str], lists: _Lists) -> str:
    head, title = lists.head(part), lists.title(part)
    documents = _entry("list.documents").pattern
    if "document_type" in columns or documents.search(title) or documents.search(head):
        return "document"
    if "dự án" in f"{head} {title}".lower():
        return "project"
    listed = part.zone is Zone.APPENDIX and _entry("list.projects").pattern.search(title)
    return "project" if listed else "task"
