"""Errors as browsers are told them: what happened, what to do, and what comes near."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from policygraph_api.explorer.site import Site
from policygraph_api.negotiation import choose
from policygraph_api.places import here
from policygraph_api.problems import KINDS, MEDIA_TYPE, ProblemError, respond

HTML = "text/html"

Tell = Callable[[Request, ProblemError], Response]


def teller(site: Site) -> Tell:
    """Tells a problem as a page to who likes HTML best, else as a problem document."""

    def tell(request: Request, problem: ProblemError) -> Response:
        accept = ",".join(request.headers.getlist("accept")) or None
        if choose(accept, (MEDIA_TYPE, HTML)) != HTML:
            return respond(problem)
        kind = KINDS[problem.kind]
        english = here(request).lang == "en"
        values = {
            "status": kind.status,
            "title": kind.title[english],
            "advice": kind.advice[english],
            "detail": (problem.en if english and problem.en else problem.vi),
            "nearest": problem.members.get("nearest", ()),
            "candidates": _choices(request, problem),
        }
        page = site.render(request, "error.html", values, kind.status)
        page.headers.update(problem.headers or {})
        return page

    return tell


def _choices(request: Request, problem: ProblemError) -> list[dict[str, object]]:
    """The candidates, each with this very address where the ambiguous value is made sure."""
    found = problem.members.get("candidates", ())
    given = parse_qsl(request.url.query)
    doubtful = {name for name, value in given if f"“{value.strip()}”" in problem.vi}
    choices = []
    for candidate in found if isinstance(found, list) else ():
        sure = [(n, candidate["iri"] if n in doubtful else v) for n, v in given]
        path = here(request).prefix + request.url.path
        choices.append({**candidate, "again": f"{path}?{urlencode(sure)}" if doubtful else None})
    return choices
