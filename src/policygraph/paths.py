"""Paths between things, upward and downward, found on demand and shown with their evidence.

Edges lead upward (``edges``), under a choice of which of them count.  A path is worth its weakest
edge.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from policygraph import iri
from policygraph.edges import PART_OF, USUAL, Edges, Link, Options, kind, own_document
from policygraph.engine import Engine

DEFAULT_LIMIT, MAX_LIMIT = 100, 1000
_MAX_STEPS = 200_000
"""Steps of the search for all paths before it stops and says so."""

_STRENGTH = ("title", "preamble", "body", "table", "inferred", "external")
"""Evidence classes, the strongest first; words of the body and of a table weigh the same."""
RANK = {iri.concept("evidence-class", name): rank for rank, name in enumerate(_STRENGTH)}
RANK[iri.concept("evidence-class", "table")] = RANK[iri.concept("evidence-class", "body")]
BODY, EXTERNAL = iri.concept("evidence-class", "body"), iri.concept("evidence-class", "external")
INFERRED = iri.concept("evidence-class", "inferred")
_LABEL, _ISSUED, _SOURCE = (
    iri.PREFIXES[prefix] + name
    for prefix, name in (("rdfs", "label"), ("dcterms", "issued"), ("dcterms", "source"))
)
_HEADING, _PATH, _VALID_FROM, _VALID_TO = map(iri.term, ("heading", "path", "validFrom", "validTo"))
_EVIDENCE, _EVIDENCE_CLASS, _CONFIDENCE, _RULE = map(
    iri.term, ("evidence", "evidenceClass", "confidence", "rule")
)
_MANDATES, _REPLACES = map(iri.term, ("mandates", "replaces"))


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge with the words that say it.

    Offsets count code points of ``file``; None where there are no words.  ``assertion`` is the
    citation, task or part that says it; ``sources`` vouch for an external fact.
    """

    lower: str
    relation: str
    relation_label: str
    upper: str
    assertion: str | None
    quote: str | None
    file: str | None
    start: int | None
    end: int | None
    evidence_class: str
    confidence: float | None
    rule: str | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replacement:
    """What came in a document's place, from which day (ISO 8601; None where not known)."""

    iri: str
    label: str
    since: str | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A thing on a path; days as ISO 8601, ``valid_to`` the last one on which it holds."""

    iri: str
    kind: str
    """doc, part, task …"""
    label: str
    issued: str | None
    valid_from: str | None
    valid_to: str | None
    replaced_by: tuple[Replacement, ...]

    def holds_on(self, day: dt.date) -> bool | None:
        """Whether it was in force on a day; None where nothing on record says so."""
        on = day.isoformat()
        start = self.valid_from or self.issued
        if start and on < start:
            return False
        if self.valid_to:
            return on <= self.valid_to
        if any(r.since and r.since <= on for r in self.replaced_by):
            return False
        return None


@dataclass(frozen=True, slots=True)
class Path:
    """Things from the lower to the upper, and the edges between them.  The evidence class is the
    weakest edge's; the confidence the least that is known."""

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]

    @property
    def evidence_class(self) -> str:
        return max((e.evidence_class for e in self.edges), key=lambda name: RANK.get(name, 0))

    @property
    def confidence(self) -> float | None:
        return min((e.confidence for e in self.edges if e.confidence is not None), default=None)

    @property
    def is_external(self) -> bool:
        return any(e.evidence_class == EXTERNAL for e in self.edges)

    @property
    def is_inferred(self) -> bool:
        return any(e.evidence_class == INFERRED for e in self.edges)


@dataclass(frozen=True, slots=True)
class Found:
    """One direction of a lineage.  ``last`` are the documents (or the thing itself) where it
    ends; ``is_complete`` is False where a limit cut the paths or the search short."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    paths: tuple[Path, ...]
    last: tuple[Node, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Between:
    """Whether one thing leads to another: the paths, lower end first, or where each side ends.

    ``lower_last`` are the last documents reached upward from the lower thing, ``upper_last``
    those reached downward from the upper one.
    """

    lower: Node
    upper: Node
    found: Found | None
    lower_last: tuple[Node, ...]
    upper_last: tuple[Node, ...]


_Piece = tuple[int, int, str, str]
"""Start, end, file and words."""


class Paths:
    """Walks one engine under one choice of options; what it has read it does not read again."""

    def __init__(self, engine: Engine, options: Options = USUAL, lang: str = "vi") -> None:
        self.engine, self.options, self.lang = engine, options, lang
        self.edges = Edges(engine, options)
        self._memory = engine.memory()
        self._shown = "shown", lang, options.confidence, options.accepted
        """What the words of a thing or an edge depend on."""

    # --- answers ------------------------------------------------------------------------------

    def upward(self, thing: str, limit: int = DEFAULT_LIMIT, *, every: bool = False) -> Found:
        """What stands above a thing, with the paths to where it ends: the shortest one to each
        end, or with ``every`` all simple paths."""
        above = self.edges.up(thing)
        last = self._last_above(above)
        paths, is_complete = _search(_uppers(above), thing, set(last), limit, every=every)
        return self._found(above, paths, last, is_complete=is_complete)

    def routes(self, thing: str, limit: int = DEFAULT_LIMIT) -> list[tuple[str, ...]]:
        """The shortest way from a thing to each end above it, without labels and evidence."""
        above = self.edges.up(thing)
        return _search(_uppers(above), thing, set(self._last_above(above)), limit, every=False)[0]

    def downward(self, thing: str, limit: int = DEFAULT_LIMIT, *, every: bool = False) -> Found:
        """What stands below a thing, with the paths from each lowest document and task."""
        above, all_seen = self.edges.down(thing)
        lowers = _lowers(above)
        ends = {node for node in above if not lowers.get(node)}
        paths, all_told = _search(lowers, thing, ends, limit, every=every)
        last = [node for node in above if node in ends and kind(node) == "doc"]
        turned = [path[::-1] for path in paths]
        return self._found(above, turned, last, is_complete=all_seen and all_told)

    def between(
        self, one: str, other: str, limit: int = DEFAULT_LIMIT, *, every: bool = False
    ) -> Between:
        """The paths from one thing up to another, or else from the other up to the one."""
        for lower, upper in ((one, other), (other, one)):
            above = self.edges.up(lower)
            if upper in above:
                sequences, is_complete = _search(_uppers(above), lower, {upper}, limit, every=every)
                on_paths = {node for sequence in sequences for node in sequence}
                kept = {
                    node: tuple(link for link in links if link.upper in on_paths)
                    for node, links in above.items()
                    if node in on_paths
                }
                found = self._found(kept, sequences, [upper], is_complete=is_complete)
                return Between(self.node(lower), self.node(upper), found, (), ())
        below, _ = self.edges.down(other)
        return Between(
            self.node(one),
            self.node(other),
            None,
            tuple(map(self.node, self._last_above(self.edges.up(one)))),
            tuple(map(self.node, _lowest_documents(below)))[:limit],
        )

    def _last_above(self, above: Mapping[str, Sequence[Link]]) -> list[str]:
        """Where the way up ends.  A document that is only planned is a demand that has been
        answered, not a document that was reached."""
        planned = {node for node in above if kind(node) == "doc" and self._is_planned(node)}
        return [
            node
            for node, links in above.items()
            if node not in planned and all(link.upper in planned for link in links)
        ]

    def _is_planned(self, thing: str) -> bool:
        statements = self.engine.statements
        key = "planned", thing
        return self._memory.get(key, lambda: any(statements(None, _MANDATES, thing)))

    def _found(
        self,
        above: Mapping[str, Sequence[Link]],
        sequences: Iterable[Sequence[str]],
        last: Iterable[str],
        *,
        is_complete: bool,
    ) -> Found:
        return Found(
            tuple(map(self.node, above)),
            tuple(self.edge(link) for links in above.values() for link in links),
            tuple(self._path(sequence, above) for sequence in sequences),
            tuple(map(self.node, last)),
            is_complete,
        )

    def _path(self, sequence: Sequence[str], above: Mapping[str, Sequence[Link]]) -> Path:
        """The strongest edge of each step."""
        return Path(
            tuple(sequence),
            tuple(
                min(
                    (self.edge(link) for link in above[lower] if link.upper == upper),
                    key=lambda edge: RANK.get(edge.evidence_class, 0),
                )
                for lower, upper in pairwise(sequence)
            ),
        )

    # --- what is shown of things and edges ----------------------------------------------------

    def node(self, thing: str) -> Node:
        return self._memory.get((*self._shown, thing), lambda: self._read_node(thing))

    def edge(self, link: Link) -> Edge:
        return self._memory.get((*self._shown, link), lambda: self._read(link))

    def _read_node(self, thing: str) -> Node:
        is_document = kind(thing) == "doc"
        return Node(
            thing,
            kind(thing),
            self._label(thing),
            self._value(thing, _ISSUED) if is_document else None,
            self._value(thing, _VALID_FROM) if is_document else None,
            self._value(thing, _VALID_TO) if is_document else None,
            tuple(self._replacements(thing)) if is_document else (),
        )

    def _read(self, link: Link) -> Edge:
        """The strongest of the assertions that say an edge, the first in the text on a tie."""
        default = EXTERNAL if link.is_external else BODY
        # A part has its words, but that it belongs where it stands is no assertion.
        is_asserted = link.relation != PART_OF
        choices: list[tuple[str, _Piece | None, str | None]] = [
            (
                (is_asserted and self._value(assertion, _EVIDENCE_CLASS)) or default,
                self._first_piece(assertion),
                assertion,
            )
            for assertion in self.edges.assertions(link)
        ]
        said, first, assertion = min(
            choices,
            key=lambda choice: (RANK.get(choice[0], 0), choice[1] or (0, 0), choice[2] or ""),
            default=(default, None, None),
        )
        start, end, file, quote = first or (None, None, None, None)
        asked = assertion if is_asserted else None
        confidence = self._value(asked, _CONFIDENCE) if asked else None
        return Edge(
            link.lower,
            link.relation,
            self._label(link.relation),
            link.upper,
            assertion,
            quote,
            file,
            start,
            end,
            said,
            float(confidence) if confidence else None,
            self._value(asked, _RULE) if asked else None,
            self._sources(asked) if asked and link.is_external else (),
        )

    def _first_piece(self, assertion: str) -> _Piece | None:
        """The first piece of an assertion's evidence; None where it has no words."""
        pieces = []
        for evidence in self.engine.statements(assertion, _EVIDENCE, None):
            values = {
                said.predicate.removeprefix(iri.ONTOLOGY): said.value.value
                for said in self.engine.statements(evidence.value.value, None, None)
            }
            if {"start", "end", "sourceFile", "quote"} <= values.keys():
                place = int(values["start"]), int(values["end"])
                pieces.append((*place, values["sourceFile"], values["quote"]))
        return min(pieces, default=None)

    def _replacements(self, document: str) -> Iterator[Replacement]:
        for newer in sorted({s.subject for s in self.engine.statements(None, _REPLACES, document)}):
            link = Link(newer, _REPLACES, document, is_external=True)
            if kind(newer) == "doc" and self.edges.is_sure(link):
                since = self._value(newer, _VALID_FROM)
                yield Replacement(newer, self._label(newer), since, self.edge(link).sources)

    def _sources(self, assertion: str) -> tuple[str, ...]:
        found = self.engine.statements(assertion, _SOURCE, None)
        return tuple(sorted(s.value.value for s in found))

    def _label(self, thing: str) -> str:
        return self._memory.get(("label", self.lang, thing), lambda: self._read_label(thing))

    def _read_label(self, thing: str) -> str:
        names = {
            getattr(s.value, "language", None) or "": s.value.value
            for s in self.engine.statements(thing, _LABEL, None)
        }
        asked = names.get(self.lang) or names.get("vi")
        return asked or self._value(thing, _HEADING) or self._value(thing, _PATH) or thing

    def _value(self, thing: str, predicate: str) -> str | None:
        return min(
            (s.value.value for s in self.engine.statements(thing, predicate, None)), default=None
        )


Adjacent = Mapping[str, Sequence[str]]


def _uppers(above: Mapping[str, Sequence[Link]]) -> Adjacent:
    return {
        node: list(dict.fromkeys(link.upper for link in links if link.upper in above))
        for node, links in above.items()
    }


def _lowers(above: Mapping[str, Sequence[Link]]) -> Adjacent:
    found: dict[str, list[str]] = {}
    for node, uppers in _uppers(above).items():
        for upper in uppers:
            found.setdefault(upper, []).append(node)
    return found


def _lowest_documents(above: Mapping[str, Sequence[Link]]) -> list[str]:
    """Documents below which no other document stands; a task counts as its document."""
    documents = dict.fromkeys(
        node if kind(node) == "doc" else own_document(node) or node for node in above
    )
    led_to = {link.upper for node, links in above.items() if kind(node) == "doc" for link in links}
    return [document for document in documents if document not in led_to]


def _search(
    adjacent: Adjacent, start: str, ends: set[str], limit: int, *, every: bool
) -> tuple[list[tuple[str, ...]], bool]:
    """Simple paths from the start to the ends, shortest first, and whether these are all that
    were asked for: one to each end, or with ``every`` all there are."""
    found: list[tuple[str, ...]] = []
    for path in _all_paths(adjacent, start, ends) if every else _nearest(adjacent, start, ends):
        if path is None or len(found) == limit:
            return found, False
        found.append(path)
    return found, True


def _nearest(adjacent: Adjacent, start: str, ends: set[str]) -> Iterator[tuple[str, ...]]:
    """The shortest path to each end."""
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        if node in ends and node != start:
            yield _walked(came_from, node, start)
        for after in adjacent.get(node, ()):
            if after not in came_from and after != start:
                came_from[after] = node
                waiting.append(after)


def _walked(came_from: Mapping[str, str], node: str, start: str) -> tuple[str, ...]:
    path = [node]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))


def _all_paths(adjacent: Adjacent, start: str, ends: set[str]) -> Iterator[tuple[str, ...] | None]:
    """Every simple path to an end, by length; None where the search gives up.

    Depth first under a bound that grows: a step is taken only if an end is still near enough,
    and the search is over when the bound stopped nothing.
    """
    distance = _distances(adjacent, ends)
    bound, steps, is_cut = distance.get(start, 0), 0, start in distance
    while is_cut:
        is_cut = False
        path, choices = [start], [iter(adjacent.get(start, ()))]
        on_path = {start}
        while choices:
            after = next(choices[-1], None)
            steps += 1
            if steps > _MAX_STEPS:
                yield None
                return
            if after is None:
                choices.pop()
                on_path.discard(path.pop())
            elif after not in on_path and after in distance:
                if len(path) + distance[after] > bound:
                    is_cut = True
                elif after in ends:
                    if len(path) == bound:
                        yield (*path, after)
                else:
                    path.append(after)
                    on_path.add(after)
                    choices.append(iter(adjacent.get(after, ())))
        bound += 1


def _distances(adjacent: Adjacent, ends: set[str]) -> Mapping[str, int]:
    """Steps from each thing to the nearest end, where there is a way."""
    back: dict[str, list[str]] = {}
    for node, afters in adjacent.items():
        for after in afters:
            back.setdefault(after, []).append(node)
    found = dict.fromkeys(ends, 0)
    waiting = deque(sorted(ends))
    while waiting:
        node = waiting.popleft()
        for before in back.get(node, ()):
            if before not in found:
                found[before] = found[node] + 1
                waiting.append(before)
    return found
