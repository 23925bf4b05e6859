"""Tools for language-model agents (Model Context Protocol): few, and each answer can be checked,
since every thing comes with its IRI and its words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Annotated, Any, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from policygraph import listings, queries, resources
from policygraph.errors import AmbiguousThing, PolicyGraphError, UnknownThing
from policygraph.listings import Wish
from policygraph_api.problems import ProblemError
from policygraph_api.shelf import Shelves

Ask = Callable[[str], Awaitable[str]]
"""Runs a free query under the limits of the service; gives SPARQL JSON."""
Language = Literal["vi", "en"]
Limit = Annotated[int, Field(ge=1, le=100)]

INSTRUCTIONS = (
    "Vietnamese policy documents, the tasks they lay down, who leads them, their targets, and "
    "where each comes from. Name documents by number (52-NQ/TW) or IRI, agencies and places by "
    "their Vietnamese names. Quote the words and give the IRIs that answers carry; where nothing "
    "is found, say so. "
    "Văn bản chỉ đạo, nhiệm vụ, cơ quan chủ trì, chỉ tiêu, căn cứ, có trích dẫn."
)


@contextmanager
def _told() -> Iterator[None]:
    """What cannot be answered is told in words that help to ask better; what is not told so
    reaches an agent as a failure without a reason."""
    try:
        yield
    except ProblemError as problem:
        raise ToolError(problem.in_words()) from problem
    except PolicyGraphError as error:
        others: tuple[str, ...] = ()
        if isinstance(error, AmbiguousThing):
            others = error.candidates
        elif isinstance(error, UnknownThing):
            others = error.nearest
        raise ToolError("\n".join((str(error), *others))) from error


def server(shelves: Shelves, ask: Ask | None = None) -> MCPServer:
    """The tools over the build that is served; free SPARQL only where the service lends its own
    limits."""
    made = MCPServer(
        "policygraph",
        title="PolicyGraph",
        instructions=INSTRUCTIONS,
        version=version("policygraph"),
    )
    known = listings.load()
    lineage_of = queries.parse(resources.directory("queries") / "lineage-of.rq")

    def listed(
        name: str, values: dict[str, str | int | None], limit: int, lang: str
    ) -> dict[str, Any]:
        shelf = shelves()
        given = {key: str(value) for key, value in values.items() if value is not None}
        wish = Wish(given, limit=limit, lang=lang)
        page = listings.page(shelf.engine, shelf.lookup, known[name], wish)
        return {
            "total": page.total,
            "shown": len(page.records),
            "items": list(page.records),
            "labels": dict(page.labels),
        }

    @made.tool()
    @_told()
    def find(
        question: Annotated[str, Field(min_length=1, max_length=400)],
        kind: Literal["doc", "task", "target", "agency", "indicator", "place"] | None = None,
        limit: Limit = 10,
    ) -> dict[str, Any]:
        """Find documents, tasks, targets, agencies by words or number, with or without
        diacritics."""
        page = shelves().index.search(question, [kind] if kind else [], None, limit)
        hits = [
            {"iri": h.iri, "kind": h.kind, "label": h.label, "number": h.number, "quote": h.snippet}
            for h in page.hits
        ]
        return {"total": page.total, "corrected": page.corrected, "hits": hits}

    @made.tool()
    @_told()
    def lineage(thing: str, lang: Language = "vi") -> dict[str, Any]:
        """Where a task or document comes from: each step upward with the words that say it; `last`
        marks where the evidence ends."""
        shelf = shelves()
        bound = queries.bind(lineage_of, {"thing": thing, "lang": lang}, shelf.lookup)
        return {"steps": queries.records(shelf.engine, bound)}

    @made.tool()
    @_told()
    def tasks(
        document: str | None = None,
        traces_to: str | None = None,
        agency: str | None = None,
        lead: str | None = None,
        place: str | None = None,
        limit: Limit = 20,
        lang: Language = "vi",
    ) -> dict[str, Any]:
        """Tasks with leads and quotes, of a document, a place or an agency (`lead`: it leads);
        `traces_to`: only those that trace to this directive."""
        values: dict[str, str | int | None] = {
            "document": document,
            "tracesTo": traces_to,
            "agency": agency,
            "lead": lead,
            "place": place,
        }
        return listed("tasks", values, limit, lang)

    @made.tool()
    @_told()
    def targets(
        document: str | None = None,
        indicator: str | None = None,
        place: str | None = None,
        year: Annotated[int | None, Field(ge=1000, le=2999)] = None,
        limit: Limit = 20,
        lang: Language = "vi",
    ) -> dict[str, Any]:
        """Targets with figure, unit, deadline and quote."""
        values: dict[str, str | int | None] = {
            "document": document,
            "indicator": indicator,
            "place": place,
            "year": year,
        }
        return listed("targets", values, limit, lang)

    if ask is not None:

        @made.tool()
        async def sparql(query: Annotated[str, Field(min_length=1, max_length=65536)]) -> str:
            """Run a SPARQL 1.1 query; prefixes pg:, doc:, task:, agency:, skos: … are known."""
            with _told():
                return await ask(query)

    return made
