"""The registers as shipped, the loader against bad rows, and their graphs."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from policygraph import iri
from policygraph.errors import DataError
from policygraph.model import AgencyMention, Span
from policygraph.rdf import registers as graphs
from policygraph.rdf import terms
from policygraph.registers import Registers, expand, load

DIRECTORY = Path(__file__).resolve().parent.parent / "data" / "registers"


@pytest.fixture(scope="module")
def registers() -> Registers:
    return load(DIRECTORY)


# ---- look-ups --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sign", "jurisdiction", "name"),
    [
        ("UBND", "VN-61", "Ủy ban nhân dân tỉnh Hải Dương"),
        ("UBND", "VN-HN", "Ủy ban nhân dân thành phố Hà Nội"),
        ("HĐND", "VN-61", "Hội đồng nhân dân tỉnh Hải Dương"),
        ("TU", "VN-21", "Tỉnh ủy Thanh Hóa"),
        ("TU", "VN-HN", "Thành ủy Hà Nội"),
        ("STTTT", "VN-61", "Sở Thông tin và Truyền thông tỉnh Hải Dương"),
        ("TTg", "VN", "Thủ tướng Chính phủ"),
        ("CP", "VN-61", "Chính phủ"),
        ("BTTTT", "VN", "Bộ Thông tin và Truyền thông"),
        ("QH14", "VN", "Quốc hội"),
        ("UBND.HC", "VN-45", "Ủy ban nhân dân tỉnh Đồng Tháp"),
    ],
)
def test_agency_for_sign(registers: Registers, sign: str, jurisdiction: str, name: str) -> None:
    found = registers.agency_for_sign(sign, jurisdiction)
    assert found is not None
    assert found.name == name


def test_unknown_signs_and_names_are_none(registers: Registers) -> None:
    assert registers.agency_for_sign("XYZ", "VN-61") is None
    assert registers.agency_named("Hội những người yêu mèo", "VN-61") is None


@pytest.mark.parametrize(
    ("name", "jurisdiction", "local"),
    [
        ("Bộ Chính trị", None, "vn.bo-chinh-tri"),
        ("Ban Chấp hành Đảng bộ tỉnh Hải Dương", None, "vn-61.ban-chap-hanh-dang-bo"),
        ("Ban Thường vụ Tỉnh ủy", "VN-21", "vn-21.ban-thuong-vu-tinh-uy"),
        ("UBND tỉnh", "VN-61", "vn-61.uy-ban-nhan-dan"),
        ("UBND tỉnh Lai Châu", "VN-61", "vn-01.uy-ban-nhan-dan"),
        ("Sở TT&TT", None, "x.so-thong-tin-va-truyen-thong"),
    ],
)
def test_agency_named(
    registers: Registers, name: str, jurisdiction: str | None, local: str
) -> None:
    found = registers.agency_named(name, jurisdiction)
    assert found is not None
    assert found.local == local


def test_one_number_may_be_two_documents(registers: Registers) -> None:
    dates = [d.date for d in registers.documents_numbered("50/NQ-CP")]
    assert dates == [dt.date(2020, 4, 17), dt.date(2021, 5, 20)]
    assert [d.handle for d in registers.documents_numbered("6-NQ/TU", "VN-61")] == ["06-NQ/TU"]
    assert registers.documents_numbered("06-NQ/TU", "VN-21") == ()


def test_a_law_of_one_name_follows_another(registers: Registers) -> None:
    old, new = registers.laws_named("Luật giao dịch điện tử")
    assert (old.number, new.number) == ("51/2005/QH11", "20/2023/QH15")
    assert old.in_force_on(dt.date(2024, 6, 30)) is True
    assert old.in_force_on(dt.date(2024, 7, 1)) is False
    assert new.in_force_on(dt.date(2024, 6, 30)) is False
    assert new.in_force_on(dt.date(2024, 7, 1)) is None
    assert new.cited("replaces") == ("51/2005/QH11",)


@pytest.mark.parametrize(
    "name",
    [
        "Chương trình chuyển đổi số quốc gia",
        "Chương trình Chuyển đổi số Quốc gia đến năm 2025, định hướng đến năm 2030",
        "Chương trình chuyển đổi số quốc gia trên địa bàn tỉnh",
    ],
)
def test_programmes_stand_for_their_decision(registers: Registers, name: str) -> None:
    programme = registers.programme_named(name)
    assert programme is not None
    assert programme.document == "749/QĐ-TTg"


def test_a_programme_needs_more_than_its_first_words(registers: Registers) -> None:
    assert registers.programme_named("Chương trình chuyển đổi") is None


def test_the_national_programme_stands_on_the_resolution(registers: Registers) -> None:
    document = registers.document("749/QĐ-TTg")
    assert document is not None
    assert "52-NQ/TW" in document.cited("basedOn")
    assert all(r.sources for r in document.relations)


def test_what_only_a_text_says_is_no_outside_fact(registers: Registers) -> None:
    document = registers.document("2358/KH-UBND")
    assert document is not None
    assert document.from_text
    assert document.relations == ()


def test_places(registers: Registers) -> None:
    text = "UBND tỉnh Hải Dương, TP. Hồ Chí Minh, tỉnh Hoà Bình và thành phố Hải Dương"
    assert [(text[s.start : s.end], p.code) for s, p in registers.find_places(text)] == [
        ("tỉnh Hải Dương", "VN-61"),
        ("TP. Hồ Chí Minh", "VN-SG"),
        ("tỉnh Hoà Bình", "VN-14"),
    ]
    place = registers.place("VN-61")
    assert place is not None
    assert (place.short, place.inside, place.successor) == ("Hải Dương", "tỉnh Hải Dương", "VN-HP")
    assert len(registers.places) == 64


def test_a_provinces_own_rows_go_before_the_general_ones(registers: Registers) -> None:
    def of(code: str) -> list[str]:
        return [
            e.day
            for e in registers.events(code)
            if e.change == "merged"
            and any(o.local.endswith(".so-thong-tin-va-truyen-thong") for o in e.originals)
        ]

    assert of("VN-61") == ["2025-03-01"]
    assert of("VN-21") == [""]
    assert of("VN-40") == ["2025-03-01"]


def test_mergers_into_one_are_one_event(registers: Registers) -> None:
    event = next(
        e
        for e in registers.events("VN-61")
        if any(r.local == "vn-61.so-nong-nghiep-va-moi-truong" for r in e.results)
        and not e.function
    )
    assert {o.local for o in event.originals} == {
        "vn-61.so-nong-nghiep-va-phat-trien-nong-thon",
        "vn-61.so-tai-nguyen-va-moi-truong",
    }


def test_forms_expand() -> None:
    assert expand("Sở KH+ĐT") == ("Sở KHĐT", "Sở KH ĐT", "Sở KH và ĐT")
    assert expand("Sở TC") == ("Sở TC",)


# ---- bad rows --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("documents.csv", "\n52-NQ/TW,", "\n52/NQ-TW,"),
        ("documents.csv", ",VN,2019-09-27,", ",VN,2019-09-31,"),
        ("documents.csv", ",VN,2019-09-27,", ",XX,2019-09-27,"),
        ("document_relations.csv", ",52-NQ/TW,", ",53-NQ/TW,"),
        ("document_relations.csv", ",basedOn,", ",based_on,"),
        ("programmes.csv", ",749/QĐ-TTg,", ",748/QĐ-TTg,"),
        ("provinces.csv", ",VN-HP,2025", ",VN-XX,2025"),
        ("provinces.csv", ",province,", ",tinh,"),
        ("agencies.csv", ",optional,", ",sometimes,"),
        ("agencies.csv", "Sở Tài chính {place}", "Sở Tài chính"),
        ("agency_changes.csv", ",merged,", ",fused,"),
        ("agency_changes.csv", ",Công an,split,", ",Công an,merged,"),
        ("agency_changes.csv", ",2025-03-01,", ",1/3/2025,"),
    ],
)
def test_a_bad_row_dies_with_its_path(tmp_path: Path, name: str, old: str, new: str) -> None:
    shutil.copytree(DIRECTORY, tmp_path / "registers")
    path = tmp_path / "registers" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DataError, match=name):
        load(tmp_path / "registers")


def test_a_bad_date_names_its_line(tmp_path: Path) -> None:
    shutil.copytree(DIRECTORY, tmp_path / "registers")
    path = tmp_path / "registers" / "documents.csv"
    path.write_text(path.read_text("utf-8").replace("2019-09-27,", "2019-13-27,", 1), "utf-8")
    with pytest.raises(DataError) as caught:
        load(tmp_path / "registers")
    assert caught.value.line == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="provinces"):
        load(tmp_path)


# ---- graphs ----------------------------------------------------------------------------------


def store(*parts: terms.Graph) -> ox.Store:
    filled = ox.Store()
    filled.extend(ox.Quad(t.subject, t.predicate, t.object) for part in parts for t in part)
    return filled


def ask(filled: ox.Store, pattern: str) -> bool:
    """Whether a pattern holds; names with dots are written out, which SPARQL parsers dislike."""
    prefixes = "".join(f"PREFIX {p}: <{ns}> " for p, ns in iri.PREFIXES.items())
    written = re.sub(
        r"\b(?:doc|agency|place):[\w.-]+\w", lambda m: f"<{terms.expand(m[0])}>", pattern
    )
    return bool(filled.query(prefixes + "ASK { " + written + " }"))


def test_document_graph_marks_outside_facts(registers: Registers) -> None:
    filled = store(graphs.documents_graph(registers))
    assert ask(filled, "doc:vn.ttg.qd.2020.749 pg:basedOn doc:vn.tw.nq.2019.52")
    assert ask(
        filled,
        "?c a pg:Citation ; pg:inDocument doc:vn.ttg.qd.2020.749 ; pg:relation pg:basedOn ;"
        " pg:citedDocument doc:vn.tw.nq.2019.52 ; pg:evidenceClass evidence-class:external ;"
        " pg:status status:accepted ; dcterms:source ?s FILTER(isIRI(?s))",
    )
    assert ask(filled, 'doc:vn.tw.nq.2019.52 rdfs:label "Resolution 52-NQ/TW"@en')
    assert ask(filled, "doc:vn.tw.nq.2019.52 a pg:Directive, pg:PolicyDocument, eli:Work")
    assert ask(filled, "doc:vn.qh11.l.2005.51 pg:validTo ?d")
    assert ask(filled, "doc:vn.qh15.l.2023.20 pg:replaces doc:vn.qh11.l.2005.51")


def test_no_outside_fact_about_the_corpus_itself(registers: Registers) -> None:
    filled = store(graphs.documents_graph(registers))
    assert ask(filled, 'doc:vn-61.ubnd.kh.2021.2358 pg:documentNumber "2358/KH-UBND"')
    assert not ask(filled, "doc:vn-61.ubnd.kh.2021.2358 pg:implements ?o")
    assert not ask(filled, "?c a pg:Citation ; pg:inDocument doc:vn-61.ubnd.kh.2021.2358")
    assert not ask(filled, "doc:vn-61.tu.nq.2021.06 pg:implements doc:vn.tw.nq.2019.52")


def test_every_agency_named_in_a_graph_is_described(registers: Registers) -> None:
    agencies = graphs.agencies_graph(registers, ["VN-61", "VN-21", "VN-01"])
    filled = store(agencies, graphs.documents_graph(registers), graphs.places_graph(registers))
    for predicate in (
        "org:subOrganizationOf",
        "org:originalOrganization",
        "org:resultingOrganization",
        "pg:issuer",
        "pg:jurisdiction",
    ):
        assert not ask(filled, f"?s {predicate} ?o FILTER NOT EXISTS {{ ?o rdfs:label ?l }}")
    assert not ask(filled, "?a a pg:Agency FILTER NOT EXISTS { ?a a org:FormalOrganization }")


def test_agency_graph(registers: Registers) -> None:
    group = AgencyMention(
        Span(0, 4), "Các sở", "Các sở tỉnh Hải Dương", "vn-61.cac-so", True, True, "r", 0.9
    )
    new = AgencyMention(
        Span(0, 4), "Hội X", "Hội X tỉnh Hải Dương", "vn-61.hoi-x", False, False, "r", 0.4
    )
    filled = store(graphs.agencies_graph(registers, ["VN-61"], [group, new]))
    head = "agency:vn-61.so-thong-tin-va-truyen-thong"
    assert ask(filled, f'{head} skos:prefLabel "Sở Thông tin và Truyền thông tỉnh Hải Dương"@vi')
    assert ask(filled, f'{head} skos:altLabel "Sở TT&TT"@vi, "Sở TTTT"@vi')
    assert ask(filled, 'agency:vn-61.so-khoa-hoc-va-cong-nghe skos:hiddenLabel "Sở KHCCN"@vi')
    assert ask(filled, f"{head} org:subOrganizationOf agency:vn-61.uy-ban-nhan-dan")
    assert ask(filled, f'{head} pg:validTo "2025-02-28"^^xsd:date')
    assert ask(
        filled,
        f"?e org:originalOrganization {head} ; dcterms:source ?s ;"
        " org:resultingOrganization agency:vn-61.so-khoa-hoc-va-cong-nghe ;"
        ' dcterms:date "2025-03-01"^^xsd:date ; pg:status status:accepted',
    )
    assert ask(
        filled,
        "?e org:originalOrganization agency:vn-61.so-khoa-hoc-va-cong-nghe ;"
        " org:resultingOrganization agency:vn-hp.so-khoa-hoc-va-cong-nghe ;"
        ' dcterms:date "2025-07-01"^^xsd:date ; pg:status status:proposed',
    )
    assert ask(filled, "agency:vn-61.cac-so a pg:AgencyGroup")
    assert ask(filled, "agency:vn-61.hoi-x a pg:Agency ; pg:status status:proposed")


def test_place_graph(registers: Registers) -> None:
    filled = store(graphs.places_graph(registers))
    assert ask(filled, 'place:vn-61 pg:isoCode "VN-61" ; dcterms:isReplacedBy place:vn-hp')
    assert ask(filled, 'place:vn-61 pg:validTo "2025-06-30"^^xsd:date')
    assert ask(filled, 'place:vn-61 rdfs:label "Hai Duong province"@en')


def test_graphs_are_the_same_twice(registers: Registers) -> None:
    again = load(DIRECTORY)
    for build in (graphs.places_graph, graphs.documents_graph):
        assert terms.turtle(build(registers)) == terms.turtle(build(again))
    first, second = (graphs.agencies_graph(r, ["VN-61"]) for r in (registers, again))
    assert terms.turtle(first) == terms.turtle(second)


def test_a_province_that_ended_before_has_no_such_body(registers: Registers) -> None:
    """The provincial tax offices of July 2025 are those of the provinces after the mergers."""
    known = store(graphs.agencies_graph(registers, ["VN-61"]))
    assert ask(known, 'agency:vn-hp.thue pg:validFrom "2025-07-01"^^xsd:date')
    assert not ask(known, "agency:vn-61.thue ?p ?o")
