"""``/api/lineage`` and ``/api/responsible``: where a thing comes from, what comes from it, with the
words that say so; and who answers for it on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response

from policygraph import lineage_jsonld, responsible
from policygraph.edges import MAX_NODES, Options
from policygraph.engine import Engine
from policygraph.lookup import Lookup
from policygraph.paths import (
    DEFAULT_LIMIT,
    EXTERNAL,
    MAX_LIMIT,
    Between,
    Edge,
    Found,
    Node,
    Paths,
)
from policygraph.queries import MAX_VALUE, CannedQuery
from policygraph_api.canned import PROBLEM
from policygraph_api.negotiation import choose
from policygraph_api.problems import MEDIA_TYPE, not_acceptable

_LINKED = lineage_jsonld.MEDIA_TYPE
_FORMATS = ("application/json", _LINKED)

Thing = Annotated[
    str,
    Path(
        min_length=1,
        max_length=MAX_VALUE,
        description="IRI, tên rút gọn (task:…, doc:…) hoặc số văn bản / IRI, short name or number",
        examples=["2358/KH-UBND"],
    ),
]


class Desk(Protocol):
    """What the routes need of the service: the build that a request asks, and its queries."""

    @property
    def queries(self) -> Mapping[str, CannedQuery]: ...

    @property
    def snapshot(self) -> Engine: ...

    @property
    def lookup(self) -> Lookup: ...


class Out(BaseModel):
    """JSON names are in camel case all over the service."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class Asked(BaseModel):
    """What may be asked of a lineage; anything else is refused."""

    model_config = ConfigDict(extra="forbid")

    to: str | None = Field(
        None,
        min_length=1,
        max_length=MAX_VALUE,
        description="Chỉ các chuỗi nối với đối tượng này / only the paths that join it with this",
    )
    mode: Literal["strict", "wide"] = Field(
        "strict", description="wide: đi cả qua “căn cứ” / follow “based on” to policy documents"
    )
    external: bool = Field(
        False, description="Cả dữ kiện ngoài văn bản / facts from outside the texts too"
    )
    confidence: Decimal | None = Field(
        None,
        ge=0,
        le=1,
        description="Chỉ những dữ kiện chắc chắn từ mức này / only facts at least so certain",
    )
    accepted: bool = Field(
        False,
        description="Chỉ những dữ kiện đã được chấp nhận / only facts that review has accepted",
    )
    by: Literal["document", "part"] = Field(
        "document",
        description="part: nhiệm vụ chỉ theo văn bản chính nó dẫn / only what it cites itself",
    )
    direction: Literal["up", "down", "both"] = Field("both", description="Hướng / direction")
    all: bool = Field(
        False, description="Mọi chuỗi đơn, không chỉ chuỗi ngắn nhất / all simple paths"
    )
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Số chuỗi / paths")
    date: dt.date | None = Field(
        None, description="Hiệu lực vào ngày (mặc định: hôm nay) / in force on (default: today)"
    )
    lang: Literal["vi", "en"] = "vi"


class Words(Out):
    """The same in both languages."""

    vi: str
    en: str


class ReplacementOut(Out):
    """What came in a document's place."""

    iri: str
    label: str
    since: str | None
    sources: list[str]


class NodeOut(Out):
    """A thing; ``holds`` tells whether it was in force on the day, null where not on record."""

    iri: str
    kind: str
    label: str
    issued: str | None
    valid_from: str | None
    valid_to: str | None
    replaced_by: list[ReplacementOut]
    holds: bool | None


class EdgeOut(Out):
    """An edge upward with the words that say it; offsets count code points of ``file``."""

    lower: str
    relation: str
    relation_label: str
    upper: str
    assertion: str | None
    quote: str | None
    file: str | None
    start: int | None
    end: int | None
    evidence_class: str
    confidence: float | None
    rule: str | None
    sources: list[str]
    external: bool


class PathOut(Out):
    """A path from the lower end up; ``edges`` are places in the list of edges.  The evidence class
    is the weakest edge's."""

    nodes: list[str]
    edges: list[int]
    evidence_class: str
    confidence: float | None
    external: bool
    inferred: bool


class WayOut(Out):
    """One direction; ``complete`` is false where a limit was reached."""

    paths: list[PathOut]
    last: list[str]
    complete: bool


class BetweenOut(Out):
    """Whether two things are joined, and if not, why and where each side ends."""

    lower: str
    upper: str
    found: bool
    reason: Words | None
    paths: list[PathOut]
    complete: bool
    lower_last: list[str]
    upper_last: list[str]


class LineageOut(Out):
    """A lineage as a graph, with its paths, shortest first."""

    thing: str
    mode: str
    external: bool
    by: str
    confidence: float | None
    accepted: bool
    date: dt.date
    nodes: list[NodeOut]
    edges: list[EdgeOut]
    up: WayOut | None
    down: WayOut | None
    between: BetweenOut | None
    warnings: list[Words]


class AgencyOut(Out):
    iri: str
    name: str


class ChangeOut(Out):
    """A change of agencies; ``function`` is the part of the work that moved, null for all."""

    event: str
    label: str
    day: str
    before: AgencyOut
    after: AgencyOut | None
    function: str | None
    basis: str | None
    evidence_class: str | None
    status: str | None
    source: str | None


class ResponsibilityOut(Out):
    """A lead by the text and who holds its work on the day."""

    lead: AgencyOut
    quote: str | None
    file: str | None
    start: int | None
    end: int | None
    state: Literal["unchanged", "inherited", "ended", "unknown"]
    holders: list[AgencyOut]
    changes: list[ChangeOut]


class ResponsibleOut(Out):
    thing: str
    date: dt.date
    leads: list[ResponsibilityOut]


def router(desk: Desk) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["lineage"])

    @routes.get(
        "/lineage/{thing:path}",
        summary="Chuỗi bắt nguồn và chuỗi thực hiện / Lineage, upward and downward",
        description="Mỗi cạnh có câu chữ chứng minh; không có chuỗi cũng là câu trả lời. "
        "Every edge has its words; that there is no path is an answer too.",
        response_model=LineageOut,
        responses={
            200: {"content": {_LINKED: {"schema": {"type": "object"}}}},
            406: {
                "description": "Không có định dạng / No such format",
                "content": {MEDIA_TYPE: {"schema": PROBLEM}},
            },
        },
    )
    def lineage(request: Request, thing: Thing, asked: Annotated[Asked, Query()]) -> Response:
        media_type = _format(request)
        address = desk.lookup.resolve("thing", thing)
        options = Options(
            wide=asked.mode == "wide",
            external=asked.external,
            by_part=asked.by == "part",
            confidence=asked.confidence,
            accepted=asked.accepted,
        )
        paths = Paths(desk.snapshot, options, asked.lang)
        told = _Told(desk.snapshot, options)
        answer = _Answer(asked.date or dt.datetime.now(dt.UTC).date(), told)
        up = down = between = None
        if asked.to is not None:
            between = _between(
                answer, paths, address, desk.lookup.resolve("thing", asked.to), asked
            )
        if asked.to is None and asked.direction != "down":
            up = answer.way(paths.upward(address, asked.limit, every=asked.all))
        if asked.to is None and asked.direction != "up":
            down = answer.way(paths.downward(address, asked.limit, every=asked.all))
        answer.node(paths.node(address))
        if media_type == _LINKED:
            edges = [(e.lower, e.relation, e.upper, e.assertion) for e in answer.edges]
            body = lineage_jsonld.write(desk.snapshot, answer.nodes, edges)
            return Response(body, media_type=_LINKED)
        shown = LineageOut(
            thing=address,
            mode=asked.mode,
            external=asked.external,
            by=asked.by,
            confidence=None if asked.confidence is None else float(asked.confidence),
            accepted=asked.accepted,
            date=answer.day,
            nodes=list(answer.nodes.values()),
            edges=answer.edges,
            up=up,
            down=down,
            between=between,
            warnings=[*_limits(asked.limit, up, down, between), *answer.warnings()],
        )
        # Written here, in a thread: the framework would write megabytes in the one of all requests.
        return Response(shown.model_dump_json(by_alias=True), media_type="application/json")

    @routes.get(
        "/responsible/{thing:path}",
        summary="Ai chịu trách nhiệm vào một ngày / Who answers for it on a day",
        description="Cơ quan được giao chủ trì và cơ quan kế thừa, qua từng lần sắp xếp. "
        "The lead by the text and who inherited the work, change by change.",
    )
    def responsible_for(
        thing: Thing,
        date: Annotated[dt.date, Query(description="Ngày / day", examples=["2025-08-01"])],
        lang: Literal["vi", "en"] = "vi",
    ) -> ResponsibleOut:
        address = desk.lookup.resolve("thing", thing)
        query = desk.queries["responsible-now"]
        leads = responsible.responsible_on(desk.snapshot, query, address, date, desk.lookup, lang)
        return ResponsibleOut(
            thing=address,
            date=date,
            leads=[ResponsibilityOut.model_validate(lead) for lead in leads],
        )

    return routes


def _format(request: Request) -> str:
    accept = ",".join(request.headers.getlist("accept"))
    chosen = choose(accept, _FORMATS)
    if chosen is None:
        raise not_acceptable(_FORMATS)
    return chosen


class _Told:
    """What things are called, in both languages, whichever of them the rest is in."""

    def __init__(self, engine: Engine, options: Options) -> None:
        self._vi, self._en = (Paths(engine, options, lang) for lang in ("vi", "en"))

    def labels(self, things: Sequence[str]) -> Words:
        vi, en = (
            ", ".join(names.node(thing).label for thing in things) for names in (self._vi, self._en)
        )
        return Words(vi=vi, en=en)


class _Answer:
    """Gathers nodes and edges once, however many paths run over them."""

    def __init__(self, day: dt.date, told: _Told) -> None:
        self.day, self.told = day, told
        self.nodes: dict[str, NodeOut] = {}
        self.edges: list[EdgeOut] = []
        self._places: dict[Edge, int] = {}

    def way(self, found: Found) -> WayOut:
        self.graph(found)
        return WayOut(paths=self.paths(found), last=_iris(found.last), complete=found.is_complete)

    def graph(self, found: Found) -> None:
        for node in found.nodes:
            self.node(node)
        for edge in found.edges:
            self.edge(edge)

    def paths(self, found: Found) -> list[PathOut]:
        return [
            PathOut(
                nodes=list(path.nodes),
                edges=[self.edge(edge) for edge in path.edges],
                evidence_class=path.evidence_class,
                confidence=path.confidence,
                external=path.is_external,
                inferred=path.is_inferred,
            )
            for path in found.paths
        ]

    def node(self, node: Node) -> None:
        shown = NodeOut.model_validate({**_fields(node), "holds": node.holds_on(self.day)})
        self.nodes.setdefault(node.iri, shown)

    def edge(self, edge: Edge) -> int:
        if edge not in self._places:
            self._places[edge] = len(self.edges)
            external = edge.evidence_class == EXTERNAL
            self.edges.append(EdgeOut.model_validate({**_fields(edge), "external": external}))
        return self._places[edge]

    def warnings(self) -> Iterable[Words]:
        """A document of the lineage that no longer holds on the day."""
        for node in self.nodes.values():
            if node.holds is False and (node.valid_from or node.issued or "") <= str(self.day):
                name, after = (
                    self.told.labels([node.iri]),
                    self.told.labels(_iris(node.replaced_by)),
                )
                yield Words(
                    vi=f"{name.vi} không còn hiệu lực vào ngày {self.day}"
                    + (f"; thay bằng: {after.vi}" if after.vi else ""),
                    en=f"{name.en} was no longer in force on {self.day}"
                    + (f"; replaced by: {after.en}" if after.en else ""),
                )


def _between(answer: _Answer, paths: Paths, one: str, other: str, asked: Asked) -> BetweenOut:
    result = paths.between(one, other, asked.limit, every=asked.all)
    for node in (result.lower, result.upper, *result.lower_last, *result.upper_last):
        answer.node(node)
    if result.found is not None:
        answer.graph(result.found)
    return BetweenOut(
        lower=result.lower.iri,
        upper=result.upper.iri,
        found=result.found is not None,
        reason=None if result.found else _reason(result, asked, answer.told),
        paths=answer.paths(result.found) if result.found else [],
        complete=result.found is None or result.found.is_complete,
        lower_last=_iris(result.lower_last),
        upper_last=_iris(result.upper_last),
    )


def _reason(result: Between, asked: Asked, told: _Told) -> Words:
    one, other = told.labels([result.lower.iri]), told.labels([result.upper.iri])
    reached = told.labels(_iris(result.lower_last))
    least = asked.confidence
    limits_vi = (f" chắc chắn từ {least}" if least is not None else "") + (
        " đã được chấp nhận" if asked.accepted else ""
    )
    limits_en = (f" at least {least} certain" if least is not None else "") + (
        " accepted by review" if asked.accepted else ""
    )
    return Words(
        vi=f"Không có chuỗi bằng chứng{limits_vi} giữa {one.vi} và {other.vi}; "
        f"từ {one.vi} đi lên, các văn bản cuối cùng là: {reached.vi or '–'}",
        en=f"There is no evidenced path{limits_en} between {one.en} and {other.en}; "
        f"upward from {one.en} the last documents reached are: {reached.en or '–'}",
    )


def _limits(limit: int, *ways: WayOut | BetweenOut | None) -> Iterable[Words]:
    if any(way is not None and not way.complete for way in ways):
        yield Words(
            vi=f"Đã chạm giới hạn ({limit} chuỗi, {MAX_NODES} đối tượng): kết quả chưa đủ",
            en=f"A limit was reached ({limit} paths, {MAX_NODES} things): there is more",
        )


def _iris(nodes: Iterable[Node | ReplacementOut]) -> list[str]:
    return [node.iri for node in nodes]


def _fields(record: Node | Edge) -> dict[str, object]:
    """What the record shows under the same names."""
    return {name: getattr(record, name) for name in record.__slots__}
