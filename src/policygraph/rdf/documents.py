"""A source document's facts as RDF: one field, one term.

Superclasses are asserted too, so that plain SPARQL finds what it should.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from policygraph import iri, vocab
from policygraph.iri import Kind
from policygraph.model import (
    AssignmentMention,
    Field,
    Part,
    Span,
    TargetMention,
    TaskMention,
    Tree,
    UnresolvedMention,
    Zone,
)
from policygraph.rdf import terms
from policygraph.rdf.indicators import indicator_iri, unit_iri
from policygraph.rdf.terms import Graph
from policygraph.registers import Registers
from policygraph.resolve import (
    Conflict,
    DocumentFacts,
    KnownDocument,
    ResolvedCitation,
    Subject,
)

_KINDS = {concept.name: concept for concept in vocab.PART_KIND_CONCEPTS}
_TYPES = {concept.vi: concept for concept in vocab.DOCUMENT_TYPE_CONCEPTS}
_OTHER_TYPE = next(c for c in vocab.DOCUMENT_TYPE_CONCEPTS if c.name == "van-ban-khac")
_COMPARATORS = {concept.notation: concept.name for concept in vocab.COMPARATOR_CONCEPTS}
_ZONE_CLASS = {Zone.TITLE: "title", Zone.LETTERHEAD: "title", Zone.PREAMBLE: "preamble"}
_TASK_CLASSES = {
    "task": ("pg:Task",),
    "project": ("pg:Project", "pg:Task"),
    "document": ("pg:DocumentToIssue", "pg:Task"),
}
_METADATA_TERMS = {
    "type": "pg:documentType",
    "number": "pg:documentNumber",
    "date": "dcterms:issued",
    "title": "dcterms:title",
    "issuer": "pg:issuer",
    "jurisdiction": "pg:jurisdiction",
    "signer": "pg:signatory",
    "signer_position": "pg:signatoryPosition",
    "place": "pg:placeOfIssue",
}
_PLAIN_FIELDS: Mapping[str, Callable[[str], terms.Object]] = {
    "number": terms.text,
    "date": lambda value: terms.typed(value, "date"),
    "title": lambda value: terms.text(value, "vi"),
    "signer": terms.text,
    "signer_position": lambda value: terms.text(value, "vi"),
    "place": lambda value: terms.text(value, "vi"),
}
"""Fields whose value is a literal; type, issuer and jurisdiction are things."""
_SHORTCUTS = {"lead": "pg:leadAgency", "coordinate": "pg:coordinatingAgency"}
_LABEL_TITLE = 90


def document_graph(facts: DocumentFacts, registers: Registers) -> Graph:
    """The named graph of one source document."""
    return _Writer(facts, registers).graph


def cited_graph(graph: Graph, documents: Iterable[KnownDocument], registers: Registers) -> None:
    """Add documents that are known only from citations, as far as the citations say."""
    for known in documents:
        if known.registered:
            continue
        node = iri.document(known.key)
        concept = document_type(known.type_word)
        graph.type(node, "pg:PolicyDocument", "eli:Work", *concept.classes)
        graph.link(node, "pg:documentType", iri.concept("document-type", concept.name))
        if known.number:
            graph.text(node, "pg:documentNumber", known.number)
        if known.issued:
            graph.add(node, "dcterms:issued", terms.day(known.issued))
        if known.name:
            graph.text(node, "dcterms:title", known.name, "vi")
        if registers.place(known.jurisdiction):
            graph.link(node, "pg:jurisdiction", place_iri(known.jurisdiction))
        if known.issuer:
            graph.link(node, "pg:issuer", iri.thing(Kind.AGENCY, known.issuer.local))
        named = f"{concept.vi} {known.number}" if known.number else known.name or concept.vi
        english = f"{concept.en} {known.number}" if known.number else f"{concept.en}: {known.name}"
        graph.text(node, "rdfs:label", named, "vi")
        graph.text(node, "rdfs:label", english, "en")


def document_type(word: str | None) -> vocab.Concept:
    """Concept of a type word; "van-ban-khac" where there is none."""
    return _TYPES.get(word or "", _OTHER_TYPE)


def place_iri(code: str) -> str:
    return iri.thing(Kind.PLACE, iri.slug(code))


class _Writer:
    """Writes one document's facts into one graph."""

    def __init__(self, facts: DocumentFacts, registers: Registers) -> None:
        self.facts, self.registers = facts, registers
        self.graph = Graph()
        self.tree: Tree = facts.reading.tree
        self.text = self.tree.source.text
        self.local = facts.key.local
        self.node = iri.document(facts.key)
        self._parts = [iri.under(Kind.PART, self.local, part.name) for part in self.tree.parts]
        self._orders = {
            child: order for part in self.tree.parts for order, child in enumerate(part.children, 1)
        }
        self._evidences: set[str] = set()
        self._tasks = frozenset(task.part for task in facts.reading.tasks)
        self._document()
        for part in self.tree.parts[1:]:
            self._part(part)
        for task in facts.reading.tasks:
            self._task(task)
        targets = self._targets(facts.reading.targets)
        for assignment in facts.reading.assignments:
            self._assignment(assignment, targets)
        for citation in facts.citations:
            self._citation(citation)
        for conflict in facts.conflicts:
            self._conflict(conflict)
        for number, mention in enumerate(facts.unresolved):
            self._unresolved(mention, number)

    # --- the document ----------------------------------------------------------------------

    def _document(self) -> None:
        graph, node, said = self.graph, self.node, self.facts.reading.metadata
        concept = document_type(said.type.value if said.type else None)
        graph.type(node, "pg:PolicyDocument", "eli:Work", *concept.classes)
        graph.link(node, "pg:documentType", iri.concept("document-type", concept.name))
        for language, label in self._labels(concept).items():
            graph.text(node, "rdfs:label", label, language)
        for name, predicate in _METADATA_TERMS.items():
            value: Field | None = getattr(said, name)
            if value is None:
                continue
            self._metadata(iri.slug(name), predicate, value)
            if name in _PLAIN_FIELDS:
                graph.add(node, predicate, _PLAIN_FIELDS[name](value.value))
        for position, recipient in enumerate(said.recipients):
            self._metadata(f"recipient-{position}", "pg:recipient", recipient)
            graph.text(node, "pg:recipient", recipient.value, "vi")
        if said.issuer_agency:
            graph.link(node, "pg:issuer", iri.thing(Kind.AGENCY, said.issuer_agency.local))
        if said.jurisdiction:
            graph.link(node, "pg:jurisdiction", place_iri(said.jurisdiction.value))
        source = self.tree.source
        graph.text(node, "pg:sourceFile", source.path)
        graph.text(node, "pg:sourceSha256", source.sha256)
        if source.original and source.original_sha256:
            graph.text(node, "pg:originalFile", source.original)
            graph.text(node, "pg:originalSha256", source.original_sha256)

    def _labels(self, concept: vocab.Concept) -> Mapping[str, str]:
        said = self.facts.reading.metadata
        if said.number:
            return {
                "vi": f"{concept.vi} {said.number.value}",
                "en": f"{concept.en} {said.number.value}",
            }
        place = self.registers.place(said.jurisdiction.value) if said.jurisdiction else None
        title = shorten(said.title.value if said.title else self.tree.source.path, _LABEL_TITLE)
        where = f" ({place.short})" if place else ""
        aim = self._implemented_number()
        english = f"{concept.en}{where}" + (f" implementing {aim}" if aim else ", unnumbered")
        return {"vi": f"{title}{where}", "en": english}

    def _implemented_number(self) -> str | None:
        for citation in self.facts.citations:
            subject = citation.subject
            if (
                citation.mention.relation == "implements"
                and subject is not None
                and (subject.kind, subject.local) == ("document", self.local)
            ):
                return citation.mention.reference.number
        return None

    def _metadata(self, name: str, predicate: str, value: Field) -> None:
        """The assertion of one thing that the document says of itself."""
        node = iri.thing(Kind.METADATA, self.local, name)
        self.graph.type(node, "pg:Metadata")
        self.graph.link(node, "pg:inDocument", self.node)
        self.graph.link(node, "pg:field", predicate)
        self.graph.text(node, "pg:surface", value.value, "vi")
        zone = self._zone_class(value.span)
        self._assertion(node, (value.span,), value.rule, value.confidence, zone)

    def _zone_class(self, span: Span) -> str:
        for part in self.tree.parts[1:]:
            if part.start <= span.start < part.end and not part.children:
                return _ZONE_CLASS.get(part.zone, "body")
        return "body"

    # --- parts -----------------------------------------------------------------------------

    def _part(self, part: Part) -> None:
        graph, node = self.graph, self._part_iri(part)
        graph.type(node, "pg:DocumentPart", "eli:WorkSubdivision")
        parent = self.tree.parts[part.parent]
        graph.link(node, "pg:partOf", self._part_iri(parent) if part.parent else self.node)
        graph.link(node, "pg:inDocument", self.node)
        graph.link(node, "pg:partKind", iri.concept("part-kind", part.kind))
        graph.integer(node, "pg:order", self._orders[part.index])
        graph.integer(node, "pg:start", part.start)
        graph.integer(node, "pg:end", part.end)
        kind = _KINDS[part.kind]
        if part.path:
            graph.text(node, "pg:path", part.path)
            graph.text(node, "rdfs:label", f"{kind.vi} {part.path}", "vi")
            graph.text(node, "rdfs:label", f"{kind.en} {part.path}", "en")
        for piece in self._words_of(part):
            graph.link(node, "pg:evidence", self._evidence(piece))
        words = self.tree.own_text(part)
        if words:
            predicate = "pg:heading" if part.is_heading else "pg:text"
            graph.text(node, predicate, words, "vi")

    def _words_of(self, part: Part) -> tuple[Span, ...]:
        """A part's own words; of a table or appendix that has none its first line, so that each
        step of a lineage can be shown in the text ("PHỤ LỤC 2")."""
        if part.pieces or not part.children:
            return part.pieces if part.path else ()
        lines = self.text[part.start : part.end].splitlines(keepends=True)
        start = part.start
        for line in lines:
            words = line.strip()
            if words:
                start += line.index(words)
                return (Span(start, start + len(words)),)
            start += len(line)
        return ()

    def _part_iri(self, part: Part) -> str:
        return self._parts[part.index]

    # --- tasks, targets, assignments -------------------------------------------------------

    def _task_iri(self, part: Part) -> str:
        return iri.under(Kind.TASK, self.local, part.name)

    def _task(self, task: TaskMention) -> None:
        graph, part = self.graph, self.tree.parts[task.part]
        node = self._task_iri(part)
        graph.type(node, *_TASK_CLASSES[task.kind])
        graph.link(node, "pg:stipulatedIn", self._part_iri(part))
        graph.link(node, "pg:inDocument", self.node)
        graph.text(node, "pg:text", self.tree.join(task.pieces), "vi")
        graph.text(node, "rdfs:label", task.label, "vi")
        if task.period:
            if task.period.start_year:
                graph.add(node, "pg:startYear", terms.year(task.period.start_year))
            if task.period.end_year:
                graph.add(node, "pg:endYear", terms.year(task.period.end_year))
            if task.period.recurrence:
                graph.link(node, "pg:recurrence", iri.concept("recurrence", task.period.recurrence))
        if task.product:
            graph.text(node, "pg:product", task.product, "vi")
        if task.kind == "document":
            self._planned(node, part, task)
        zone = "table" if part.cells else "body"
        self._assertion(node, task.pieces, task.rule, task.confidence, zone)

    def _planned(self, task_node: str, part: Part, task: TaskMention) -> None:
        """The document that a row says is to be issued."""
        concept = document_type(task.document_type)
        key = iri.document_key(
            self.facts.key.jurisdiction,
            "du-kien",
            concept.name,
            None,
            f"{self.local}-{part.name}",
        )
        node = iri.document(key)
        graph = self.graph
        graph.link(task_node, "pg:mandates", node)
        graph.type(node, "pg:PolicyDocument", "eli:Work", *concept.classes)
        graph.link(node, "pg:documentType", iri.concept("document-type", concept.name))
        graph.text(node, "rdfs:label", f"{task.label} (dự kiến)", "vi")
        graph.text(node, "rdfs:label", f"{concept.en}, planned: {task.label}", "en")

    def _targets(self, mentions: Sequence[TargetMention]) -> Mapping[int, list[str]]:
        """Write the targets; their IRIs by the index of their part."""
        by_part: dict[int, list[str]] = {}
        numbers: Counter[int] = Counter()
        for mention in dict.fromkeys(mentions):
            part = self.tree.parts[mention.part]
            kind = Kind.BASELINE if mention.is_baseline else Kind.TARGET
            numbers[mention.part] += 1
            node = iri.under(kind, self.local, f"{part.name}/v{numbers[mention.part]}")
            self._target(node, part, mention)
            if not mention.is_baseline:
                by_part.setdefault(mention.part, []).append(node)
        return by_part

    def _target(self, node: str, part: Part, mention: TargetMention) -> None:
        graph = self.graph
        graph.type(node, "pg:Baseline" if mention.is_baseline else "pg:Target")
        graph.link(node, "pg:stipulatedIn", self._part_iri(part))
        graph.link(node, "pg:inDocument", self.node)
        words = self.tree.join(mention.pieces)
        graph.text(node, "pg:text", words, "vi")
        graph.text(node, "rdfs:label", shorten(words, _LABEL_TITLE), "vi")
        graph.link(node, "pg:indicator", indicator_iri(mention))
        graph.text(node, "pg:indicatorWording", mention.indicator, "vi")
        if mention.comparator:
            name = _COMPARATORS[mention.comparator]
            graph.link(node, "pg:comparator", iri.concept("comparator", name))
        if mention.value is not None:
            graph.add(node, "pg:value", terms.decimal(mention.value))
        if mention.upper_value is not None:
            graph.add(node, "pg:upperValue", terms.decimal(mention.upper_value))
        if mention.total is not None:
            graph.add(node, "pg:total", terms.decimal(mention.total))
        if mention.unit:
            graph.link(node, "pg:unit", unit_iri(mention.unit))
        if mention.year:
            graph.add(
                node, "pg:year" if mention.is_baseline else "pg:deadline", terms.year(mention.year)
            )
        if mention.scope:
            graph.text(node, "pg:scope", mention.scope, "vi")
        if mention.exception:
            graph.text(node, "pg:exception", mention.exception, "vi")
        said = self.facts.reading.metadata.jurisdiction
        if said:
            graph.link(node, "pg:jurisdiction", place_iri(said.value))
        zone = "table" if part.cells else "body"
        self._assertion(node, mention.pieces, mention.rule, mention.confidence, zone)

    def _assignment(self, mention: AssignmentMention, targets: Mapping[int, Sequence[str]]) -> None:
        part = self.tree.parts[mention.about]
        is_task = mention.about in self._tasks
        about = [self._task_iri(part)] if is_task else targets.get(mention.about, ())
        for thing in about:
            self._assign(mention, thing, part)

    def _assign(self, mention: AssignmentMention, about: str, part: Part) -> None:
        """One role of one agency in one task or target."""
        graph = self.graph
        agency = iri.thing(Kind.AGENCY, mention.agency.local)
        _, local = iri.parse(about) or (None, iri.path_local(part.name))
        node = iri.thing(
            Kind.ASSIGNMENT,
            local,
            mention.role,
            mention.via,
            mention.agency.local.replace(".", "-"),
        )
        graph.type(node, "pg:Assignment")
        graph.link(node, "pg:inDocument", self.node)
        graph.link(node, "pg:assigns", about)
        graph.link(node, "pg:agency", agency)
        graph.link(node, "pg:role", iri.concept("role", mention.role))
        graph.link(node, "pg:via", iri.concept("via", mention.via))
        graph.text(node, "pg:surface", mention.agency.surface, "vi")
        if mention.src is not None:
            graph.link(node, "pg:assignedIn", self._part_iri(self.tree.parts[mention.src]))
        if mention.note:
            graph.text(node, "pg:note", mention.note)
        if mention.role in _SHORTCUTS:
            graph.link(about, _SHORTCUTS[mention.role], agency)
        zone = "table" if mention.via == "table" else "body"
        self._assertion(node, mention.pieces, mention.rule, mention.confidence, zone)

    # --- citations -------------------------------------------------------------------------

    def _citation(self, citation: ResolvedCitation) -> None:
        graph, mention = self.graph, citation.mention
        part = self.tree.parts[mention.part]
        node = iri.at(Kind.CITATION, self.local, mention.span.start, mention.span.end)
        cited = iri.document(citation.cited)
        relation = "pg:selfReference" if mention.relation == "self" else f"pg:{mention.relation}"
        graph.type(node, "pg:Citation")
        graph.link(node, "pg:citingPart", self._part_iri(part))
        graph.link(node, "pg:inDocument", self.node)
        graph.link(node, "pg:citedDocument", cited)
        graph.link(node, "pg:relation", relation)
        graph.text(node, "pg:surface", self.tree.join(mention.pieces), "vi")
        subject = self._subject(citation.subject)
        if subject is not None and subject != cited and mention.relation != "self":
            graph.link(node, "pg:citingSubject", subject)
            graph.link(subject, relation, cited)
        zone = _ZONE_CLASS.get(part.zone, "table" if part.cells else "body")
        self._assertion(node, mention.pieces, mention.rule, mention.confidence, zone)

    def _subject(self, subject: Subject | None) -> str | None:
        if subject is None:
            return None
        if subject.kind == "document":
            return iri.thing(Kind.DOCUMENT, subject.local)
        part = self.tree.parts[subject.part]
        return self._task_iri(part) if subject.kind == "task" else self._part_iri(part)

    def _conflict(self, conflict: Conflict) -> None:
        span = conflict.mention.span
        node = iri.at(Kind.CONFLICT, self.local, span.start, span.end)
        predicate = {"issued": "dcterms:issued"}.get(conflict.field, f"pg:{conflict.field}")
        graph = self.graph
        graph.type(node, "pg:Conflict")
        graph.link(node, "pg:inDocument", self.node)
        graph.link(node, "pg:citingPart", self._part_iri(self.tree.parts[conflict.mention.part]))
        graph.link(node, "pg:conflictAbout", iri.document(conflict.about))
        graph.link(node, "pg:conflictField", predicate)
        graph.text(node, "pg:keptValue", conflict.kept)
        graph.text(node, "pg:conflictingValue", conflict.conflicting)
        self._assertion(node, conflict.mention.pieces, "conflict.identity", 1.0, "body")

    def _unresolved(self, mention: UnresolvedMention, number: int) -> None:
        start = mention.pieces[0].start
        node = iri.at(Kind.UNRESOLVED, self.local, start, mention.pieces[-1].end, number)
        graph = self.graph
        graph.type(node, "pg:Unresolved")
        graph.link(node, "pg:inDocument", self.node)
        graph.link(node, "pg:citingPart", self._part_iri(self.tree.parts[mention.part]))
        graph.text(node, "pg:surface", mention.surface, "vi")
        graph.link(node, "pg:reason", iri.concept("reason", mention.reason))
        if mention.detail:
            graph.text(node, "pg:note", mention.detail)
        self._assertion(node, mention.pieces, mention.rule, 1.0, "body")

    # --- evidence --------------------------------------------------------------------------

    def _assertion(
        self, node: str, pieces: Iterable[Span], rule: str, confidence: float, zone: str
    ) -> None:
        graph = self.graph
        for piece in pieces:
            graph.link(node, "pg:evidence", self._evidence(piece))
        graph.text(node, "pg:rule", rule)
        graph.typed(node, "pg:confidence", f"{confidence:.2f}", "decimal")
        graph.link(node, "pg:evidenceClass", iri.concept("evidence-class", zone))
        graph.link(node, "pg:status", iri.concept("status", "proposed"))

    def _evidence(self, span: Span) -> str:
        node = iri.at(Kind.EVIDENCE, self.local, span.start, span.end)
        graph = self.graph
        if node in self._evidences:
            return node
        self._evidences.add(node)
        graph.type(node, "pg:Evidence")
        graph.text(node, "pg:quote", self.text[span.start : span.end])
        graph.integer(node, "pg:start", span.start)
        graph.integer(node, "pg:end", span.end)
        graph.text(node, "pg:sourceFile", self.tree.source.path)
        return node


def shorten(words: str, limit: int) -> str:
    """At most ``limit`` characters, cut at a word's end, with an ellipsis where cut."""
    plain = " ".join(words.split())
    if len(plain) <= limit:
        return plain
    return plain[:limit].rsplit(" ", 1)[0].rstrip(" ,;:-–") + "…"
