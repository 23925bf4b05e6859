"""``/review``: the least certain assertions beside their sentences, to accept, reject or correct.

Open where the operator has named a directory for decisions and set a token.  A decision is shown as
the row of its file first, and written when the token comes with it; the token stands in the body of
that one request and is kept nowhere, so no other site can decide for whoever has it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from policygraph import decisions, iri, reviewing, things
from policygraph.decisions import COLUMNS, Decision
from policygraph.errors import UnknownThing
from policygraph.iri import Kind
from policygraph.rdf.terms import expand
from policygraph.review import Quote
from policygraph.reviewing import Answer, Item
from policygraph.settings import Settings
from policygraph_api import tokens
from policygraph_api.explorer.sheet import Sheet
from policygraph_api.explorer.site import Site
from policygraph_api.places import here
from policygraph_api.problems import ProblemError
from policygraph_api.shelf import Shelf
from policygraph_api.sparql import read_body

LISTED = 30
"""Assertions in the list of what comes next."""
MOST = 20_000
"""Bytes of a form."""
_NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A quote in its context; ``place`` is its character in the text of ``document``, None where
    the build has no text of it."""

    before: str
    quote: str
    after: str
    document: str
    place: int | None


@dataclass(frozen=True, slots=True)
class Stated:
    """What an assertion says of one property: its name, and a value that may be a link."""

    name: things.Name
    value: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Form:
    """What a reviewer has filled in."""

    of: str = ""
    fingerprint: str = ""
    decision: str = ""
    field: str = ""
    value: str = ""
    reason: str = ""
    name: str = ""
    token: str = ""
    confirmed: str = ""

    @property
    def answer(self) -> Answer:
        """Raises ValueError where no decision was chosen."""
        decision = Decision(self.decision)
        if decision is not Decision.CORRECT:
            return Answer(decision, reason=self.reason)
        return Answer(decision, self.field, self.value, self.reason)


class Refused(Exception):
    """Why nothing is written yet: a key of the strings, and what the library says of it."""

    def __init__(self, key: str, status: int, detail: str = "") -> None:
        self.key, self.status, self.detail = key, status, detail
        super().__init__(key)


class Desk:
    """The assertions that wait, and the files that decisions go to."""

    def __init__(self, directory: Path, ttl: Path) -> None:
        self._directory, self._ttl = directory, ttl
        self._lock = threading.Lock()

    def pending(self) -> list[Item]:
        """The least certain first."""
        return reviewing.pending(_items(self._ttl, _state(self._ttl)), self._decided())

    def record(self, form: Form) -> None:
        """Write a decision; raises Refused where it may not be written."""
        with self._lock:
            item = find(self.pending(), form)
            if form.fingerprint != item.fingerprint:
                raise Refused("review.refused.changed", 409)
            reviewing.record(self._directory, item, form.answer, form.name, today())

    def _decided(self) -> Sequence[decisions.Review]:
        return decisions.load(self._directory)


def today() -> dt.date:
    return dt.datetime.now().astimezone().date()


def _state(ttl: Path) -> tuple[tuple[str, int], ...]:
    """Changes when a file of the Turtle does."""
    return tuple((path.name, path.stat().st_mtime_ns) for path in sorted(ttl.glob("*.ttl")))


@lru_cache(maxsize=1)
def _items(ttl: Path, state: object) -> list[Item]:
    return reviewing.items(ttl)


def find(pending: Sequence[Item], form: Form) -> Item:
    """The assertion a form is about; raises Refused where nobody has to decide about it."""
    address = expand(form.of)
    for item in pending:
        if item.assertion == address:
            return item
    raise Refused("review.refused.gone", 404)


def row(item: Item, form: Form) -> tuple[str, ...]:
    """The row of the file; raises Refused where the form is not complete."""
    if form.decision not in {decision.value for decision in Decision}:
        raise Refused("review.refused.decision", 422)
    if not form.name.strip():
        raise Refused("review.refused.name", 422)
    if form.decision != Decision.ACCEPT and not form.reason.strip():
        raise Refused("review.refused.reason", 422)
    try:
        return reviewing.row(item, form.answer, form.name, today())
    except ValueError as error:
        raise Refused("review.refused.value", 422, str(error)) from error


def routes(site: Site, settings: Settings) -> APIRouter:
    made = APIRouter()
    desk = Desk(settings.review, settings.ttl) if settings.review and site.is_reviewed else None

    def page(request: Request, form: Form, refused: Refused | None = None) -> Response:
        """The form about one assertion, with the row as soon as it is complete."""
        if desk is None:
            return _with_no_store(site.render(request, "review.html", {"is_open": False}))
        waiting = desk.pending()
        item, cells = waiting[0] if waiting else None, None
        if form.of:
            try:
                item = find(waiting, form)
                cells = row(item, form) if form.decision else None
            except Refused as error:
                refused = refused or error
        values = {
            "is_open": True,
            "item": item and _described(site.shelf(), item),
            "fields": _fields(site.shelf(), item) if item else [],
            "waiting": [(decisions.short(i.assertion), i.confidence) for i in waiting[:LISTED]],
            "count": len(waiting),
            "form": form,
            "file": f"{iri.slug(form.name)}.csv",
            "lines": cells and reviewing.written(COLUMNS) + reviewing.written(cells),
            "refused": refused,
            "done": request.query_params.get("done"),
        }
        status = refused.status if refused else 200
        return _with_no_store(site.render(request, "review.html", values, status))

    @made.get("/review")
    def review(request: Request, of: Annotated[str, Query(max_length=600)] = "") -> Response:
        return page(request, Form(of=of))

    @made.post("/review")
    async def decide(request: Request) -> Response:
        if desk is None:
            raise ProblemError("not-found", "Rà soát chưa được bật.", "Review is not open here.")
        form = await _posted(request, settings)
        if not form.confirmed:
            return await asyncio.to_thread(page, request, form)
        try:
            if not tokens.is_right(settings.admin_token, form.token):
                raise Refused("review.refused.token", 401)
            await asyncio.to_thread(_write, desk, form)
        except Refused as error:
            return await asyncio.to_thread(page, request, form, error)
        return RedirectResponse(here(request).url("/review", done=form.of), 303, _NO_STORE)

    return made


def _write(desk: Desk, form: Form) -> None:
    row(find(desk.pending(), form), form)
    desk.record(form)


async def _posted(request: Request, settings: Settings) -> Form:
    body = await read_body(request.scope, request.receive, MOST, settings)
    try:
        given = dict(parse_qsl(body.decode("utf-8"), max_num_fields=20, keep_blank_values=True))
    except ValueError as error:
        raise ProblemError("bad-request", str(error)) from error
    return Form(**{name: given[name] for name in Form.__dataclass_fields__ if name in given})


def _with_no_store(page: Response) -> Response:
    page.headers.update(_NO_STORE)
    return page


def _fields(shelf: Shelf, item: Item) -> list[tuple[str, things.Name]]:
    """What may be corrected, with its names."""
    fields = reviewing.fields(item)
    names = things.names(shelf.snapshot, map(expand, fields))
    return [(field, names[expand(field)]) for field in fields]


def _described(shelf: Shelf, item: Item) -> Mapping[str, object]:
    """An assertion as the page shows it."""
    predicates = [expand(name) for name, _ in item.values]
    names = things.names(shelf.snapshot, predicates)
    stated = []
    for predicate, (_, value) in zip(predicates, item.values, strict=True):
        address = expand(value.partition(" ")[0])
        link = address if address.startswith(iri.BASE) else None
        stated.append(Stated(names[predicate], value, link))
    return {
        "short": decisions.short(item.assertion),
        "iri": item.assertion,
        "kind": item.kind.value,
        "rule": item.rule,
        "confidence": item.confidence,
        "fingerprint": item.fingerprint,
        "stated": stated,
        "quotes": [_quote(shelf, item, quote) for quote in item.quotes],
    }


def _quote(shelf: Shelf, item: Item, quote: Quote) -> Shown:
    """A quote in the text that the build keeps, or alone where it is not there any more."""
    name = iri.parse(item.assertion)
    local = iri.document_of(name.local) if name else ""
    try:
        sheet = Sheet(shelf.snapshot, iri.thing(Kind.DOCUMENT, local))
        text = shelf.snapshot.text(sheet.text("pg:sourceSha256") or "")
        before, words, after = reviewing.around(text or "", quote)
    except UnknownThing:
        return Shown("", quote.quote, "", local, None)
    return Shown(before, words, after, local, quote.start)
