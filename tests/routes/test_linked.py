"""Linked data: each IRI answers in each form, pages stand alone, links are followed."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, URIRef

from policygraph import iri, ontology_terms, things
from policygraph.store import GRAPH_FORMATS
from policygraph_api.linked import FORMATS

PLAN = "id/doc/vn-61.ubnd.kh.2021.2358"
PLACE = "id/place/vn-61"
RULES = Path(__file__).parent.parent.parent / "deploy" / "w3id" / ".htaccess"


class Page(HTMLParser):
    """Collects what a page links to and what it loads, and checks that its tags are closed."""

    VOID = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.open, self.labels, self.inputs = [], [], [], set(), set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(given["href"])
        if tag in ("script", "img", "iframe") or (tag == "link" and "stylesheet" in given["rel"]):
            self.loads.append(given)
        if tag == "label":
            self.labels.add(given["for"])
        if tag == "input" and given.get("type") != "hidden":
            self.inputs.add(given["id"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="session")
def known(snapshot):
    rows = snapshot.select("SELECT DISTINCT ?s { GRAPH ?g { ?s a ?c } FILTER(isIRI(?s)) }")
    found = sorted(row["s"].value for row in rows)
    return [a.removeprefix(iri.BASE) for a in found if a.startswith((iri.THINGS, iri.VOCAB))]


@pytest.mark.parametrize(
    ("accept", "extension"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "html"),
        (None, "html"),
        ("text/turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/n-triples, text/html;q=0.1", "nt"),
    ],
)
def test_a_thing_sends_to_its_description(web, accept, extension):
    headers = {"Accept": accept} if accept else {"Accept": "*/*"}
    answer = web.get(f"/{PLACE}", headers=headers, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/data/{PLACE}.{extension}"
    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert web.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    ("name", "language", "page"),
    [
        (PLAN, "vi,en;q=0.8", "/documents/vn-61.ubnd.kh.2021.2358"),
        (PLAN, "en-GB,en;q=0.9,vi;q=0.3", "/en/documents/vn-61.ubnd.kh.2021.2358"),
        (PLAN, "fr", "/documents/vn-61.ubnd.kh.2021.2358"),
        ("vocab/role/lead", "en", "/en/data/vocab/role/lead.html"),
    ],
)
def test_a_browser_is_sent_to_the_page_in_its_language(web, name, language, page):
    headers = {"Accept": "text/html", "Accept-Language": language}
    answer = web.get(f"/{name}", headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, page)


def test_every_thing_answers(web, known):
    for name in known:
        answer = web.get(f"/{name}", headers={"Accept": "text/turtle"})
        assert answer.status_code == 200, name
        assert f"<{iri.BASE}{name}>" in answer.text or name.rpartition("/")[2] in answer.text


def test_every_form_says_the_same(web, snapshot):
    said = {
        extension: set(ox.parse(web.get(f"/data/{PLAN}.{extension}").content, format=form))
        for extension, form in (
            ("ttl", ox.RdfFormat.TURTLE),
            ("jsonld", ox.RdfFormat.JSON_LD),
            ("nt", ox.RdfFormat.N_TRIPLES),
        )
    }
    assert said["ttl"] == said["jsonld"] == said["nt"]
    about = {(q.predicate, q.object) for q in said["nt"] if q.subject.value == iri.BASE + PLAN}
    rows = snapshot.select(f"SELECT ?p ?o {{ <{iri.BASE}{PLAN}> ?p ?o }}")
    assert about == {(row["p"], row["o"]) for row in rows}
    assert len(Graph().parse(data=web.get(f"/data/{PLAN}.ttl").text, format="turtle")) > 10


@pytest.mark.parametrize("address", [f"/data/{PLAN}.html", "/ontology.html", "/search?q=so"])
def test_pages_stand_alone(web, address):
    answer = web.get(address)
    page = Page(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert '<html lang="vi">' in answer.text
    assert all((given.get("src") or given["href"]).startswith("/static/") for given in page.loads)
    assert not page.open
    assert page.inputs <= page.labels
    assert answer.text.count("<h1>") == 1


def test_links_of_a_page_can_be_followed(web):
    for link in sorted(set(Page(web.get(f"/data/{PLAN}.html").text).links)):
        if link.startswith(("/data/", "/ontology")):
            assert web.get(link.partition("#")[0]).status_code == 200, link


def test_incoming_links_are_paged(web, snapshot):
    rows = snapshot.select(
        "SELECT ?o (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER(STRSTARTS(STR(?o), STR(pg:)) "
        "&& ?g != graph:derived) } GROUP BY ?o ORDER BY DESC(?n) LIMIT 1"
    )
    hub = next(row["o"].value for row in rows)
    expected = {
        (row["s"].value, row["p"].value)
        for row in snapshot.select(
            f"SELECT ?s ?p {{ GRAPH ?g {{ ?s ?p <{hub}> }} "
            "FILTER(?g != graph:derived && isIRI(?s)) }"
        )
    }
    seen, after = [], None
    while True:
        page = things.incoming(snapshot, hub, after, size=7)
        seen += [(link.subject.iri, link.predicate.iri) for link in page.links]
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) > 14
    assert set(seen) == expected


def test_a_page_leads_to_the_next(web, snapshot, monkeypatch):
    monkeypatch.setattr(things.incoming, "__defaults__", (None, 2))
    text = web.get(f"/data/{PLAN}.html").text
    listed = text.partition('id="incoming"')[2]
    assert len(re.findall(r"<li>", listed)) == 2
    following = re.search(r'rel="next" href="([^"]+)"', listed)
    assert following is not None
    later = web.get(following[1].replace("&amp;", "&")).text.partition('id="incoming"')[2]
    assert set(re.findall(r'<li><a href="([^"]+)"', listed)) != set(
        re.findall(r'<li><a href="([^"]+)"', later)
    )


def test_a_page_speaks_its_language(web):
    assert "Kế hoạch 2358/KH-UBND" in web.get(f"/data/{PLAN}.html").text
    text = web.get(f"/en/data/{PLAN}.html").text
    assert '<html lang="en">' in text
    assert "Plan 2358/KH-UBND" in text


@pytest.mark.parametrize(
    "address",
    [
        *("/id/doc/none", "/id/nokind/x", "/vocab/role/none", "/data/id/doc/none.html", "/data/x"),
        *("/data/id/doc/none.ttl", "/ontology.exe", f"/data/{PLAN}.exe", "/id/", "/data/"),
    ],
)
def test_what_is_not_there(web, address):
    assert web.get(address).status_code == 404


def test_no_such_form(web):
    assert web.get(f"/{PLAN}", headers={"Accept": "image/png"}).status_code == 406


@given(value=st.one_of(st.sampled_from(('"> <x', "{}", "a b", "\\", "<>")), st.text(max_size=40)))
def test_nothing_gets_out_of_a_name_or_a_key(web, value):
    assert web.get(f"/data/{PLAN}.html", params={"after": value}).status_code in (200, 422)
    assert web.get(f"/data/{PLAN}.html", params={"after": f"{value} x:y"}).status_code in (200, 422)
    assert web.get(f"/id/doc/{quote(value, safe='')}~~").status_code == 404


def test_the_ontology_in_every_form(web, snapshot):
    html = web.get("/ontology", headers={"Accept": "text/html"})
    turtle = web.get("/ontology", headers={"Accept": "text/turtle"})
    graph = Graph().parse(data=turtle.text, format="turtle")
    terms = {str(s) for s in graph.subjects() if str(s).startswith(iri.ONTOLOGY)}
    assert len(terms) > 50
    for term in terms:
        assert f'id="{term.removeprefix(iri.ONTOLOGY)}"' in html.text
    assert "Nhiệm vụ" in html.text


def test_the_context_reads_what_a_description_says(web):
    """The short names of the context mean the terms of the ontology."""
    context = json.loads(web.get("/context.jsonld").content)
    document = {
        "@context": context["@context"],
        "@id": "doc:a",
        "@type": "PolicyDocument",
        "implements": "doc:b",
        "documentNumber": "1/X",
        "confidence": "0.9",
    }
    said = list(ox.parse(json.dumps(document), format=ox.RdfFormat.JSON_LD))
    shown = {(q.predicate.value.removeprefix(iri.ONTOLOGY), str(q.object)) for q in said}
    assert ("implements", f"<{iri.THINGS}doc/b>") in shown
    assert ("documentNumber", '"1/X"') in shown
    assert ("confidence", f'"0.9"^^<{iri.PREFIXES["xsd"]}decimal>') in shown


def read_by_each(document):
    """The triples of a JSON-LD document as Oxigraph and as rdflib read it."""
    text = json.dumps(document)
    quads = ox.parse(text, format=ox.RdfFormat.JSON_LD)
    lines = ox.serialize([quad.triple for quad in quads], format=ox.RdfFormat.N_TRIPLES)
    return Graph().parse(data=lines, format="nt"), Graph().parse(data=text, format="json-ld")


# rdflib's own reader of JSON-LD calls what rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
def test_every_prefix_of_the_context_is_a_prefix(web):
    context = json.loads(web.get("/context.jsonld").content)["@context"]
    property_ = "https://example.org/p"
    nodes = [{"@id": f"{name}:x.1", property_: {"@id": f"{name}:y.2"}} for name in iri.PREFIXES]
    for graph in read_by_each({"@context": context, "@graph": nodes}):
        found = {(str(s), str(o)) for s, o in graph.subject_objects(URIRef(property_))}
        assert found == {(space + "x.1", space + "y.2") for space in iri.PREFIXES.values()}


# rdflib's own reader of JSON-LD calls what rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
def test_what_is_written_under_the_context_comes_back(web, snapshot):
    """Every property of ours, under its short name, with things by theirs."""
    context = json.loads(web.get("/context.jsonld").content)["@context"]
    kinds = (f"{iri.PREFIXES['owl']}{kind}" for kind in ("ObjectProperty", "DatatypeProperty"))
    links, texts = (
        {
            s.subject
            for s in snapshot.statements(None, iri.PREFIXES["rdf"] + "type", kind)
            if s.subject.startswith(iri.ONTOLOGY)
        }
        for kind in kinds
    )
    assert len(links) > 30
    assert len(texts) > 20
    said: dict[str, object] = {ontology_terms.key(p): "agency:vn-61.ubnd" for p in links}
    said |= {ontology_terms.key(p): {"@value": "x"} for p in texts}
    document = {"@context": context, "@id": "evidence:a", **said}
    agency = f"{iri.THINGS}agency/vn-61.ubnd"
    for graph in read_by_each(document):
        assert {str(s) for s in graph.subjects()} == {f"{iri.THINGS}evidence/a"}
        assert {str(p) for p, o in graph.predicate_objects() if str(o) == agency} == links
        assert {str(p) for p, o in graph.predicate_objects() if str(o) == "x"} == texts
        written = json.loads(graph.serialize(format="json-ld", context=context))
        again, _ = read_by_each({**written, "@context": context})
        assert set(again) == set(graph)
        assert {"pg:agency", "pg:role", "implements"} <= set(written)


@pytest.mark.parametrize(
    "path",
    [
        *(PLAN, "ontology", "ontology/", "ontology.ttl", "context.jsonld", "vocab/role"),
        *("vocab/role/lead", "dataset", "catalogue"),
    ],
)
def test_the_redirects_lead_to_routes(web, path):
    """The rules as Apache carries them out: the first that matches, its groups put in."""
    rules = re.findall(r"^RewriteRule (\S+) (%\{ENV:SERVICE\}\S*) \[R", RULES.read_text(), re.M)
    found, to = next((f, to) for pattern, to in rules if (f := re.search(pattern, path)))
    groups = [group or "" for group in (found[0], *found.groups())]
    target = re.sub(r"\$(\d)", lambda number: groups[int(number[1])], to)
    answer = web.get(target.removeprefix("%{ENV:SERVICE}"), headers={"Accept": "text/turtle"})
    assert answer.status_code == 200


def test_the_search_page(web):
    page = web.get("/search?q=chuyen+doi+so&limit=1")
    assert "<mark>" in page.text
    following = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert following is not None
    assert web.get(following[1].replace("&amp;", "&")).status_code == 200


def test_every_graph_format_is_known():
    assert set(FORMATS.values()) <= set(GRAPH_FORMATS)
