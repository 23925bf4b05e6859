"""Assignments: which agency has which role in which task or target, and where it is said.

From the cells of a row, the labels of an item, the heading above it, its own sentence, the
lead-in of a directive, and clauses that hand over tasks named elsewhere by provision.
Nothing is guessed: a row whose lead is not printed is unresolved.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from policygraph import lexicon
from policygraph.mentions.duties import (
    Actor,
    Duty,
    Finder,
    Said,
    actors_in,
    clauses,
    read_duties,
)
from policygraph.mentions.periods import read_period, yearless
from policygraph.mentions.references import (
    OUT_OF_RANGE,
    Reference,
    expand,
    hands_over_anew,
    is_pure,
    task_references,
)
from policygraph.mentions.tasks import Label, labels
from policygraph.mentions.view import View
from policygraph.model import (
    AgencyMention,
    AssignmentMention,
    Part,
    Span,
    TaskMention,
    Topic,
    Tree,
    UnresolvedMention,
    Zone,
)
from policygraph.registers import Registers

FindAgencies = Callable[[str, int, int, str | None, Registers], list[AgencyMention]]

ACTOR_COLUMNS = ("lead", "coordinate", "direct", "monitor")

_CHAPTERS = {"phan", "chuong", "muc", "phu-luc"}
_SILENT = {Topic.SITUATION, Topic.PURPOSE, Topic.OBJECTIVES, Topic.FUNDING}
_CONFIDENCE = {"table": 0.98, "heading": 0.95, "subject": 0.92, "inline": 0.88, "crossref": 0.95}
_NEAR = 12
"""Among so many items on either side another one is looked for that names its actors alike."""
_BULLETS = re.compile(r"(?:^|[\s>])[-–+•]\s")
_NAMES = re.compile(r"[A-ZĐ][^\W\d_]*\s[^,;<>]*[^\W_](?=\s*(?:[,;.]|<|$))")
"""Words between the separators of a cell of agencies that begin like a name."""


def find_assignments(
    tree: Tree,
    tasks: Collection[TaskMention],
    targets_parts: Collection[int],
    jurisdiction: str | None,
    registers: Registers,
    find_agencies: FindAgencies,
) -> tuple[tuple[AssignmentMention, ...], tuple[UnresolvedMention, ...]]:
    """Assignments in the order in which the text says them, and what could not be resolved.

    ``targets_parts`` are the rows of indicator tables, which are led as tasks are;
    ``jurisdiction`` the document's ISO 3166 code.
    """

    def find(text: str, start: int, end: int) -> list[AgencyMention]:
        return find_agencies(text, start, end, jurisdiction, registers)

    reader = _Document(tree, tuple(tasks), frozenset(targets_parts), find)
    for part in tree.parts:
        reader.take(part)
    unique: dict[tuple[int, str, str, int | None], AssignmentMention] = {}
    for assignment in reader.assignments:
        key = (assignment.about, assignment.agency.local, assignment.role, assignment.src)
        unique.setdefault(key, assignment)
    return tuple(unique.values()), tuple(reader.unresolved)


@dataclass(frozen=True, slots=True)
class _Heading:
    """Who a heading or lead-in names, and the roles that its own verbs fix.

    ``actors`` do what the items under it say; ``fixed`` holds for each of these items.
    """

    actors: tuple[AgencyMention, ...]
    fixed: tuple[Duty, ...]
    pieces: tuple[Span, ...]
    view: View
    hands_on: bool = False
    """Who is fixed only directs the actors, who do the items: "X chỉ đạo UBND tỉnh:"."""


class _Document:
    """Collects the assignments of one tree."""

    def __init__(
        self, tree: Tree, tasks: tuple[TaskMention, ...], targets: frozenset[int], find: Finder
    ) -> None:
        self.tree, self.tasks, self.find = tree, tasks, find
        self.task_parts = {task.part for task in tasks}
        self.untimed = {task.part for task in tasks if task.period is None}
        self.rows = self.task_parts | targets
        self.assignments: list[AssignmentMention] = []
        self.unresolved: list[UnresolvedMention] = []
        self._headings: dict[int, _Heading | None] = {}
        self._lead_ins: dict[int, list[Part]] = {}
        """Lead-in paragraphs under each part, the last first."""
        for part in reversed(tree.parts):
            if part.kind == "doan" and part.is_heading:
                self._lead_ins.setdefault(part.parent, []).append(part)
        self._above: dict[tuple[int, str], list[Actor]] = {}
        """Under each heading of a table, by column: the agencies of the row read last."""
        self._subjects: dict[int, tuple[AgencyMention, ...]] = {}
        self._order: _Heading | None = None
        self._order_read = False

    def take(self, part: Part) -> None:
        if part.cells:
            if part.index in self.rows:
                self._row(part)
            return
        if part.zone not in {Zone.BODY, Zone.APPENDIX} or not part.path or not part.pieces:
            return
        if part.topic in _SILENT:
            return
        view = View(self.tree.source.text, part.pieces)
        references = task_references(view, part.index)
        if references and not part.is_heading:
            self._hand_over(part, view, references)
        if part.index in self.task_parts:
            self._item(part, view)
        when = yearless(view) if part.index in self.untimed else ()
        if when:
            self._leave(part, when, "unparsed-period", "thiếu năm / no year")

    # --- rows -----------------------------------------------------------------------------

    def _row(self, part: Part) -> None:
        leads = 0
        unread: View | None = None
        columns = [c.column for c in part.cells]
        for cell in part.cells:
            if cell.column not in ACTOR_COLUMNS or not cell.pieces:
                continue
            view = View(self.tree.source.text, cell.pieces)
            actors = self._above.get((part.parent, cell.column), []) if _is_ditto(view) else []
            if actors:
                for actor in actors:
                    self._add(part.index, actor.agency, cell.column, "table", cell.pieces, "ditto")
                leads += cell.column == "lead"
                continue
            actors = actors_in(view, self.find)
            self._above[part.parent, cell.column] = actors
            note = self._note(part, view, actors)
            for index, actor in enumerate(actors):
                role = _said_in_cell(view.text, actors, index, cell.column)
                leads += role == "lead"
                spans = view.spans(actor.start, actor.end)
                self._add(part.index, actor.agency, role, "table", spans, "cell", note=note)
            if actors or cell.column != "lead":
                leads += self._rest(part, cell.column, "table", view, actors)
            if cell.column == "lead" and not actors and any(c.isalpha() for c in view.text):
                unread = view
        self._period(part)
        content = View(self.tree.source.text, part.pieces)
        if unread is not None:
            self._leave(part, unread.pieces, "unknown-agency", "ô chủ trì / cell of the lead")
        elif "lead" in columns and not leads:
            self._leave(part, content.pieces, "missing-lead", "ô chủ trì trống / no lead printed")
        if part.index in self.task_parts:
            found = actors_in(content, self.find)
            said = read_duties(content, found, subjects="none")
            self._say(part.index, said.duties, content, "row")

    def _rest(self, part: Part, role: str, via: str, view: View, actors: list[Actor]) -> int:
        """Names between the separators of a cell or label that were not known among the others:
        each is read alone, and told where it names nobody then.  Returns the leads found."""
        leads = 0
        for name in _NAMES.finditer(view.text):
            if any(a.start < name.end() and name.start() < a.end for a in actors):
                continue
            alone = View(self.tree.source.text, view.spans(*name.span()))
            found = actors_in(alone, self.find)
            for actor in found:
                spans = alone.spans(actor.start, actor.end)
                self._add(part.index, actor.agency, role, via, spans, "rest")
            leads += role == "lead" and bool(found)
            if not found:
                detail = "một phần của danh sách cơ quan / part of a list of agencies"
                self._leave(part, alone.pieces, "unknown-agency", detail)
        return leads

    def _period(self, part: Part) -> None:
        """A time without a year ("Quý II") is seen and cannot be placed."""
        for cell in part.cells:
            if cell.column == "period" and cell.pieces:
                view = View(self.tree.source.text, cell.pieces)
                if any(c.isalnum() for c in view.text) and read_period(view) is None:
                    self._leave(part, cell.pieces, "unparsed-period", "thiếu năm / no year")

    def _note(self, part: Part, view: View, actors: list[Actor]) -> str | None:
        """Several agencies without a separator, and several bullets that they may belong to."""
        unparted = any(not view.text[a.end : b.start].strip() for a, b in pairwise(actors))
        if not unparted:
            return None
        words = View(self.tree.source.text, part.pieces).text
        if len(_BULLETS.findall(f"- {words}")) < 2:
            return "các cơ quan không phân cách / names in one cell without a separator"
        return (
            "nhiều ý, nhiều cơ quan trong một ô, không ghép từng cặp / several bullets and "
            "agencies in one row, not paired"
        )

    # --- items ----------------------------------------------------------------------------

    def _item(self, part: Part, view: View) -> None:
        actors = actors_in(view, self.find)
        heading = self._heading_of(part)
        inherited = self._inherited(part, heading)
        goes_on = heading is None or inherited is not heading.actors
        columns = [label for label in labels(self.tree, part) if label.column in ACTOR_COLUMNS]
        subjects = "first" if part.topic is Topic.TASKS else "all"
        own = [] if part.is_heading and columns else actors
        said = read_duties(
            view,
            [a for a in own if not any(_inside(a, view, label) for label in columns)],
            inherited=() if any(c.column == "lead" for c in columns) else inherited,
            inherited_via="subject" if goes_on else "heading",
            subjects=subjects,
        )
        self._subjects[part.index] = said.subject
        for label in columns:
            self._label(part, label.column, label.view, label.start, label.end)
        leads = {c.column for c in columns} | {d.role for d in said.duties}
        if not inherited and not said.has_subject and "lead" not in leads:
            self._bracketed(part, view, actors)
        hands_on = heading is not None and heading.hands_on
        if heading is not None and (said.has_subject or hands_on):
            self._directed(part.index, heading, said)
        is_fixed = heading is not None and not (said.has_subject or hands_on)
        fixed = heading.fixed if heading is not None and is_fixed else ()
        if fixed and heading is not None:
            self._fixed(part.index, heading, said, view)
        else:
            self._say(part.index, said.duties, view, "item", heading)

    def _bracketed(self, part: Part, view: View, actors: list[Actor]) -> None:
        """ "Tổ chức hội thi (Sở Y tế thực hiện)": the actors that close an item in brackets.

        A bare name ("(Sở Y tế)") may as well tell which body the words before it mean: it leads
        only where another item of the same list closes so too.
        """
        found = self._in_brackets(view, actors)
        if found is None:
            return
        run, is_said = found
        if not is_said and not any(self._closes_so(s, part) for s in self._siblings(part)):
            return
        for actor in run:
            spans = view.spans(actor.start, actor.end)
            self._add(part.index, actor.agency, "lead", "inline", spans, "item.brackets")

    def _in_brackets(self, view: View, actors: list[Actor]) -> tuple[list[Actor], bool] | None:
        """The actors in the brackets that close the words, and whether a verb says what they do;
        None where the brackets hold anything else, or tell who the words before them are."""
        found = _entry("brackets").search(view.text)
        is_said = found is not None and bool(found["giving"] or found["doing"])
        if found is None or (
            not is_said and _entry("brackets.gloss").search(view.text[: found.start()])
        ):
            return None
        start, end = found.span("actors")
        if any(a.end <= start and not view.text[a.end : found.start()].strip() for a in actors):
            return None
        run = [a for a in actors if start <= a.start and a.end <= end]
        names = _run_from(view.text, run, start)
        if not names or names != run or view.text[run[-1].end : end].strip():
            return None
        return run, is_said

    def _siblings(self, part: Part) -> Iterator[Part]:
        """The items of the list of an item that are nearest to it."""
        siblings = self.tree.parts[part.parent].children
        place = bisect_left(siblings, part.index)
        near = siblings[max(place - _NEAR, 0) : place + _NEAR]
        return (self.tree.parts[i] for i in near if i != part.index)

    def _closes_so(self, sibling: Part, part: Part) -> bool:
        if sibling.mark != part.mark and sibling.kind != part.kind:
            return False
        view = View(self.tree.source.text, sibling.pieces)
        found = _entry("brackets").search(view.text)
        if found is None:
            return False
        return any(a.start == found.start("actors") for a in actors_in(view, self.find))

    def _inherited(self, part: Part, heading: _Heading | None) -> tuple[AgencyMention, ...]:
        """The subject that the item has without naming it: of the item above, else the heading."""
        if part.parent in self._subjects and part.parent in self.task_parts:
            return self._subjects[part.parent]
        return heading.actors if heading is not None else ()

    def _fixed(self, about: int, heading: _Heading, said: Said, view: View) -> None:
        """Roles that the heading's verbs fix, and what the item's own verbs add to them."""
        for duty in heading.fixed:
            spans = heading.view.spans(duty.start, duty.end)
            rule = "heading.verb"
            via = "heading" if duty.via != "inline" or duty.role != "coordinate" else "inline"
            self._add(about, duty.agency, duty.role, via, spans, rule)
        directs = any(d.role == "direct" for d in heading.fixed)
        own = [d for d in said.duties if d.by_verb and not (directs and d.role == "lead")]
        self._say(about, own, view, "item", heading)

    def _directed(self, about: int, heading: _Heading, said: Said) -> None:
        """Who "lãnh đạo, chỉ đạo:" in a heading directs what others do in the items under it."""
        doing = {duty.agency.local for duty in said.duties}
        for duty in heading.fixed:
            if duty.role == "direct" and duty.agency.local not in doing:
                spans = heading.view.spans(duty.start, duty.end)
                self._add(about, duty.agency, "direct", "heading", spans, "heading.verb")

    def _label(self, part: Part, column: str, view: View, start: int, end: int) -> None:
        cell = View(self.tree.source.text, view.spans(start, end))
        actors = actors_in(cell, self.find)
        for actor in actors:
            spans = cell.spans(actor.start, actor.end)
            self._add(part.index, actor.agency, column, "inline", spans, "label")
        self._rest(part, column, "inline", cell, actors)

    def _say(
        self,
        about: int,
        duties: list[Duty],
        view: View,
        rule: str,
        heading: _Heading | None = None,
    ) -> None:
        for duty in duties:
            spans = view.spans(duty.start, duty.end)
            if duty.via == "heading" and heading is not None:
                spans = (*heading.pieces, *spans) if duty.by_verb else heading.pieces
            self._add(about, duty.agency, duty.role, duty.via, spans, f"{rule}.{duty.via}")

    # --- references -----------------------------------------------------------------------

    def _hand_over(self, part: Part, view: View, references: tuple[Reference, ...]) -> None:
        """ "Chủ trì các nhiệm vụ nêu tại điểm a": roles of the clause, tasks of the provision."""
        kept = [Span(r.start, r.end) for r in references]
        actors = actors_in(view, self.find)
        heading = self._heading_of(part)
        inherited = self._inherited(part, heading)
        pure = is_pure(view, references)
        for reference in references:
            if not hands_over_anew(view, reference):
                continue
            clause = next(
                (c for c in clauses(view.text, actors, kept) if c.start <= reference.start < c.end),
                None,
            )
            if clause is None:
                continue
            said = read_duties(
                view,
                actors,
                inherited=inherited,
                kept=kept,
                within=Span(reference.start, clause.end),
            )
            duties = [d for d in said.duties if pure or d.by_verb]
            if not duties:
                continue
            parts, problems = expand(self.tree, self.tasks, reference)
            tail = _entry("this-document").match(view.text[reference.end : clause.end])
            end = reference.end + (tail.end() if tail else 0)
            pieces = view.spans(clause.start, end)
            limit = _entry("restriction").search(view.text, reference.end)
            note = limit["words"].strip() if limit else None
            for duty in duties:
                for about in parts:
                    if duty.agency.is_group and duty.role == "lead" and self._is_led(about):
                        continue
                    self._add(
                        about,
                        duty.agency,
                        duty.role,
                        "crossref",
                        pieces,
                        "reference",
                        src=part.index,
                        note=note,
                    )
            words = view.spans(reference.start, reference.end)
            for problem in problems:
                self._leave(part, words, OUT_OF_RANGE, problem)
            if not parts and not problems:
                detail = "không có nhiệm vụ nào tại đó / no task stands there"
                self._leave(part, words, OUT_OF_RANGE, detail)

    def _is_led(self, about: int) -> bool:
        """Whether a row prints its own lead: groups that carry out the rows of a list lead none
        of those that the list gives to another."""
        cells = self.tree.parts[about].cells
        return any(c.column == "lead" and c.pieces for c in cells)

    # --- headings -------------------------------------------------------------------------

    def _heading_of(self, part: Part) -> _Heading | None:
        """The nearest heading, lead-in or item above that names who acts."""
        below = part
        while below.parent >= 0:
            parent = self.tree.parts[below.parent]
            for lead_in in self._lead_ins.get(parent.index, ()):
                if lead_in.start < below.start:
                    found = self._heading(lead_in)
                    if found is not None:
                        return found
            if parent.is_heading and not parent.cells and parent.kind != "van-ban":
                found = self._heading(parent)
                if found is not None:
                    return found
            below = parent
        chapters = {p.kind for p in self.tree.ancestors(part)} & _CHAPTERS
        return None if chapters or part.topic in {Topic.TASKS} else self._preamble()

    def _heading(self, part: Part) -> _Heading | None:
        if part.index not in self._headings:
            self._headings[part.index] = self._read_heading(part)
        return self._headings[part.index]

    def _read_heading(self, part: Part) -> _Heading | None:
        view = View(self.tree.source.text, part.pieces)
        if not view.text.strip():
            return None
        actors = actors_in(view, self.find)
        if not actors:
            return None
        run = _named(view.text, actors)
        if run is not None:
            spans = view.spans(run[0].start, run[-1].end)
            return _Heading(tuple(a.agency for a in run), (), spans, view)
        ordered = self._read_order(part) if actors[0].start == 0 else None
        if ordered is not None:
            return ordered
        said = read_duties(view, actors)
        if not said.duties or not said.has_subject:
            return None
        works = [d for d in said.duties if d.by_verb]
        if not works and not _opens_work(view.text, actors):
            return None
        span = Span(said.duties[0].start, max(d.end for d in said.duties))
        leaders = tuple(
            d.agency for d in said.duties if d.via != "inline" or d.role != "coordinate"
        )
        fixed = tuple(replace(d, end=_before_lead_in(view.text, d)) for d in works)
        told = tuple(d.agency for d in said.duties if d.via == "inline" and d.role == "lead")
        if told and all(d.role == "direct" for d in works):
            return _Heading(told, fixed, view.spans(span.start, span.end), view, hands_on=True)
        return _Heading(leaders, fixed, view.spans(span.start, span.end), view)

    def _preamble(self) -> _Heading | None:
        """ "… yêu cầu các cấp ủy, chính quyền thực hiện các nhiệm vụ sau:" before the items."""
        if not self._order_read:
            self._order_read = True
            paragraphs = [p for p in self.tree.parts if p.zone is Zone.PREAMBLE and p.pieces]
            for part in reversed(paragraphs):
                self._order = self._read_order(part)
                if self._order is not None:
                    break
        return self._order

    def _read_order(self, part: Part) -> _Heading | None:
        view = View(self.tree.source.text, part.pieces)
        if not view.text.rstrip(" *").endswith(":"):
            return None
        actors = actors_in(view, self.find)
        for cue in reversed(list(_entry("cue.order").finditer(view.text))):
            run = _run_from(view.text, actors, cue.end())
            if not run:
                continue
            issuer = [a for a in actors if a.end <= cue.start()]
            near = issuer and not view.text[issuer[-1].end : cue.start()].strip()
            start = issuer[-1].start if near else cue.start()
            end = len(view.text.rstrip(" *:"))
            return _Heading(tuple(a.agency for a in run), (), view.spans(start, end), view)
        return None

    # --- results --------------------------------------------------------------------------

    def _add(
        self,
        about: int,
        agency: AgencyMention,
        role: str,
        via: str,
        pieces: tuple[Span, ...],
        rule: str,
        src: int | None = None,
        note: str | None = None,
    ) -> None:
        confidence = round(_CONFIDENCE[via] * agency.confidence, 3)
        self.assignments.append(
            AssignmentMention(
                about, agency, role, via, pieces, src, f"assignment.{rule}", confidence, note
            )
        )

    def _leave(self, part: Part, pieces: tuple[Span, ...], reason: str, detail: str) -> None:
        surface = self.tree.join(pieces)
        self.unresolved.append(
            UnresolvedMention(pieces, surface, reason, detail, part.index, f"assignment.{reason}")
        )


def _inside(actor: Actor, view: View, label: Label) -> bool:
    """Whether an agency of the item stands in a label of the same words."""
    same = label.view.pieces == view.pieces
    return same and label.start <= actor.start and actor.end <= label.end


def _said_in_cell(text: str, actors: list[Actor], index: int, column: str) -> str:
    """A cell of several roles says which: "Chủ trì: Sở Y tế; phối hợp: Sở Tài chính", "VNPT,
    Viettel (phối hợp)"."""
    actor = actors[index]
    after = text[actor.end :]
    for role in ("lead", "coordinate"):
        if _entry(f"after.{role}").match(after):
            return role
    for member in _run_from(text, actors[index:], actor.start) if "(" in after else ():
        for role in ("lead", "coordinate"):
            if _entry(f"role-in-brackets.{role}").match(text[member.end :]):
                return role
    places = [
        (found.end(), role)
        for role in ("lead", "coordinate")
        for found in _entry(f"label.{role}").finditer(text, 0, actor.start)
    ]
    return max(places)[1] if places else column


def _run_from(text: str, actors: list[Actor], position: int) -> list[Actor]:
    """The list of agencies that begins at a position, a title before it allowed."""
    run: list[Actor] = []
    for actor in actors:
        if actor.start < position:
            continue
        between = text[run[-1].end if run else position : actor.start]
        pattern = _entry("join") if run else _entry("person")
        if between.strip(" *") and not pattern.match(between):
            break
        run.append(actor)
    return run


def _is_ditto(view: View) -> bool:
    """Whether a cell only says that it is as the one above: "- nt -", "Như trên"."""
    return bool(_entry("ditto").fullmatch(" ".join(view.text.split())))


def _named(text: str, actors: list[Actor]) -> list[Actor] | None:
    """The agencies of a heading that does nothing but name them; None if it says more."""
    if not _entry("heading.before").match(text[: actors[0].start]):
        return None
    run = _run_from(text, actors, actors[0].start)
    after = text[run[-1].end :]
    return run if _entry("heading.after").match(after) else None


def _opens_work(text: str, actors: list[Actor]) -> bool:
    """Whether a heading goes on with work after the agencies that it opens with."""
    run = _run_from(text, actors, actors[0].start)
    after = text[run[-1].end :].lstrip(" ,:")
    return bool(lexicon.load("tasks").named("work.opening").pattern.match(after))


def _before_lead_in(text: str, duty: Duty) -> int:
    """The end of the words that say a heading's duty, without ", trọng tâm là"."""
    tail = re.search(
        r",?\s*(?:trong đó,?\s*)?(?:trọng tâm|cụ thể|gồm|như sau|sau đây)(?: là)?$",
        text[: duty.end],
    )
    return tail.start() if tail and tail.start() > duty.start else duty.end


@cache
def _entry(name: str) -> re.Pattern[str]:
    return lexicon.load("roles").named(name).pattern
