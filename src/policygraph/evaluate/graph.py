"""The facts that a built graph states of its source documents, in the form that is compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from policygraph import iri, vocab
from policygraph.evaluate import facts
from policygraph.evaluate.facts import Fact, Value, coded, figure, named
from policygraph.model import Span
from policygraph.rdf.reading import Statements

NAMES = ("skos:prefLabel", "skos:altLabel", "rdfs:label", "dcterms:title")
PLACE_OF_ISSUE = "pg:placeOfIssue"
COUNTRY = "VN"
REJECTED = "rejected"
INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class _Place:
    """A part with a path, and the code points it covers."""

    path: str
    span: Span


class GraphFacts:
    """Facts by source file and kind, read once from the statements of a graph."""

    def __init__(self, graph: Statements) -> None:
        self._graph = graph
        documents = {
            document: graph.value(document, vocab.SOURCE_FILE)
            for document in graph.instances(vocab.PolicyDocument)
        }
        self._file = {document: name for document, name in documents.items() if name}
        self._places = self._places_by_document()
        self._facts: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        for kind, read in self._readers().items():
            for fact in read():
                self._facts[fact.document, kind].append(fact)

    @property
    def files(self) -> list[str]:
        """Source files of the documents whose text the graph was read from."""
        return sorted(set(self._file.values()))

    def of(self, file: str, kind: str) -> list[Fact]:
        """Facts of one document, whose name is its source file."""
        return self._facts.get((file, kind), [])

    def _readers(self) -> Mapping[str, Callable[[], Iterable[Fact]]]:
        return {
            facts.TASKS: self._tasks,
            facts.METADATA: self._metadata,
            facts.CITATIONS: self._citations,
            facts.ASSIGNMENTS: self._assignments,
            facts.TARGETS: lambda: self._measured(vocab.Target, facts.TARGETS, vocab.DEADLINE),
            facts.BASELINES: lambda: self._measured(vocab.Baseline, facts.BASELINES, vocab.YEAR),
        }

    def _nodes(self, of: str) -> Iterable[tuple[str, str]]:
        """Nodes of a class that nobody rejected, each with its source file."""
        for node in self._graph.instances(of):
            file = self._file.get(self._graph.value(node, vocab.IN_DOCUMENT) or "")
            if file and self._concept(node, vocab.STATUS) != REJECTED:
                yield node, file

    def _tasks(self) -> Iterable[Fact]:
        kinds = {
            task: kind
            for kind, of in (("project", vocab.Project), ("document", vocab.DocumentToIssue))
            for task in self._graph.instances(of)
        }
        for task, file in self._nodes(vocab.Task):
            values = {"kind": coded(kinds.get(task, "task"))}
            yield Fact(
                facts.TASKS, file, self._path(task), self._pieces(task), values, self._quote(task)
            )

    def _citations(self) -> Iterable[Fact]:
        for citation, file in self._nodes(vocab.Citation):
            if self._concept(citation, vocab.EVIDENCE_CLASS) == INFERRED:
                continue  # concluded from several things, not read in the text
            document = self._graph.value(citation, vocab.CITED_DOCUMENT) or ""
            relation = self._graph.value(citation, vocab.RELATION) or ""
            surface = self._graph.value(citation, vocab.SURFACE)
            values = {
                "document": facts.cited(
                    self._graph.value(document, vocab.DOCUMENT_NUMBER),
                    *self._names(document),
                    surface,
                ),
                "relation": coded(relation.removeprefix(iri.ONTOLOGY)),
            }
            part = self._graph.value(citation, vocab.CITING_PART) or ""
            yield Fact(
                facts.CITATIONS,
                file,
                self._nearest_path(part),
                self._pieces(citation),
                values,
                surface or self._quote(citation),
            )

    def _assignments(self) -> Iterable[Fact]:
        """One fact for a provision, agency and role: a row with three targets is assigned once.

        What is said twice of one and the same thing stays twice.
        """
        said: dict[tuple[str, str, str, str], dict[str, list[str]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for node, file in self._nodes(vocab.Assignment):
            agency = self._graph.value(node, vocab.AGENCY) or ""
            role = self._concept(node, vocab.ROLE)
            for thing in self._graph.objects(node, vocab.ASSIGNS):
                said[file, self._path(thing), agency, role][thing].append(node)
        for (file, path, agency, role), by_thing in said.items():
            for node in max(by_thing.values(), key=len):
                values = {"agency": named(*self._names(agency)), "role": coded(role)}
                yield Fact(
                    facts.ASSIGNMENTS,
                    file,
                    path,
                    self._pieces(node),
                    values,
                    self._quote(node),
                    self._clause(node, file),
                )

    def _measured(self, of: str, kind: str, year: str) -> Iterable[Fact]:
        for node, file in self._nodes(of):
            stated = self._graph.value(node, year)
            values = {
                "value": figure(
                    self._decimal(node, vocab.VALUE), self._decimal(node, vocab.UPPER_VALUE)
                ),
                "comparator": self._code(node, vocab.COMPARATOR),
                "unit": self._code(node, vocab.UNIT),
                year.removeprefix("pg:"): coded(stated and stated[:4]),
                "scope": named(self._graph.value(node, vocab.SCOPE)),
            }
            yield Fact(kind, file, self._path(node), self._pieces(node), values, self._quote(node))

    def _metadata(self) -> Iterable[Fact]:
        graph = self._graph
        for document, file in self._file.items():
            issuer = graph.value(document, vocab.ISSUER) or ""
            contents = {
                "number": facts.numbered(graph.value(document, vocab.DOCUMENT_NUMBER)),
                "type": self._type(document),
                "issuer": named(*self._names(issuer)),
                "province": self._province(document),
                "date": named(graph.value(document, "dcterms:issued")),
                "title": self._title(document),
                "signer": named(graph.value(document, vocab.SIGNATORY)),
                "signer_position": named(graph.value(document, vocab.SIGNATORY_POSITION)),
                "place": named(graph.value(document, PLACE_OF_ISSUE)),
                "recipients": facts.together(graph.objects(document, vocab.RECIPIENT)),
            }
            for name, content in contents.items():
                if content.forms:
                    yield Fact(facts.METADATA, file, name, (), {"content": content})

    def _title(self, document: str) -> Value:
        """The title with or without the type word before it."""
        kind = self._type(document)
        titles = self._graph.objects(document, "dcterms:title")
        return named(*titles, *(f"{kind.shown} {title}" for title in titles if kind.forms))

    def _province(self, document: str) -> Value:
        place = self._graph.value(document, vocab.JURISDICTION) or ""
        if self._graph.value(place, vocab.ISO_CODE) == COUNTRY:
            return facts.NOTHING
        return facts.place(*self._names(place))

    def _type(self, document: str) -> Value:
        address = self._graph.value(document, vocab.DOCUMENT_TYPE) or ""
        found = _CONCEPTS.get(address)
        if found is None:
            return named(*self._names(address))
        return named(found.vi, *found.alt)

    def _code(self, node: str, predicate: str) -> Value:
        """A concept by its notation and its Vietnamese names; a literal by itself."""
        address = self._graph.value(node, predicate)
        if address is None:
            return facts.NOTHING
        found = _CONCEPTS.get(address)
        if found is not None:
            return coded(found.notation, found.vi, *found.alt)
        listed = [*self._graph.objects(address, "skos:notation"), *self._names(address)]
        return coded(*(listed or [address]))

    def _concept(self, node: str, predicate: str) -> str:
        """Local name of a concept; "" if there is none."""
        return (self._graph.value(node, predicate) or "").rpartition("/")[2]

    def _decimal(self, node: str, predicate: str) -> Decimal | None:
        value = self._graph.value(node, predicate)
        return None if value is None else Decimal(value)

    def _names(self, thing: str) -> list[str]:
        return [name for predicate in NAMES for name in self._graph.objects(thing, predicate)]

    def _path(self, thing: str) -> str:
        part = self._graph.value(thing, vocab.STIPULATED_IN) or ""
        return self._graph.value(part, vocab.PATH) or ""

    def _nearest_path(self, part: str) -> str:
        """Path of the part or of the nearest part above it that has one."""
        seen = set()
        while part and part not in seen:
            if path := self._graph.value(part, vocab.PATH):
                return path
            seen.add(part)
            part = self._graph.value(part, vocab.PART_OF) or ""
        return ""

    def _clause(self, assignment: str, file: str) -> str:
        """Path of the smallest part where the words stand."""
        part = self._graph.value(assignment, vocab.ASSIGNED_IN)
        if part is not None:
            return self._nearest_path(part)
        pieces = self._pieces(assignment)
        around = [p for p in self._places.get(file, ()) if pieces and p.span.contains(pieces[0])]
        around.sort(key=lambda p: p.span.end - p.span.start)
        return around[0].path if around else ""

    def _places_by_document(self) -> dict[str, list[_Place]]:
        places: dict[str, list[_Place]] = defaultdict(list)
        for part, file in self._nodes(vocab.DocumentPart):
            path, span = self._graph.value(part, vocab.PATH), self._span(part)
            if path and span:
                places[file].append(_Place(path, span))
        return places

    def _pieces(self, node: str) -> tuple[Span, ...]:
        spans = map(self._span, self._graph.objects(node, vocab.EVIDENCE))
        return tuple(sorted(filter(None, spans)))

    def _span(self, node: str) -> Span | None:
        start, end = (self._graph.value(node, p) for p in (vocab.START, vocab.END))
        return None if start is None or end is None else Span(int(start), int(end))

    def _quote(self, node: str) -> str:
        pieces = [
            (span, self._graph.value(evidence, vocab.QUOTE) or "")
            for evidence in self._graph.objects(node, vocab.EVIDENCE)
            if (span := self._span(evidence))
        ]
        return " ".join(quote for _, quote in sorted(pieces))


_CONCEPTS = {
    iri.concept(scheme, concept.name): concept
    for scheme, concepts in vocab.SCHEMES.items()
    for concept in concepts
}
