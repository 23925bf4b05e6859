"""What is wrong with a parameter is told in Vietnamese and, beside it, in English."""

from __future__ import annotations

import pytest

from policygraph_api import parameters

WRONG = ("", "x" * 3000, "-1e99", "9" * 30, "1.5", "nan", "tới mai", "2025-02-30", "<b>{0}</b>")


@pytest.mark.parametrize(
    ("path", "given", "vi", "en"),
    [
        (
            "/api/documents?limit=0",
            "0",
            "limit: đã nhận “0”; phải từ 1 trở lên.",
            "limit: “0” was given; it must be at least 1.",
        ),
        (
            "/api/tasks?limit=many",
            "many",
            "limit: đã nhận “many”; cần một số nguyên.",
            "limit: “many” was given; an integer is needed.",
        ),
        (
            "/api/lineage/52-NQ/TW?direction=left",
            "left",
            "direction: đã nhận “left”; chỉ nhận up, down hoặc both.",
            "direction: “left” was given; it takes only up, down or both.",
        ),
        (
            "/api/queries/tasks-of-document?document=52-NQ/TW&confidence=2",
            "2",
            "confidence: đã nhận “2”; phải từ 1 trở xuống.",
            "confidence: “2” was given; it must be at most 1.",
        ),
        (
            "/api/search",
            None,
            "q: thiếu; tham số này bắt buộc.",
            "q: is missing, and it is required.",
        ),
        (
            "/api/responsible/52-NQ/TW?date=soon",
            "soon",
            "date: đã nhận “soon”; cần một ngày năm-tháng-ngày như 2025-07-01.",
            "date: “soon” was given; a date such as 2025-07-01 is needed.",
        ),
        (
            "/api/search?q=so&paper=x",
            "x",
            "paper: đã nhận “x”; không có tham số này; có: q, kind, document, limit, cursor.",
            "paper: “x” was given; no such parameter; there are: q, kind, document, limit, cursor.",
        ),
    ],
)
def test_a_refusal_says_what_was_given_and_what_may_be(client, path, given, vi, en):
    answer = client.get(path)
    problem = answer.json()
    assert (answer.status_code, problem["detail"], problem["detail_en"]) == (422, vi, en)
    (fault,) = problem["errors"]
    assert fault.get("given") == given
    assert vi == f"{fault['parameter']}: {fault['message']}."
    assert en == f"{fault['parameter']}: {fault['message_en']}."


def test_what_is_echoed_is_short(client):
    many = {"id": ["x" * 600] * 50, "y" * 5000: "z" * 5000}
    answer = client.get("/api/documents", params=many)
    problem = answer.json()
    assert answer.status_code == 422
    assert len(problem["errors"]) == parameters.MOST
    assert "và 41 lỗi nữa" in problem["detail"]
    assert "41 more" in problem["detail_en"]
    assert len(answer.content) < 10_000


def test_no_parameter_of_the_service_is_refused_without_saying_what_may_be(client):
    """Every way in which a documented parameter can be wrong has words of its own."""
    seen = 0
    for path, item in client.get("/openapi.json").json()["paths"].items():
        if "get" not in item or path.startswith(("/sparql", "/graphs", "/export")):
            continue
        required = {
            one["name"]: "52-NQ/TW" for one in item["get"].get("parameters", ()) if one["required"]
        }
        address = path.replace("{thing}", "52-NQ/TW")
        for one in item["get"].get("parameters", ()):
            for wrong in WRONG if one["in"] == "query" else ():
                answer = client.get(address, params={**required, one["name"]: wrong})
                for fault in answer.json().get("errors", ()) if answer.status_code == 422 else ():
                    assert not fault["message"].endswith(parameters.UNUSABLE[0]), (path, fault)
                    assert len(fault["message"]) < 250
                    seen += 1
    assert seen > 100
