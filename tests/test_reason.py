"""The checks find what is wrong, and pass what is right."""

import shutil
from pathlib import Path

import pytest
from rdflib import Graph

from policygraph import reason
from policygraph.errors import CheckError, DataError
from policygraph.vocabgen import load

ROOT = Path(__file__).parents[1]
DIRECTORY = ROOT / "ontology"

PREFIXES = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix pg: <https://w3id.org/policygraph/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix v: <https://w3id.org/policygraph/vocab/> .
@prefix e: <http://example.org/> .
@prefix comparator: <https://w3id.org/policygraph/vocab/comparator/> .
@prefix document-type: <https://w3id.org/policygraph/vocab/document-type/> .
@prefix evidence-class: <https://w3id.org/policygraph/vocab/evidence-class/> .
@prefix part-kind: <https://w3id.org/policygraph/vocab/part-kind/> .
@prefix reason: <https://w3id.org/policygraph/vocab/reason/> .
@prefix role: <https://w3id.org/policygraph/vocab/role/> .
@prefix status: <https://w3id.org/policygraph/vocab/status/> .
@prefix unit: <https://w3id.org/policygraph/vocab/unit/> .
@prefix via: <https://w3id.org/policygraph/vocab/via/> .
"""

CLAIM = """pg:evidence e:evidence ; pg:rule "rule" ; pg:confidence 0.9 ;
    pg:evidenceClass evidence-class:body ; pg:status status:proposed"""

GOOD = f"""{PREFIXES}
e:doc a pg:PolicyDocument, pg:Plan ; rdfs:label "Kế hoạch 1/KH-UBND"@vi, "Plan 1/KH-UBND"@en ;
    pg:documentType document-type:ke-hoach ; pg:documentNumber "1/KH-UBND" ;
    dcterms:issued "2021-03-04"^^xsd:date ; pg:issuer e:agency ; pg:jurisdiction e:place ;
    pg:sourceFile "a.txt" ; pg:sourceSha256 "{"0a" * 32}" .
e:law a pg:PolicyDocument, pg:Directive ; rdfs:label "Luật An ninh mạng"@vi ;
    pg:documentType document-type:luat .
e:agency a pg:Agency ; skos:prefLabel "Ủy ban nhân dân tỉnh"@vi .
e:group a pg:AgencyGroup ; skos:prefLabel "Các sở, ban, ngành"@vi .
e:place a pg:Place ; skos:prefLabel "Hải Dương"@vi ; pg:isoCode "VN-61" .
e:part a pg:DocumentPart ; pg:inDocument e:doc ; pg:partOf e:doc ; pg:partKind part-kind:y ;
    pg:path "I/1" ; pg:order 1 ; pg:text "Làm việc."@vi ; pg:start 5 ; pg:end 14 .
e:evidence a pg:Evidence ; pg:quote "Làm việc." ; pg:start 5 ; pg:end 14 ; pg:sourceFile "a.txt" .
e:outside a pg:Evidence ; dcterms:source <http://example.org/page> .
e:task a pg:Task ; {CLAIM} ; pg:inDocument e:doc ; pg:stipulatedIn e:part ;
    pg:text "Làm việc." ; rdfs:label "Làm việc"@vi ;
    pg:startYear "2021"^^xsd:gYear ; pg:endYear "2025"^^xsd:gYear ; pg:leadAgency e:agency .
e:assignment a pg:Assignment ; {CLAIM} ; pg:assigns e:task ; pg:agency e:group ;
    pg:role role:lead ; pg:via via:inline .
e:target a pg:Target ; {CLAIM} ; pg:inDocument e:doc ; pg:stipulatedIn e:part ; pg:text "90%" ;
    pg:indicator e:indicator ; pg:comparator comparator:ge ; pg:value 90.0 ; pg:unit unit:percent ;
    pg:deadline "2025"^^xsd:gYear .
e:goal a pg:Target ; {CLAIM} ; pg:inDocument e:doc ; pg:stipulatedIn e:part ; pg:text "Đi đầu" .
e:indicator a pg:Indicator ; skos:prefLabel "Tỷ lệ hồ sơ"@vi .
e:citation a pg:Citation ; {CLAIM} ; pg:inDocument e:doc ; pg:citingPart e:part ;
    pg:citedDocument e:law ; pg:relation pg:implements ; pg:surface "Luật An ninh mạng" .
e:register a pg:Citation ; pg:inDocument e:doc ; pg:citedDocument e:law ;
    pg:relation pg:basedOn ; pg:evidence e:outside ; pg:rule "register" ; pg:confidence 1.0 ;
    pg:evidenceClass evidence-class:external ; pg:status status:accepted .
e:metadata a pg:Metadata ; {CLAIM} ; pg:inDocument e:doc ; pg:field pg:documentNumber ;
    pg:surface "1/KH-UBND" .
e:entry a pg:Citation ; pg:inDocument e:doc ; pg:citedDocument e:law ;
    pg:relation pg:basedOn ; dcterms:source <http://example.org/page> ; pg:rule "register" ;
    pg:confidence 1.0 ; pg:evidenceClass evidence-class:external ; pg:status status:accepted .
e:unresolved a pg:Unresolved ; pg:surface "06-NQ/TU" ; pg:reason reason:missing-year ;
    pg:evidence e:evidence ; pg:candidate e:law .
e:conflict a pg:Conflict ; pg:conflictAbout e:law ; pg:conflictingValue "2014-04-01" .
"""


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return load(DIRECTORY / "shapes.ttl")


def ontology_with(statements: str) -> Graph:
    graph = load(DIRECTORY / "policygraph.ttl")
    return graph.parse(data=PREFIXES + statements, format="turtle")


def test_the_ontology_is_sound(capfd: pytest.CaptureFixture[str]) -> None:
    report = reason.check_ontology(DIRECTORY)
    assert report.classes > 20
    assert report.properties > 60
    assert report.concepts > 100
    assert capfd.readouterr() == ("", "")


def test_it_stays_sound_with_its_alignments() -> None:
    both = load(DIRECTORY / "policygraph.ttl") + load(DIRECTORY / "alignments.ttl")
    assert reason.profile_violations(both) == []
    assert reason.unsatisfiable_classes(both) == []


def test_an_unsatisfiable_class_is_found() -> None:
    graph = ontology_with("pg:Wrong a owl:Class ; rdfs:subClassOf pg:Task, pg:Place .")
    assert reason.unsatisfiable_classes(graph) == ["https://w3id.org/policygraph/ontology#Wrong"]


def test_an_inconsistent_ontology_is_found() -> None:
    graph = ontology_with("e:x a owl:NamedIndividual, pg:Target, pg:Baseline .")
    with pytest.raises(CheckError, match="inconsistent"):
        reason.unsatisfiable_classes(graph)


def test_what_hermit_refuses_is_told() -> None:
    graph = ontology_with("pg:tracesTo a owl:FunctionalProperty .")
    with pytest.raises(CheckError, match="Non-simple property"):
        reason.unsatisfiable_classes(graph)


def test_relations_may_be_values_and_predicates_at_once() -> None:
    graph = ontology_with(
        "e:c a owl:NamedIndividual, pg:Citation ; pg:relation pg:implements ."
        " e:a a owl:NamedIndividual, pg:PolicyDocument ; pg:implements e:b ."
    )
    assert reason.profile_violations(graph) == []
    assert reason.unsatisfiable_classes(graph) == []


@pytest.mark.parametrize(
    ("statements", "finding"),
    [
        ("pg:tracesTo a owl:FunctionalProperty .", "pg:tracesTo: composite, must not be owl:F"),
        ("pg:restsOn a owl:IrreflexiveProperty .", "pg:restsOn: composite, must not be owl:I"),
        ("pg:tracesTo a owl:AsymmetricProperty .", "pg:tracesTo: composite, must not be owl:A"),
        (
            """pg:Task rdfs:subClassOf [ a owl:Restriction ; owl:onProperty pg:tracesTo ;
            owl:maxCardinality "1"^^xsd:nonNegativeInteger ] .""",
            "pg:tracesTo: composite, must not be under owl:maxCardinality",
        ),
        (
            """e:above a owl:ObjectProperty, owl:InverseFunctionalProperty .
            pg:restsOn rdfs:subPropertyOf e:above .""",
            "e:above: composite, must not be owl:InverseFunctionalProperty",
        ),
        ("pg:text a owl:ObjectProperty .", "pg:text: must not be both owl:ObjectProperty and"),
        ("pg:year rdfs:range xsd:gYear .", "pg:year: xsd:gYear is no datatype of OWL 2"),
        ("pg:Task rdfs:subClassOf e:Thing .", "e:Thing: used as a class and not declared"),
        ("pg:cites rdfs:subPropertyOf e:refers .", "e:refers: used as a property and not"),
        ("pg:Bare a owl:Class .", "pg:Bare: no skos:definition in 'vi'"),
        ("pg:Task rdfs:seeAlso pg:Taks .", "pg:Taks: not declared"),
    ],
)
def test_a_profile_violation_is_found(statements: str, finding: str) -> None:
    assert any(
        line.startswith(finding) for line in reason.profile_violations(ontology_with(statements))
    )


def test_a_concept_without_a_language_or_scheme_is_found() -> None:
    graph = Graph().parse(
        data=PREFIXES + 'role:x a skos:Concept ; skos:prefLabel "x"@vi .', format="turtle"
    )
    findings = " ".join(reason.concept_violations(graph))
    assert "no skos:prefLabel in 'en'" in findings
    assert "not in scheme https://w3id.org/policygraph/vocab/role" in findings


def test_check_ontology_lists_what_is_wrong(tmp_path: Path) -> None:
    copy = tmp_path / "ontology"
    shutil.copytree(DIRECTORY, copy)
    with (copy / "policygraph.ttl").open("a", encoding="utf-8") as file:
        file.write("pg:tracesTo a owl:FunctionalProperty .\n")
    with pytest.raises(CheckError, match="pg:tracesTo: composite"):
        reason.check_ontology(copy)


def test_check_ontology_names_the_broken_file(tmp_path: Path) -> None:
    copy = tmp_path / "ontology"
    shutil.copytree(DIRECTORY, copy)
    (copy / "shapes.ttl").write_text("\n\npg:x a .\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"shapes\.ttl:3: "):
        reason.check_ontology(copy)


def test_a_graph_that_keeps_to_the_model_conforms(tmp_path: Path) -> None:
    path = tmp_path / "good.ttl"
    path.write_text(GOOD, encoding="utf-8")
    report = reason.check_shapes([path], DIRECTORY)
    assert report.files == 1
    assert report.triples > 100
    assert report.shapes > 15


def test_check_shapes_sees_misspelt_terms_and_concepts(tmp_path: Path) -> None:
    path = tmp_path / "bad.ttl"
    path.write_text(f"{PREFIXES} e:x pg:inDocumnet role:leed .", encoding="utf-8")
    with pytest.raises(CheckError) as caught:
        reason.check_shapes([path], DIRECTORY)
    assert "pg:inDocumnet: not declared" in str(caught.value)
    assert "role:leed: not declared" in str(caught.value)


def test_check_shapes_sees_a_task_that_ends_before_it_starts(tmp_path: Path) -> None:
    path = tmp_path / "bad.ttl"
    path.write_text(GOOD.replace('"2021"^^xsd:gYear', '"2031"^^xsd:gYear'), encoding="utf-8")
    with pytest.raises(CheckError, match="2031 > 2025"):
        reason.check_shapes([path], DIRECTORY)


def test_check_shapes_names_a_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "bad.ttl"
    path.write_text("<http://e/a> <http://e/b> .\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"bad\.ttl:1: "):
        reason.check_shapes([path], DIRECTORY)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("pg:documentType document-type:luat", "rdfs:seeAlso e:x", "e:law pg:documentType: "),
        ("pg:documentType document-type:luat", "pg:documentType role:lead", "e:law pg:documentTy"),
        ('"Luật An ninh mạng"@vi ;\n', '"Cybersecurity law"@en ;\n', "e:law rdfs:label: "),
        ('"1/KH-UBND" ;', '"1/KH-UBND", "2/KH-UBND" ;', "e:doc pg:documentNumber: "),
        ('"1/KH-UBND" ;', '"1 / KH-UBND" ;', "e:doc pg:documentNumber: "),
        ('"2021-03-04"^^xsd:date', '"2021"^^xsd:gYear', "e:doc dcterms:issued: "),
        ("pg:issuer e:agency", "pg:issuer e:place", "e:doc pg:issuer: "),
        ("0a0a", "0A0A", "e:doc pg:sourceSha256: "),
        ('pg:sourceFile "a.txt" ; pg:sourceSha', "pg:sourceSha", "e:doc: Tệp nguồn"),
        ("pg:start 5 ; pg:end 14 .\ne:ev", "pg:start 15 ; pg:end 14 .\ne:ev", "e:part pg:start: "),
        ("pg:partOf e:doc ;", "", "e:part pg:partOf: "),
        ("pg:start 5 ; pg:end 14 ; pg:so", "pg:start 14 ; pg:end 14 ; pg:so", "e:evidence pg:sta"),
        ('pg:quote "Làm việc." ;', "", "e:evidence: Bằng chứng"),
        ("dcterms:source <http://example.org/page>", "rdfs:seeAlso e:x", "e:outside: Bằng chứng"),
        ("dcterms:source <http://example.org/page>", "rdfs:seeAlso e:x", "e:entry: Khẳng định"),
        ('"2021"^^xsd:gYear', '"2021"', "e:task pg:startYear: "),
        ("pg:inDocument e:doc ; pg:stip", "pg:stip", "e:task pg:inDocument: "),
        ("pg:confidence 0.9", "pg:confidence 1.9", "e:task pg:confidence: "),
        ("status:proposed", "status:maybe", "e:task pg:status: "),
        ('pg:rule "rule" ;', "", "e:citation pg:rule: "),
        ("pg:evidence e:evidence ; pg:rule", "pg:rule", "e:target: Khẳng định"),
        ("pg:assigns e:task", "pg:assigns e:part", "e:assignment pg:assigns: "),
        ("pg:agency e:group", "pg:agency e:place", "e:assignment pg:agency: "),
        ("pg:role role:lead", "pg:role role:boss", "e:assignment pg:role: "),
        ("pg:value 90.0", 'pg:value "90"', "e:target pg:value: "),
        ("pg:deadline", "pg:year", "e:target pg:year: "),
        ("pg:relation pg:implements", "pg:relation pg:text", "e:citation pg:relation: "),
        ("pg:field pg:documentNumber ;", "", "e:metadata pg:field: "),
        ("pg:reason reason:missing-year ;", "", "e:unresolved pg:reason: "),
        ('pg:conflictingValue "2014-04-01"', "rdfs:seeAlso e:x", "e:conflict pg:conflictingVa"),
        ('"VN-61"', '"Hải Dương"', "e:place pg:isoCode: "),
        (
            "e:group a pg:AgencyGroup ; skos:prefLabel",
            "e:group a pg:AgencyGroup ; rdfs:label",
            "e:group skos:prefLabel: ",
        ),
    ],
)
def test_a_shape_violation_is_found(shapes: Graph, old: str, new: str, finding: str) -> None:
    assert old in GOOD
    graph = Graph().parse(data=GOOD.replace(old, new), format="turtle")
    lines = reason.shape_violations(graph, shapes)
    assert any(line.startswith(finding) for line in lines), lines
