"""The registers as graphs: places, agencies with their changes, documents with outside facts.

What stands here comes from outside the corpus: each fact keeps its sources, and a relation
between documents has a ``pg:Citation`` of evidence class "external", so that a lineage that
runs over it can say so.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Set
from itertools import count

from policygraph import iri, numbers, vocab
from policygraph.model import AgencyMention
from policygraph.rdf import terms
from policygraph.rdf.terms import Graph
from policygraph.registers import (
    COUNTRY,
    AgencyEvent,
    Place,
    PlacedAgency,
    RegisteredDocument,
    Registers,
    Relation,
    expand,
)

RULE = "register"
RULE_SUCCESSOR = "register.successor-province"
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_WHOLE_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DATATYPES = {4: "gYear", 7: "gYearMonth", 10: "date"}
_ENDS = ("merged", "renamed", "dissolved")
_TYPES = {name: c for c in vocab.DOCUMENT_TYPE_CONCEPTS for name in (*c.alt, c.vi)}


def places_graph(registers: Registers) -> Graph:
    """All places with their ISO codes and, where they ended, what came after them."""
    graph = Graph()
    for place in registers.places:
        _place(graph, place)
        if place.successor and place.successor_from:
            _succession(graph, place, place.successor, place.successor_from)
    return graph


def agencies_graph(
    registers: Registers, jurisdictions: Iterable[str], mentions: Iterable[AgencyMention] = ()
) -> Graph:
    """The central agencies, those of the jurisdictions, and what the mentions name besides.

    A province that was merged brings the agencies of its successor with it.
    """
    graph = Graph()
    asked = sorted({COUNTRY, *jurisdictions} & {p.code for p in registers.places})
    successors = {registers_place.successor for registers_place in _known(registers, asked)}
    codes = sorted({*asked, *successors} - {""})
    for code in codes:
        for agency in _agencies_of(registers, code):
            _agency(graph, registers, agency)
    for code in codes:
        _events(graph, registers, code)
    known = {a.local for code in codes for a in _agencies_of(registers, code)}
    for mention in sorted(mentions, key=lambda m: (m.local, m.surface)):
        _mention(graph, mention, known)
    return graph


def documents_graph(registers: Registers) -> Graph:
    """Documents known from outside the corpus, with their sourced relations.

    Of a document that only a text of the corpus names, no more than its identity is stated.
    """
    graph = Graph()
    for document in registers.documents:
        if document.number:
            _document(graph, registers, document)
            for relation in document.relations:
                _relation(graph, registers, document, relation)
    return graph


def document_iri(document: RegisteredDocument) -> str:
    """IRI of a registered document, by the same key as any other document."""
    return iri.document(_key(document))


def _key(document: RegisteredDocument) -> iri.DocumentKey:
    concept = _TYPES.get(document.type_word)
    return numbers.document_key_for(
        document.number,
        concept.notation if concept else None,
        document.jurisdiction,
        document.date.year if document.date else None,
    )


def _known(registers: Registers, codes: Iterable[str]) -> Iterator[Place]:
    for code in codes:
        place = registers.place(code)
        if place:
            yield place


def _place_iri(code: str) -> str:
    return iri.thing(iri.Kind.PLACE, iri.slug(code))


def _agency_iri(agency: PlacedAgency) -> str:
    return iri.thing(iri.Kind.AGENCY, agency.local)


def _place(graph: Graph, place: Place) -> None:
    node = _place_iri(place.code)
    graph.type(node, "pg:Place")
    graph.add(node, "pg:isoCode", terms.text(place.code))
    graph.add(node, "rdfs:label", terms.text(place.name, "vi"), terms.text(_english(place), "en"))
    graph.add(node, "skos:prefLabel", terms.text(place.name, "vi"))
    others = {place.short, *place.other_names} - {place.name}
    graph.add(node, "skos:altLabel", *(terms.text(name, "vi") for name in sorted(others)))
    _sources(graph, node, place.sources)


def _english(place: Place) -> str:
    """The name without diacritics and with its English kind: "Hai Duong province"."""
    plain = " ".join(
        w if w.isascii() else "".join(_plain(c) for c in w) for w in place.short.split()
    )
    kinds = {
        "country": "Viet Nam",
        "province": f"{plain} province",
        "municipality": f"{plain} city",
    }
    return kinds[place.kind]


def _plain(char: str) -> str:
    folded = iri.fold(char)
    return folded.upper() if char.isupper() else folded


def _succession(graph: Graph, place: Place, successor: str, day: dt.date) -> None:
    """The province ends on the day before."""
    node = _place_iri(place.code)
    graph.add(node, "pg:validTo", terms.day(day - dt.timedelta(days=1)))
    graph.link(node, "dcterms:isReplacedBy", _place_iri(successor))


def _agencies_of(registers: Registers, code: str) -> list[PlacedAgency]:
    level = "central" if code == COUNTRY else "province"
    place = registers.place(code)
    found = [a for a in registers.agencies if a.level == level and (not place or a.is_in(place))]
    return [registers.placed(agency, code) for agency in found]


def _agency(graph: Graph, registers: Registers, placed: PlacedAgency) -> None:
    agency = placed.agency
    if agency is None:
        _organisation(graph, placed)
        return
    node = _organisation(graph, placed)
    place = registers.place(placed.jurisdiction)
    committee = place.committee if place else "Tỉnh ủy"
    bare = agency.bare(committee)
    forms = {
        spelling
        for form in (f.replace("{committee}", committee) for f in agency.forms)
        for spelling in (form.replace("+", ""), "&".join(form.rsplit("+", 1)).replace("+", ""))
    }
    graph.add(
        node,
        "skos:altLabel",
        *(terms.text(form, "vi") for form in sorted({bare, *forms} - {placed.name})),
    )
    hidden = {s for f in agency.forms for s in expand(f.replace("{committee}", committee))}
    hidden = (hidden | set(agency.faults)) - forms - {bare, placed.name}
    graph.add(node, "skos:hiddenLabel", *(terms.text(form, "vi") for form in sorted(hidden)))
    graph.add(node, "skos:notation", *(terms.text(sign) for sign in agency.signs))
    for parent in registers.agencies:
        if parent.template == agency.parent:
            above = registers.placed(parent, placed.jurisdiction)
            if above.local != placed.local:
                graph.link(node, "org:subOrganizationOf", _agency_iri(above))
            break
    if agency.since:
        graph.add(node, "pg:validFrom", terms.day(agency.since))
    _sources(graph, node, tuple(agency.source.split(" | ")))


def _organisation(graph: Graph, placed: PlacedAgency) -> str:
    node = _agency_iri(placed)
    graph.type(node, "pg:Agency", "org:FormalOrganization", "org:Organization")
    label = terms.text(placed.name, "vi")
    graph.add(node, "skos:prefLabel", label)
    graph.add(node, "rdfs:label", label)
    if placed.jurisdiction:
        graph.link(node, "pg:jurisdiction", _place_iri(placed.jurisdiction))
    return node


def _mention(graph: Graph, mention: AgencyMention, known: Set[str]) -> None:
    """An actor that no register row gives: a group, a district's body, a unit, a proposed name."""
    if mention.local in known:
        return
    node = iri.thing(iri.Kind.AGENCY, mention.local)
    label = terms.text(mention.canonical, "vi")
    graph.add(node, "rdfs:label", label)
    graph.add(node, "skos:prefLabel", label)
    if mention.is_group:
        graph.type(node, "pg:AgencyGroup")
    else:
        graph.type(node, "pg:Agency", "org:FormalOrganization", "org:Organization")
    head = mention.local.split(".")[0]
    if head.startswith(iri.slug(COUNTRY)):
        graph.link(node, "pg:jurisdiction", iri.thing(iri.Kind.PLACE, head))
    if not mention.is_registered:
        graph.link(node, "pg:status", "status:proposed")
    owner = mention.local.rpartition(".")[0]
    if owner in known:
        graph.link(node, "org:subOrganizationOf", iri.thing(iri.Kind.AGENCY, owner))


def _events(graph: Graph, registers: Registers, code: str) -> None:
    place = registers.place(code)
    if place is None:
        return
    events = registers.events(code)
    ordinals: dict[str, Iterator[int]] = {}
    for event in events:
        kind = iri.slug(f"{event.day or 'undated'} {event.change}")
        ordinal = next(ordinals.setdefault(kind, count(1)))
        _event(graph, event, iri.thing(iri.Kind.EVENT, place.local, f"{kind}-{ordinal}"), RULE)
    if place.successor and place.successor_from:
        for number, event in enumerate(_inherited(registers, place, events), start=1):
            name = f"{place.successor_from}-succession-{number}"
            _event(graph, event, iri.thing(iri.Kind.EVENT, place.local, name), RULE_SUCCESSOR)


def _inherited(
    registers: Registers, place: Place, events: tuple[AgencyEvent, ...]
) -> Iterator[AgencyEvent]:
    """Each agency of a merged province goes to its namesake in the province after it.

    Inferred from the merger of the provinces, therefore not verified; agencies that ended
    before, or whose own row says where they went, are left out.
    """
    told = {o.local for e in events if not e.function for o in e.originals}
    if place.successor_from is None:
        return
    for placed in _agencies_of(registers, place.code):
        if placed.local in told or placed.agency is None:
            continue
        told.add(placed.local)
        yield AgencyEvent(
            "merged",
            place.successor_from.isoformat(),
            place.code,
            "",
            (placed,),
            (registers.placed(placed.agency, place.successor),),
            place.legal_basis,
            "",
            place.sources,
            verified=False,
        )


def _event(graph: Graph, event: AgencyEvent, node: str, rule: str) -> None:
    graph.type(node, "org:ChangeEvent")
    for original in event.originals:
        graph.link(_organisation(graph, original), "org:changedBy", node)
        graph.link(node, "org:originalOrganization", _agency_iri(original))
    for result in event.results:
        graph.link(_organisation(graph, result), "org:resultedFrom", node)
        graph.link(node, "org:resultingOrganization", _agency_iri(result))
    names = "; ".join(o.name for o in event.originals)
    after = "; ".join(r.name for r in event.results) or "–"
    vi, en = _CHANGE_LABELS[event.change]
    graph.add(
        node,
        "rdfs:label",
        terms.text(f"{vi}: {names} → {after}", "vi"),
        terms.text(f"{en}: {names} → {after}", "en"),
    )
    if event.day:
        graph.add(node, "dcterms:date", terms.typed(event.day, _DATATYPES[len(event.day)]))
    for name, words in (
        ("pg:transferredFunction", event.function),
        ("pg:legalBasis", event.legal_basis),
        ("pg:note", event.note),
    ):
        if words:
            graph.add(node, name, terms.text(words, "vi"))
    _sources(graph, node, event.sources)
    _provenance(graph, node, rule, is_verified=event.verified)
    if event.verified and not event.function and _WHOLE_DAY.fullmatch(event.day):
        _lifetimes(graph, event)


_CHANGE_LABELS = {
    "merged": ("Hợp nhất, sáp nhập", "Merger"),
    "renamed": ("Đổi tên, tổ chức lại", "Renaming"),
    "split": ("Chuyển chức năng", "Transfer of functions"),
    "dissolved": ("Kết thúc hoạt động", "Dissolution"),
}


def _lifetimes(graph: Graph, event: AgencyEvent) -> None:
    """A body that ends does so on the day before; one that is renamed begins on the day."""
    if event.change not in _ENDS:
        return
    last = dt.date.fromisoformat(event.day) - dt.timedelta(days=1)
    for original in event.originals:
        graph.add(_agency_iri(original), "pg:validTo", terms.day(last))


def _document(graph: Graph, registers: Registers, document: RegisteredDocument) -> None:
    node = document_iri(document)
    concept = _TYPES.get(document.type_word)
    graph.type(node, "pg:PolicyDocument", "eli:Work", *(concept.classes if concept else ()))
    graph.add(node, "pg:documentNumber", terms.text(document.number))
    graph.link(node, "pg:jurisdiction", _place_iri(document.jurisdiction))
    graph.add(node, "rdfs:label", terms.text(f"{document.type_word} {document.number}", "vi"))
    if concept:
        graph.link(node, "pg:documentType", iri.concept("document-type", concept.name))
        graph.add(node, "rdfs:label", terms.text(f"{concept.en} {document.number}", "en"))
    if document.from_text:
        return
    if document.title:
        graph.add(node, "dcterms:title", terms.text(document.title, "vi"))
    if document.date:
        graph.add(node, "dcterms:issued", terms.day(document.date))
    if document.in_force_from:
        graph.add(node, "pg:validFrom", terms.day(document.in_force_from))
    if document.in_force_until:
        graph.add(node, "pg:validTo", terms.day(document.in_force_until))
    if document.status:
        graph.add(node, "pg:note", terms.text(document.status, "en"))
    issuer = _issuer(registers, document)
    if issuer:
        graph.link(node, "pg:issuer", _agency_iri(issuer))
    _sources(graph, node, document.sources)


def _issuer(registers: Registers, document: RegisteredDocument) -> PlacedAgency | None:
    named = registers.agency_named(document.issuer, document.jurisdiction)
    if named:
        return named
    parts = numbers.parse_number(document.number)
    return registers.agency_for_sign(parts.organ_sign, document.jurisdiction) if parts else None


def _relation(
    graph: Graph, registers: Registers, document: RegisteredDocument, relation: Relation
) -> None:
    cited = registers.document(relation.cited)
    if cited is None:
        return
    citing_node, cited_node = document_iri(document), document_iri(cited)
    property_iri = f"pg:{relation.relation}"
    node = iri.thing(
        iri.Kind.CITATION, _key(document).local, RULE, relation.relation, _key(cited).local
    )
    graph.type(node, "pg:Citation")
    graph.link(node, "pg:inDocument", citing_node)
    graph.link(node, "pg:citedDocument", cited_node)
    graph.link(node, "pg:relation", property_iri)
    graph.link(node, "pg:citingSubject", citing_node)
    _sources(graph, node, relation.sources)
    _provenance(graph, node, RULE, is_verified=relation.verified)
    if relation.verified:
        graph.link(citing_node, property_iri, cited_node)


def _provenance(graph: Graph, node: str, rule: str, *, is_verified: bool) -> None:
    graph.add(node, "pg:rule", terms.text(rule))
    evidence = "inferred" if rule == RULE_SUCCESSOR else "external"
    graph.link(node, "pg:evidenceClass", f"evidence-class:{evidence}")
    graph.link(node, "pg:status", "status:accepted" if is_verified else "status:proposed")
    graph.add(node, "pg:confidence", terms.typed("0.90" if is_verified else "0.50", "decimal"))


def _sources(graph: Graph, node: str, sources: Iterable[str]) -> None:
    """Addresses as IRIs, all else (a decree, "usual short form") as text."""
    for source in sources:
        if _ADDRESS.fullmatch(source):
            graph.link(node, "dcterms:source", source)
        else:
            graph.add(node, "dcterms:source", terms.text(source))
