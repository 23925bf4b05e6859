"""What the OpenAPI document says of the paths that no framework route answers, and of errors,
which are problem documents on every path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response

from policygraph import iri
from policygraph.store import GRAPH_FORMATS, RESULT_FORMATS
from policygraph_api import canned

_PROBLEM = {"content": {"application/problem+json": {"schema": canned.PROBLEM}}}
_REFUSED = {
    "400": ("Sai cú pháp hoặc giao thức / Against the syntax or the protocol"),
    "403": ("SERVICE hoặc cập nhật bị từ chối / SERVICE or an update refused"),
    "406": ("Không có định dạng / No such format"),
    "408": ("Quá chậm / Too slow"),
    "413": ("Quá dài / Too long"),
    "415": ("Kiểu nội dung không đọc được / Content type not read"),
    "422": ("Kết quả quá lớn / The answer is too large"),
    "429": ("Hết phần thời gian xử lý / The budget is used up"),
    "503": ("Đang bận / Busy"),
    "504": ("Quá thời gian / Too long a time"),
}
_FORMATS: Mapping[str, Any] = {name: {} for name in (*RESULT_FORMATS, *GRAPH_FORMATS)}
_GRAPHS: Mapping[str, Any] = {name: {} for name in GRAPH_FORMATS}


def _text(name: str, words: str, many: bool = False, example: str | None = None) -> dict[str, Any]:
    one = {"type": "string"} if example is None else {"type": "string", "examples": [example]}
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": words,
        "schema": {"type": "array", "items": one} if many else one,
    }


def _operation(
    name: str, tag: str, summary: str, given: list[dict[str, Any]], formats: Mapping[str, Any]
) -> dict[str, Any]:
    refusals = {code: {"description": text, **_PROBLEM} for code, text in _REFUSED.items()}
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "parameters": given,
        "responses": {
            "200": {"description": "Kết quả / The answer", "content": formats},
            **refusals,
        },
    }


_DATASET = [
    _text("default-graph-uri", "Đồ thị mặc định / Default graph", many=True),
    _text("named-graph-uri", "Đồ thị có tên / Named graph", many=True),
]
_QUERY = _text(
    "query",
    "Câu truy vấn; thiếu thì trả mô tả dịch vụ / Without: the description",
    example="SELECT ?document ?number { ?document pg:documentNumber ?number } LIMIT 10",
)
_BODIES = {
    "required": True,
    "content": {
        "application/sparql-query": {"schema": {"type": "string"}},
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["query"],
                "properties": {"query": {"type": "string"}},
            }
        },
    },
}


def _paths() -> dict[str, Any]:
    ask, post = (
        _operation("sparql-get", "sparql", "SPARQL 1.1", [_QUERY, *_DATASET], _FORMATS),
        _operation("sparql-post", "sparql", "SPARQL 1.1", _DATASET, _FORMATS),
    )
    graphs = [
        _text("graph", "IRI của đồ thị / IRI of the graph", example=iri.graph("ontology")),
        {**_text("default", "Mọi đồ thị / All graphs as one"), "allowEmptyValue": True},
    ]
    read = _operation("graphs-get", "sparql", "Graph Store Protocol", graphs, _GRAPHS)
    read["responses"]["404"] = {"description": "Không có / None", **_PROBLEM}
    return {
        "/sparql": {"get": ask, "post": {**post, "requestBody": _BODIES}},
        "/graphs": {"get": read},
    }


def add(app: FastAPI, endpoints: Iterable[str]) -> None:
    """Describe the paths, and answer OPTIONS on them."""
    for path in endpoints:
        allowed = "GET, HEAD, OPTIONS, POST" if path == "/sparql" else "GET, HEAD, OPTIONS"
        app.add_api_route(path, _options(allowed), methods=["OPTIONS"], include_in_schema=False)
    make: Callable[[], dict[str, Any]] = app.openapi

    def with_paths() -> dict[str, Any]:
        document = make()
        for path, item in _paths().items():
            document["paths"].setdefault(path, item)
        _tell_problems(document)
        return document

    app.openapi = with_paths  # type: ignore[method-assign]  # the way FastAPI documents


def _tell_problems(document: dict[str, Any]) -> None:
    """Parameters that are refused are told as all errors are, not as the framework would."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for model in (canned.Problem, canned.Records):
        schemas[model.__name__] = model.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for item in document["paths"].values():
        for operation in item.values():
            refused = operation["responses"].get("422", {}).get("content", {})
            if "HTTPValidationError" in str(refused.get("application/json")):
                operation["responses"]["422"]["content"] = _PROBLEM["content"]


def _options(allowed: str) -> Callable[[], Response]:
    def options() -> Response:
        return Response(status_code=204, headers={"Allow": allowed})

    return options
