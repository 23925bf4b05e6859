"""The texts are the bytes that came in, and the gold annotation points into them."""

from __future__ import annotations

import hashlib
import tomllib
import unicodedata
from typing import Any

import pytest

GOLD_FILES = ("assignments", "baselines", "citations", "meta", "targets", "tasks")
QUOTING_FILES = ("citations", "targets", "tasks")


@pytest.fixture(scope="module")
def manifest(texts_dir):
    table = tomllib.loads((texts_dir / "manifest.toml").read_text(encoding="utf-8"))
    assert set(table) == {"text"}
    return table["text"]


def test_manifest_names_every_text_once(manifest, texts_dir):
    assert sorted(entry["file"] for entry in manifest) == sorted(
        path.name for path in texts_dir.glob("*.txt")
    )


def test_manifest_says_nothing_that_the_text_says(manifest):
    for entry in manifest:
        assert set(entry) == {"file", "sha256", "origin"}


def test_bytes_are_those_of_the_manifest(manifest, texts_dir):
    for entry in manifest:
        content = (texts_dir / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["file"]


def test_names_are_plain_ascii(manifest):
    for entry in manifest:
        assert set(entry["file"]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")


def test_gold_counts_in_the_same_characters_as_the_reader(gold):
    """Gold offsets count in the raw file, ours in its NFC text: equal only if nothing changes."""
    for doc in gold.files:
        text = gold.text(doc)
        assert unicodedata.is_normalized("NFC", text)
        assert "\r" not in text
        assert not text.startswith("\ufeff")


@pytest.mark.parametrize("name", GOLD_FILES)
def test_gold_names_known_documents(gold, name):
    rows = gold.rows(name)
    assert rows
    assert {row["doc"] for row in rows} <= set(gold.files)


@pytest.mark.parametrize("name", QUOTING_FILES)
def test_gold_quotes_stand_where_it_says(gold, name):
    for row in gold.rows(name):
        if "text" in row:
            text = gold.text(row["doc"])
            pieces = " ".join(text[start:end] for start, end in _spans(row))
            assert _folded(pieces) == _folded(row["text"]), row


def test_gold_assignments_name_gold_tasks_or_targets(gold):
    """Only cross-references may lead to provisions that the gold does not annotate."""
    known = {(r["doc"], r["path"]) for n in ("tasks", "targets") for r in gold.rows(n)}
    for row in gold.rows("assignments"):
        assert 0 <= row["ev_start"] < row["ev_end"] <= len(gold.text(row["doc"])), row
        assert row["via"] == "crossref" or (row["doc"], row["task_path"]) in known, row


def _spans(row: dict[str, Any]) -> list[tuple[int, int]]:
    """The first piece and those after a page break."""
    return [(row["start"], row["end"]), *((start, end) for start, end in row.get("more", []))]


def _folded(text: str) -> str:
    return " ".join(text.split())
