"""``/api/drawings/lineage``: a lineage as Mermaid, GraphML or SVG."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from policygraph import drawing
from policygraph.edges import Options
from policygraph.queries import MAX_VALUE
from policygraph_api.shelf import Shelves

FORMATS = {
    "mermaid": "text/vnd.mermaid; charset=utf-8",
    "graphml": "application/graphml+xml",
    "svg": "image/svg+xml",
}


class Sketch(BaseModel):
    """What is to be drawn."""

    model_config = ConfigDict(extra="forbid")

    thing: str = Field(
        min_length=1,
        max_length=MAX_VALUE,
        description="IRI, tên rút gọn hoặc số văn bản / IRI, short name or document number",
        examples=["2358/KH-UBND"],
    )
    format: Literal["mermaid", "graphml", "svg"] = "mermaid"
    direction: Literal["up", "down", "both"] = "up"
    mode: Literal["strict", "wide"] = "strict"
    external: bool = Field(
        False, description="Cả dữ kiện ngoài văn bản / facts from outside the texts too"
    )
    confidence: Decimal | None = Field(
        None, ge=0, le=1, description="Chỉ dữ kiện chắc chắn từ mức này / facts at least so certain"
    )
    accepted: bool = Field(
        False, description="Chỉ dữ kiện đã được chấp nhận / facts that review has accepted"
    )
    lang: Literal["vi", "en"] = "vi"


def router(shelves: Shelves) -> APIRouter:
    routes = APIRouter(prefix="/api/drawings", tags=["lineage"])

    @routes.get(
        "/lineage", response_class=Response, summary="Vẽ chuỗi bắt nguồn / A lineage as a drawing"
    )
    def draw_lineage(asked: Annotated[Sketch, Query()]) -> Response:
        shelf = shelves()
        drawn = drawing.lineage(
            shelf.snapshot,
            shelf.lookup.resolve("thing", asked.thing),
            Options(
                wide=asked.mode == "wide",
                external=asked.external,
                confidence=asked.confidence,
                accepted=asked.accepted,
            ),
            upward=asked.direction != "down",
            downward=asked.direction != "up",
            lang=asked.lang,
        )
        write = {"mermaid": drawing.mermaid, "graphml": drawing.graphml, "svg": drawing.svg}
        headers = {"Content-Type": FORMATS[asked.format]}
        if not drawn.is_complete:
            headers["PolicyGraph-Incomplete"] = "true"
        return Response(write[asked.format](drawn), headers=headers)

    return routes
