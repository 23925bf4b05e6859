"""What is missing or contradicts itself: the audit and the unresolved, each at its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from policygraph import audit, iri
from policygraph.engine import Engine
from policygraph.queries import MAX_VALUE
from policygraph_api.explorer import downloads
from policygraph_api.explorer.site import Site
from policygraph_api.places import here
from policygraph_api.problems import ProblemError

FEW = 8
"""Rows of each kind while all kinds are shown."""
MANY = 500
"""Rows of a page of one kind."""
KEPT = 32
"""Audits kept, by build, document and language."""
COLUMNS = (
    "kind",
    "kindLabel",
    "subject",
    "label",
    "document",
    "documentLabel",
    "path",
    "detail",
    "quote",
    "file",
    "start",
    "end",
)
IN_VIETNAMESE = frozenset({"task-with-several-leads", "agency-ended"})
"""Kinds whose detail names agencies, which have no English names."""
Sort = Literal["place", "what", "detail"]


class Asked(BaseModel):
    """A form sends what is not chosen as nothing."""

    document: str = Field("", max_length=MAX_VALUE)
    kind: str = Field("", max_length=100)
    sort: Sort = "place"
    order: Literal["asc", "desc"] = "asc"
    page: int = Field(1, ge=1, le=10_000)


@dataclass(frozen=True, slots=True)
class Row:
    """One gap, in the order of ``COLUMNS``; ``order`` is its place among those of its kind."""

    subject: str
    what: str
    document: str
    document_label: str
    path: str
    detail: str
    quote: str
    file: str | None
    start: int | None
    end: int | None
    order: int


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of gap with what was found; ``meaning`` is its definition in the vocabulary."""

    name: str
    label: str
    meaning: str | None
    is_unresolved: bool
    rows: tuple[Row, ...]


def routes(site: Site) -> APIRouter:
    made = APIRouter()

    @lru_cache(KEPT)
    def of_build(build: str | None, document: str | None, lang: str) -> list[Kind]:
        """The audit takes a second, and a build never changes."""
        return _kinds(site, document, lang)

    def found(request: Request, asked: Asked) -> list[Kind]:
        build = site.shelf().snapshot.hash
        return of_build(build, asked.document or None, here(request).lang)

    @made.get("/gaps")
    def gaps(request: Request, asked: Annotated[Asked, Query()]) -> Response:
        kinds = found(request, asked)
        chosen = _chosen(kinds, asked.kind)
        values = {
            "asked": asked,
            "kinds": kinds,
            "chosen": chosen,
            "shown": [(chosen, _page(chosen, asked))]
            if chosen
            else [(kind, kind.rows[:FEW]) for kind in kinds],
            "pages": -(-len(chosen.rows) // MANY) if chosen else 1,
            "documents": site.ask("documents", withText="true", lang=here(request).lang),
            "vietnamese": IN_VIETNAMESE,
            "total": sum(len(kind.rows) for kind in kinds),
        }
        return site.render(request, "gaps.html", values)

    @made.get("/gaps.csv")
    def table(request: Request, asked: Annotated[Asked, Query()]) -> Response:
        kinds = found(request, asked)
        chosen = _chosen(kinds, asked.kind)
        rows = [
            (kind.name, kind.label, *astuple(row)[:-1])
            for kind in ([chosen] if chosen else kinds)
            for row in _sorted(kind.rows, asked)
        ]
        return downloads.table("gaps", COLUMNS, rows)

    return made


def _chosen(kinds: Sequence[Kind], name: str) -> Kind | None:
    """The kind of a name; None where none is asked for."""
    if not name:
        return None
    found = next((kind for kind in kinds if kind.name == name), None)
    if found is None:
        known = ", ".join(kind.name for kind in kinds)
        raise ProblemError(
            "bad-parameter",
            f"Không có loại “{name}”; có: {known}.",
            f"No kind “{name}”; there are: {known}.",
        )
    return found


def _kinds(site: Site, document: str | None, lang: str) -> list[Kind]:
    """Every check, those that found nothing too, then what is unresolved by reason."""
    engine = site.shelf().snapshot
    checked = audit.audit(engine, site.queries, document, lang)
    unresolved = audit.report(engine, site.queries, document, lang)
    kinds = [
        Kind(
            check.name,
            check.en if lang == "en" else check.vi,
            _meaning(engine, iri.concept("check", check.name), lang),
            False,
            tuple(_findings(check.findings)),
        )
        for check in checked.checks
    ]
    kinds += [
        Kind(
            f"unresolved-{reason.name}",
            reason.en if lang == "en" else reason.vi,
            _meaning(engine, iri.concept("reason", reason.name), lang),
            True,
            tuple(_items(reason.items)),
        )
        for reason in unresolved.reasons
    ]
    return kinds


def _findings(found: Sequence[audit.Finding]) -> Iterator[Row]:
    for order, x in enumerate(found):
        what = x.quote or x.label
        yield Row(
            x.subject,
            what,
            x.document,
            x.document_label,
            x.path,
            "" if x.detail == what else x.detail,
            x.quote,
            x.file,
            x.start,
            x.end,
            order,
        )


def _items(found: Sequence[audit.Unresolved]) -> Iterator[Row]:
    for order, x in enumerate(found):
        yield Row(
            x.subject,
            x.surface,
            x.document,
            x.document_label,
            x.path,
            x.note,
            x.surface,
            x.file,
            x.start,
            x.end,
            order,
        )


def _page(kind: Kind, asked: Asked) -> list[Row]:
    first = (asked.page - 1) * MANY
    return _sorted(kind.rows, asked)[first : first + MANY]


def _sorted(rows: Sequence[Row], asked: Asked) -> list[Row]:
    keys = {
        "place": lambda row: (row.order,),
        "what": lambda row: (iri.fold(row.what), row.order),
        "detail": lambda row: (iri.fold(row.detail), row.order),
    }
    return sorted(rows, key=keys[asked.sort], reverse=asked.order == "desc")


def _meaning(engine: Engine, concept: str, lang: str) -> str | None:
    definition = iri.PREFIXES["skos"] + "definition"
    said = {
        getattr(s.value, "language", None): s.value.value
        for s in engine.statements(concept, definition, None)
    }
    return said.get(lang) or said.get("vi")
