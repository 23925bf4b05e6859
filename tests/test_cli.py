"""The commands as a clerk meets them: words, exit codes, no traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "policygraph", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=120,
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
