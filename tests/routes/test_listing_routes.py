"""Look-ups: every filter, facets that add up, pages by key, many things at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph import iri, listings
from policygraph.queries import LOOKED_UP
from policygraph.store import Snapshot

LISTINGS = listings.load()
FILTERS = [(name, f) for name, listing in LISTINGS.items() for f in listing.filters]
HOSTILE = ('"', "'", "{ } ;", "<a b>", "javascript:alert(1)", "\\u0022", "\n", '" } DROP ALL #')


def ask(web, name, **wanted):
    return web.get(f"/api/{name}", params=wanted)


def everything(web, name):
    items, address = [], f"/api/{name}?limit=3"
    while address:
        page = web.get(address).json()
        items += page["items"]
        address = page["next"]
    return items


@pytest.mark.parametrize("name", LISTINGS)
def test_pages_give_each_thing_once(web, snapshot, name):
    items = everything(web, name)
    text = f"SELECT DISTINCT ?x {{ ?x a pg:{LISTINGS[name].class_name} }}"
    things = {row["x"].value for row in snapshot.select(text)}
    assert {item["iri"] for item in items} == things
    assert len(items) == len(things) == ask(web, name, limit=1).json()["total"]
    assert [item["iri"] for item in items] == sorted(things)
    for item in items:
        assert set(item) == {"iri", *(field.name for field in LISTINGS[name].fields)}


def test_further_pages_are_of_the_same_build(web, snapshot):
    following = ask(web, "tasks", limit=1, lang="en").json()["next"]
    assert following.startswith(f"/build/{snapshot.hash}/api/tasks?")
    assert "lang=en" in following


def test_a_filter_takes_nothing_but_its_choices(web):
    yes, no = (ask(web, "documents", withText=value).json()["total"] for value in ("yes", "no"))
    assert yes > 0
    assert yes + no == ask(web, "documents").json()["total"]
    refused = ask(web, "documents", withText="true")
    assert refused.status_code == 422
    assert "'yes' or 'no'" in refused.text


@pytest.mark.parametrize("name", LISTINGS)
def test_many_ids_in_one_request(web, name):
    wanted = [item["iri"] for item in everything(web, name)][:5]
    if not wanted:
        pytest.skip("the fixture has none")
    found = ask(web, name, id=[*wanted, iri.thing(iri.Kind.TASK, "none")]).json()
    assert [item["iri"] for item in found["items"]] == sorted(wanted)
    short = wanted[0].removeprefix(iri.THINGS).replace("/", ":", 1)
    assert ask(web, name, id=short).json()["items"][0]["iri"] == wanted[0]


@pytest.mark.parametrize("name", LISTINGS)
def test_a_facet_counts_what_its_filter_finds(web, name):
    answer = ask(web, name, facets=True, limit=1).json()
    assert set(answer["facets"]) == {facet.name for facet in LISTINGS[name].facets}
    for facet in LISTINGS[name].facets:
        for count in answer["facets"][facet.name]:
            narrowed = ask(web, name, limit=1, **{facet.filter: count["value"]}).json()
            assert narrowed["total"] == count["count"] > 0, (facet, count)
    assert ask(web, name).json()["facets"] == {}


def test_only_what_is_sure_enough(web, snapshot):
    text = "SELECT ?x ?sure { ?x a pg:Task OPTIONAL { ?x pg:confidence ?sure } }"
    sure = {row["x"].value: row["sure"] for row in snapshot.select(text)}
    for least in ("0.9", "0.96"):
        expected = {x for x, value in sure.items() if value and float(value.value) >= float(least)}
        found = ask(web, "tasks", confidence=least, limit=200).json()
        assert {item["iri"] for item in found["items"]} == expected
    assert ask(web, "tasks", accepted=True).json()["total"] == 0
    assert ask(web, "tasks", accepted=False).json()["total"] == len(sure)
    assert ask(web, "targets", confidence=1.2).status_code == 422


def test_filters_narrow(web):
    tasks = ask(web, "tasks", document="2358/KH-UBND").json()
    assert tasks["total"] > 0
    document = {item["document"] for item in tasks["items"]}
    assert len(document) == 1
    assert tasks["labels"][document.pop()]
    task = next(item for item in everything(web, "tasks") if item["leads"])
    led = ask(web, "tasks", lead=task["leads"][0], document=task["document"]).json()
    assert task["iri"] in {item["iri"] for item in led["items"]}
    assert all(task["leads"][0] in item["leads"] for item in led["items"])
    plans = ask(web, "documents", year=2021, type="KH").json()
    assert all(item["issued"].startswith("2021") for item in plans["items"])
    assert 0 < plans["total"] < ask(web, "documents", type="KH").json()["total"]
    below = ask(web, "documents", tracesTo="52-NQ/TW").json()
    assert 0 < below["total"] < ask(web, "documents").json()["total"]


def test_a_concept_goes_by_its_sign_its_short_name_or_its_iri(web):
    iris = [f"{iri.VOCAB}document-type/ke-hoach", "document-type:ke-hoach", "KH", "kh"]
    found = [ask(web, "documents", type=name, limit=200).json()["items"] for name in iris]
    assert found[0]
    assert all(items == found[0] for items in found)
    assert ask(web, "indicators", unit="%").status_code == 200


@pytest.mark.parametrize(
    ("name", "wrong", "known"),
    [
        ("documents", {"type": "XX"}, "NQ"),
        ("documents", {"type": "Nghị quyết"}, "QĐ"),
        ("documents", {"type": "unit:percent"}, "KH"),
        ("indicators", {"unit": "parsec"}, "%"),
    ],
)
def test_a_value_that_no_vocabulary_has_is_told_with_those_that_it_has(web, name, wrong, known):
    answer = ask(web, name, **wrong)
    assert answer.status_code == 422
    (value,) = wrong.values()
    assert f"không có giá trị “{value}”; có: " in answer.json()["detail"]
    assert f" {known}," in answer.json()["detail"]


def test_a_known_value_that_nothing_has_gives_an_empty_page(web):
    answer = ask(web, "documents", type="HP")
    assert (answer.status_code, answer.json()["total"], answer.json()["items"]) == (200, 0, [])


def test_a_whole_collection_is_counted_once(web, monkeypatch):
    first = ask(web, "targets", facets=True, limit=1).json()
    asked = []
    select = Snapshot.select

    def note(snapshot, text):
        asked.append(text)
        return select(snapshot, text)

    monkeypatch.setattr(Snapshot, "select", note)
    again = ask(web, "targets", facets=True, limit=2).json()
    assert (again["total"], again["facets"]) == (first["total"], first["facets"])
    assert asked
    assert not [text for text in asked if "COUNT" in text]
    ask(web, "targets", facets=True, year=2025)
    assert [text for text in asked if "COUNT" in text]


def test_labels_in_the_asked_language(web):
    for lang, word in (("vi", "Kế hoạch"), ("en", "Plan")):
        item = ask(web, "documents", year=2021, type="KH", lang=lang).json()["items"][0]
        assert item["label"].startswith(word)


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"paper": "x"}, 422),
        ({"limit": 0}, 422),
        ({"limit": 201}, 422),
        ({"lang": "fr"}, 422),
        ({"id": "no iri at all"}, 422),
        ({"id": "x" * 501}, 422),
        ({"id": ["task:a"] * 201}, 422),
        ({"cursor": "x"}, 422),
        ({"year": 1}, 422),
        ({"document": "53-NQ/TW"}, 404),
        ({"document": "06-NQ/TU"}, 409),
    ],
)
def test_what_is_refused(web, wanted, status):
    assert ask(web, "tasks", **wanted).status_code == status


@pytest.mark.parametrize(
    ("name", "chosen"), FILTERS, ids=lambda value: getattr(value, "name", value)
)
@given(value=st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=30)))
def test_nothing_gets_out_of_a_filter(web, names_a_thing, name, chosen, value):
    """A text that nothing has finds nothing; what must be a thing or a number is refused."""
    answer = ask(web, name, **{chosen.name: value})
    if chosen.type in LOOKED_UP and not names_a_thing(chosen.type.value, value):
        assert answer.status_code in (404, 409, 422)
    elif answer.status_code == 200:
        assert answer.json()["total"] <= ask(web, name, limit=1).json()["total"]
    else:
        assert answer.status_code == 422


@given(value=st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=30)))
def test_nothing_gets_out_of_an_id_or_a_key(web, value):
    assert ask(web, "tasks", id=value).json().get("total", 0) == 0
    assert ask(web, "tasks", cursor=value).status_code in (200, 422)
    assert ask(web, "tasks", cursor=f"http://{value}").status_code in (200, 422)


def test_every_listing_is_in_the_openapi(app):
    paths = app.openapi()["paths"]
    for name, listing in LISTINGS.items():
        described = {p["name"] for p in paths[f"/api/{name}"]["get"]["parameters"]}
        assert {f.name for f in listing.filters} <= described
