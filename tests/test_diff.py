"""Changes between releases in the domain's words, and the feed of a repository's tags."""

from __future__ import annotations

import os
import subprocess
from xml.etree import ElementTree as ET

import pytest

from policygraph import diff, iri, releases, resources
from policygraph.diff import Action
from policygraph.errors import DataError
from policygraph.rdf import files, terms
from policygraph.rdf.said import Said

D = "vn-61.ubnd.kh.2021.2358"
OTHER = "vn-21.tu.kh.2020.1"
PREFIXES = "".join(
    f"@prefix {name}: <{iri.PREFIXES[name]}> .\n"
    for name in (
        *("agency", "comparator", "dcterms", "doc", "document-type", "part", "pg", "rdfs"),
        *("skos", "target", "task", "xsd"),
    )
)
REGISTER = """\
agency:vn-61.a a pg:Agency ; skos:prefLabel "Sở A"@vi .
agency:vn-61.b a pg:Agency ; skos:prefLabel "Sở B"@vi .
doc:vn.tw.nq.2019.52 a pg:PolicyDocument ; rdfs:label "Nghị quyết 52-NQ/TW"@vi, "Resolution"@en .
"""
LONG = (
    "Xây dựng nền tảng chia sẻ, tích hợp dữ liệu dùng chung của tỉnh, kết nối với nền tảng quốc gia"
)
BASE = f"""\
doc:{D} a pg:PolicyDocument ; rdfs:label "Plan 2358/KH-UBND"@en, "Kế hoạch 2358/KH-UBND"@vi ;
    pg:documentType document-type:ke-hoach ; pg:basedOn doc:vn.tw.nq.2019.52 .
part:{D}.II.1 a pg:DocumentPart ; pg:path "II/1" .
part:{D}.II.2 a pg:DocumentPart ; pg:path "II/2" .
part:{D}.II.3 a pg:DocumentPart ; pg:path "II/3" .
task:{D}.II.1 a pg:Task ; pg:inDocument doc:{D} ; pg:stipulatedIn part:{D}.II.1 ;
    rdfs:label "Nền tảng"@vi ; pg:text "{LONG}"@vi ; pg:leadAgency agency:vn-61.a .
task:{D}.II.2 a pg:Task ; pg:inDocument doc:{D} ; pg:stipulatedIn part:{D}.II.2 ;
    rdfs:label "Tập huấn"@vi ; pg:text "Tập huấn cán bộ"@vi .
target:{D}.I.v1 a pg:Target ; pg:inDocument doc:{D} ; rdfs:label "đạt 80 %"@vi ;
    pg:text "đạt 80 %"@vi ; pg:value 80.0 ; pg:comparator comparator:at-least ;
    pg:deadline "2025"^^xsd:gYear .
"""


@pytest.fixture
def releases_of(tmp_path):
    """Directories of two releases from the Turtle of their one document."""

    def make(old, new):
        made = []
        for name, content in (("old", old), ("new", new)):
            directory = tmp_path / name
            directory.mkdir()
            if content is not None:
                (directory / "register.ttl").write_text(PREFIXES + REGISTER, encoding="utf-8")
                (directory / f"{D}.ttl").write_text(PREFIXES + content, encoding="utf-8")
            made.append(directory)
        return made

    return make


def told(releases_of, *replaced, extra=""):
    text = BASE
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    return diff.compare(*releases_of(BASE, text + extra))


def one(changes):
    (change,) = changes.changes
    return change


def test_equal_releases_have_no_changes(releases_of):
    changes = told(releases_of)
    assert changes.changes == ()
    assert "nothing changed" in diff.markdown(changes)
    assert files.parse(diff.turtle(changes), "changes") == []


def test_a_lead_changed_from_one_agency_to_another(releases_of):
    change = one(
        told(releases_of, ("pg:leadAgency agency:vn-61.a", "pg:leadAgency agency:vn-61.b"))
    )
    assert (change.action, change.field, change.old, change.new) == (
        *(Action.CHANGED, "pg:leadAgency", "Sở A", "Sở B"),
    )
    assert diff.sentence(change) == (
        "± nhiệm vụ / task “Nền tảng” · cơ quan chủ trì / lead: Sở A → Sở B"
    )


@pytest.mark.parametrize(
    ("old", "new", "field", "before", "after"),
    [
        ("pg:value 80.0", "pg:value 85.0", "pg:value", "80.0", "85.0"),
        ('"2025"^^', '"2026"^^', "pg:deadline", "2025", "2026"),
        (" ; pg:comparator comparator:at-least", "", "pg:comparator", "comparator:at-least", ""),
        ("document-type:ke-hoach", "document-type:de-an", "pg:documentType", "Kế hoạch", "Đề án"),
    ],
)
def test_a_value_changed(releases_of, old, new, field, before, after):
    change = one(told(releases_of, (old, new)))
    assert (change.field, change.old, change.new) == (field, before, after)


def test_a_changed_text_is_told_by_the_words_that_differ(releases_of):
    change = one(told(releases_of, ("dùng chung của tỉnh", "mở của tỉnh và của ngành")))
    assert change.old == LONG
    line = diff.sentence(change)
    assert "bỏ / without “dùng chung”" in line
    assert "thêm / with “mở | và của ngành”" in line
    assert "quốc gia" not in line


def test_a_relation_changed_and_one_more(releases_of):
    change = one(told(releases_of, ("pg:basedOn", "pg:implements")))
    assert change.field == "pg:relation"
    assert change.old == "căn cứ / based on: Nghị quyết 52-NQ/TW"
    assert change.new == "thực hiện / implements: Nghị quyết 52-NQ/TW"


def test_a_relation_more_and_one_less(releases_of):
    more = one(told(releases_of, extra=f"task:{D}.II.2 pg:cites doc:vn.tw.nq.2019.52 ."))
    assert (more.old, more.new) == ("", "nhắc đến / cites: Nghị quyết 52-NQ/TW")


def test_tasks_come_and_go(releases_of):
    extra = (
        f"part:{D}.II.4 a pg:DocumentPart .\n"
        f"task:{D}.II.10 a pg:Task ; pg:inDocument doc:{D} ; pg:text "
        '"Đầu tư mạng 5G"@vi ; rdfs:label "Mạng 5G"@vi .\n'
    )
    changes = told(releases_of, (f"task:{D}.II.2 a pg:Task ;", f"task:{D}.II.2 "), extra=extra)
    found = [(c.action, c.label, c.old, c.new) for c in changes.changes]
    assert found == [
        (Action.REMOVED, "Tập huấn", "Tập huấn cán bộ", ""),
        (Action.ADDED, "Mạng 5G", "", "Đầu tư mạng 5G"),
    ]
    assert changes.counts() == {("pg:Task", Action.REMOVED): 1, ("pg:Task", Action.ADDED): 1}


def test_a_task_that_only_moved_is_known_by_its_words(releases_of):
    change = one(told(releases_of, (f"{D}.II.2", f"{D}.II.9"), ('"II/2"', '"II/9"')))
    assert (change.field, change.old, change.new) == ("pg:stipulatedIn", "II/2", "II/9")


def test_a_moved_task_that_also_changed_tells_both(releases_of):
    changes = told(
        releases_of,
        (f"{D}.II.1", f"{D}.II.7"),
        ('"II/1"', '"II/7"'),
        ("pg:leadAgency agency:vn-61.a", "pg:leadAgency agency:vn-61.b"),
    )
    assert [c.field for c in changes.changes] == ["pg:stipulatedIn", "pg:leadAgency"]


def test_a_document_comes_with_all_it_holds_in_one_line(releases_of):
    extra = BASE.replace(D, OTHER).replace("2358/KH-UBND", "1-KH/TU")
    change = one(told(releases_of, extra=extra))
    assert (change.action, change.label) == (Action.ADDED, "Kế hoạch 1-KH/TU")
    assert change.new == "2 nhiệm vụ / tasks, 1 chỉ tiêu / target"


def test_a_demanded_document_comes_with_the_row_that_demands_it(releases_of):
    extra = (
        f"task:{D}.PL a pg:Task ; pg:inDocument doc:{D} ; pg:text 'Đề án X'@vi ; "
        f"pg:mandates doc:vn-61.du-kien.de-an.nd.x .\n"
        "doc:vn-61.du-kien.de-an.nd.x a pg:PolicyDocument .\n"
    )
    assert one(told(releases_of, extra=extra)).thing.endswith(f"task/{D}.PL")


def test_two_agencies_of_one_name_are_told_by_their_iris(releases_of):
    extra = 'agency:vn-61.c a pg:Agency ; skos:prefLabel "Sở A"@vi .\n'
    changes = told(releases_of, ("agency:vn-61.a", "agency:vn-61.c"), extra=extra)
    assert (changes.changes[0].old, changes.changes[0].new) == ("agency:vn-61.a", "agency:vn-61.c")
    assert changes.changes[1].document == ""
    assert "Outside the documents" in diff.markdown(changes)


def test_markdown_is_grouped_counted_and_harmless(releases_of):
    changes = told(releases_of, ('"Tập huấn cán bộ"', '"Tập *huấn* <b>cán bộ</b>\\n# x"'))
    page = diff.markdown(changes)
    assert "# Thay đổi / Changes: old → new" in page
    assert "| nhiệm vụ / task | 0 | 0 | 1 |" in page
    assert "## Kế hoạch 2358/KH-UBND" in page
    assert "Tập \\*huấn\\* \\<b\\>cán bộ\\</b\\> \\# x" in page
    assert f"(`task:{D}.II.2`)" in page


def test_turtle_says_what_markdown_says(releases_of):
    changes = told(releases_of, ("pg:leadAgency agency:vn-61.a", "pg:leadAgency agency:vn-61.b"))
    said = Said(files.parse(diff.turtle(changes), "changes"))
    node = iri.thing(iri.Kind.CHANGE, "old", "new", "000001")
    assert said.values(node, terms.expand("rdf:type")) == [
        iri.term("Change"),
        iri.term("Modification"),
    ]
    assert said.values(node, iri.term("changedField")) == [iri.term("leadAgency")]
    assert said.values(node, iri.term("oldValue")) == ["Sở A"]
    assert said.values(node, iri.term("newValue")) == ["Sở B"]
    assert said.values(node, terms.expand("rdfs:label")) == [diff.sentence(changes.changes[0])]


def test_a_directory_that_is_missing_or_broken_is_named(releases_of, tmp_path):
    old, new = releases_of(BASE, "task:x a ;; .")
    with pytest.raises(DataError, match="nowhere"):
        diff.compare(old, tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"2358\.ttl:\d+: broken Turtle"):
        diff.compare(old, new)


def test_the_corpus_against_nothing_tells_its_documents_once(tmp_path):
    changes = diff.compare(tmp_path, resources.directory("data/ttl"))
    assert {change.action for change in changes.changes} == {Action.ADDED}
    documents = [c for c in changes.changes if c.kind.term == "pg:PolicyDocument"]
    assert {iri.thing(iri.Kind.DOCUMENT, D)} <= {change.thing for change in documents}
    assert not any(change.kind.term == "pg:Task" for change in changes.changes)


def test_the_corpus_against_itself_is_unchanged():
    ttl = resources.directory("data/ttl")
    assert diff.compare(ttl, ttl).changes == ()


def test_every_field_of_the_list_has_a_name_and_the_other_way():
    known = diff.words()
    assert set(known.relations) <= set(known.names)
    assert all(known.field(field) for kind in known.kinds for field in kind.fields)


# --- tags ------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path):
    """Three commits, of which two are tagged."""
    root = tmp_path / "repository"
    ttl = root / "data" / "ttl"
    ttl.mkdir(parents=True)

    def git(*arguments, day="01"):
        stamp = f"2026-11-{day}T08:00:00+07:00"
        env = {
            **os.environ,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            **{f"GIT_{who}_NAME": "Tester" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "tester@example.org" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_DATE": stamp for who in ("AUTHOR", "COMMITTER")},
        }
        subprocess.run(
            ["git", "-C", str(root), *arguments], check=True, env=env, capture_output=True
        )

    git("init", "-q")
    (root / "README").write_text("no graph yet", encoding="utf-8")
    (ttl / "register.ttl").write_text(PREFIXES + REGISTER, encoding="utf-8")
    for number, (day, text) in enumerate(
        (("02", BASE), ("09", BASE), ("20", BASE.replace("pg:value 80.0", "pg:value 85.0")))
    ):
        (ttl / f"{D}.ttl").write_text(f"{PREFIXES}# {number}\n{text}", encoding="utf-8")
        git("add", ".", day=day)
        git("commit", "-q", "-m", f"release {number}", day=day)
        if number != 1:
            git("tag", f"v0.{10 - number}.0", day=day)
    return root


ATOM = "{http://www.w3.org/2005/Atom}"


def test_tags_come_in_the_order_of_time(repository):
    assert releases.tags(repository) == ["v0.10.0", "v0.8.0"]


def test_two_tags_are_compared(repository):
    changes = releases.compare("v0.10.0", "v0.8.0", repository)
    assert [(c.field, c.old, c.new) for c in changes.changes] == [("pg:value", "80.0", "85.0")]
    assert (changes.old, changes.new) == ("v0.10.0", "v0.8.0")
    beside = releases.compare("v0.10.0", str(repository / "data" / "ttl"), repository)
    assert beside.changes == changes.changes


def test_a_name_that_is_no_release_says_which_and_what_to_give(repository):
    with pytest.raises(DataError, match=r"'v1' \(.*first argument\).*give a directory"):
        releases.compare("v1", "v0.8.0", repository)
    with pytest.raises(DataError, match=r"'README' \(.*đối số thứ hai.*hãy cho một thư mục"):
        releases.compare("v0.8.0", "README", repository)
    with pytest.raises(DataError, match="first argument"):
        releases.compare("v1", "v2", repository.parent)


def test_the_feed_tells_each_release_and_is_the_same_every_time(repository):
    content = releases.feed(repository)
    assert content == releases.feed(repository)
    feed = ET.fromstring(content)
    assert feed.findtext(f"{ATOM}updated") == "2026-11-20T08:00:00+07:00"
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "v0.10.0 → v0.8.0",
        "∅ → v0.10.0",
    ]
    newest, first = entries
    assert "80.0 → 85.0" in str(newest.findtext(f"{ATOM}content"))
    assert newest.findtext(f"{ATOM}summary") == "1 chỉ tiêu sửa / changed"
    assert newest.findtext(f"{ATOM}updated") == "2026-11-20T08:00:00+07:00"
    assert "Kế hoạch 2358/KH-UBND" in str(first.findtext(f"{ATOM}content"))
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)


def test_chosen_tags_only(repository):
    entries = ET.fromstring(releases.feed(repository, ["v0.8.0"])).findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["∅ → v0.8.0"]


@pytest.mark.parametrize("release", ["v9", "--output=x", ""])
def test_what_is_no_release_is_named(repository, release):
    with pytest.raises(DataError):
        releases.compare(release, "v0.8.0", repository)
    assert not (repository / "x").exists()


def test_no_tags_and_no_repository(tmp_path):
    with pytest.raises(DataError):
        releases.feed(tmp_path)
    subprocess.run(["git", "-C", str(tmp_path), "init", "-q"], check=True, capture_output=True)
    with pytest.raises(DataError, match="no tag holds"):
        releases.feed(tmp_path)
