"""What the pages of the explorer share: templates, languages, addresses, assets, their policy.

A page is at ``/tasks/…`` in Vietnamese and at ``/en/tasks/…`` in English; under ``/build/<hash>``
every link stays within that build.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from policygraph import iri, things
from policygraph.decisions import REVIEWABLE
from policygraph.queries import CannedQuery, Record, bind, records
from policygraph_api.assets import Assets
from policygraph_api.explorer import strings
from policygraph_api.places import OWN_PAGES, Here, here
from policygraph_api.shelf import Shelf, Shelves

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SHORT = 160
"""Longest text of a link, in code points."""
NAVIGATION = ("documents", "tasks", "agencies", "indicators", "lineage", "gaps", "query")

_here: ContextVar[Here] = ContextVar("_here")


class Site:
    """Renders pages.  ``build`` names the build asked about; ``is_reviewed`` tells whether
    decisions of reviewers are taken here."""

    def __init__(
        self,
        shelves: Shelves,
        queries: Mapping[str, CannedQuery],
        build: Callable[[], str],
        is_reviewed: bool = False,
    ) -> None:
        self._shelves, self.queries, self._build = shelves, queries, build
        self.is_reviewed = is_reviewed
        self.assets = Assets()
        self._strings = strings.load()
        folder = files("policygraph_api") / "templates"
        sources = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
        self._environment = Environment(
            loader=FunctionLoader(sources.get),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {
            "t": self.t,
            "url": lambda path, **query: _here.get().url(path, **query),
            "service": lambda path, **query: _here.get().service(path, **query),
            "href": lambda address: _here.get().href(address),
            "lang": lambda: _here.get().lang,
            "here": _here.get,
            "asset": lambda name: _here.get().service(self.assets.path(name)),
            "say": say,
            "suggest": self._suggest,
            "number": lambda value: strings.number(value, _here.get().lang),
            "date": day,
            "navigation": NAVIGATION,
            "reviewable": self.reviewable,
        }
        self._environment.filters["shorten"] = shorten
        digest = hashlib.sha256(self.assets.digest.encode())
        for name, source in sorted(sources.items()):
            digest.update(f"{name}\n{source}".encode())
        digest.update(repr(sorted(self._strings.items())).encode())
        self.fingerprint = digest.hexdigest()
        """Of all that pages are made of beside the build: templates, strings and assets."""

    def reviewable(self, address: str) -> str | None:
        """The short name of an assertion that may be reviewed here; None for all else."""
        name = iri.parse(address)
        is_assertion = name is not None and name.kind in REVIEWABLE
        return things.curie(address) if self.is_reviewed and is_assertion else None

    def shelf(self) -> Shelf:
        """The build asked about, with its look-up and its search index."""
        return self._shelves()

    def ask(self, name: str, **values: str) -> list[Record]:
        """The rows of a canned query, its parameters as people write them."""
        shelf = self.shelf()
        return records(shelf.engine, bind(self.queries[name], values, shelf.lookup))

    def t(self, key: str, **values: object) -> str:
        """A string in the page's language; raises KeyError where there is none."""
        return self._strings[key].say(_here.get().lang, values)

    def _suggest(self) -> Markup:
        """Attributes of a field that suggests what it could mean: where the script asks, and for
        each kind what it is called and where its things are."""
        place = _here.get()
        kinds = {
            kind: [self.t(f"search.kind.{kind}"), place.url(f"/{page}/")]
            for kind, page in OWN_PAGES.items()
        }
        return Markup(' data-suggest="{}" data-kinds="{}" data-told="{}"').format(
            place.service("/api/search"), json.dumps(kinds), self.t("site.search.told", count="#")
        )

    def render(
        self,
        request: Request,
        template: str,
        values: Mapping[str, object],
        status: int = 200,
    ) -> HTMLResponse:
        """A page; ``template`` is the name of its file."""
        with at(here(request)):
            html = self._environment.get_template(template).render(build=self._build(), **values)
        return HTMLResponse(html, status, headers={"Content-Security-Policy": POLICY})


@contextmanager
def at(place: Here) -> Iterator[None]:
    """Within, ``t``, ``url`` and the others speak for this place."""
    token = _here.set(place)
    try:
        yield
    finally:
        _here.reset(token)


def say(vi: str, en: str | None = None) -> Markup:
    """A name from the graph in the page's language, or in Vietnamese and marked as that."""
    if _here.get().lang == "vi":
        return Markup.escape(vi)
    return Markup.escape(en) if en else Markup('<span lang="vi">{}</span>').format(vi)


def day(written: str | None) -> str:
    """A date of the graph ("2021-07-07", "2021-07" or "2021") as people write it."""
    if not written:
        return ""
    lang = _here.get().lang
    if len(written) == len("2021-07-07"):
        found = date.fromisoformat(written)
        return f"{found:%d/%m/%Y}" if lang == "vi" else f"{found.day} {found:%B %Y}"
    year, _, month = written.partition("-")
    if not month:
        return year
    return f"{month}/{year}" if lang == "vi" else f"{date(int(year), int(month), 1):%B %Y}"


def shorten(text: str) -> str:
    """A text cut at a word."""
    if len(text) <= SHORT:
        return text
    return text[:SHORT].rsplit(" ", 1)[0] + " …"
