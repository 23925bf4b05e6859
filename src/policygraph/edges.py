"""What leads where: the direct edges of the lineage, read one thing at a time.

Edges lead upward: a task is stipulated in its part, the part belongs to its document, and the
document implements a directive.  All but the belonging of parts are said by assertions, which
review has accepted or not and which the reader of the text holds more or less certain.
"""

from __future__ import annotations

import tomllib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from importlib.resources import files

from policygraph import iri
from policygraph.engine import Engine
from policygraph.errors import DataError

_STIPULATED_IN, PART_OF, _FULFILS = map(iri.term, ("stipulatedIn", "partOf", "fulfils"))
_BETWEEN_DOCUMENTS = tuple(map(iri.term, ("implements", "issuedWith", "fulfils")))
STRICT = (*_BETWEEN_DOCUMENTS, _STIPULATED_IN, PART_OF)
"""What ``pg:tracesTo`` follows; all of it leads upward, toward the directive."""
BASED_ON = iri.term("basedOn")
REGISTER = iri.graph("register-documents")
"""The graph whose facts come from outside the corpus."""
MAX_NODES = 5000
"""Things looked at below another before the search stops and says so."""

_FROM_ITS_WORDS = frozenset((_STIPULATED_IN, PART_OF))
"""Relations that the lower thing's own words show; all others are said by a citation."""
_NEVER = {
    "doc": _FROM_ITS_WORDS,
    "part": frozenset((_STIPULATED_IN, _FULFILS)),
    "task": frozenset((PART_OF, _FULFILS)),
}
"""Relations that no thing of a kind has, by the domains of the ontology: not looked up."""
_CITING_SUBJECT, _CITED, _RELATION = map(iri.term, ("citingSubject", "citedDocument", "relation"))
_CONFIDENCE, _STATUS = map(iri.term, ("confidence", "status"))
_ACCEPTED = iri.concept("status", "accepted")


@dataclass(frozen=True, slots=True)
class Options:
    """Which edges count.

    strict      what ``pg:tracesTo`` follows; ``wide`` adds ``pg:basedOn`` to policy documents
    external    whether facts of the register, which no text of the corpus states, count too
    by part     a task has only the parents that it cites itself, not those of its document
    confidence  an edge counts only if what says it is at least so certain, from 0 to 1
    accepted    an edge counts only if what says it was accepted by review
    """

    wide: bool = False
    external: bool = False
    by_part: bool = False
    confidence: Decimal | None = None
    accepted: bool = False

    @property
    def is_limited(self) -> bool:
        """Whether some assertions are not sure enough."""
        return self.confidence is not None or self.accepted


USUAL = Options()


@dataclass(frozen=True, slots=True)
class Link:
    """An edge without its evidence; ``is_external`` where only the register states it."""

    lower: str
    relation: str
    upper: str
    is_external: bool


class Edges:
    """The edges of one engine under one choice of options."""

    def __init__(self, engine: Engine, options: Options) -> None:
        self.engine, self.options = engine, options
        self._relations = (*STRICT, BASED_ON) if options.wide else STRICT
        self._memory = engine.memory()

    def above(self, thing: str) -> tuple[Link, ...]:
        """Direct edges upward from a thing, whatever its place on the way."""
        key = ("above", self.options, thing)
        never = _NEVER.get(kind(thing), frozenset())
        return self._memory.get(key, lambda: tuple(self._links(thing, upward=True, never=never)))

    def below(self, thing: str) -> tuple[Link, ...]:
        """Direct edges that lead up to a thing."""
        return tuple(self._links(thing, upward=False))

    def up(self, thing: str) -> dict[str, tuple[Link, ...]]:
        """Everything above a thing: each thing reached, nearest first, with its edges upward."""
        own = own_document(thing) if self.options.by_part else None
        found: dict[str, tuple[Link, ...]] = {}
        waiting = deque([thing])
        while waiting:
            node = waiting.popleft()
            if node in found:
                continue
            found[node] = () if node == own else self.above(node)
            waiting.extend(link.upper for link in found[node])
        return found

    def down(self, thing: str) -> tuple[dict[str, tuple[Link, ...]], bool]:
        """Documents and tasks below a thing with all between, each with its edges *upward*; and
        whether all were looked at."""
        below: dict[str, list[Link]] = {thing: []}
        waiting = deque([thing])
        while waiting and len(below) <= MAX_NODES:
            node = waiting.popleft()
            for link in self._links(node, upward=False):
                if self.options.by_part and node != thing and own_document(link.lower) == node:
                    continue
                if link.lower not in below:
                    below[link.lower] = []
                    waiting.append(link.lower)
                below[link.lower].append(link)
        return _pruned(below, thing), not waiting

    def leading_to(self, document: str) -> Iterator[Link]:
        """The edges over which others lead to a document, without what merely stands in the text
        of the documents reached: thousands of parts and tasks, which do so with their document."""
        seen, waiting = {document}, deque([document])
        while waiting:
            node = waiting.popleft()
            inside = _FROM_ITS_WORDS if kind(node) == "doc" else frozenset[str]()
            for link in self._links(node, upward=False, never=inside):
                yield link
                if link.lower not in seen:
                    seen.add(link.lower)
                    waiting.append(link.lower)

    def assertions(self, link: Link) -> Iterator[str]:
        """What says an edge and is sure enough: a citation, or the task or part itself."""
        for said in self._all_assertions(link):
            if link.relation == PART_OF or self._is_said_surely(said):
                yield said

    def _all_assertions(self, link: Link) -> Iterator[str]:
        if link.relation in _FROM_ITS_WORDS:
            yield link.lower
            return
        for said in self._citations(link.lower):
            # The relation first: most citations are of another, and what is not there is cheap.
            if any(self.engine.statements(said, _RELATION, link.relation)) and any(
                self.engine.statements(said, _CITED, link.upper)
            ):
                yield said

    def _citations(self, subject: str) -> tuple[str, ...]:
        def read() -> tuple[str, ...]:
            return tuple(s.subject for s in self.engine.statements(None, _CITING_SUBJECT, subject))

        return self._memory.get(("citations", subject), read)

    def is_sure(self, link: Link) -> bool:
        return not self.options.is_limited or any(self.assertions(link))

    def _is_said_surely(self, assertion: str) -> bool:
        least = self.options.confidence
        if self.options.accepted and not any(self.engine.statements(assertion, _STATUS, _ACCEPTED)):
            return False
        return least is None or any(
            Decimal(said.value.value) >= least
            for said in self.engine.statements(assertion, _CONFIDENCE, None)
        )

    def _links(
        self, thing: str, *, upward: bool, never: frozenset[str] = frozenset()
    ) -> Iterator[Link]:
        for relation in self._relations:
            if relation in never:
                continue
            graphs: dict[str, bool] = {}
            found = (
                ((s.value.value, s.graph) for s in self.engine.statements(thing, relation, None))
                if upward
                else ((s.subject, s.graph) for s in self.engine.statements(None, relation, thing))
            )
            for other, graph in found:
                graphs[other] = graphs.get(other, True) and graph == REGISTER
            for other, is_external in sorted(graphs.items()):
                lower, upper = (thing, other) if upward else (other, thing)
                link = Link(lower, relation, upper, is_external)
                if lower != upper and self._counts(link):
                    yield link

    def _counts(self, link: Link) -> bool:
        if link.is_external and not self.options.external:
            return False
        if link.relation == BASED_ON and not self._is_policy(link.upper):
            return False
        return self.is_sure(link)

    def _is_policy(self, document: str) -> bool:
        types = self.engine.statements(document, iri.term("documentType"), None)
        return any(s.value.value in self._policy_types for s in types)

    @cached_property
    def _policy_types(self) -> frozenset[str]:
        return frozenset(policy_types())


def policy_types() -> tuple[str, ...]:
    """Concepts of the documents that the wide lineage follows, from ``lexicon/lineage.toml``."""
    path = files("policygraph") / "lexicon" / "lineage.toml"
    try:
        names = tomllib.loads(path.read_text(encoding="utf-8"))["policy_types"]
        return tuple(iri.concept("document-type", str(name)) for name in names)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DataError(path, f"cannot be used: {error!r}") from error


def kind(thing: str) -> str:
    """doc, part, task …; empty for what is no thing of ours."""
    name = iri.parse(thing)
    return name.kind.value if name else ""


def own_document(thing: str) -> str | None:
    """The document under which a part or task stands; None for a document itself."""
    name = iri.parse(thing)
    if name is None or name.kind is iri.Kind.DOCUMENT:
        return None
    return iri.thing(iri.Kind.DOCUMENT, iri.document_of(name.local))


def _pruned(below: Mapping[str, Sequence[Link]], root: str) -> dict[str, tuple[Link, ...]]:
    """Without the parts that hold neither a task nor anything that leads to a document."""
    kept = {root}
    waiting = deque(node for node in below if kind(node) in ("doc", "task"))
    while waiting:
        node = waiting.popleft()
        if node not in kept or node == root:
            kept.add(node)
            waiting.extend(link.upper for link in below[node] if link.upper not in kept)
    return {node: tuple(links) for node, links in below.items() if node in kept}
