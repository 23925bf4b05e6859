"""``/api/documents``, ``/api/tasks`` …: look-ups with filters, facets, pages, and many at once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, create_model

from policygraph import listings
from policygraph.listings import MAX_IDS, MAX_PAGE, Filter, Listing, Page, Wish
from policygraph.queries import MAX_VALUE, Type
from policygraph_api.shelf import Shelf, Shelves


class Wanted(BaseModel):
    """What every collection takes."""

    model_config = ConfigDict(extra="forbid")

    id: list[Annotated[str, Field(min_length=1, max_length=500)]] = Field(
        default_factory=list,
        max_length=MAX_IDS,
        description="IRI hoặc tên rút gọn; nhiều lần được / IRIs or short names, repeatable",
    )
    facets: bool = Field(False, description="Đếm theo mặt / count by facets")
    limit: int = Field(20, ge=1, le=MAX_PAGE, description="Số mục mỗi trang / records a page")
    cursor: str | None = Field(
        None, min_length=1, max_length=1000, description="Khóa của trang sau / key of the next page"
    )
    lang: Literal["vi", "en"] = Field("vi", description="Ngôn ngữ của nhãn / language of labels")


class CountOut(BaseModel):
    """A value of a facet; ``count`` things have it."""

    value: str
    label: str | None
    label_en: str | None
    count: int


class Listed(BaseModel):
    """A page of records; ``next`` is the address of the following one, ``labels`` names every thing
    that is mentioned."""

    total: int
    next: str | None
    items: list[dict[str, Any]]
    labels: dict[str, str]
    facets: dict[str, list[CountOut]]


def router(shelves: Shelves) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["look-ups"])
    for listing in listings.load().values():
        routes.add_api_route(
            f"/{listing.name}",
            _endpoint(shelves, listing),
            methods=["GET"],
            name=listing.name,
            operation_id=f"list-{listing.name}",
            summary=f"{listing.vi} / {listing.en}",
            response_model=Listed,
        )
    return routes


def _endpoint(shelves: Shelves, listing: Listing) -> Callable[..., Listed]:
    model = _model(listing)

    def endpoint(wanted: Annotated[Any, Query()]) -> Listed:
        shelf = shelves()
        given = {
            f.name: str(value).lower() if isinstance(value, bool) else str(value)
            for f in listing.filters
            if (value := getattr(wanted, f.name)) not in (None, False)
        }
        wish = Wish(
            given, wanted.id, wanted.limit, wanted.cursor, wanted.lang, with_facets=wanted.facets
        )
        page = listings.page(shelf.engine, shelf.lookup, listing, wish)
        return _listed(shelf, listing, wanted, page)

    endpoint.__annotations__["wanted"] = Annotated[model, Query()]
    return endpoint


def _model(listing: Listing) -> type[Wanted]:
    """The parameters of a collection, each filter with its type."""
    fields: dict[str, Any] = {f.name: _field(f) for f in listing.filters}
    return create_model(f"Wanted{listing.name.capitalize()}", __base__=Wanted, **fields)


def _field(chosen: Filter) -> tuple[Any, Any]:
    text = f"{chosen.vi} / {chosen.en}"
    if chosen.choices:
        return Literal[chosen.choices] | None, Field(None, description=text)
    if chosen.type in (Type.YEAR, Type.INTEGER):
        return int | None, Field(None, ge=1000, le=2999, description=text)
    if chosen.type is Type.CONFIDENCE:
        return Decimal | None, Field(None, ge=0, le=1, description=text)
    if chosen.type is Type.BOOLEAN:
        return bool, Field(False, description=text)
    return str | None, Field(None, min_length=1, max_length=MAX_VALUE, description=text)


def _listed(shelf: Shelf, listing: Listing, wanted: Wanted, page: Page) -> Listed:
    following = None
    if page.next:
        # Counts are of the whole collection and need not be made again.
        values = wanted.model_dump(exclude_defaults=True, exclude={"facets"})
        following = shelf.following(f"/api/{listing.name}", {**values, "cursor": page.next})
    return Listed(
        total=page.total,
        next=following,
        items=[dict(record) for record in page.records],
        labels=dict(page.labels),
        facets={
            name: [
                CountOut(value=c.value, label=c.label, label_en=c.label_en, count=c.count)
                for c in counts
            ]
            for name, counts in page.facets.items()
        },
    )
