"""The service description (SPARQL 1.1 Service Description): what a bare GET on /sparql gives."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from starlette.types import Scope

from policygraph import examples, iri, store
from policygraph.examples import Example
from policygraph_api.negotiation import choose
from policygraph_api.problems import not_acceptable
from policygraph_api.replies import Reply, reply
from policygraph_api.served import Served

_FORMATS = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/n-triples": "N-Triples",
    "application/n-quads": "N-Quads",
    "application/trig": "TriG",
    "application/ld+json": "JSON-LD",
    "application/rdf+xml": "RDF_XML",
}
"""Media type -> local name of its IRI at https://www.w3.org/ns/formats/."""

_PAGE, _EDITOR = "text/html", b"/query"
_PREFIXES = """@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
@prefix void: <http://rdfs.org/ns/void#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def address_of(scope: Scope) -> str:
    """The endpoint's own address, as the client called it; what could break out of an IRI is
    percent-encoded."""
    host = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "localhost")
    path = scope.get("policygraph.prefix", "") + "/sparql"
    return f"{scope['scheme']}://{quote(host, safe=':[]')}{quote(path)}"


def describe(served: Served, scope: Scope, accept: str | None, shown: Iterable[Example]) -> Reply:
    """The description, with examples, in any graph format; its endpoint is the address that was
    asked.  Somebody who came with a browser is sent to the editor."""
    media_type = choose(accept, (*store.GRAPH_FORMATS, _PAGE))
    if media_type == _PAGE:
        return reply(303, _PAGE, b"", (b"location", _EDITOR))
    if media_type is None:
        raise not_acceptable(store.GRAPH_FORMATS)
    endpoint = address_of(scope)
    text = _turtle(served, endpoint) + examples.turtle(shown, endpoint)
    body = store.convert(text, media_type)
    return reply(200, media_type, body, (b"cache-control", b"no-cache"))


def _turtle(served: Served, endpoint: str) -> str:
    formats = " , ".join(f"<http://www.w3.org/ns/formats/{name}>" for name in _FORMATS.values())
    graphs = served.engine.graphs()
    named = "".join(
        f" ;\n  sd:namedGraph <{endpoint}#{_fragment(graph)}>" for graph in sorted(graphs)
    )
    details = "".join(
        f"<{endpoint}#{_fragment(graph)}> a sd:NamedGraph ; sd:name <{graph}> ;\n"
        f"  sd:graph <{endpoint}#graph-{_fragment(graph)}> .\n"
        f"<{endpoint}#graph-{_fragment(graph)}> a sd:Graph ; void:triples {count} .\n"
        for graph, count in sorted(graphs.items())
    )
    return f"""{_PREFIXES}
<{endpoint}#service> a sd:Service ;
  sd:endpoint <{endpoint}> ;
  sd:supportedLanguage sd:SPARQL11Query ;
  sd:resultFormat {formats} ;
  sd:feature sd:UnionDefaultGraph ;
  sd:defaultDataset <{endpoint}#dataset> .
<{endpoint}#dataset> a sd:Dataset , void:Dataset ;
  dcterms:title "PolicyGraph" ;
  dcterms:identifier "{served.name}" ;
  void:triples {served.triples} ;
  void:sparqlEndpoint <{endpoint}> ;
  void:uriSpace "{iri.BASE}" ;
  sd:defaultGraph <{endpoint}#default>{named} .
<{endpoint}#default> a sd:Graph ; void:triples {served.triples} .
{details}"""


def _fragment(graph: str) -> str:
    return quote(graph, safe="")
