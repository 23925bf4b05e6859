"""What rows of a list came to, added to the graph of the document that has the list."""

from __future__ import annotations

from policygraph import iri
from policygraph.identity import RULE, Fulfilment, Identified
from policygraph.iri import Kind
from policygraph.rdf import terms
from policygraph.rdf.terms import Graph
from policygraph.resolve import DocumentFacts


def add(graph: Graph, document: DocumentFacts, found: Identified) -> None:
    """A citation of evidence class "inferred" for each fulfilment, so that a lineage can show it,
    with the row's own words and the candidates' scores."""
    for fulfilment in found.fulfilments:
        task = iri.under(Kind.TASK, document.key.local, _name(document, fulfilment))
        planned = graph.target(task, "pg:mandates")
        if planned is not None:
            _add(graph, document, fulfilment, planned)


def _add(graph: Graph, document: DocumentFacts, fulfilment: Fulfilment, planned: str) -> None:
    local, name = document.key.local, _name(document, fulfilment)
    issued = iri.document(fulfilment.issued)
    node = iri.thing(Kind.CITATION, local, iri.path_local(name), "fulfils")
    graph.link(issued, "pg:fulfils", planned)
    graph.type(node, "pg:Citation")
    graph.link(node, "pg:inDocument", iri.document(document.key))
    graph.link(node, "pg:citingPart", iri.under(Kind.PART, local, name))
    graph.link(node, "pg:citedDocument", planned)
    graph.link(node, "pg:citingSubject", issued)
    graph.link(node, "pg:relation", "pg:fulfils")
    words = document.reading.tree.join(fulfilment.task.pieces)
    graph.add(node, "pg:surface", terms.text(words, "vi"))
    for piece in fulfilment.task.pieces:
        graph.link(node, "pg:evidence", iri.at(Kind.EVIDENCE, local, piece.start, piece.end))
    scores = "; ".join(f"{c.key.local} {c.score:.2f}" for c in fulfilment.candidates)
    graph.add(node, "pg:note", terms.text(f"candidates: {scores}"))
    for candidate in fulfilment.candidates:
        graph.link(node, "pg:candidate", iri.document(candidate.key))
    graph.add(node, "pg:rule", terms.text(RULE))
    score = fulfilment.candidates[0].score
    graph.add(node, "pg:confidence", terms.typed(f"{score:.2f}", "decimal"))
    graph.link(node, "pg:evidenceClass", iri.concept("evidence-class", "inferred"))
    graph.link(node, "pg:status", iri.concept("status", "proposed"))


def _name(document: DocumentFacts, fulfilment: Fulfilment) -> str:
    return document.reading.tree.parts[fulfilment.task.part].name
