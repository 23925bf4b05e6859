"""``/api/search``: full-text search without diacritics, and ``pg:matches`` made plain SPARQL."""

from __future__ import annotations

from html import escape
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import PlainTextResponse, Response

from policygraph.matches import rewrite
from policygraph.search import MAX_PAGE, MAX_QUERY, Hit, Page
from policygraph_api.shelf import Shelf, Shelves

KINDS = (
    "doc", "part", "task", "target", "baseline", "agency", "place", "indicator", "event",
    "concept", "term",
)  # fmt: skip
KindName = Literal[
    "doc", "part", "task", "target", "baseline", "agency", "place", "indicator", "event",
    "concept", "term",
]  # fmt: skip
MAX_SPARQL = 65536


class Asked(BaseModel):
    """What may be asked of the search; anything else is refused."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(
        min_length=1,
        max_length=MAX_QUERY,
        description="Từ cần tìm, có dấu hoặc không / words to look for, with diacritics or without",
        examples=["chuyen doi so"],
    )
    kind: list[KindName] = Field(
        default_factory=list, max_length=len(KINDS), description="Chỉ loại này / these kinds only"
    )
    document: str | None = Field(
        None, min_length=1, max_length=400, description="Chỉ trong văn bản này / in this document"
    )
    limit: int = Field(20, ge=1, le=MAX_PAGE, description="Số kết quả mỗi trang / hits a page")
    cursor: str | None = Field(
        None, min_length=1, max_length=200, description="Khóa của trang sau / key of the next page"
    )


class Found(BaseModel):
    """One thing found; ``html`` is the snippet, escaped, with what answers in ``mark``."""

    iri: str
    kind: str
    label: str
    labelEn: str | None  # noqa: N815 - JSON names are in camel case all over the service
    number: str | None
    document: str | None
    exact: bool
    score: float
    snippet: str
    marks: list[tuple[int, int]]
    html: str


class Results(BaseModel):
    """A page of hits; ``next`` is the address of the page after it."""

    q: str
    corrected: str | None
    total: int
    kinds: dict[str, int]
    next: str | None
    hits: list[Found]


class Rewriting(BaseModel):
    """A SPARQL query that may use ``pg:matches``."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(
        min_length=1,
        max_length=MAX_SPARQL,
        description="SPARQL + pg:matches",
        examples=['SELECT ?task { (?task ?score) pg:matches ("chuyen doi so" "task" 20) . }'],
    )


def router(shelves: Shelves) -> APIRouter:
    routes = APIRouter(prefix="/api/search", tags=["search"])

    @routes.get(
        "",
        summary="Tìm không cần dấu / Search without diacritics",
        description="“chuyen doi so” tìm thấy “chuyển đổi số”; đúng dấu xếp trước. "
        "Finds folded words; what is written as typed comes first.",
    )
    def search(asked: Annotated[Asked, Query()]) -> Results:
        shelf = shelves()
        document = shelf.lookup.resolve("document", asked.document) if asked.document else None
        page = shelf.index.search(
            asked.q, list(dict.fromkeys(asked.kind)), document, asked.limit, asked.cursor
        )
        return results(shelf, asked, page)

    @routes.get(
        "/sparql",
        response_class=PlainTextResponse,
        summary="Viết lại pg:matches thành SPARQL thuần / pg:matches as plain SPARQL",
    )
    def search_rewritten(asked: Annotated[Rewriting, Query()]) -> Response:
        text = rewrite(asked.query, shelves().index.matching)
        return Response(text, media_type="application/sparql-query")

    return routes


def results(shelf: Shelf, asked: Asked, page: Page) -> Results:
    """The page as it goes out, with the address of the one after it."""
    following = None
    if page.next:
        values = {**asked.model_dump(exclude_none=True), "cursor": page.next}
        following = shelf.following("/api/search", values)
    return Results(
        q=asked.q,
        corrected=page.corrected,
        total=page.total,
        kinds=dict(page.kinds),
        next=following,
        hits=[_found(hit) for hit in page.hits],
    )


def _found(hit: Hit) -> Found:
    return Found(
        iri=hit.iri,
        kind=hit.kind,
        label=hit.label,
        labelEn=hit.label_en,
        number=hit.number,
        document=hit.document,
        exact=hit.exact,
        score=hit.score,
        snippet=hit.snippet,
        marks=list(hit.marks),
        html=marked(hit),
    )


def marked(hit: Hit) -> str:
    """The snippet as HTML."""
    pieces, at = [], 0
    for start, end in hit.marks:
        pieces += [escape(hit.snippet[at:start]), "<mark>", escape(hit.snippet[start:end])]
        pieces.append("</mark>")
        at = end
    return "".join([*pieces, escape(hit.snippet[at:])])
