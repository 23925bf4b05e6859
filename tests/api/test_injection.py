"""What is put in for a parameter of any type is bound as a term of that type, or refused: it never
becomes part of a query, and never makes the service fail."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from policygraph.queries import LOOKED_UP, MAX_VALUE, Type
from policygraph_api.app import create_app

ECHO = """\
# summary-vi: Trả lại tham số
# summary-en: Gives the parameter back
# param x {type} required: giá trị | value
# example: x={example}
SELECT ?x {{
  # bind x
  FILTER(true)
}} ORDER BY ?x
"""
EXAMPLES = {
    Type.YEAR: "2021",
    Type.DATE: "2021-06-30",
    Type.INTEGER: "1",
    Type.DECIMAL: "1.5",
    Type.BOOLEAN: "true",
    Type.IRI: "https://example.org/x",
    Type.LANG: "vi",
}
HOSTILE = st.sampled_from(
    (
        '"',
        "'''",
        "\\",
        "\\u0022",
        "{ } ;",
        "\n} DROP ALL #",
        "> } UNION { ?x ?y ?z } #",
        "https://e.org/a b",
        "https://e.org/> } #",
        "javascript:alert(1)",
        "52-NQ/TW\u202e",
        "số đỏ",
        "號 מספר رقم",
        "１２３",
        "x" * (MAX_VALUE + 1),
    )
) | st.text(min_size=1, max_size=40)
LENIENT = settings(max_examples=25)


@pytest.fixture(scope="module")
def web(tmp_path_factory, request):
    """A service with one query for each type, which gives back what it was given."""
    folder = tmp_path_factory.mktemp("echo")
    for kind in Type:
        text = ECHO.format(type=kind.value, example=EXAMPLES.get(kind, "52-NQ/TW"))
        (folder / f"echo-{kind.value}.rq").write_text(text, encoding="utf-8")
    given = request.getfixturevalue("settings")
    service = create_app(given.model_copy(update={"queries": folder, "workers": 1}))
    with TestClient(service, raise_server_exceptions=False) as opened:
        yield opened


@pytest.mark.parametrize("kind", list(Type))
@LENIENT
@given(value=HOSTILE)
@example(value='x" } } DELETE WHERE { ?s ?p ?o } #')
def test_every_type_binds_a_term_or_refuses(web, kind, value):
    answer = web.get(f"/api/queries/echo-{kind.value}", params={"x": value})
    if answer.status_code != 200:
        assert answer.status_code in (404, 409, 422), answer.text
        assert answer.json()["type"]
        assert kind is not Type.TEXT or not value.strip() or "\x00" in value or too_long(value)
        return
    (row,) = answer.json()["rows"]
    if kind is Type.TEXT:
        assert row["x"] == value.strip()
    elif kind in LOOKED_UP:
        said = {"query": f"ASK {{ <{row['x']}> ?p ?o }}"}
        assert web.get("/sparql", params=said).json()["boolean"]
    elif kind is Type.IRI:
        assert row["x"] == value.strip()
        assert not set(row["x"]) & set('<>"{}|^`\\ ')
    else:
        assert str(row["x"]).isascii()


def too_long(value):
    return len(value) > MAX_VALUE


@pytest.mark.parametrize(
    "address",
    [
        "/api/lineage/{}",
        "/api/responsible/{}",
        "/api/drawings/lineage?thing={}",
        "/api/lineage/52-NQ%2FTW?between={}",
        "/export/policygraph.ttl?document={}",
        "/api/search?q=so&cursor={}",
        "/id/doc/{}",
        "/query?query={}",
        "/query?example={}",
    ],
)
@LENIENT
@given(value=HOSTILE)
def test_no_address_fails_on_what_is_put_into_it(web, address, value):
    sent = quote(value.encode("utf-8", "surrogatepass"), safe="")
    answer = web.get(address.format(sent), follow_redirects=False)
    assert answer.status_code < 500, answer.text
    assert "DELETE WHERE" not in answer.headers.get("location", "")
