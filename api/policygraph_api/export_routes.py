"""``/export/``: the graph or a part of it to take home; DCAT and VoID with true counts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from policygraph import bundle, catalogue, export, tabular
from policygraph.export import Selection
from policygraph.lookup import Lookup
from policygraph.store import Snapshot
from policygraph_api.shelf import Shelves

Extension = Literal["ttl", "nq", "jsonld", "csv.zip", "xlsx", "zip"]
_MAX_NAME = 400


class Chosen(BaseModel):
    """What to export; nothing given is everything.  Things by IRI, number or name."""

    model_config = ConfigDict(extra="forbid")

    document: str | None = Field(
        None, min_length=1, max_length=_MAX_NAME, description="Văn bản / document"
    )
    agency: str | None = Field(
        None, min_length=1, max_length=_MAX_NAME, description="Cơ quan / agency"
    )
    place: str | None = Field(
        None, min_length=1, max_length=_MAX_NAME, description="Địa bàn / jurisdiction"
    )
    year: int | None = Field(None, ge=1000, le=2999, description="Năm ban hành / year of issue")
    lineage: str | None = Field(
        None,
        min_length=1,
        max_length=_MAX_NAME,
        description="Mọi thứ bắt nguồn từ văn bản này / everything that traces to this document",
    )


def router(shelves: Shelves) -> APIRouter:
    routes = APIRouter(tags=["export"])

    @routes.get(
        "/export/policygraph.{extension}",
        response_class=Response,
        summary="Tải đồ thị hoặc một phần / The graph or a part of it",
        description="ttl, nq, jsonld: RDF. csv.zip: bảng CSV + CSVW. xlsx: Excel. zip: trọn gói có "
        "bản kê SHA-256 / everything in one package with SHA-256 sums.",
    )
    def export_graph(
        extension: Annotated[Extension, Path(description="Định dạng / format", examples=["ttl"])],
        chosen: Annotated[Chosen, Query()],
    ) -> Response:
        shelf = shelves()
        selection = select(chosen, shelf.lookup)
        return _answer(shelf.snapshot, selection, extension)

    @routes.get(
        "/.well-known/void",
        response_class=Response,
        summary="VoID và DCAT, số đếm thật / VoID and DCAT with true counts",
    )
    def void(request: Request) -> Response:
        snapshot = shelves().snapshot
        base = str(request.base_url)
        return Response(described(snapshot, base), media_type="text/turtle")

    return routes


@lru_cache(maxsize=8)
def described(snapshot: Snapshot, base: str) -> bytes:
    """Counting reads the whole graph, so it is done once a build."""
    return catalogue.turtle(snapshot, snapshot.hash, base)


def select(chosen: Chosen, lookup: Lookup) -> Selection:
    """The things that are meant; raises UnknownThing or AmbiguousThing."""

    def find(kind: str, name: str | None) -> str | None:
        return None if name is None else lookup.resolve(kind, name)

    return Selection(
        document=find("document", chosen.document),
        agency=find("agency", chosen.agency),
        place=find("place", chosen.place),
        year=chosen.year,
        lineage=find("document", chosen.lineage),
    )


def _answer(snapshot: Snapshot, selection: Selection, extension: str) -> Response:
    media_type = catalogue.DOWNLOADS[extension]
    headers = {"Content-Disposition": f'attachment; filename="policygraph.{extension}"'}
    if extension in export.FORMATS:
        chunks = export.stream(snapshot, selection, extension)
        return StreamingResponse(chunks, media_type=media_type, headers=headers)
    if extension == "zip":
        chunks = export.piped(bundle.writer(snapshot, selection))
        return StreamingResponse(chunks, media_type=media_type, headers=headers)
    part = (
        snapshot
        if selection.is_everything
        else export.as_snapshot(export.extract(snapshot, selection))
    )
    chunks = export.piped(bundle.tables_writer(part)) if extension == "csv.zip" else _workbook(part)
    return StreamingResponse(chunks, media_type=media_type, headers=headers)


def _workbook(part: Snapshot) -> Iterator[bytes]:
    """Made before anything is sent, since it may turn out too large to be a workbook."""
    made = tempfile.SpooledTemporaryFile(tabular.SPOOLED)  # noqa: SIM115 - closed by its reader
    try:
        tabular.write_workbook(part, made)
    except BaseException:
        made.close()
        raise
    made.seek(0)
    return _chunks(made)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(export.CHUNK):
            yield chunk
