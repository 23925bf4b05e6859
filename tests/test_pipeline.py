"""Texts in, Turtle out: bad files are named, good ones are built, nothing is lost."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import docx
import pytest

from policygraph import pipeline, resources, store
from policygraph.errors import DataError

REGISTERS = resources.directory("data/registers")
GOOD = "hai-duong-chi-thi-39-ct-tu.txt"


def populate(texts: Path, ttl: Path, *, write: bool = True) -> pipeline.Populated:
    return pipeline.populate(texts, ttl, REGISTERS, write=write)


@pytest.fixture
def texts(tmp_path: Path, texts_dir: Path) -> Path:
    directory = tmp_path / "texts"
    directory.mkdir()
    shutil.copy(texts_dir / GOOD, directory)
    return directory


def test_the_committed_turtle_is_what_the_texts_give(texts_dir: Path, root: Path) -> None:
    done = populate(texts_dir, root / "data" / "ttl", write=False)
    assert done.changed == ()
    assert done.problems == ()


def test_two_runs_give_the_same_bytes(texts_dir: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    populate(texts_dir, first)
    populate(texts_dir, second)
    assert {p.name: p.read_bytes() for p in first.iterdir()} == {
        p.name: p.read_bytes() for p in second.iterdir()
    }


def test_a_build_holds_the_words_that_its_evidence_points_at(texts: Path, tmp_path: Path) -> None:
    done = populate(texts, tmp_path / "ttl")
    pipeline.build_store(
        tmp_path / "ttl",
        resources.directory("ontology"),
        tmp_path / "store",
        texts=pipeline.texts_of(done.facts),
    )
    snapshot = store.open_read_only(tmp_path / "store")
    text = snapshot.text(hashlib.sha256((texts / GOOD).read_bytes()).hexdigest())
    assert text is not None
    spans = "SELECT * WHERE { ?e pg:quote ?quote ; pg:start ?start ; pg:end ?end }"
    rows = [
        {name: term.value for name, term in row.items() if term} for row in snapshot.select(spans)
    ]
    assert len(rows) > 20
    assert all(text[int(row["start"]) : int(row["end"])] == row["quote"] for row in rows)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("latin.txt", "Kế hoạch".encode("utf-16-le"), "not UTF-8"),
        ("bom16.txt", "Kế hoạch".encode("utf-16"), "UTF-16"),
        ("tcvn.txt", b"Ch\xd3 th\xdf\n\xff", "not UTF-8"),
        ("empty.txt", b"", "no text"),
        ("blank.txt", b"\xef\xbb\xbf \r\n\t\r\n", "no text"),
        ("nul.txt", b"abc\x00def", "NUL"),
        ("scan.txt", b"%PDF-1.7 ...", "PDF"),
        ("large.txt", b"a" * 20_000_001, "20,000,001"),
    ],
)
def test_a_bad_text_is_named_and_the_others_are_built(
    texts: Path, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (texts / name).write_bytes(content)
    done = populate(texts, tmp_path / "ttl")
    assert [p.path for p in done.problems] == [name]
    message = done.problems[0].message
    assert name in message
    assert said in message
    assert len(done.facts.documents) == 1
    assert (tmp_path / "ttl" / f"{done.facts.documents[0].key.local}.ttl").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: __import__("unicodedata").normalize("NFD", text),
    ],
    ids=["crlf", "bom", "nfd"],
)
def test_other_ways_of_writing_the_same_text_read_the_same(
    texts: Path, tmp_path: Path, change
) -> None:
    plain = populate(texts, tmp_path / "plain").facts.documents[0]
    path = texts / GOOD
    path.write_bytes(change(path.read_bytes().decode()).encode())
    other = populate(texts, tmp_path / "other").facts.documents[0]
    assert other.key == plain.key
    assert len(other.reading.tasks) == len(plain.reading.tasks)
    assert [c.cited for c in other.citations] == [c.cited for c in plain.citations]


def test_a_text_without_structure_is_read(texts: Path, tmp_path: Path) -> None:
    (texts / "loose.txt").write_text("chỉ có một dòng chữ, không có gì khác", encoding="utf-8")
    done = populate(texts, tmp_path / "ttl")
    assert done.problems == ()
    assert len(done.facts.documents) == 2


def test_the_same_document_twice_is_told_and_kept_once(texts: Path, tmp_path: Path) -> None:
    shutil.copy(texts / GOOD, texts / "z-copy.txt")
    done = populate(texts, tmp_path / "ttl")
    assert [p.path for p in done.problems] == ["z-copy.txt"]
    assert GOOD in done.problems[0].message


def test_a_changed_text_is_caught_by_the_manifest(texts: Path, tmp_path: Path) -> None:
    (texts / "manifest.toml").write_text(
        f'[[text]]\nfile = "{GOOD}"\nsha256 = "{"0" * 64}"\norigin = "x"\n', encoding="utf-8"
    )
    done = populate(texts, tmp_path / "ttl")
    assert "SHA-256" in done.problems[0].message


def test_turtle_of_a_text_that_is_gone_is_removed(
    texts: Path, tmp_path: Path, texts_dir: Path
) -> None:
    shutil.copy(texts_dir / "thanh-hoa-ke-hoach-52-nq-tw.txt", texts)
    ttl = tmp_path / "ttl"
    populate(texts, ttl)
    (texts / "thanh-hoa-ke-hoach-52-nq-tw.txt").unlink()
    done = populate(texts, ttl, write=False)
    assert any(p.name.startswith("vn-21") for p in done.changed)
    assert any(p.name.startswith("vn-21") for p in ttl.iterdir())
    populate(texts, ttl)
    assert not any(p.name.startswith("vn-21") for p in ttl.iterdir())


def test_a_directory_that_is_not_there_or_has_no_texts_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such directory"):
        populate(tmp_path / "nowhere", tmp_path / "ttl")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"no \.txt files"):
        populate(tmp_path / "empty", tmp_path / "ttl")


def test_a_broken_manifest_is_told_with_its_path(texts: Path, tmp_path: Path) -> None:
    (texts / "manifest.toml").write_text("[[text]\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"manifest\.toml"):
        populate(texts, tmp_path / "ttl")


def test_a_word_file_is_read_through_the_text_kept_beside_it(texts: Path, tmp_path: Path) -> None:
    document = docx.Document()
    for line in (texts / GOOD).read_text(encoding="utf-8").split("\n"):
        document.add_paragraph(line)
    (texts / GOOD).unlink()
    document.save(str(texts / "chi-thi.docx"))
    done = populate(texts, tmp_path / "ttl")
    assert done.problems == ()
    (read,) = done.facts.documents
    assert read.key.local == "vn-61.tu.ct.2019.39"
    source = read.reading.tree.source
    assert (source.path, source.original) == ("chi-thi.docx.txt", "chi-thi.docx")
    assert (texts / source.path).read_bytes().decode() == source.text


def test_a_file_of_another_form_that_cannot_be_read_is_named(texts: Path, tmp_path: Path) -> None:
    (texts / "hong.docx").write_bytes(b"PK\x03\x04 broken")
    done = populate(texts, tmp_path / "ttl")
    assert [p.path for p in done.problems] == ["hong.docx"]
    assert len(done.facts.documents) == 1
