"""Any SPARQL 1.1 server over HTTP: asked through the protocol, loaded through the Graph Store
Protocol or by update.

What one kind of server cannot do is mended in its ``Dialect``, and nowhere else.
"""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpx
import pyoxigraph as ox

from policygraph import iri, sparql_text
from policygraph.engine import Engine, Found
from policygraph.errors import QueryError, StoreError
from policygraph.settings import Settings

RESULTS = "application/sparql-results+json"
TRIPLES = "application/n-triples"
CHUNK = 4_000
"""Triples sent in one update."""
_RETRIED = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is and how to speak to it; times in seconds."""

    query_url: str
    update_url: str | None = None
    graphs_url: str | None = None
    """Its Graph Store Protocol; where it has none, graphs are loaded by update."""
    user: str | None = None
    password: str | None = None
    token: str | None = None
    dialect: str = "standard"
    timeout: float = 20.0
    attempts: int = 4
    pause: float = 0.2
    """Before the second attempt; doubled before each further one."""

    def auth(self) -> httpx.Auth | None:
        if self.user is None:
            return None
        kind = httpx.DigestAuth if self.dialect == "virtuoso" else httpx.BasicAuth
        return kind(self.user, self.password or "")

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def readable(self, text: str) -> str:
        """The query as this server reads it, with the project's prefixes bound."""
        return DIALECTS[self.dialect](text)


def server(settings: Settings) -> Server:
    """The server that the settings name."""
    password, token = settings.engine_password, settings.engine_token
    return Server(
        settings.engine_url,
        settings.engine_update_url or None,
        settings.engine_graphs_url or None,
        settings.engine_user or None,
        password.get_secret_value() if password else None,
        token.get_secret_value() if token else None,
        settings.engine_dialect,
        settings.timeout,
    )


def with_prefixes(text: str) -> str:
    """The project's prefixes before a query, in its first line so that lines keep their number."""
    return (
        f"BASE <{iri.BASE}> "
        + sparql_text.prologue(text, iri.PREFIXES)
        + sparql_text.escape_dots(text)
    )


def for_virtuoso(text: str) -> str:
    """Virtuoso 7 reads no escaped dots in names, but any number of plain ones."""
    return f"BASE <{iri.BASE}> " + sparql_text.prologue(text, iri.PREFIXES) + text


DIALECTS: Mapping[str, Callable[[str], str]] = {
    "standard": with_prefixes,
    "virtuoso": for_virtuoso,
}


class Remote(Engine):
    """A graph on a server.  It is for the operator to say that it does not change."""

    def __init__(self, server: Server, name: str | None = None) -> None:
        self.server = server
        self.hash = name
        self._client = httpx.Client(
            auth=server.auth(), headers=server.headers(), timeout=server.timeout
        )

    def query(
        self, text: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> Found:
        answer = self._ask(text, default_graphs, named_graphs)
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip()
        try:
            if media_type in ("application/sparql-results+json", "application/json"):
                content = self.plain(answer.content)
                return ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
            return _as_triples(answer.content, media_type)
        except (SyntaxError, ValueError) as error:
            raise StoreError(
                f"{self.server.query_url}: trả lời không đọc được / unreadable answer: {error}"
            ) from error

    def plain(self, results: bytes) -> bytes:
        """Results in JSON without what the server adds of its own."""
        return results

    def __len__(self) -> int:
        (row,) = self.select("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }")
        return int(row["n"].value) if isinstance(row["n"], ox.Literal) else 0

    def graphs(self) -> Mapping[str, int]:
        text = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
        return {
            row["g"].value: int(row["n"].value)
            for row in self.select(text)
            if isinstance(row["g"], ox.NamedNode) and isinstance(row["n"], ox.Literal)
        }

    def close(self) -> None:
        self._client.close()

    def load(self, graph: str, triples: bytes) -> None:
        """Replace one named graph by lines of N-Triples: all at once through the Graph Store
        Protocol, else emptied and filled by updates."""
        if self.server.graphs_url:
            self._send("PUT", self.server.graphs_url, triples, {"graph": graph})
            return
        self._update(f"DROP SILENT GRAPH <{graph}>")
        lines = triples.decode("utf-8").splitlines()
        for start in range(0, len(lines), CHUNK):
            some = "\n".join(lines[start : start + CHUNK])
            self._update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{some}\n}} }}")

    def remove(self, graph: str) -> None:
        """Remove one named graph that is there."""
        if self.server.graphs_url:
            self._send("DELETE", self.server.graphs_url, b"", {"graph": graph})
        else:
            self._update(f"DROP GRAPH <{graph}>")

    def _update(self, text: str) -> None:
        if not self.server.update_url:
            raise StoreError(
                f"{self.server.query_url}: không có nơi để nạp; hãy đặt engine_graphs_url hoặc "
                "engine_update_url / nowhere to load to; set engine_graphs_url or engine_update_url"
            )
        self._send("POST", self.server.update_url, text.encode("utf-8"), is_update=True)

    def _ask(self, text: str, default: Sequence[str], named: Sequence[str]) -> httpx.Response:
        form = {
            "query": self.server.readable(text),
            "default-graph-uri": list(default),
            "named-graph-uri": list(named),
        }
        accept = f"{RESULTS}, {TRIPLES};q=0.9, text/turtle;q=0.5"
        return self._retry(
            lambda: self._client.post(self.server.query_url, data=form, headers={"Accept": accept})
        )

    def _send(
        self,
        method: str,
        url: str,
        content: bytes,
        params: Mapping[str, str] | None = None,
        is_update: bool = False,
    ) -> httpx.Response:
        media_type = "application/sparql-update" if is_update else TRIPLES
        return self._retry(
            lambda: self._client.request(
                method, url, params=params, content=content, headers={"Content-Type": media_type}
            )
        )

    def _retry(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """What was sent may arrive twice, so only what may be repeated is sent through here:
        questions, replacing a graph, inserting and dropping."""
        for pause in pauses(self.server):
            try:
                answer = send()
            except httpx.TransportError as error:
                if pause is None:
                    raise StoreError(f"{self.server.query_url}: {error!r}") from error
            else:
                if answer.status_code not in _RETRIED or pause is None:
                    return _checked(answer)
            time.sleep(pause)
        raise AssertionError("the last pause is None")


def publish(source: Engine, server: Server, report: Callable[[str, int, int], None]) -> int:
    """Make a server's graph that of a build: every named graph is replaced, those of ours that the
    build has not are removed, and the server is asked whether it holds all.  Gives the number of
    graphs; ``report`` is told the graph, how many are done and how many there are."""
    if not server.query_url:
        raise StoreError(
            "chưa có máy chủ; hãy đặt engine_url / no server is named; set engine_url "
            "(POLICYGRAPH_ENGINE_URL)"
        )
    target = Remote(server)
    try:
        graphs = source.graphs()
        for done, graph in enumerate(graphs):
            report(graph, done, len(graphs))
            found = source.query("CONSTRUCT WHERE { ?s ?p ?o }", default_graphs=(graph,))
            out = io.BytesIO()
            if isinstance(found, ox.QueryTriples):
                found.serialize(out, ox.RdfFormat.N_TRIPLES)
            target.load(graph, out.getvalue())
        ours = iri.PREFIXES[iri.Kind.GRAPH.value]
        for graph in target.graphs():
            if graph.startswith(ours) and graph not in graphs:
                target.remove(graph)
        there = {name: count for name, count in target.graphs().items() if name.startswith(ours)}
    finally:
        target.close()
    for graph in sorted(graphs.keys() | there.keys()):
        if graphs.get(graph) != there.get(graph):
            raise StoreError(
                f"{server.query_url}: {graph}: {there.get(graph, 0)} bộ ba, phải có / triples, "
                f"not {graphs.get(graph, 0)}"
            )
    return len(graphs)


def pauses(server: Server) -> Iterator[float | None]:
    """Seconds to wait after each attempt, None after the last; with a third of chance, so that
    clients that failed together do not come back together."""
    for attempt in range(server.attempts - 1):
        yield server.pause * 2**attempt * random.uniform(0.67, 1.33)
    yield None


def _checked(answer: httpx.Response) -> httpx.Response:
    """Raises QueryError where the server refuses the query, StoreError where it fails."""
    if answer.is_success:
        if "x-sparql-maxrows" in answer.headers:
            raise StoreError(
                f"{answer.request.url}: máy chủ đã cắt bớt kết quả / the server cut the answer at "
                f"{answer.headers['x-sparql-maxrows']} rows; raise its ResultSetMaxRows"
            )
        return answer
    words = answer.text.strip()[:1000]
    if answer.status_code == httpx.codes.BAD_REQUEST:
        raise QueryError(words)
    raise StoreError(f"{answer.request.url}: HTTP {answer.status_code}: {words}")


def _as_triples(content: bytes, media_type: str) -> ox.QueryTriples:
    """Triples in the type that queries give; a store of their own gives it."""
    kept = ox.Store()
    found = ox.RdfFormat.from_media_type(media_type) or ox.RdfFormat.N_TRIPLES
    kept.bulk_load(content, format=found)
    triples = kept.query("CONSTRUCT WHERE { ?s ?p ?o }")
    if not isinstance(triples, ox.QueryTriples):
        raise StoreError("a CONSTRUCT gave no triples")
    return triples
