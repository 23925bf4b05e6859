"""The home page: the canned queries with example links, and a form for SPARQL.  No scripts,
nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from policygraph.queries import CannedQuery


def page(queries: Iterable[CannedQuery], build: str | None, triples: int) -> HTMLResponse:
    """The page, rendered once; its policy allows its own style and forms, and nothing else."""
    package = files("policygraph_api")
    style = (package / "home.css").read_text(encoding="utf-8")
    template = Template((package / "home.html").read_text(encoding="utf-8"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    html = template.substitute(
        style=style,
        queries="\n".join(map(_entry, queries)),
        build=escape(build or "–"),
        triples=f"{triples:,}".replace(",", " "),
    )
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'"
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})


def _entry(query: CannedQuery) -> str:
    address = f"/api/queries/{query.name}"
    if query.example:
        address += "?" + urlencode(query.example)
    return (
        f"<dt>{escape(query.summary_vi)}</dt>"
        f'<dd lang="en">{escape(query.summary_en)}</dd>'
        f'<dd><a href="{escape(address)}"><code>{escape(address)}</code></a></dd>'
    )
