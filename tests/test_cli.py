"""The commands as a clerk meets them: words, exit codes, no traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "policygraph", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the committed texts."""
    place = tmp_path_factory.mktemp("cli")
    done = run("build", "--ttl", str(place / "ttl"), "--store", str(place / "store"))
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "quiet where the output is no terminal"
    return place


def test_build_says_what_it_made(built: Path) -> None:
    assert len(list((built / "ttl").glob("*.ttl"))) >= 8
    assert (built / "store" / "current").exists()


def test_query_answers_as_json(built: Path) -> None:
    done = run(
        "query", "tasks-tracing-to", "document=52-NQ/TW", "--json", "--store", str(built / "store")
    )
    assert len(json.loads(done.stdout)) == 82


def test_query_answers_as_csv_and_with_a_limit(built: Path) -> None:
    asked = ("query", "tasks-tracing-to", "document=52-NQ/TW", "--store", str(built / "store"))
    rows = list(csv.DictReader(io.StringIO(run(*asked, "--csv", "--limit", "3").stdout)))
    assert len(rows) == 3
    assert all(row["task"].startswith("https://w3id.org/policygraph/id/task/") for row in rows)
    assert "82 dòng / rows" in run(*asked).stdout


def test_a_query_without_what_it_needs_says_what_that_is(built: Path) -> None:
    done = run("query", "tasks-tracing-to", "--store", str(built / "store"))
    assert done.returncode == 1
    assert "policygraph query tasks-tracing-to document=52-NQ/TW" in done.stderr
    assert "external [false]" in done.stderr


def test_the_list_of_queries_names_their_parameters() -> None:
    lines = run("query").stdout.splitlines()
    assert "in-force  document date [lang]" in lines


@pytest.mark.parametrize("extension", ["nq", "ttl", "jsonld", "zip"])
def test_a_full_disk_is_told_and_leaves_no_half_export(
    built: Path, tmp_path: Path, extension: str
) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    target = tmp_path / f"all.{extension}"
    target.write_text("before", encoding="utf-8")
    (tmp_path / f"all.{extension}.part").symlink_to(full)
    done = run("export", str(target), "--store", str(built / "store"))
    assert done.returncode == 1
    assert "No space left on device" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert target.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    done = run("build", "--ttl", str(blocked / "ttl"), "--store", str(tmp_path / "store"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(blocked) in done.stderr.replace("\n", "")


def test_a_wrong_setting_is_named_without_its_value() -> None:
    done = run("builds", POLICYGRAPH_ADMIN_TOKEN="not-secret")
    assert done.returncode == 1
    assert "admin_token" in done.stderr
    assert "not-secret" not in done.stderr
    assert "Traceback" not in done.stderr
    done = run("serve", "--port", "70000")
    assert done.returncode == 1
    assert "65535" in done.stderr


def test_a_check_of_nothing_is_no_check(tmp_path: Path) -> None:
    done = run("check", "--ttl", str(tmp_path))
    assert done.returncode == 1
    assert ".ttl" in done.stderr


def test_an_unknown_number_is_told_with_the_nearest(built: Path) -> None:
    done = run("query", "tasks-tracing-to", "document=52-NQ/TƯ", "--store", str(built / "store"))
    assert done.returncode == 1
    assert "52-NQ/TW" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_ambiguous_number_lists_its_candidates(built: Path) -> None:
    done = run("query", "documents", "--store", str(built / "store"))
    assert done.returncode == 0
    done = run("query", "tasks-tracing-to", "document=50/NQ-CP", "--store", str(built / "store"))
    assert done.returncode == 1
    assert "2020" in done.stderr
    assert "2021" in done.stderr


def test_the_store_of_the_settings_is_asked(built: Path) -> None:
    done = run("query", "directives", "--json", POLICYGRAPH_STORE=str(built / "store"))
    assert json.loads(done.stdout)


def test_a_missing_store_says_what_to_do(tmp_path: Path) -> None:
    done = run("query", "documents", "--store", str(tmp_path / "none"))
    assert done.returncode == 1
    assert "policygraph build" in done.stderr


def test_a_bad_text_makes_the_exit_code_tell(tmp_path: Path, texts_dir: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "a.txt").write_bytes((texts_dir / "hai-duong-chi-thi-39-ct-tu.txt").read_bytes())
    (texts / "b.txt").write_bytes(b"\xff\xfe")
    done = run(
        "build", "--texts", str(texts), "--ttl", str(tmp_path / "t"), "--store", str(tmp_path / "s")
    )
    assert done.returncode == 1
    assert "b.txt" in done.stderr
    assert (tmp_path / "s" / "current").exists()


def test_build_check_finds_stale_turtle(tmp_path: Path) -> None:
    done = run("build", "--check", "--ttl", str(tmp_path))
    assert done.returncode == 1
    assert "stale" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_eval_prints_the_kinds(built: Path) -> None:
    done = run("eval", "--gold", "tests/gold", "--ttl", str(built / "ttl"), "--json")
    kinds = json.loads(done.stdout)
    assert {"tasks", "assignments", "targets", "citations", "metadata"} <= set(kinds)
    assert kinds["tasks"]["f1"] == 1.0
    assert kinds["metadata"]["f1"] == 1.0
    assert kinds["citations"]["f1"] >= 0.99
    assert kinds["assignments"]["f1"] >= 0.98
    assert kinds["targets"]["f1"] >= 0.98


def test_eval_of_sentences_where_they_are(built: Path) -> None:
    sentences = ROOT.parent / "shared" / "vnlegaltext" / "validation.jsonl"
    if not sentences.exists():
        pytest.skip("the VNLegalText sentences are not beside this checkout")
    done = run("eval", "--sentences", str(sentences), "--json")
    scores = json.loads(done.stdout)["sentences"]["citations"]
    assert scores["recall"] >= 0.97
    assert scores["f1"] >= 0.95
