"""Shared indicators and proposed units as one register graph.

Two documents that measure the same thing share one concept, so the concept stands in no
document's graph: a union of graphs would tell its label once for each of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from policygraph import iri, vocab
from policygraph.indicators import Indicator, IndicatorKey, indicator_key, register
from policygraph.iri import Kind
from policygraph.model import TargetMention
from policygraph.rdf import terms
from policygraph.rdf.terms import Graph

_UNITS = {
    name: concept.name
    for concept in vocab.UNIT_CONCEPTS
    for name in (concept.notation, *concept.alt)
    if name
}


def indicator_iri(mention: TargetMention) -> str:
    """The shared concept of what a target or baseline measures."""
    return iri.thing(Kind.INDICATOR, _key(mention).local)


def unit_iri(unit: str) -> str:
    """Concept of a unit: the scheme's, or one that the text proposes ("trạm/huyện")."""
    return iri.concept("unit", _UNITS.get(unit) or iri.slug(unit.replace("/", " trên ")))


def indicators_graph(mentions: Iterable[TargetMention]) -> Graph:
    """The whole register, then the indicators and units that only the mentions bring."""
    graph = Graph()
    for row in register():
        _registered(graph, row)
    phrases: dict[str, set[str]] = defaultdict(set)
    units: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        if not _key(mention).registered:
            phrases[indicator_iri(mention)].add(mention.indicator)
        if mention.unit and mention.unit not in _UNITS:
            units[unit_iri(mention.unit)].add(mention.unit)
    for node in _proposed(graph, phrases, "pg:Indicator", "skos:Concept"):
        graph.link(node, "pg:status", "status:proposed")
    for node in _proposed(graph, units, "skos:Concept"):
        graph.link(node, "skos:inScheme", iri.VOCAB + "unit")
        graph.link(node, "pg:status", "status:proposed")
    return graph


def _key(mention: TargetMention) -> IndicatorKey:
    """A goal without a figure ("hoàn thành chuyển đổi số") is never a share, rate or rank."""
    return indicator_key(mention.indicator, "" if mention.value is None else mention.unit)


def _registered(graph: Graph, row: Indicator) -> None:
    node = iri.thing(Kind.INDICATOR, row.local)
    graph.type(node, "pg:Indicator", "skos:Concept")
    graph.add(
        node, "skos:prefLabel", terms.text(row.label_vi, "vi"), terms.text(row.label_en, "en")
    )
    others = sorted({e for e in row.examples if e.casefold() != row.label_vi.casefold()})
    graph.add(node, "skos:altLabel", *(terms.text(other, "vi") for other in others))
    if row.unit:
        graph.link(node, "pg:unit", unit_iri(row.unit))
    graph.add(node, "dcterms:source", terms.text(row.source))
    graph.link(node, "pg:status", "status:accepted")


def _proposed(graph: Graph, names: Mapping[str, set[str]], *classes: str) -> Iterable[str]:
    """Concepts by their words in the texts: the shortest wording names them."""
    for node, wordings in names.items():
        first, *others = sorted(wordings, key=lambda words: (len(words), words))
        graph.type(node, *classes)
        graph.add(node, "skos:prefLabel", terms.text(first, "vi"))
        graph.add(node, "skos:altLabel", *(terms.text(other, "vi") for other in others))
        yield node
