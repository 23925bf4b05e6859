"""Folded lineages: every task is counted once, and no edge is lost by folding."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygraph import folding, iri, lineage, resources, store
from policygraph.edges import Options
from policygraph.folding import Folding, Wish, links_around, links_of
from policygraph.lookup import Lookup
from policygraph.paths import Paths

TTL = Path(__file__).parent / "fixtures" / "ttl"
ALL = Wish()
PLAN = "vn-21.ubnd.kh.2020.99"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    root = tmp_path_factory.mktemp("store")
    store.build(TTL, resources.directory("ontology"), root, lineage.derive)
    return store.open_read_only(root)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """The graph that is served."""
    root = tmp_path_factory.mktemp("corpus")
    ttl, ontology = (resources.directory(name) for name in ("data/ttl", "ontology"))
    store.build(ttl, ontology, root, lineage.derive)
    return store.open_read_only(root)


def of(engine, thing, wish=ALL):
    paths = Paths(engine)
    address = Lookup(engine).resolve("thing", thing)
    return Folding(paths, address, links_around(paths, address)[0], wish)


def local(address):
    return address.rpartition("/")[2]


def boxes(picture):
    return {local(box.iri): box for box in picture.boxes}


def said(picture):
    return {
        (local(x.lower), x.relation.removeprefix(iri.ONTOLOGY), local(x.upper), len(x.edges))
        for x in picture.lines
    }


def test_a_directive_shows_its_plans_folded(snapshot):
    folded = of(snapshot, "52-NQ/TW")
    shown = boxes(folded.fold())
    assert {name: box.tasks for name, box in shown.items() if box.can_open} == {
        PLAN: 2,
        "vn-12.tu.nq.2020.09": 1,
    }
    assert not any(box.is_open for box in shown.values())
    assert {box.kind for box in shown.values()} == {"doc"}


def test_every_task_of_the_resolution_is_counted_and_a_plan_unfolds(corpus):
    folded = of(corpus, "52-NQ/TW")
    shown = folded.fold()
    assert len(folded.works) == 82
    assert sum(box.tasks for box in shown.boxes) == 82
    plan = max(shown.boxes, key=lambda box: box.tasks)
    opened = folded.fold([plan.iri])
    inside = [b for b in opened.boxes if b.kind != "doc"]
    assert sum(b.tasks for b in inside) == plan.tasks
    everything = folded.fold(folded.holders)
    assert everything.is_complete
    assert sum(box.kind == "task" for box in everything.boxes) == 82


def test_an_edge_from_within_leads_from_the_fold_and_back(snapshot):
    folded = of(snapshot, "52-NQ/TW")
    task = next(w for w in folded.works if w.links)
    (link, *_) = task.links
    holder = local(task.document)
    relation = link.relation.removeprefix(iri.ONTOLOGY)
    assert (holder, relation, local(link.upper)) in {x[:3] for x in said(folded.fold())}
    unfolded = said(folded.fold(folded.holders))
    assert (local(task.iri), relation, local(link.upper), 1) in unfolded


def test_a_document_that_only_holds_what_is_reached_says_so(corpus):
    shown = of(corpus, "52-NQ/TW").fold()
    (passed,) = [box for box in shown.boxes if not box.is_linked]
    assert passed.tasks == 1
    opened = of(corpus, "52-NQ/TW").fold([passed.iri])
    (task,) = [box for box in opened.boxes if box.kind == "task"]
    (holding,) = [x for x in opened.lines if (x.lower, x.upper) == (task.iri, passed.iri)]
    assert holding.is_holding
    assert holding.edges[0].quote


def test_what_holds_the_thing_is_always_unfolded(snapshot):
    task = f"task:{PLAN}.II.1"
    shown = of(snapshot, task).fold([])
    assert "task" in {box.kind for box in shown.boxes}


def test_a_part_with_one_task_is_that_task(snapshot):
    unfolded = of(snapshot, "52-NQ/TW")
    shown = boxes(unfolded.fold(unfolded.holders))
    alone = [work for work in unfolded.works if work.path]
    assert alone
    for work in alone:
        assert shown[local(work.iri)].kind == "task"


def test_wishes_narrow_tasks_and_keep_the_way_up(corpus):
    everything = of(corpus, "52-NQ/TW")
    agency = next(work.leads[0] for work in everything.works if work.leads)
    some = of(corpus, "52-NQ/TW", wish=Wish(agency=agency))
    assert 0 < len(some.works) < 82
    assert {w.iri for w in some.works} == {
        w.iri for w in everything.works if agency in (*w.leads, *w.partners)
    }
    assert sum(box.tasks for box in some.fold().boxes) == len(some.works)
    assert some.thing in {box.iri for box in some.fold().boxes}
    assert len(some.all_works) == 82
    place = everything.places[some.works[0].document]
    here = of(corpus, "52-NQ/TW", wish=Wish(place=place))
    assert {here.places[work.document] for work in here.works} == {place}


@pytest.mark.parametrize(
    ("start", "end", "matching"),
    [
        (2021, 2025, {2021, 2023, 2025}),
        (None, 2025, {2025}),
        (2021, None, {2021}),
        (None, None, ()),
    ],
)
def test_a_year_is_in_the_printed_period(start, end, matching):
    work = folding.Work("t", "", "d", None, (), (), start, end, None, ())
    years = {year for year in range(2019, 2028) if work.matches(Wish(year=year), None)}
    assert years & {2020, 2021, 2023, 2025, 2026} == set(matching)


def test_too_many_boxes_stay_folded_and_it_is_told(corpus, monkeypatch):
    monkeypatch.setattr(folding, "MAX_BOXES", 20)
    folded = of(corpus, "52-NQ/TW")
    shown = folded.fold(folded.holders)
    assert not shown.is_complete
    assert len(shown.boxes) <= 20
    assert (
        sum(b.tasks for b in shown.boxes if b.can_open and not b.is_open)
        + sum(b.kind == "task" for b in shown.boxes)
        == 82
    )


def test_links_of_paths_that_were_found(snapshot):
    paths = Paths(snapshot, Options(wide=True, external=True))
    lookup = Lookup(snapshot)
    one, other = (lookup.resolve("thing", name) for name in (f"task:{PLAN}.II.1", "52-NQ/TW"))
    found = paths.between(one, other).found
    assert found is not None
    shown = Folding(paths, other, links_of(found.edges)).fold()
    assert {box.iri for box in shown.boxes} >= {other}
    assert sum(box.tasks for box in shown.boxes) == 1


@pytest.fixture(scope="module")
def large(corpus):
    return of(corpus, "2358/KH-UBND")


@settings(max_examples=30)
@given(data=st.data())
def test_folding_loses_nothing(large, data):
    opened = data.draw(st.sets(st.sampled_from(sorted(large.holders))))
    shown = large.fold(opened)
    ends = {box.iri for box in shown.boxes}
    assert len(shown.boxes) == len(ends)
    assert all(x.lower in ends and x.upper in ends and x.lower != x.upper for x in shown.lines)
    hidden = sum(box.tasks for box in shown.boxes if box.can_open and not box.is_open)
    assert hidden + sum(box.kind == "task" for box in shown.boxes) == len(large.works)
    assert large.fold(shown.opened) == shown
