"""The SPARQL page: an editor with the canned queries as examples, and an answer as a table for
browsers without scripts.

What the editor completes comes from ``/query/terms.json``: our own ontology, and the counts that
VoID tells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from policygraph import catalogue, iri, ontology_terms, things
from policygraph.examples import Example as Free
from policygraph.examples import runnable
from policygraph.queries import CannedQuery, Parameter, bind
from policygraph_api.explorer.site import Site
from policygraph_api.jobs import MB
from policygraph_api.places import OWN_PAGES, Here, here
from policygraph_api.problems import KINDS, ProblemError
from policygraph_api.served import asked
from policygraph_api.sparql import Sparql

ACCEPT = "application/sparql-results+json, text/turtle;q=0.9"
FIRST = """SELECT ?document ?title (COUNT(?task) AS ?tasks)
WHERE {
  ?task a pg:Task ;
    pg:inDocument ?document .
  ?document dcterms:title ?title .
}
GROUP BY ?document ?title
ORDER BY DESC(?tasks)"""
"""What stands in the editor at a first visit."""
OWN = frozenset({"query", "example", "run"})
"""Parameters of the page; the others are those of an example."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of a table; ``iri`` where it is a link."""

    text: str
    iri: str | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An answer for a page: a table, or what has no rows as text."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A canned query as a form: each parameter with what stands in its field."""

    query: CannedQuery
    fields: Sequence[tuple[Parameter, str]]
    is_open: bool


def routes(site: Site, sparql: Sparql, free: Sequence[Free]) -> APIRouter:
    """``free`` are examples without parameters."""
    made = APIRouter()

    @made.get("/query")
    async def editor(
        request: Request,
        query: Annotated[str | None, Query()] = None,
        example: Annotated[str | None, Query(max_length=100)] = None,
        run: bool = False,
    ) -> Response:
        place = here(request)
        given = {k: v for k, v in request.query_params.items() if k not in OWN and v}
        text = _text(site, example, given, place.lang) if query is None else query
        found, problem = None, None
        if run:
            try:
                found = await _answer(sparql, request, text)
            except ProblemError as error:
                problem = error
        kind = KINDS[problem.kind] if problem else None
        page = site.render(
            request,
            "query.html",
            {
                "text": text,
                "examples": _examples(site, example, given, place.lang),
                "free": free,
                "found": found,
                "problem": problem,
                "kind": kind,
            },
            kind.status if kind else 200,
        )
        if run:
            page.headers["Cache-Control"] = "no-store"
        return page

    @made.get("/query/terms.json")
    def terms(request: Request) -> Response:
        return JSONResponse(_terms(site, here(request)))

    return made


def _text(site: Site, example: str | None, given: Mapping[str, str], lang: str) -> str:
    """The text for the editor: a canned query with its parameters, those of its example where
    none are given; or the first one."""
    if example is None:
        return runnable(FIRST)
    query = site.queries.get(example)
    if query is None:
        raise ProblemError(
            "not-found", f"Không có câu hỏi {example!r}.", f"No canned query {example!r}."
        )
    chosen = given or query.example
    values = {"lang": lang, **chosen} if "lang" in _names(query) else chosen
    summary = query.summary_vi if lang == "vi" else query.summary_en
    return f"# {summary}\n" + runnable(bind(query, values, site.shelf().lookup).text)


def _names(query: CannedQuery) -> set[str]:
    return {parameter.name for parameter in query.parameters}


def _examples(
    site: Site, example: str | None, given: Mapping[str, str], lang: str
) -> list[Example]:
    """The canned queries; the one that was asked for keeps what was given."""
    made = []
    for query in site.queries.values():
        is_open = query.name == example
        values = {"lang": lang, **(given if is_open and given else query.example)}
        fields = [(p, values.get(p.name, p.default or "")) for p in query.parameters]
        made.append(Example(query, fields, is_open))
    return made


async def _answer(sparql: Sparql, request: Request, text: str) -> Found:
    """The answer to a free query, under the limits of ``/sparql``; raises ProblemError."""
    media_type, body = await sparql.whole(request.scope, request.receive, asked(), text, ACCEPT, MB)
    if media_type == "text/turtle":
        return Found((), (), body)
    answer = json.loads(body)
    if "boolean" in answer:
        return Found((), (), str(answer["boolean"]).lower())
    columns = answer["head"]["vars"]
    rows = [[_cell(row.get(name)) for name in columns] for row in answer["results"]["bindings"]]
    return Found(columns, rows)


def _cell(value: Mapping[str, str] | None) -> Cell:
    if value is None:
        return Cell("")
    if value["type"] == "uri":
        return Cell(things.curie(value["value"]), value["value"])
    return Cell(value["value"], None, value.get("xml:lang"))


def _terms(site: Site, place: Here) -> Mapping[str, object]:
    """Prefixes, where our IRIs have pages, and the terms with names and counts."""
    snapshot = site.shelf().snapshot
    classes, properties = catalogue.usage(snapshot)
    named = {
        term.name.iri: (group.id == "classes", term)
        for group in ontology_terms.groups(snapshot)
        for term in group.terms
    }

    def listed(used: Mapping[str, int], is_class: bool) -> list[dict[str, object]]:
        own = {address for address, (kind, _) in named.items() if kind == is_class}
        return [
            {"iri": address, "label": label(address), "count": used.get(address, 0)}
            for address in sorted(own | used.keys(), key=lambda a: (-used.get(a, 0), a))
        ]

    def label(address: str) -> str:
        if address not in named:
            return ""
        name = named[address][1].name
        return name.vi if place.lang == "vi" else name.en or name.vi

    pages = {f"{iri.THINGS}{kind}/": place.url(f"/{page}/") for kind, page in OWN_PAGES.items()}
    return {
        "prefixes": iri.PREFIXES,
        "pages": pages,
        "base": iri.BASE,
        "data": place.url("/data/"),
        "classes": listed(classes, True),
        "properties": listed(properties, False),
    }
