"""The review page: nothing is written before it was shown, and only for who has the token."""

from __future__ import annotations

import html
import re
import shutil

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient
from tests.explorer.conftest import BROWSER

from policygraph import decisions, iri, resources, reviewing
from policygraph.settings import Settings
from policygraph_api.app import create_app

TOKEN = "0123456789abcdef-review"
ACCEPT = {"decision": "accept", "name": "Nguyễn Thị Bình"}


@pytest.fixture(scope="module")
def ttl():
    return resources.directory("data/ttl")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("decided") / "review"


@pytest.fixture
def directory(place):
    """Where decisions go; not there yet."""
    shutil.rmtree(place, ignore_errors=True)
    return place


@pytest.fixture(scope="module")
def desk(corpus_store, ttl, place):
    settings = Settings(
        store=corpus_store,
        workers=1,
        memory_mb=512,
        review=place,
        ttl=ttl,
        admin_token=SecretStr(TOKEN),
    )
    with TestClient(create_app(settings), headers=BROWSER) as opened:
        yield opened


@pytest.fixture(scope="module")
def item(ttl):
    """An assignment with a quote in the text."""
    found = reviewing.items(ttl)
    return next(i for i in found if i.kind is iri.Kind.ASSIGNMENT and i.quotes)


def about(item, **given):
    return {"of": decisions.short(item.assertion), "fingerprint": item.fingerprint, **given}


def written(directory):
    return decisions.load(directory)


def test_without_directory_or_token_it_says_how_to_open_it(web, corpus_store, directory):
    page = web.get("/review")
    assert "POLICYGRAPH_REVIEW" in page.text
    assert web.post("/review", data={"of": "x"}).status_code == 404
    settings = Settings(store=corpus_store, workers=1, memory_mb=512, review=directory)
    with TestClient(create_app(settings), headers=BROWSER) as opened:
        assert "POLICYGRAPH_ADMIN_TOKEN" in opened.get("/en/review").text
        assert opened.post("/review", data={"of": "x"}).status_code == 404


def test_the_least_certain_comes_first_with_its_words(desk, directory, ttl, item):
    page = desk.get("/review")
    assert page.headers["cache-control"] == "no-store"
    first = reviewing.items(ttl)[0]
    assert decisions.short(first.assertion) in page.text
    shown = desk.get("/review", params={"of": decisions.short(item.assertion)}).text
    quote = item.quotes[0]
    assert f"<mark>{html.escape(' '.join(quote.quote.split()))}</mark>" in shown
    document = iri.document_of(item.assertion.rpartition("/")[2])
    assert f'href="/documents/{document}/text#c{quote.start}"' in shown


def test_facts_lead_to_their_review_where_it_is_open(desk, web, item):
    short = decisions.short(item.assertion)
    page = f"/data/id/assignment/{short.partition(':')[2]}.html"
    link = f'href="/review?of={short.replace(":", "%3A")}"'
    assert link in desk.get(page).text
    assert "/review?of=" not in web.get(page).text
    task = next(i for i in reviewing.items(resources.directory("data/ttl")) if i.kind == "task")
    local = task.assertion.rpartition("/")[2]
    assert f"/review?of=task%3A{local}" in desk.get(f"/tasks/{local}").text
    assert "/review?of=" not in desk.get("/data/id/place/VN.html").text


def test_the_row_is_shown_and_nothing_is_written(desk, directory, item):
    page = desk.post("/review", data=about(item, **ACCEPT))
    assert page.status_code == 200
    row = f"{decisions.short(item.assertion)},accept,,,Nguyễn Thị Bình,"
    assert row in html.unescape(page.text)
    assert "nguyen-thi-binh.csv" in page.text
    assert not directory.exists()


def test_what_was_shown_is_written_once(desk, directory, item):
    given = about(item, **ACCEPT, confirmed="yes", token=TOKEN)
    answer = desk.post("/review", data=given, follow_redirects=False)
    assert answer.status_code == 303
    (review,) = written(directory)
    assert (review.assertion, review.name) == (item.assertion, "Nguyễn Thị Bình")
    assert review.fingerprint == item.fingerprint
    after = desk.get(answer.headers["location"]).text
    assert "Đã ghi quyết định" in after
    assert desk.post("/review", data=given).status_code == 404
    assert len(written(directory)) == 1


def test_a_correction_names_its_field_and_value(desk, directory, item):
    given = {"decision": "correct", "field": "pg:role", "value": "role:monitor"}
    given |= {"reason": "chỉ theo dõi", "name": "An", "confirmed": "yes", "token": TOKEN}
    desk.post("/review", data=about(item, **given))
    (review,) = written(directory)
    assert (decisions.short(review.field), review.value) == ("pg:role", "role:monitor")


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"token": ""}, 401, "Mã thiếu hoặc sai"),
        ({"token": TOKEN + "x"}, 401, "Mã thiếu hoặc sai"),
        ({"name": " "}, 422, "Hãy ghi tên"),
        ({"decision": ""}, 422, "Hãy chọn một quyết định"),
        ({"decision": "reject"}, 422, "phải nêu lý do"),
        (
            {"decision": "correct", "reason": "x", "field": "pg:role", "value": "?"},
            422,
            "không hợp",
        ),
        ({"fingerprint": "0" * 16}, 409, "đã đổi"),
        ({"of": "assignment:none"}, 404, "Không có khẳng định nào"),
    ],
)
def test_what_is_not_right_writes_nothing(desk, directory, item, change, status, said):
    given = about(item, **ACCEPT, confirmed="yes", token=TOKEN) | change
    answer = desk.post("/review", data=given)
    assert answer.status_code == status
    assert said in answer.text
    assert TOKEN not in answer.text
    assert not directory.exists()


def test_the_token_counts_only_in_the_body(desk, directory, item):
    given = about(item, **ACCEPT, confirmed="yes")
    sent = {"Authorization": f"Bearer {TOKEN}", "Cookie": f"token={TOKEN}"}
    answer = desk.post(f"/review?token={TOKEN}", data=given, headers=sent)
    assert answer.status_code == 401
    assert not directory.exists()


def test_the_token_is_not_logged(desk, directory, item, caplog):
    with caplog.at_level(0):
        desk.post("/review", data=about(item, **ACCEPT, confirmed="yes", token=TOKEN))
        desk.post("/review", data=about(item, **ACCEPT, confirmed="yes", token=TOKEN + "x"))
    assert TOKEN not in caplog.text


def test_a_long_form_is_refused(desk, item):
    assert desk.post("/review", data=about(item, reason="x" * 30_000)).status_code == 413
    assert desk.post("/review", data={f"f{n}": "1" for n in range(40)}).status_code == 400


def test_what_is_typed_stays_text(desk, item):
    page = desk.post("/review", data=about(item, decision="accept", name="<script>x</script>"))
    assert not re.search(r"<script>x", page.text)
