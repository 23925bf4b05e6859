"""What the site is, how to read it, and how to take the data away."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from policygraph_api.explorer.site import Site
from policygraph_api.places import here

SCHEMES = ("role", "evidence-class", "status")
"""Vocabularies whose words stand on the pages and are explained here."""


def routes(site: Site) -> APIRouter:
    made = APIRouter()

    @made.get("/about")
    def about(request: Request) -> Response:
        lang = here(request).lang
        words = {scheme: site.ask("concepts", scheme=scheme, lang=lang) for scheme in SCHEMES}
        return site.render(request, "about.html", {"words": words})

    return made
