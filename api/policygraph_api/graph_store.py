"""``/graphs``: reading by the SPARQL 1.1 Graph Store Protocol."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from policygraph.store import GRAPH_FORMATS
from policygraph_api.jobs import MB, Job, Refusal
from policygraph_api.negotiation import choose
from policygraph_api.problems import ProblemError, not_acceptable
from policygraph_api.replies import Reply, reply
from policygraph_api.served import Served
from policygraph_api.sparql import Sparql, as_problem, header

_DEFAULT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


class GraphStore:
    """The graphs of a build, each at ``/graphs?graph=<IRI>``; all as one at ``/graphs?default``."""

    def __init__(self, sparql: Sparql, max_answer_mb: int) -> None:
        self._sparql, self._max_bytes = sparql, max_answer_mb * MB

    async def answer(self, scope: Scope, receive: Receive, served: Served) -> Reply:
        """Raises ProblemError where there is no such graph, or on what would change one."""
        if scope["method"] not in ("GET", "HEAD"):
            raise ProblemError(
                "method",
                f"{scope['method']}: các đồ thị chỉ để đọc",
                f"{scope['method']}: the graphs are only read",
                headers={"Allow": "GET, HEAD, OPTIONS"},
            )
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        named = [value for key, value in pairs if key == "graph"]
        asked = len(named) + sum(key == "default" for key, _ in pairs)
        if asked != 1:
            raise ProblemError(
                "bad-graph-request",
                f"Có {asked} tham số `graph` hoặc `default`.",
                f"There are {asked} `graph` or `default` parameters.",
            )
        accept = header(scope, b"accept")
        if choose(accept, tuple(GRAPH_FORMATS)) is None:
            raise not_acceptable(GRAPH_FORMATS)
        if named and named[0] not in served.engine.graphs():
            raise ProblemError(
                "unknown-thing", f"Không có đồ thị {named[0]!r}.", f"No graph {named[0]!r}."
            )
        job = Job(_DEFAULT, tuple(named), (), accept, self._max_bytes)
        result, _ = await self._sparql.ask(scope, receive, served, job)
        if isinstance(result, Refusal):
            raise as_problem(result)
        charset = "; charset=utf-8" if result.media_type.startswith("text/") else ""
        return reply(200, result.media_type + charset, result.body)
