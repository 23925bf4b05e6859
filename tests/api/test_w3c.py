"""The W3C's protocol and service description tests, from outside, over the suite's own data.

Every query test must pass.  The suite's update tests change data, which this service never does:
each of their updates must be refused as a client's error.
"""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from tests.api.conftest import PATIENCE, serving

SUITE = Path(__file__).resolve().parents[3] / "shared" / "w3c"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
RDFS_LABEL = URIRef("http://www.w3.org/2000/01/rdf-schema#label")
FORMATS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    },
    "RDF": {"text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"},
}

if not SUITE.is_dir():
    pytest.skip(f"the W3C suite is not here: {SUITE}", allow_module_level=True)


def read(name):
    graph = Graph()
    path = SUITE / name / "manifest.ttl"
    # The suite keeps characters like "{" in paths out of IRIs, so rdflib has nothing to warn of.
    graph.parse(path, publicID=path.as_uri(), format="turtle")
    (manifest,) = graph.subjects(RDF.type, MF.Manifest)
    return graph, list(
        Collection(graph, graph.value(manifest, MF.entries, any=False) or MF.nothing)
    )


PROTOCOL, ENTRIES = read("protocol")
QUERIES = [entry for entry in ENTRIES if "query" in entry.rpartition("#")[2]]
QUERIES += [entry for entry in ENTRIES if entry.endswith("bad_multiple_queries")]
UPDATES = [entry for entry in ENTRIES if entry not in QUERIES]


def name_of(entry):
    return entry.rpartition("#")[2]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    directory = tmp_path_factory.mktemp("w3c")
    store = ox.Store(str(directory / "store"))
    for data in sorted(set(PROTOCOL.objects(None, UT.graphData))):
        path = Path(urlsplit(PROTOCOL.value(data, UT.graph)).path)
        graph = ox.NamedNode(str(PROTOCOL.value(data, RDFS_LABEL)))
        store.load(path=str(path), format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
    store.flush()
    del store
    with serving(directory / "store", directory / "log") as started:
        yield started


def send(service, request):
    """The request's bytes as the manifest gives them, and the answer's status, headers, body."""
    path = str(PROTOCOL.value(request, HT.absolutePath))
    method = str(PROTOCOL.value(request, HT.methodName))
    lines = [f"{method} {quote(path, safe='/?&=%+')} HTTP/1.1", "Host: localhost"]
    lines.append("Connection: close")
    headers = PROTOCOL.value(request, HT.headers)
    for header in Collection(PROTOCOL, headers) if headers else ():
        name, value = PROTOCOL.value(header, HT.fieldName), PROTOCOL.value(header, HT.fieldValue)
        lines.append(f"{name}: {value}")
    body, content = PROTOCOL.value(request, HT.body), b""
    if body is not None:
        encoding = str(PROTOCOL.value(body, CNT.characterEncoding))
        content = str(PROTOCOL.value(body, CNT.chars)).encode(encoding)
    if method != "GET":
        lines.append(f"Content-Length: {len(content)}")
    message = "\r\n".join([*lines, "", ""]).encode("latin-1") + content
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as connection:
        connection.sendall(message)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, rest = answer.partition(b"\r\n\r\n")
    first, *fields = head.decode("latin-1").split("\r\n")
    described = {k.lower(): v.strip() for k, _, v in (f.partition(":") for f in fields)}
    return int(first.split()[1]), described, rest


def requests_of(entry):
    connection = PROTOCOL.value(entry, MF.action)
    return list(Collection(PROTOCOL, PROTOCOL.value(connection, HT.requests)))


def test_the_suite_is_whole():
    assert (len(QUERIES), len(UPDATES)) == (20, 14)


@pytest.mark.parametrize("entry", QUERIES, ids=name_of)
def test_query(service, entry):
    for request in requests_of(entry):
        status, headers, body = send(service, request)
        expected = PROTOCOL.value(request, HT.resp)
        classes = {str(s)[-3] for s in PROTOCOL.objects(expected, MF.expectedStatus)}
        assert str(status)[0] in classes, (status, body)
        media_type = headers["content-type"].partition(";")[0]
        form = PROTOCOL.value(expected, MF.expectedFormat)
        if form is not None:
            assert media_type in FORMATS[str(form)]
        boolean = PROTOCOL.value(expected, MF.expectedBoolean)
        if boolean is not None:
            found = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
            assert bool(found) is bool(boolean)


@pytest.mark.parametrize("entry", UPDATES, ids=name_of)
def test_updates_are_refused(service, entry):
    """An update test mixes updates with queries that look at what they did; these are answered."""
    for request in requests_of(entry):
        status, headers, body = send(service, request)
        path = str(PROTOCOL.value(request, HT.absolutePath))
        text = PROTOCOL.value(PROTOCOL.value(request, HT.body), CNT.chars)
        if "query=" in path or str(text).startswith(("ASK", "SELECT", "query=")):
            assert status == 200, body
            continue
        assert 400 <= status < 500
        assert headers["content-type"] == "application/problem+json"


@pytest.fixture(scope="module")
def description(service):
    answer = service.get("/sparql")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/turtle")
    return Graph().parse(data=answer.text, format="turtle")


def test_returns_rdf(description):
    assert len(description)


def test_has_endpoint_triple(service, description):
    assert list(description.objects(None, SD.endpoint)) == [URIRef(service.url + "/sparql")]


def test_conforms_to_schema(description):
    """What the vocabulary demands of its classes."""
    (described,) = description.subjects(RDF.type, SD.Service)
    assert description.value(described, SD.supportedLanguage) == SD.SPARQL11Query
    assert (described, SD.feature, SD.UnionDefaultGraph) in description
    dataset = description.value(described, SD.defaultDataset)
    assert (dataset, RDF.type, SD.Dataset) in description
    assert (description.value(dataset, SD.defaultGraph), RDF.type, SD.Graph) in description
    named = list(description.objects(dataset, SD.namedGraph))
    assert {str(description.value(graph, SD.name)) for graph in named} == {
        f"http://kasei.us/2009/09/sparql/data/data{n}.rdf" for n in (1, 2, 3)
    }
    for graph in named:
        assert (graph, RDF.type, SD.NamedGraph) in description
        content = description.value(graph, SD.graph)
        assert (content, RDF.type, SD.Graph) in description
        triples = description.value(content, URIRef("http://rdfs.org/ns/void#triples"))
        assert triples == Literal(1)


@pytest.mark.parametrize("accept", sorted(FORMATS["RDF"]))
def test_the_description_comes_in_every_graph_format(service, accept):
    answer = service.get("/sparql/", headers={"Accept": accept})
    assert answer.headers["content-type"] == accept
    assert "SPARQL11Query" in answer.text


def test_a_browser_at_the_endpoint_is_sent_to_the_editor(service):
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    sent = service.get("/sparql/", headers={"Accept": browser}, follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, "/query")
    anything = service.get("/sparql/", headers={"Accept": "*/*"}, follow_redirects=False)
    assert anything.headers["content-type"] == "text/turtle"
