"""Builds from the command line: what is kept, what is served, what goes."""

from __future__ import annotations

import pytest
from tests.test_store import add_document, nothing
from typer.testing import CliRunner

from policygraph import store
from policygraph.cli import app
from policygraph.errors import StoreError


@pytest.fixture
def kept(tmp_path):
    """A root with three builds, the last one served; their hashes in that order."""
    (tmp_path / "ttl").mkdir()
    (tmp_path / "ontology").mkdir()
    hashes = []
    for number in range(3):
        add_document(tmp_path, number)
        root = tmp_path / "store"
        hashes.append(store.build(tmp_path / "ttl", tmp_path / "ontology", root, nothing).hash)
    return tmp_path / "store", hashes


def run(root, *arguments):
    done = CliRunner().invoke(app, [*arguments, "--store", str(root)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_builds_are_listed_with_the_one_that_is_served(kept):
    root, hashes = kept
    lines = [
        line for line in run(root, "builds").splitlines() if any(h[:12] in line for h in hashes)
    ]
    assert [next(h for h in hashes if h[:12] in line) for line in lines] == hashes[::-1]
    assert ["*" in line for line in lines] == [True, False, False]
    first = store.kept_builds(root)[0]
    assert (first.triples, first.is_current) == (3, True)
    assert f"{first.made.astimezone():%Y-%m-%d %H:%M}" in lines[0]
    assert first.size >= sum(p.stat().st_size for p in (root / "current").glob("*.sst"))


def test_a_root_without_builds_lists_none(tmp_path):
    assert str(tmp_path) in run(tmp_path, "builds").replace("\n", "")


def test_switch_takes_the_beginning_of_a_hash(kept):
    root, hashes = kept
    assert hashes[0][:12] in run(root, "switch", hashes[0][:8])
    assert store.current_hash(root) == hashes[0]


@pytest.mark.parametrize("wrong", ["zz", ""])
def test_switch_names_what_there_is(kept, wrong):
    root, hashes = kept
    with pytest.raises(StoreError, match=hashes[0][:12]):
        run(root, "switch", wrong)
    assert store.current_hash(root) == hashes[2]


def test_a_beginning_that_several_have_is_refused(tmp_path):
    for name in ("ab1", "ab2", "cd3"):
        directory = tmp_path / "builds" / name.ljust(32, "0")
        directory.mkdir(parents=True)
        (directory / store.MANIFEST).write_text("{}", encoding="utf-8")
    with pytest.raises(StoreError, match=r"ab: .*ab[12]0{9}, ab[12]0{9}$"):
        store.find_build(tmp_path, "ab")
    assert store.find_build(tmp_path, "c") == "cd3".ljust(32, "0")


def test_rollback_goes_back_and_forth(kept):
    root, hashes = kept
    run(root, "rollback")
    assert store.current_hash(root) == hashes[1]
    run(root, "rollback")
    assert store.current_hash(root) == hashes[2]


def test_prune_keeps_the_newest_and_what_is_served(kept):
    root, hashes = kept
    run(root, "switch", hashes[0])
    assert hashes[1][:12] in run(root, "prune", "--keep", "2")
    assert sorted(store.builds(root)) == sorted([hashes[0], hashes[2]])
    run(root, "prune", "--keep", "1")
    assert store.builds(root) == [hashes[0]]


def test_prune_leaves_what_is_read(kept):
    root, hashes = kept
    snapshot = store.open_read_only(root, hashes[0])
    run(root, "prune", "--keep", "1")
    assert sorted(store.builds(root)) == sorted([hashes[0], hashes[2]])
    snapshot.close()


def test_publish_without_a_server_says_what_to_set(kept, monkeypatch):
    monkeypatch.delenv("POLICYGRAPH_ENGINE_URL", raising=False)
    with pytest.raises(StoreError, match="POLICYGRAPH_ENGINE_URL"):
        run(kept[0], "publish")
