"""Query files: what a bad one says, how values bind, and the golden answers of every one.

A golden file is ``golden/NAME.json``: cases of parameters and the rows they give over the
Turtle of ``fixtures/ttl``.  A query without one fails; so does a golden file without a query.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph import engine, iri, lineage, queries, resources, store
from policygraph.errors import AmbiguousThing, DataError, QueryError, UnknownThing
from policygraph.lookup import Lookup

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
QUERIES = resources.directory("queries")
CATALOGUE = queries.load(QUERIES)
CASES = [
    pytest.param(name, case, id=f"{name}-{number}")
    for name in CATALOGUE
    if (GOLDEN / f"{name}.json").exists()
    for number, case in enumerate(json.loads((GOLDEN / f"{name}.json").read_text("utf-8")))
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    root = tmp_path_factory.mktemp("store")
    ontology = resources.directory("ontology")
    store.build(HERE / "fixtures" / "ttl", ontology, root, lineage.derive)
    return store.open_read_only(root)


@pytest.fixture(scope="module")
def lookup(snapshot):
    return Lookup(snapshot)


def without_counterpart(directory: Path, golden: Path) -> set[str]:
    """Queries without a golden answer, and golden answers without a query."""
    return set(queries.load(directory)) ^ {path.stem for path in golden.glob("*.json")}


def test_every_query_has_golden_answers_and_the_other_way():
    assert without_counterpart(QUERIES, GOLDEN) == set()
    assert {case.values[0] for case in CASES} == set(CATALOGUE)


@pytest.mark.parametrize(("name", "case"), CASES)
def test_golden_answer(name, case, snapshot, lookup):
    bound = queries.bind(CATALOGUE[name], case["parameters"], lookup)
    assert queries.records(snapshot, bound) == case["rows"]


@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.parametrize(
    ("name", "case"),
    [c for c in CASES if any("# page" in line for line in CATALOGUE[str(c.values[0])].lines)],
)
def test_a_page_that_is_chosen_before_its_rows_are_made(name, case, limit, snapshot, lookup):
    bound = queries.bind(CATALOGUE[name], case["parameters"], lookup)
    for offset in range(len(case["rows"]) + 1):
        out = io.BytesIO()
        queries.write_records(snapshot.query(bound.page(limit, offset)), '{"query": ""}', out)
        assert json.loads(out.getvalue())["rows"] == case["rows"][offset : offset + limit]


@pytest.mark.parametrize("media_type", store.RESULT_FORMATS)
def test_rows_in_every_format(media_type, snapshot, lookup):
    bound = queries.bind(CATALOGUE["documents"], {}, lookup)
    content = queries.rows(snapshot, bound, media_type).decode("utf-8")
    assert "2358/KH-UBND" in content


def test_english_is_given_where_there_is_some(snapshot, lookup):
    values = {"document": "52-NQ/TW", "lang": "en"}
    rows = queries.records(snapshot, queries.bind(CATALOGUE["tasks-tracing-to"], values, lookup))
    labels = {str(row["task"]).rpartition("/")[2]: row["label"] for row in rows}
    assert labels["vn-21.ubnd.kh.2020.99.II.1"] == "Task II/1"
    assert labels["vn-21.ubnd.kh.2020.99.II.2"] == "Đào tạo nhân lực số"


HEADER = """\
# summary-vi: Thử
# summary-en: Test
# param document document required: văn bản | document
# param year year optional: năm | year
# param lang lang default=vi: ngôn ngữ | language
# example: document=52-NQ/TW
"""
BODY = """\
SELECT ?task ?lang ?year WHERE {
  # bind document
  # bind lang
  ?task pg:tracesTo ?document
  # if year
  # bind year
  ?task pg:startYear ?year
  # end
}
ORDER BY ?task
"""


def write(tmp_path, text, name="some-query"):
    path = tmp_path / f"{name}.rq"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_its_interface(tmp_path):
    query = queries.parse(write(tmp_path, HEADER + BODY))
    assert query.name == "some-query"
    assert (query.summary_vi, query.summary_en) == ("Thử", "Test")
    assert [(p.name, p.type, p.required, p.default) for p in query.parameters] == [
        ("document", queries.Type.DOCUMENT, True, None),
        ("year", queries.Type.YEAR, False, None),
        ("lang", queries.Type.LANG, False, "vi"),
    ]
    assert query.columns == ("task", "lang", "year")
    assert query.example == {"document": "52-NQ/TW"}


def test_blocks_and_bindings_keep_their_lines(tmp_path):
    query = queries.parse(write(tmp_path, HEADER + BODY))
    terms: dict[str, engine.Term] = {
        "document": ox.NamedNode("http://e/d"),
        "lang": ox.Literal("vi"),
    }
    without = query.text(terms).splitlines()
    given_year = query.text({**terms, "year": ox.Literal("2021")}).splitlines()
    at = (HEADER + BODY).splitlines().index("  ?task pg:startYear ?year")
    assert len(without) == len(given_year) == len((HEADER + BODY).splitlines())
    assert without[at] == ""
    assert given_year[at] == "  ?task pg:startYear ?year"
    assert given_year[at - 1] == 'VALUES ?year { "2021" }'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# summary-en: Test\n", "", ":1: the header lacks `# summary-en:`"),
        ("# example: document=52-NQ/TW\n", "", ":1: the header lacks `# example:`"),
        ("# summary-vi: Thử\n", "# summary-vi: Thử\n# summary-vi: Thử\n", ":2: summary-vi"),
        ("# example: document", "# example: documnt", "lacks or misnames document, documnt"),
        ("# example", "# exemple", ":6: not a line of the header"),
        ("document required", "paper required", ":3: unknown type paper"),
        ("document required", "document maybe", ":3: write `# param NAME TYPE"),
        ("default=vi", "default=fr", ":5: the default of lang is wrong"),
        ("document required", "document default=x", ":3: a parameter of type document has no"),
        ("# param year", "# param document", ":4: parameter document is declared twice"),
        ("  # bind year\n", "", ":4: parameter year is never bound"),
        ("  # bind lang\n", "  # bind tongue\n", ":9: parameter tongue is not declared"),
        ("  # if year\n", "  # if lang\n", ":11: `# if lang`: lang is always given"),
        ("  # end\n", "", ":11: `# if` without `# end`"),
        ("  # if year\n", "", ":13: `# end` without `# if`"),
        ("  # bind year\n", "  # if year\n  # bind year\n", "`# if` inside the one of line 11"),
        ("  # end\n", "  # page\n  # end\n", ":14: `# page` outside `# if paged`"),
        ("  # bind lang\n", "  # bind lang\n  # page\n", ":10: `# page` outside `# if paged`"),
        (
            "  # end\n",
            "  # end\n  # if paged\n  # page\n  # end\n",
            ":17: error at 17:1: expected",
        ),
        ("ORDER BY ?task\n", "", "needs ORDER BY"),
        ("ORDER BY ?task\n", "ORDER BY ?task LIMIT 5\n", "no LIMIT of its own"),
        (
            "?task pg:startYear ?year\n",
            "?task pg:startYear\n",
            ":15: error at 15:1: expected one of",
        ),
        ("SELECT ?task ?lang ?year WHERE", "ASK", "is a SELECT or a CONSTRUCT"),
    ],
)
def test_a_bad_file_dies_at_load_with_its_line(tmp_path, old, new, message):
    text = HEADER + BODY
    assert old in text
    path = write(tmp_path, text.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        queries.load(tmp_path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


def test_a_bad_name_and_a_bad_encoding_are_refused(tmp_path):
    with pytest.raises(DataError, match="lower-case"):
        queries.parse(write(tmp_path, HEADER + BODY, "Some_Query"))
    path = tmp_path / "other.rq"
    path.write_bytes(b"# summary-vi: \xff\n")
    with pytest.raises(DataError, match="cannot be read"):
        queries.parse(path)


def test_a_missing_directory_is_named(tmp_path):
    with pytest.raises(DataError, match="no such directory"):
        queries.load(tmp_path / "nowhere")


TYPED = """\
# summary-vi: Thử
# summary-en: Test
# param x {type} required: x | x
# example: x=1
SELECT ?x WHERE {{
  # bind x
}}
ORDER BY ?x
"""


def typed(tmp_path, name):
    return queries.parse(write(tmp_path, TYPED.format(type=name), f"of-{name}"))


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("year", "2021", "2021"),
        ("date", "2025-04-01", "2025-04-01"),
        ("integer", "-7", -7),
        ("decimal", "7.50", 7.5),
        ("decimal", "1e3", 1000.0),
        ("boolean", "true", True),
        ("text", 'a"b', 'a"b'),
        ("iri", "https://e.org/x", "https://e.org/x"),
        ("agency", "UBND tỉnh Đông Hà", iri.THINGS + "agency/vn-21.ubnd"),
        ("agency", "uy ban nhan dan tinh dong ha", iri.THINGS + "agency/vn-21.ubnd"),
        ("agency", "agency:vn-21.ubnd", iri.THINGS + "agency/vn-21.ubnd"),
        ("place", "VN-61", iri.THINGS + "place/vn-61"),
        ("thing", "task:vn-12.tu.nq.2020.09.III.5", iri.THINGS + "task/vn-12.tu.nq.2020.09.III.5"),
    ],
)
def test_values_become_terms(tmp_path, snapshot, lookup, name, raw, expected):
    bound = queries.bind(typed(tmp_path, name), {"x": raw}, lookup)
    assert queries.records(snapshot, bound) == [{"x": expected}]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("year", "21"),
        ("date", "01/04/2025"),
        ("date", "2025-02-30"),
        ("year", "2021 "[:-1] + "x"),
        ("integer", "1.5"),
        ("decimal", "NaN"),
        ("decimal", "1e999"),
        ("decimal", "một"),
        ("boolean", "yes"),
        ("lang", "fr"),
        ("iri", "no scheme"),
        ("iri", "https://e.org/a b"),
        ("iri", "https://e.org/> } DROP ALL"),
        ("text", "x" * (queries.MAX_VALUE + 1)),
    ],
)
def test_values_of_the_wrong_type_are_refused(tmp_path, lookup, name, raw):
    with pytest.raises(QueryError):
        queries.bind(typed(tmp_path, name), {"x": raw}, lookup)


@given(value=st.text(min_size=1, max_size=80).filter(lambda v: "\x00" not in v))
def test_text_stays_text_whatever_it_holds(tmp_path_factory, value):
    query = typed(tmp_path_factory.mktemp("typed"), "text")
    empty = store.Snapshot(ox.Store(), Path("memory"), None)
    bound = queries.bind(query, {"x": value}, Lookup(empty))
    stripped = value.strip()
    assert queries.records(empty, bound) == [{"x": stripped}]


def test_missing_and_unknown_parameters_are_named(lookup):
    query = CATALOGUE["tasks-tracing-to"]
    with pytest.raises(QueryError, match="document"):
        queries.bind(query, {}, lookup)
    with pytest.raises(QueryError, match="paper"):
        queries.bind(query, {"document": "52-NQ/TW", "paper": "x"}, lookup)


R52 = "vn.bct.nq.2019.52"


@pytest.mark.parametrize(
    ("asked", "local"),
    [
        ("52-NQ/TW", R52),
        (" 52 - NQ/TW ", R52),
        ("52/NQ-TW", R52),
        ("52 nq tw", R52),
        ("52NQTW", R52),
        ("Nghị quyết số 52-NQ/TW", R52),
        (f"doc:{R52}", R52),
        (R52, R52),
        (f"https://w3id.org/policygraph/id/doc/{R52}", R52),
        ("50/NQ-CP@2020", "vn.cp.nq.2020.50"),
        ("50/NQ-CP@2021-05-20", "vn.cp.nq.2021.50"),
        ("06-NQ/TU Nam Giang", "vn-61.tu.nq.2021.06"),
        ("06-NQ/TU@nam giang", "vn-61.tu.nq.2021.06"),
        ("06-NQ/TU VN-12", "vn-12.tu.nq.2020.06"),
        ("06-NQ/TU Tỉnh ủy Bắc Sơn 2020", "vn-12.tu.nq.2020.06"),
    ],
)
def test_a_document_is_found_as_people_write_it(lookup, asked, local):
    assert lookup.resolve("document", asked) == iri.thing(iri.Kind.DOCUMENT, local)


@pytest.mark.parametrize("asked", ["06-NQ/TU", "50/NQ-CP", "50 nq cp", "06-NQ/TU Tỉnh ủy"])
def test_an_ambiguous_number_lists_its_candidates(lookup, asked):
    with pytest.raises(AmbiguousThing) as caught:
        lookup.resolve("document", asked)
    assert len(caught.value.candidates) == 2
    for candidate in caught.value.candidates:
        entry = lookup.describe(candidate)
        assert entry is not None
        assert entry.issued is not None
        assert entry.issued in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "asked", "nearest"),
    [
        ("document", "53-NQ/TW", "52-NQ/TW"),
        ("document", "06-NQ/TU Đông Hà", "06-NQ/TU"),
        ("document", "50/NQ-CP@1999", "50/NQ-CP"),
        ("thing", "2359/KH-UBND", "2358/KH-UBND"),
        ("agency", "UBND tỉnh Đông Hải", "UBND tỉnh Đông Hà"),
    ],
)
def test_an_unknown_thing_names_what_is_near(lookup, kind, asked, nearest):
    with pytest.raises(UnknownThing) as caught:
        lookup.resolve(kind, asked)
    assert nearest in caught.value.nearest
    assert asked in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("document", "task:vn-12.tu.nq.2020.09.III.5"),
        ("document", "https://e.org/x y"),
        ("document", "~"),
        ("document", "a " * 40),
        ("thing", "task:vn-12.tu.nq.2020.09.III.6"),
        ("place", "agency:vn-21.ubnd"),
    ],
)
def test_what_is_not_there_is_unknown(lookup, kind, asked):
    with pytest.raises(UnknownThing):
        lookup.resolve(kind, asked)


def test_a_query_is_run_by_name(snapshot):
    rows = queries.run(snapshot, CATALOGUE, "tasks-of-document", {"document": "99/KH-UBND"})
    assert len(rows) == 2
    with pytest.raises(UnknownThing, match="tasks-tracing-to"):
        queries.run(snapshot, CATALOGUE, "tasks", {})


@pytest.mark.parametrize(
    ("name", "given", "known"),
    [
        ("documents", {"type": "XX"}, "NQ"),
        ("unresolved", {"reason": "missing"}, "missing-lead"),
        ("audit", {"check": "tasks"}, "task-without-lead"),
        ("concepts", {"scheme": "roles"}, "evidence-class"),
        ("tasks-of-agency", {"agency": "Tỉnh ủy Nam Giang", "role": "boss"}, "coordinate"),
    ],
)
def test_a_value_of_no_concept_is_refused_with_those_that_there_are(name, given, known, lookup):
    with pytest.raises(QueryError, match=known) as raised:
        queries.bind(CATALOGUE[name], given, lookup)
    vi, en = raised.value.said or ("", "")
    assert "không có giá trị" in vi
    assert "there is no value" in en


def test_a_sign_may_be_written_in_any_case(snapshot, lookup):
    wanted, written = (
        queries.records(snapshot, queries.bind(CATALOGUE["documents"], {"type": sign}, lookup))
        for sign in ("NQ", " nq")
    )
    assert wanted == written != []


def test_a_graph_without_concepts_takes_any_value():
    bare = Lookup(store.Snapshot(ox.Store(), Path(), None))
    bound = queries.bind(CATALOGUE["unresolved"], {"reason": "missing"}, bare)
    assert bound.parameters["reason"] == "missing"


def test_only_a_text_is_one_of_a_scheme(tmp_path):
    header = HEADER.replace("year year", "year year:role")
    with pytest.raises(DataError, match="only a text"):
        queries.parse(write(tmp_path, header + BODY))
