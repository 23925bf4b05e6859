"""Plain pages: rendered here, no scripts, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.responses import HTMLResponse

from policygraph import iri

SHORT = 160
"""Longest text of a link, in code points."""


class Pages:
    """The templates and the one style they share."""

    def __init__(self) -> None:
        folder = files("policygraph_api") / "templates"

        def source(name: str) -> str:
            return (folder / name).read_text(encoding="utf-8")

        self._style = source("page.css")
        self._environment = Environment(
            loader=FunctionLoader(source),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        self._environment.filters["local"] = local
        self._environment.filters["shorten"] = shorten
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self._policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )

    def render(self, name: str, build: str | None, values: Mapping[str, object]) -> HTMLResponse:
        """A page; ``name`` is its template without the extension."""
        template = self._environment.get_template(f"{name}.html")
        html = template.render(**values, style=self._style, build=build or "–")
        return HTMLResponse(
            html, headers={"Content-Security-Policy": self._policy, "Vary": "Accept"}
        )


def local(address: str) -> str:
    """Where this service answers for an IRI of ours; others stay as they are, and what is no web
    address becomes no link."""
    if address.startswith(iri.BASE):
        return "/" + address.removeprefix(iri.BASE)
    return address if address.startswith(("https://", "http://")) else "#"


def shorten(text: str) -> str:
    """A text cut at a word."""
    if len(text) <= SHORT:
        return text
    return text[:SHORT].rsplit(" ", 1)[0] + " …"
