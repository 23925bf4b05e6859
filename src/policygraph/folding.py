"""A lineage folded by document and part, so that a thousand tasks can be looked at.

A document holds parts, a part holds parts and tasks.  What is folded is one box with the number
of tasks in it, and an edge from within leads from the box.  A part that holds one task and nothing
else is shown as that task.

    of        the thing asked about, with all that stands above and below it
    works     its tasks, each with who leads it, by when and where the text says so
    fold()    the boxes and lines of the picture, for what is unfolded
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from policygraph import iri
from policygraph.edges import Link
from policygraph.paths import EXTERNAL, Edge, Paths

MAX_BOXES = 400
"""Boxes of a picture; what would be more stays folded."""
_HOLDS = frozenset(map(iri.term, ("stipulatedIn", "partOf")))
"""Relations from what is held to what holds it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which tasks are shown: of an agency, as lead or partner; whose period has the year; of
    documents for a place.  Agency and place are IRIs."""

    agency: str | None = None
    year: int | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A task.  Agencies are IRIs; years are those printed; ``words`` is where its text stands;
    ``links`` are the edges that it has of its own, above its part."""

    iri: str
    label: str
    document: str
    path: str | None
    leads: tuple[str, ...]
    partners: tuple[str, ...]
    start_year: int | None
    end_year: int | None
    words: Edge | None
    links: tuple[Link, ...]

    def matches(self, wish: Wish, place: str | None) -> bool:
        """Whether it is wished for; a task without a year is of no year."""
        first = self.start_year or self.end_year
        last = self.end_year or self.start_year
        return (
            wish.agency in (None, *self.leads, *self.partners)
            and wish.place in (None, place)
            and (wish.year is None or (first or 9999) <= wish.year <= (last or 0))
        )


@dataclass(frozen=True, slots=True)
class Box:
    """A thing of the picture.  ``tasks`` counts those that it holds, whether shown or folded;
    ``can_open`` is True of what may be folded and unfolded; ``is_linked`` is False of a document
    that only holds what the lineage reaches."""

    iri: str
    kind: str
    label: str
    heading: str | None
    tasks: int
    can_open: bool
    is_open: bool
    is_linked: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Edges of one relation and evidence class between two boxes, in the order of the text."""

    lower: str
    relation: str
    relation_label: str
    upper: str
    evidence_class: str
    edges: tuple[Edge, ...]

    @property
    def is_holding(self) -> bool:
        """Whether it only says what stands in what."""
        return self.relation in _HOLDS


@dataclass(frozen=True, slots=True)
class Picture:
    """``opened`` are the boxes that are unfolded; ``is_complete`` is False where too many were
    to be."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    opened: frozenset[str]
    is_complete: bool


def links_around(paths: Paths, thing: str) -> tuple[list[Link], bool]:
    """All edges above and below a thing, and whether all below were looked at."""
    below, is_complete = paths.edges.down(thing)
    found = dict.fromkeys(
        link for side in (paths.edges.up(thing), below) for links in side.values() for link in links
    )
    return list(found), is_complete


def links_of(edges: Iterable[Edge]) -> list[Link]:
    """The edges of paths that were found, as links."""
    return [Link(e.lower, e.relation, e.upper, e.evidence_class == EXTERNAL) for e in edges]


class Folding:
    """One lineage, to be shown folded in one way or another."""

    def __init__(
        self, paths: Paths, thing: str, links: Iterable[Link], wish: Wish = Wish()
    ) -> None:
        self.paths, self.thing, self.wish = paths, thing, wish
        self._starts: dict[str, int] = {}
        self._links = list(links)
        self._above: dict[str, list[Link]] = defaultdict(list)
        for link in self._links:
            self._above[link.lower].append(link)
        nodes = dict.fromkeys([thing, *(end for x in self._links for end in (x.upper, x.lower))])
        self._linked = frozenset(nodes)
        held_by = {node: home for node in nodes if (home := self._held_by(node))}
        nodes |= dict.fromkeys(held_by.values())
        self._known = nodes
        self._roots = tuple(node for node in nodes if node not in held_by)
        self._kept = frozenset(nodes) if wish == Wish() else self._narrowed(held_by)
        self._stands_for = self._merged(held_by)
        self._home = {
            self._stands_for.get(node, node): home
            for node, home in held_by.items()
            if node in self._kept and home not in self._stands_for
        }

    # --- what is there ------------------------------------------------------------------------

    @cached_property
    def all_works(self) -> tuple[Work, ...]:
        """Every task of the lineage, wished for or not, in the order of documents and text."""
        documents = {document: number for number, document in enumerate(self.documents)}
        works = [self._work(node) for node in self._known if _kind(node) == "task"]
        return tuple(
            sorted(works, key=lambda w: (documents[w.document], self._start(w.iri), w.iri))
        )

    @property
    def works(self) -> tuple[Work, ...]:
        """The tasks that are wished for."""
        return tuple(work for work in self.all_works if work.iri in self._kept)

    @cached_property
    def documents(self) -> tuple[str, ...]:
        """Every document of the lineage, as met from the thing."""
        return tuple(node for node in self._known if _kind(node) == "doc")

    @cached_property
    def places(self) -> Mapping[str, str]:
        """The place of each document that has one."""
        said = {d: min(self._values(d, "jurisdiction"), default=None) for d in self.documents}
        return {document: place for document, place in said.items() if place}

    @cached_property
    def holders(self) -> frozenset[str]:
        """Whatever can be unfolded."""
        return frozenset(self._children)

    def words(self, node: str) -> Edge | None:
        """The edge from a part or task to what holds it, with its own words."""
        held = (link for link in self.paths.edges.above(node) if link.relation in _HOLDS)
        return next(map(self.paths.edge, held), None)

    def edges(self) -> Iterator[Edge]:
        """Every edge between things that are wished for."""
        for link in self._links:
            if link.lower in self._kept and link.upper in self._kept:
                yield self.paths.edge(link)

    # --- the picture --------------------------------------------------------------------------

    def fold(self, opened: Collection[str] | None = None) -> Picture:
        """The picture with some boxes unfolded; by default the thing itself."""
        wished = {self.thing} if opened is None else set(opened)
        shown, is_open, is_complete = self._shown(wished | self._forced)
        place = {node: self._nearest(node, shown) for node in self._known if node in self._kept}
        lines: dict[tuple[str, str, str, str], list[Edge]] = defaultdict(list)
        for link in self._links:
            lower, upper = place.get(link.lower), place.get(link.upper)
            if lower is None or upper is None or lower == upper:
                continue
            edge = self.paths.edge(link)
            lines[lower, link.relation, upper, edge.evidence_class].append(edge)
        for node, home in self._home.items():
            # Where the lineage passes the holder by, no edge of it says what stands in what.
            if node in shown and home in shown and home not in self._linked:
                words = self.words(node)
                if words is not None:
                    lines[node, words.relation, home, words.evidence_class].append(words)
        return Picture(
            tuple(self._box(node, node in is_open) for node in shown),
            tuple(
                Line(lower, relation, edges[0].relation_label, upper, said, tuple(edges))
                for (lower, relation, upper, said), edges in lines.items()
            ),
            frozenset(is_open),
            is_complete,
        )

    def _shown(self, wished: Collection[str]) -> tuple[dict[str, None], set[str], bool]:
        """The boxes shown, those of them that are unfolded, and whether all wished for are."""
        shown: dict[str, None] = {}
        is_open: set[str] = set()
        is_complete = True
        roots = [node for node in self._roots if node in self._kept]
        waiting = roots[::-1]
        room = MAX_BOXES - len(roots)
        while waiting:
            node = waiting.pop()
            shown[node] = None
            children = self._children.get(node, ())
            if node not in wished or not children:
                continue
            if len(children) > room:
                is_complete = False
                continue
            room -= len(children)
            is_open.add(node)
            waiting += reversed(children)
        return shown, is_open, is_complete

    @cached_property
    def _forced(self) -> frozenset[str]:
        """What is unfolded whenever it is shown: what holds the thing, and what another holds
        alone, for one box in place of another tells nothing."""
        alone = {held[0] for held in self._children.values() if len(held) == 1}
        return frozenset(self._holding(self.thing)) | alone

    def _nearest(self, node: str, shown: Mapping[str, None]) -> str:
        """The box in which a thing is found."""
        found = self._stands_for.get(node, node)
        while found not in shown:
            found = self._home[found]
        return found

    def _box(self, node: str, is_open: bool) -> Box:
        heading = min(self._values(node, "heading"), default=None)
        return Box(
            node,
            _kind(node),
            self.paths.node(node).label,
            heading if _kind(node) == "part" else None,
            self._tasks_in.get(node, 0),
            node in self._children and node not in self._forced,
            is_open,
            node in self._linked,
        )

    # --- what holds what ----------------------------------------------------------------------

    def _held_by(self, node: str) -> str | None:
        """What holds a part or task: the part of the lineage in which it stands, else its
        document."""
        if _kind(node) == "doc":
            return None
        for link in self.paths.edges.above(node):
            if link.relation in _HOLDS and link.upper in self._linked:
                return link.upper
        return _document(node)

    def _merged(self, held_by: Mapping[str, str]) -> dict[str, str]:
        """Parts that hold one task and nothing else, with that task, which takes their place."""
        held: dict[str, list[str]] = defaultdict(list)
        for node, home in held_by.items():
            if node in self._kept:
                held[home].append(node)
        return {
            home: held[home][0]
            for home in held
            if len(held[home]) == 1
            and (_kind(home), _kind(held[home][0])) == ("part", "task")
            and home != self.thing
        }

    @cached_property
    def _children(self) -> Mapping[str, Sequence[str]]:
        """What each box shows when it is unfolded, in the order of the text."""
        found: dict[str, list[str]] = defaultdict(list)
        for node, home in self._home.items():
            found[home].append(node)
        return {home: sorted(held, key=self._start) for home, held in found.items()}

    @cached_property
    def _tasks_in(self) -> Mapping[str, int]:
        counted: dict[str, int] = defaultdict(int)
        for work in self.works:
            for holder in self._holding(work.iri):
                counted[holder] += 1
        return counted

    def _holding(self, node: str) -> Iterator[str]:
        while node in self._home:
            node = self._home[node]
            yield node

    # --- what is wished for -------------------------------------------------------------------

    def _narrowed(self, held_by: Mapping[str, str]) -> frozenset[str]:
        """The tasks wished for, the thing, and all that stands above these."""
        wish = self.wish
        kept = {w.iri for w in self.all_works if w.matches(wish, self.places.get(w.document))}
        if wish.agency is None and wish.year is None:
            kept |= {d for d, place in self.places.items() if place == wish.place}
        found: set[str] = set()
        waiting = [self.thing, *kept]
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting += [link.upper for link in self._above[node]]
                waiting += [held_by[node]] if node in held_by else []
        return frozenset(found)

    # --- what the graph says of them ----------------------------------------------------------

    def _work(self, task: str) -> Work:
        start, end = (
            min(map(int, self._values(task, name)), default=None)
            for name in ("startYear", "endYear")
        )
        own = [link for link in self._above[task] if link.relation not in _HOLDS]
        part = min(self._values(task, "stipulatedIn"), default=task)
        return Work(
            task,
            self.paths.node(task).label,
            _document(task),
            min(self._values(part, "path"), default=None),
            tuple(sorted(self._values(task, "leadAgency"))),
            tuple(sorted(self._values(task, "coordinatingAgency"))),
            start,
            end,
            self.words(task),
            tuple(own),
        )

    def _start(self, node: str) -> int:
        """Where a part, or a task's part, begins in its text."""
        if node not in self._starts:
            part = min(self._values(node, "stipulatedIn"), default=node)
            self._starts[node] = min(map(int, self._values(part, "start")), default=0)
        return self._starts[node]

    def _values(self, node: str, name: str) -> Iterator[str]:
        return (s.value.value for s in self.paths.engine.statements(node, iri.term(name), None))


def _kind(node: str) -> str:
    name = iri.parse(node)
    return name.kind.value if name else ""


def _document(node: str) -> str:
    """The document in which a part or task stands."""
    local = node.rpartition("/")[2]
    return iri.thing(iri.Kind.DOCUMENT, iri.document_of(local))
