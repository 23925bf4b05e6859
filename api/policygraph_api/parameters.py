"""Parameters that are refused, in words: which, what was given, what may be; vi, en beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request

from policygraph_api.problems import ProblemError

MOST = 10
"""Faults that are told; a list of ids may hold hundreds."""
_SHOWN = 60
"""Code points of a name or value that are told."""
UNUSABLE = ("giá trị không dùng được", "the value cannot be used")
_INTEGER = ("cần một số nguyên", "an integer is needed")
_NUMBER = ("cần một số thập phân như 0.8", "a decimal number such as 0.8 is needed")
_DATE = ("cần một ngày năm-tháng-ngày như 2025-07-01", "a date such as 2025-07-01 is needed")
_TEXT = ("cần một chuỗi chữ", "a text is needed")
_BOOLEAN = ("cần true hoặc false", "true or false is needed")
_UNKNOWN = ("không có tham số này; có: {known}", "no such parameter; there are: {known}")
_WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("thiếu; tham số này bắt buộc", "is missing, and it is required"),
    "extra_forbidden": _UNKNOWN,
    "literal_error": ("chỉ nhận {expected}", "it takes only {expected}"),
    "string_too_short": (
        "cần ít nhất {min_length} ký tự",
        "at least {min_length} character(s) are needed",
    ),
    "string_too_long": (
        "chỉ nhận tối đa {max_length} ký tự",
        "at most {max_length} characters are taken",
    ),
    "too_long": ("chỉ nhận tối đa {max_length} giá trị", "at most {max_length} values are taken"),
    "greater_than_equal": ("phải từ {ge} trở lên", "it must be at least {ge}"),
    "less_than_equal": ("phải từ {le} trở xuống", "it must be at most {le}"),
    "int_parsing": _INTEGER,
    "int_parsing_size": _INTEGER,
    "int_from_float": _INTEGER,
    "decimal_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_parsing": _BOOLEAN,
    "bool_type": _BOOLEAN,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "string_type": _TEXT,
}
"""Type of pydantic's error -> what may be, in vi and en, with the names of its context."""


def refusal(request: Request, error: RequestValidationError) -> ProblemError:
    """The problem that tells what is wrong with the parameters of a request."""
    faults = error.errors()
    told = [_tell(fault, request) for fault in faults[:MOST]]
    more = len(faults) - len(told)
    vi, en = ("; ".join(f"{one['parameter']}: {one[key]}" for one in told) for key in _KEYS)
    if more:
        vi, en = f"{vi}; và {more} lỗi nữa", f"{en}; and {more} more"
    return ProblemError("bad-parameter", f"{vi}.", f"{en}.", errors=told)


_KEYS = ("message", "message_en")


def _tell(fault: Mapping[str, Any], request: Request) -> dict[str, str]:
    name = _cut(".".join(map(str, fault["loc"][1:])))
    context = {**fault.get("ctx", {}), "known": ", ".join(_known(request))}
    vi, en = (words.format_map(context) for words in _WORDS.get(fault["type"], UNUSABLE))
    if fault["type"] == "literal_error":
        vi, en = (words.replace("'", "") for words in (vi, en))
        vi = vi.replace(" or ", " hoặc ")
    if fault["type"] in ("missing", "too_long"):
        return {"parameter": name, "message": vi, "message_en": en}
    given = _cut(str(fault["input"]))
    return {
        "parameter": name,
        "given": given,
        "message": f"đã nhận “{given}”; {vi}",
        "message_en": f"“{given}” was given; {en}",
    }


def _known(request: Request) -> Iterable[str]:
    """The query parameters of the route that refuses."""
    route = request.scope.get("route")
    for field in route.dependant.query_params if isinstance(route, APIRoute) else ():
        annotation = field.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from annotation.model_fields
        else:
            yield field.alias


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
