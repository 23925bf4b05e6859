"""Search finds without diacritics all that it finds with them, on the corpus and at scale."""

from __future__ import annotations

import importlib.util
import random
import re
import sys
import unicodedata
from pathlib import Path

import pyoxigraph as ox
import pytest

from policygraph import iri, resources, search, store
from policygraph.errors import QueryError, StoreError
from policygraph.matches import rewrite

GENERATOR = Path(__file__).resolve().parent.parent / "bench" / "synthetic.py"
PHRASES = 30
_PLACES = """
SELECT ?thing ?text WHERE {
  VALUES ?property { rdfs:label skos:prefLabel dcterms:title pg:text pg:documentNumber }
  ?thing ?property ?text .
}
"""


def generator():
    spec = importlib.util.spec_from_file_location("bench_synthetic", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


def nothing(snapshot):
    return store.Derived(())


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("search") / "store"
    store.build(resources.directory("data/ttl"), resources.directory("ontology"), root, nothing)
    return store.open_read_only(root)


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """1,000 documents of the synthetic family."""
    quads = tmp_path_factory.mktemp("search1000") / "all.nq"
    generator().generate_quads(quads, documents=1000, tasks_per_document=2)
    loaded = ox.Store()
    loaded.bulk_load(path=str(quads), format=ox.RdfFormat.N_QUADS)
    return store.Snapshot(loaded, quads.parent, None)


@pytest.fixture(scope="module")
def index(corpus):
    return search.Index.open(corpus)


def words_of(text):
    """The words as they are written, in lower case, one blank around each."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).lower())
    return f" {' '.join(words)} "


def texts(snapshot):
    return [(r["thing"].value, words_of(r["text"].value)) for r in snapshot.select(_PLACES)]


def phrases(places, size):
    """Stretches of whole words, drawn from the texts themselves."""
    draw = random.Random(7)
    for _ in range(PHRASES):
        words = draw.choice(places)[1].split()
        first = draw.randrange(max(1, len(words) - size))
        yield " ".join(words[first : first + size])


def scan(places, phrase):
    """What a scan finds that asks for the words, one after the other, as they are written."""
    return {thing for thing, text in places if f" {phrase} " in text}


@pytest.mark.parametrize("graph", ["corpus", "generated"])
def test_recall_is_whole(graph, request):
    """Asked with diacritics or without, everything that a scan finds is found."""
    snapshot = request.getfixturevalue(graph)
    index, places = search.Index.open(snapshot), texts(snapshot)
    for size in (1, 4):
        for phrase in phrases(places, size):
            exact = {thing for thing, _ in index.matching(phrase, 10**6)}
            folded = {thing for thing, _ in index.matching(iri.fold(phrase), 10**6)}
            assert scan(places, phrase) <= exact <= folded, phrase


def test_an_index_beside_the_store_answers_as_one_in_memory(corpus, index, tmp_path):
    written = search.build_index(corpus, tmp_path)
    assert written == tmp_path / search.FILE
    beside = search.Index.open(store.Snapshot(corpus._store, tmp_path, None))
    for question in ("chuyen doi so", "52NQTW", "hạ tầng"):
        assert beside.search(question) == index.search(question)


def test_an_index_is_opened_once(corpus):
    assert search.index_of(corpus) is search.index_of(corpus)


def test_matches_joins_with_the_graph(corpus):
    """The rewritten query, run by the engine, gives the tasks that have the words."""
    query = 'SELECT ?t ?x { ?t pg:matches "hạ tầng số" . ?t a pg:Task ; pg:text ?x }'
    found = list(corpus.select(rewrite(query, search.index_of(corpus).matching)))
    assert found
    assert all({"ha", "tang", "so"} <= set(iri.fold(words_of(r["x"].value)).split()) for r in found)


def test_a_broken_index_is_told(corpus, tmp_path):
    (tmp_path / search.FILE).write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match="file is broken"):
        search.Index.open(store.Snapshot(corpus._store, tmp_path, None))


@pytest.mark.parametrize(
    "spelling",
    ["52-NQ/TW", "52NQTW", "52 nq-tw", "52nq tw", "Nghị quyết 52-NQ/TW", "nghi quyet 52nqtw"],
)
def test_a_number_is_known_however_it_is_cut(index, spelling):
    assert index.search(spelling).hits[0].number == "52-NQ/TW"


def test_a_slip_in_a_number_is_mended_and_told(index):
    page = index.search("2358/KH-UBNN")
    assert page.corrected == "2358/KH-UBND"
    assert page.hits[0].number == "2358/KH-UBND"
    assert index.search("2358/KH-UBND").corrected is None
    assert index.search("99999/XX-YYYY").total == 0


def test_what_is_written_as_typed_comes_first(index):
    """Kế hoạch with its marks, then what has them otherwise."""
    page = index.search("kế hoạch", limit=200)
    order = [hit.exact for hit in page.hits]
    assert order == sorted(order, reverse=True)
    assert all(hit.exact for hit in page.hits[:10])
    assert index.search("ke hoach").total == page.total


def test_words_together_go_before_words_apart(index):
    page = index.search("kinh te so", kinds=["task"], limit=200)
    together = ["kinh te so" in iri.fold(hit.snippet) for hit in page.hits]
    assert together[0]
    assert True not in together[together.index(False) :]


def test_quotes_keep_words_together_and_a_star_begins_one(index):
    loose = index.search("so kinh te").total
    assert 0 < index.search('"kinh te so"').total < loose
    assert index.search("truyen thon*").total >= index.search("truyen thong").total > 0
    assert index.search("truyen thongx*").total == index.search("thongx").total == 0


def test_no_word_no_answer(index):
    for question in ("", " ", "///", '""', "*"):
        with pytest.raises(QueryError):
            index.search(question)


def test_marks_lie_on_the_words(index):
    for hit in index.search("chuyển đổi số", limit=100).hits:
        assert hit.marks
        for start, end in hit.marks:
            assert iri.fold(hit.snippet[start:end]) in {"chuyen", "doi", "so"}


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (iri.thing(iri.Kind.TASK, "a"), "task"),
        (iri.concept("role", "lead"), "concept"),
        (iri.term("Task"), "term"),
        ("https://example.org/", "other"),
    ],
)
def test_kinds(address, kind):
    assert search.kind_of(address) == kind
