"""Borrowed text: what is found, what is not, which words differ, and the corpus' own loans."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph import iri, queries, resources, similarity, store
from policygraph.lookup import Lookup
from policygraph.similarity import Rules, TaskText

HERE = Path(__file__).parent
STRICT = similarity.rules()
LOOSE = Rules(least_share=0.15, least_words=2, bands=64, rows=1, words_per_shingle=1)
"""So that the few words of the fixtures have anything in common at all."""
TEXT = (
    "Triển khai băng thông rộng chất lượng cao trên phạm vi toàn tỉnh. Khuyến khích doanh nghiệp "
    "tư nhân có đủ năng lực tham gia xây dựng hạ tầng số, bảo đảm an toàn mạng"
)
PLAN = "vn-21.tu.ke-hoach.nd.thuc-hien-52-nq-tw"
PROGRAMME = "vn-61.tu.chuong-trinh-hanh-dong.nd.thuc-hien-52-nq-tw"


def task(document, number, text):
    local = f"vn.xx.kh.2020.{document}"
    return TaskText(
        iri.thing(iri.Kind.TASK, local, str(number)), iri.thing(iri.Kind.DOCUMENT, local), text
    )


def value(term):
    return term.value


def in_memory(directory):
    kept = ox.Store()
    for path in sorted(directory.glob("*.ttl")):
        kept.bulk_load(
            path=str(path), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://g/g")
        )
    return kept, store.Snapshot(kept, directory, None)


def test_the_differing_words_of_each_side_are_told():
    other = TEXT.replace("chất lượng cao", "và mạng 5G chất lượng cao").replace("tư nhân ", "")
    (pair,) = similarity.find([task("1", 1, TEXT), task("2", 1, other)], STRICT)
    assert pair.only_first == ("tư nhân",)
    assert pair.only_second == ("và mạng 5G",)
    words = len(TEXT.split())
    assert pair.share == pytest.approx(2 * (words - 2) / (words + words + 1))


def test_case_and_punctuation_are_no_difference():
    other = TEXT.upper().replace(".", ";").replace(",", "")
    (pair,) = similarity.find([task("1", 1, TEXT), task("2", 1, other)], STRICT)
    assert (pair.share, pair.only_first, pair.only_second) == (1.0, (), ())


def test_figures_are_whole_words():
    first, other = (f"{TEXT}, đạt {figure} % vào năm 2025" for figure in ("80,5", "80,6"))
    (pair,) = similarity.find([task("1", 1, first), task("2", 1, other)], STRICT)
    assert (pair.only_first, pair.only_second) == (("80,5",), ("80,6",))


@pytest.mark.parametrize(
    ("document", "other"),
    [
        pytest.param("1", TEXT, id="the same document"),
        pytest.param("2", " ".join(TEXT.split()[::-1]), id="the same words in another order"),
        pytest.param("2", "Bố trí kinh phí thực hiện Kế hoạch theo quy định hiện hành", id="other"),
    ],
)
def test_what_is_no_loan(document, other):
    assert similarity.find([task("1", 1, TEXT), task(document, 2, other)], STRICT) == []


def test_short_tasks_agree_by_chance():
    short = " ".join(TEXT.split()[: STRICT.least_words - 1])
    assert similarity.find([task("1", 1, short), task("2", 1, short)], STRICT) == []


@given(st.permutations(range(4)))
def test_the_order_of_the_tasks_does_not_matter(order):
    tasks = [task(str(number), 1, f"{TEXT} {'thêm ' * number}") for number in range(4)]
    expected = similarity.find(tasks, STRICT)
    assert len(expected) == 6
    assert similarity.find([tasks[i] for i in order], STRICT) == expected


def test_both_directions_and_one_node_are_written():
    first, second = task("1", 1, TEXT), task("2", 1, TEXT + " nhé")
    graph = similarity.graph(similarity.find([second, first], STRICT))
    said = {tuple(map(value, (t.subject, t.predicate, t.object))) for t in graph}
    similar = iri.term("similarTo")
    assert {(first.task, similar, second.task), (second.task, similar, first.task)} <= said
    (node,) = {s for s, p, _ in said if p == iri.term("share")}
    assert (node, iri.term("firstTask"), first.task) in said
    assert (node, iri.term("onlyInSecond"), "nhé") in said
    assert not any(p == iri.term("onlyInFirst") for _, p, _ in said)
    name = iri.parse(node)
    assert name is not None
    assert name.kind is iri.Kind.SIMILARITY


def test_what_the_fixtures_hold_is_found_in_them():
    kept, snapshot = in_memory(HERE / "fixtures" / "ttl")
    found = similarity.graph(similarity.find(similarity.read_tasks(snapshot), LOOSE))
    fresh = {(t.subject, t.predicate, t.object) for t in found}
    ours = "Similarity similarTo similarTask firstTask secondTask share onlyInFirst onlyInSecond"
    addresses = {iri.term(name) for name in ours.split()}
    written = {
        (q.subject, q.predicate, q.object)
        for q in kept
        if q.predicate.value in addresses
        or (isinstance(q.object, ox.NamedNode) and q.object.value in addresses)
    }
    assert written
    assert written <= fresh


@pytest.fixture(scope="module")
def corpus():
    kept, snapshot = in_memory(resources.directory("data/ttl"))
    tasks = similarity.read_tasks(snapshot)
    graph = ox.NamedNode(store.DERIVED)
    kept.extend(
        ox.Quad(t.subject, t.predicate, t.object, graph) for t in similarity.derive(snapshot)
    )
    return tasks, snapshot


def rows(snapshot, name, **values):
    query = queries.parse(resources.directory("queries") / f"{name}.rq")
    return queries.records(snapshot, queries.bind(query, values, Lookup(snapshot)))


def test_the_bands_miss_no_loan_of_the_corpus(corpus):
    """Against the comparison of every pair: what ``lexicon/similarity.toml`` says was measured."""
    tasks, _ = corpus
    everything = Rules(STRICT.least_share, STRICT.least_words, 256, 1, 1)
    assert similarity.find(tasks, STRICT) == similarity.find(tasks, everything)


def test_the_programme_and_the_plan_share_their_bullets(corpus):
    _, snapshot = corpus
    found = rows(snapshot, "same-task-elsewhere", task=f"task:{PLAN}.III.2.d")
    document = iri.thing(iri.Kind.DOCUMENT, PROGRAMME)
    texts = [row for row in found if row["document"] == document]
    assert texts
    best = texts[0]
    assert float(str(best["share"])) >= STRICT.least_share
    assert best["onlyHere"] or best["onlyThere"]
    assert best["path"]
    for words in str(best["onlyThere"] or "").split(" | "):
        assert words.split(" ")[0] in str(best["text"])


def test_the_plan_draws_most_on_the_programme(corpus):
    _, snapshot = corpus
    found = rows(snapshot, "text-reuse")
    pair = {str(found[0][column]).rpartition("/")[2] for column in ("document", "source")}
    assert pair == {PLAN, PROGRAMME}
    assert found == sorted(found, key=lambda row: -int(str(row["sharedTasks"])))
    later = iri.thing(iri.Kind.DOCUMENT, "vn-61.ubnd.kh.2021.2358")
    resolution = iri.thing(iri.Kind.DOCUMENT, "vn-01.tu.nq.2022.09")
    directions = {(row["document"], row["source"]) for row in found}
    assert (resolution, later) in directions
    assert (later, resolution) not in directions


def test_the_generator_of_the_benchmark_makes_what_is_found():
    path = HERE.parent / "bench" / "similarity.py"
    spec = importlib.util.spec_from_file_location("bench_similarity", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tasks, copies = module.generate(4)
    found = {(p.first.task, p.second.task) for p in similarity.find(tasks, STRICT)}
    assert copies
    assert found == copies


@pytest.mark.parametrize(
    "wrong", [{"least_share": 0.0}, {"least_share": 1.1}, {"least_words": 0}, {"bands": 0}]
)
def test_impossible_rules_are_refused(wrong):
    values = {"least_share": 0.6, "least_words": 8, "bands": 2, "rows": 2, "words_per_shingle": 2}
    with pytest.raises(ValueError, match="least"):
        Rules(**{**values, **wrong})
