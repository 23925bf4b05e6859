"""The ontology, its schemes, shapes and alignments, and the module generated from them."""

import tomllib
from pathlib import Path

import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, SKOS, VANN, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from policygraph import iri, vocab, vocabgen
from policygraph.errors import DataError
from policygraph.rdf.terms import expand
from policygraph.vocabgen import load

ROOT = Path(__file__).parents[1]
DIRECTORY = ROOT / "ontology"
PG = Namespace(iri.ONTOLOGY)
PGSH = Namespace("https://w3id.org/policygraph/shapes#")
ONTOLOGY = URIRef("https://w3id.org/policygraph/ontology")
SCHEMES = sorted(path.stem for path in (DIRECTORY / "vocab").glob("*.ttl"))

LINEAGE = {"implements", "issuedWith", "fulfils", "stipulatedIn", "partOf"}
RELATIONS = {
    *("implements", "issuedWith", "fulfils", "basedOn", "disseminates"),
    *("amends", "replaces", "approves", "proposedBy", "cites"),
}
MODEL_TERMS = """
    PolicyDocument Directive Plan documentType documentNumber issuer jurisdiction signatory
    signatoryPosition recipient sourceFile sourceSha256 DocumentPart partOf inDocument path
    partKind order heading text start end Task Project DocumentToIssue stipulatedIn startYear
    endYear recurrence leadAgency coordinatingAgency mandates fulfils Assignment assigns agency
    role via Agency AgencyGroup validFrom validTo Place Target indicator Indicator comparator
    value upperValue unit deadline scope exception Baseline year Citation citingPart
    citedDocument relation surface implements issuedWith basedOn disseminates amends replaces
    approves proposedBy cites tracesTo restsOn evidence Evidence quote rule confidence
    evidenceClass status Unresolved reason
"""

_PROPERTY_KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return load(DIRECTORY / "policygraph.ttl")


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return load(DIRECTORY / "shapes.ttl")


@pytest.mark.parametrize("name", MODEL_TERMS.split())
def test_every_name_of_the_model_is_declared(ontology: Graph, name: str) -> None:
    expected = {OWL.Class} if name[0].isupper() else set(_PROPERTY_KINDS)
    assert expected & set(ontology.objects(PG[name], RDF.type))


@pytest.mark.parametrize(
    "predicate",
    [
        *(OWL.versionIRI, OWL.versionInfo, DCTERMS.license, DCTERMS.creator, DCTERMS.created),
        *(DCTERMS.modified, DCTERMS.bibliographicCitation),
        *(VANN.preferredNamespacePrefix, VANN.preferredNamespaceUri),
    ],
)
def test_header_says_what_fair_checkers_ask(ontology: Graph, predicate: URIRef) -> None:
    assert ontology.value(ONTOLOGY, predicate) is not None


def test_header_is_in_both_languages_and_names_its_namespace(ontology: Graph) -> None:
    for predicate in (DCTERMS.title, DCTERMS.description):
        languages = {getattr(o, "language", None) for o in ontology.objects(ONTOLOGY, predicate)}
        assert languages == {"vi", "en"}
    assert str(ontology.value(ONTOLOGY, VANN.preferredNamespaceUri)) == iri.ONTOLOGY
    version = ontology.value(ONTOLOGY, OWL.versionInfo)
    assert str(ontology.value(ONTOLOGY, OWL.versionIRI)) == f"{ONTOLOGY}/{version}"


def test_lineage_properties_stand_under_the_transitive_ones(ontology: Graph) -> None:
    transitive = set(ontology.subjects(RDF.type, OWL.TransitiveProperty))
    assert transitive == {PG.tracesTo, PG.restsOn}
    assert set(ontology.subjects(RDFS.subPropertyOf, PG.tracesTo)) == {PG[p] for p in LINEAGE}
    wide = set(ontology.subjects(RDFS.subPropertyOf, PG.restsOn))
    assert wide == {PG.tracesTo, PG.basedOn}


def test_superclasses_are_those_of_the_model(ontology: Graph) -> None:
    eli, org = Namespace(iri.PREFIXES["eli"]), Namespace(iri.PREFIXES["org"])
    for below, above in [
        (PG.PolicyDocument, eli.Work),
        (PG.DocumentPart, eli.WorkSubdivision),
        (PG.Agency, org.FormalOrganization),
        (PG.Directive, PG.PolicyDocument),
        (PG.Plan, PG.PolicyDocument),
        (PG.Project, PG.Task),
        (PG.DocumentToIssue, PG.Task),
    ]:
        assert (below, RDFS.subClassOf, above) in ontology
    assert (PG.Directive, OWL.disjointWith, PG.Plan) not in ontology


def test_the_ontology_has_no_blank_nodes(ontology: Graph) -> None:
    assert all(isinstance(subject, URIRef) for subject in ontology.subjects())


def test_schemes_are_those_with_a_prefix() -> None:
    prefixed = {ns.removeprefix(iri.VOCAB).rstrip("/") for ns in iri.PREFIXES.values()}
    assert set(SCHEMES) <= prefixed
    assert {p for p in prefixed if iri.PREFIXES.get(p) == f"{iri.VOCAB}{p}/"} == set(SCHEMES)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_concepts_have_slugs_and_are_top_concepts(scheme: str) -> None:
    graph = load(DIRECTORY / "vocab" / f"{scheme}.ttl")
    top = URIRef(iri.VOCAB + scheme)
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    assert concepts == set(graph.subjects(SKOS.topConceptOf, top))
    for concept in concepts:
        name = str(concept).removeprefix(f"{top}/")
        assert name == iri.slug(name)


def test_document_types_are_named_after_their_vietnamese_label() -> None:
    for concept in vocab.DOCUMENT_TYPE_CONCEPTS:
        assert concept.name == iri.slug(concept.vi)


@pytest.mark.parametrize(
    ("notation", "names"),
    [
        ("NQ", ("nghi-quyet",)),
        ("QĐ", ("quyet-dinh", "quy-dinh")),
        ("L", ("luat", "lenh")),
        ("TT", ("thong-tu", "thong-tri")),
        ("CTr", ("chuong-trinh", "chuong-trinh-hanh-dong")),
        ("TTr", ("to-trinh",)),
    ],
)
def test_a_shared_sign_gives_the_usual_type_first(notation: str, names: tuple[str, ...]) -> None:
    assert vocab.DOCUMENT_TYPE_BY_NOTATION[notation] == names


def test_comparators_have_the_signs_of_the_model() -> None:
    assert set(vocab.COMPARATOR_BY_NOTATION) == {"=", ">=", ">", "<=", "<", "~", "range"}


def test_types_of_the_lexicon_are_concepts() -> None:
    path = ROOT / "src/policygraph/lexicon/document_types.toml"
    concepts = {concept.name for concept in vocab.DOCUMENT_TYPE_CONCEPTS}
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["type"]:
        assert row["concept"] in concepts
        assert row["concept"] in vocab.DOCUMENT_TYPE_BY_NOTATION[row["notation"]]


@pytest.mark.parametrize(
    ("shape", "scheme"),
    [
        ("Assertion-evidenceClass", "evidence-class"),
        ("Assertion-status", "status"),
        ("Assignment-role", "role"),
        ("Assignment-via", "via"),
        ("Figure-comparator", "comparator"),
    ],
)
def test_lists_in_the_shapes_are_the_schemes(shapes: Graph, shape: str, scheme: str) -> None:
    head = shapes.value(PGSH[shape], SH["in"])
    assert head is not None
    listed = {str(member) for member in Collection(shapes, head)}
    assert listed == {iri.concept(scheme, c.name) for c in vocab.SCHEMES[scheme]}


def test_relations_in_the_shapes_are_those_of_the_model(shapes: Graph) -> None:
    head = shapes.value(PGSH["Citation-relation"], SH["in"])
    assert head is not None
    listed = {str(member) for member in Collection(shapes, head)}
    assert listed == {iri.term(name) for name in (*RELATIONS, "selfReference")}


def test_every_property_shape_speaks_both_languages(shapes: Graph) -> None:
    found = set(shapes.subjects(RDF.type, SH.PropertyShape))
    assert found
    for shape in found:
        languages = {getattr(o, "language", None) for o in shapes.objects(shape, SH.message)}
        assert languages == {"vi", "en"}, shape


def ours(node: Node) -> bool:
    return str(node).startswith(iri.ONTOLOGY)


def test_generated_constants_expand_to_declared_terms(ontology: Graph) -> None:
    classes = {URIRef(expand(curie)) for curie in vocab.CLASSES}
    assert classes == {s for s in ontology.subjects(RDF.type, OWL.Class) if ours(s)}
    properties = {URIRef(expand(curie)) for curie in vocab.PROPERTIES}
    assert properties == {
        s for kind in _PROPERTY_KINDS for s in ontology.subjects(RDF.type, kind) if ours(s)
    }
    assert {expand(curie) for curie in vocab.TRACING} == {iri.term(name) for name in LINEAGE}
    assert vocab.SUPERCLASSES[vocab.Project] == (vocab.Task,)
    assert vocab.DOCUMENT_NUMBER == "pg:documentNumber"


def test_the_vocabulary_module_is_fresh() -> None:
    assert vocabgen.is_fresh(vocabgen.MODULE, DIRECTORY)
    assert vocabgen.main(["--check"]) == 0


def test_a_stale_module_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = tmp_path / "vocab.py"
    assert vocabgen.main(["--module", str(module)]) == 0
    assert vocabgen.main(["--check", "--module", str(module)]) == 0
    module.write_text(module.read_text(encoding="utf-8").replace('"NQ"', '"NG"'), encoding="utf-8")
    assert vocabgen.main(["--check", "--module", str(module)]) == 1
    assert "make vocab" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"@prefix e: <http://e/> .\n\ne:a e:b ;; .\n", "bad.ttl:3: "),
        (b"@prefix e: <http://e/> .\ne:a f:b e:c .\n", "bad.ttl:2: "),
        (b'<http://e/a> <http://e/b> "\xff" .\n', "bad.ttl: "),
    ],
)
def test_broken_turtle_is_named_with_its_line(tmp_path: Path, content: bytes, place: str) -> None:
    path = tmp_path / "bad.ttl"
    path.write_bytes(content)
    with pytest.raises(DataError, match=place):
        load(path)
