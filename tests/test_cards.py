"""Lists of tasks from cards: the same bytes as the query as a whole, for every document, option,
language and page; and what is said where the cards are not there or broken."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from policygraph import beside, cards, lineage, queries, resources, store
from policygraph.errors import DataError, StoreError
from policygraph.lookup import Lookup

KNOWN = queries.load(resources.directory("queries"))
LISTS = [query for query in KNOWN.values() if query.finding is not None]
SOURCES = {
    "fixture": Path(__file__).parent / "fixtures" / "ttl",
    "corpus": resources.directory("data/ttl"),
}
OPTIONS: tuple[dict[str, str], ...] = (
    {},
    {"lang": "en"},
    {"wide": "true", "external": "true"},
    {"external": "true", "lang": "en"},
    {"confidence": "0.5", "wide": "true"},
    {"accepted": "true"},
)
TSV = "text/tab-separated-values"

# Tasks as they should not be: nothing is said of the first, the second has two paths,
# its pieces lie in two files, two of them at one place; its words would break a table.
ODD = r"""
@prefix doc: <https://w3id.org/policygraph/id/doc/> .
@prefix evidence: <https://w3id.org/policygraph/id/evidence/> .
@prefix part: <https://w3id.org/policygraph/id/part/> .
@prefix pg: <https://w3id.org/policygraph/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix task: <https://w3id.org/policygraph/id/task/> .
doc:vn.cp.kh.2024.1 a pg:PolicyDocument ; pg:implements doc:vn.bct.nq.2019.52 .
doc:vn.cp.kh.2024.10 a pg:PolicyDocument ; pg:implements doc:vn.bct.nq.2019.52 .
task:bare a pg:Task ; pg:inDocument doc:vn.cp.kh.2024.10 ; pg:implements doc:vn.cp.kh.2024.10 .
task:odd a pg:Task ; pg:inDocument doc:vn.cp.kh.2024.1 ; pg:implements doc:vn.cp.kh.2024.1 ;
    rdfs:label "một\tnhãn"@vi, "a label"@en ; pg:text "\"hai\"\ndòng \\ \r ngày"@vi ;
    pg:stipulatedIn part:a, part:b ; pg:evidence evidence:a, evidence:b, evidence:c .
part:a pg:path "I/1" . part:b pg:path "I/2" .
evidence:a pg:start 200 ; pg:end 210 ; pg:sourceFile "b.txt" ; pg:quote "sau" .
evidence:b pg:start 30 ; pg:end 41 ; pg:sourceFile "a.txt" ; pg:quote "trước\tvà\nsau" .
evidence:c pg:start 30 ; pg:end 41 ; pg:sourceFile "a.txt" ; pg:quote "trước" .
"""


def derive(draft):
    return replace(lineage.derive(draft), finish=lambda done: cards.write(done, done.path))


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory):
    made = {}
    for name, ttl in SOURCES.items():
        folder = tmp_path_factory.mktemp(name)
        shutil.copytree(ttl, folder / "ttl")
        if name == "fixture":
            (folder / "ttl" / "odd.ttl").write_text(ODD, encoding="utf-8")
        store.build(folder / "ttl", resources.directory("ontology"), folder / "store", derive)
        made[name] = store.open_read_only(folder / "store")
    return made


def bound(snapshot, query, values):
    return queries.bind(query, values, Lookup(snapshot))


def whole(snapshot, asked, page=None):
    text = asked.text if page is None else asked.page(*page)
    return rows(snapshot.query(text))


def rows(found):
    """Lines of an answer; those of one task have no order among each other."""
    lines = store.to_bytes(found, TSV).decode().splitlines()
    return [sorted(same) for _, same in itertools.groupby(lines, lambda row: row.split("\t")[0])]


def wanted(asked, page=()):
    found = cards.wanted(asked, *page)
    assert found is not None
    return found


def listed(snapshot, asked, page=()):
    found = cards.answer(snapshot, wanted(asked, page))
    assert found is not None
    return found


def from_cards(snapshot, asked, page=()):
    return rows(listed(snapshot, asked, page))


def documents(snapshot):
    """All that a task rests on, and what none does."""
    rows = snapshot.select(
        "SELECT DISTINCT ?d WHERE { ?task a pg:Task ; pg:restsOn|pg:inDocument ?d . "
        "?d a pg:PolicyDocument } ORDER BY ?d"
    )
    return [row["d"].value for row in rows]


def test_there_are_lists_that_cards_can_answer():
    assert [query.name for query in LISTS] == ["tasks-tracing-to"]
    for query in LISTS:
        assert query.finding is not None
        others = set(query.columns) - set(query.finding.columns[1:])
        assert others <= cards._COLUMNS.keys()


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("query", LISTS, ids=lambda query: query.name)
def test_a_list_is_the_answer_of_the_whole_query(query, source, options, snapshots):
    snapshot, most = snapshots[source], 0
    for document in documents(snapshot):
        asked = bound(snapshot, query, {"document": document, **options})
        answer = from_cards(snapshot, asked)
        assert answer == whole(snapshot, asked)
        most = max(most, len(answer))
    # Nothing of the corpus is accepted.
    assert most > (0 if "accepted" in options else 3)


@pytest.mark.parametrize("query", LISTS, ids=lambda query: query.name)
def test_a_page_is_that_of_the_whole_query(query, snapshots):
    snapshot = snapshots["corpus"]
    asked = bound(snapshot, query, {"document": "52-NQ/TW"})
    for page in itertools.product((1, 3, 50), (0, 1, 2, 40, 1000)):
        assert from_cards(snapshot, asked, page) == whole(snapshot, asked, page)


def test_what_is_odd_is_in_the_lists_that_are_compared(snapshots):
    asked = bound(snapshots["fixture"], LISTS[0], {"document": "52-NQ/TW"})
    tasks = [row["task"].value for row in snapshots["fixture"].select(asked.text)]
    names = [task.rpartition("/")[2] for task in tasks]
    assert (names.count("odd"), names.count("bare")) == (2, 1)


def test_every_format_can_be_written(snapshots):
    asked = bound(snapshots["corpus"], LISTS[0], {"document": "52-NQ/TW", "lang": "en"})
    for media_type in store.RESULT_FORMATS:
        found = listed(snapshots["corpus"], asked)
        assert store.to_bytes(found, media_type) == queries.rows(
            snapshots["corpus"], asked, media_type
        )


def test_a_list_asks_the_engine_for_nothing_but_the_tasks(snapshots, monkeypatch):
    asked = bound(snapshots["corpus"], LISTS[0], {"document": "52-NQ/TW"})
    texts = []
    query = store.Snapshot.query

    def noted(self, text):
        texts.append(text)
        return query(self, text)

    monkeypatch.setattr(store.Snapshot, "query", noted)
    listed(snapshots["corpus"], asked)
    assert texts == [asked.finding]
    assert "pg:quote" not in asked.finding


def test_only_lists_are_asked_of_cards(snapshots):
    asked = bound(snapshots["corpus"], KNOWN["documents"], {})
    assert cards.wanted(asked) is None


def built(tmp_path):
    ontology = resources.directory("ontology")
    store.build(SOURCES["fixture"], ontology, tmp_path, derive)
    return store.open_read_only(tmp_path)


def test_a_build_without_cards_or_with_those_of_another_version_has_none(tmp_path):
    snapshot = built(tmp_path)
    asked = wanted(bound(snapshot, LISTS[0], {"document": "52-NQ/TW"}))
    with beside.writing(snapshot.path / cards.FILE, "PRAGMA user_version = 999"):
        pass
    assert cards.answer(snapshot, asked) is None
    (snapshot.path / cards.FILE).unlink()
    assert cards.answer(store.open_read_only(tmp_path), asked) is None


@pytest.mark.parametrize("spoiled", [slice(0, 100), slice(4096, None)])
def test_broken_cards_are_told(spoiled, tmp_path):
    snapshot = built(tmp_path)
    path = snapshot.path / cards.FILE
    content = bytearray(path.read_bytes())
    content[spoiled] = b"\xff" * len(content[spoiled])
    path.write_bytes(content)
    asked = wanted(bound(snapshot, LISTS[0], {"document": "52-NQ/TW"}))
    with pytest.raises(StoreError, match="file is broken"):
        cards.answer(snapshot, asked)


def test_a_full_disk_while_cards_are_written_is_told(tmp_path, snapshots, monkeypatch):
    monkeypatch.setattr(cards, "_TABLES", cards._TABLES + "PRAGMA max_page_count = 1;")
    with pytest.raises(StoreError, match="cannot be written"):
        cards.write(snapshots["corpus"], tmp_path)


HEADER = """\
# summary-vi: Thử
# summary-en: Test
# param lang lang default=vi: ngôn ngữ | language
# example: lang=vi
"""


@pytest.mark.parametrize(
    ("body", "said", "line"),
    [
        ("# found task\n?task a pg:Task", "one `# shown`", 7),
        ("# shown\n?task a pg:Task\n# found task", "one `# shown`", 7),
        ("# found thing\n?task a pg:Task\n# shown", "is a column", 7),
        ("# found label task\n?task a pg:Task\n# shown", "the last ones", 7),
    ],
)
def test_a_query_that_tells_its_finding_lines_wrongly_is_refused(body, said, line, tmp_path):
    path = tmp_path / "some-list.rq"
    text = f"{HEADER}SELECT ?task ?label WHERE {{\n# bind lang\n{body}\n}} ORDER BY ?task"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said) as raised:
        queries.parse(path)
    assert raised.value.line == line
