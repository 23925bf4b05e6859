"""Exports over HTTP."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph import bundle, export, tabular

NAMES = ("document", "agency", "place", "lineage")
HOSTILE = ('"', "{ } ;", "<a b>", "javascript:alert(1)", "\\u0022", "\n", "> } DROP ALL #", "號")


def take(web, extension, **chosen):
    return web.get(f"/export/policygraph.{extension}", params=chosen)


def test_the_whole_graph(web, snapshot):
    answer = take(web, "nq")
    assert answer.headers["content-type"] == "application/n-quads"
    assert 'filename="policygraph.nq"' in answer.headers["content-disposition"]
    quads = list(ox.parse(answer.content, format=ox.RdfFormat.N_QUADS))
    assert export.canonical(quads) == export.canonical(export.everything(snapshot))


@pytest.mark.parametrize("extension", ["ttl", "nq", "jsonld"])
def test_a_part(web, extension):
    answer = take(web, extension, document="2358/KH-UBND")
    quads = list(ox.parse(answer.content, format=export.FORMATS[extension]))
    assert any("2358" in str(quad) for quad in quads)
    assert len(quads) < len(take(web, "nq").content.splitlines())


def test_tables_and_workbook(web):
    archive = zipfile.ZipFile(io.BytesIO(take(web, "csv.zip").content))
    assert {"documents.csv", "tasks.csv", "csv-metadata.json"} <= set(archive.namelist())
    book = openpyxl.load_workbook(io.BytesIO(take(web, "xlsx", lineage="52-NQ/TW").content))
    assert book["Nhiệm vụ"].max_row > 1


@pytest.mark.parametrize("chosen", [{}, {"year": 2021}], ids=["everything", "part"])
def test_the_bundle_is_whole(web, tmp_path, chosen):
    """Sent as it is made, so nothing in it knows its size before."""
    answer = take(web, "zip", **chosen)
    assert "content-length" not in answer.headers
    (tmp_path / "b.zip").write_bytes(answer.content)
    bundle.check(bundle.read(tmp_path / "b.zip"))


def test_a_workbook_too_large_is_refused(web, monkeypatch):
    monkeypatch.setattr(tabular, "MAX_ROWS", 2)
    assert take(web, "xlsx").status_code == 422


@pytest.mark.parametrize(
    ("chosen", "status"),
    [
        ({"year": 999}, 422),
        ({"year": "x"}, 422),
        ({"year": 1901}, 422),
        ({"paper": "x"}, 422),
        ({"document": ""}, 422),
        ({"document": "x" * 401}, 422),
        ({"document": "53-NQ/TW"}, 404),
        ({"lineage": "06-NQ/TU"}, 409),
    ],
)
def test_what_is_refused(web, chosen, status):
    assert take(web, "ttl", **chosen).status_code == status


def test_no_such_format(web):
    assert take(web, "exe").status_code == 422


@pytest.mark.parametrize("name", NAMES)
@given(value=st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=30)))
def test_nothing_gets_out_of_a_choice(web, names_a_thing, name, value):
    known = names_a_thing("document" if name == "lineage" else name, value)
    assert take(web, "ttl", **{name: value}).status_code in (
        (200, 422) if known else (404, 409, 422)
    )


def test_void(web):
    answer = web.get("/.well-known/void")
    assert answer.headers["content-type"].startswith("text/turtle")
    assert "sparqlEndpoint" in answer.text
    assert list(ox.parse(answer.content, format=ox.RdfFormat.TURTLE))
