"""What the README shows is what the project gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policygraph import lineage, queries, store
from policygraph.lookup import Lookup

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TASK = "task:vn-21.tu.ke-hoach.nd.thuc-hien-52-nq-tw.IV.3"


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_clause_stands_in_the_text(texts_dir: Path) -> None:
    text = (texts_dir / "thanh-hoa-ke-hoach-52-nq-tw.txt").read_text(encoding="utf-8")
    assert block("text").strip() in text


def test_the_statements_stand_in_the_turtle() -> None:
    turtle = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "data/ttl").glob("*.ttl"))
    head, *lines = block("turtle").strip().split("\n")
    assert head in turtle
    after = turtle[turtle.index(head) :].split(" .\n")[0].split("\n")
    said = {line.strip(" ;.\t") for line in after}
    assert {line.strip(" ;.\t") for line in lines} <= said


def test_the_path_is_the_answer(tmp_path: Path) -> None:
    store.build(ROOT / "data/ttl", ROOT / "ontology", tmp_path, derive=lineage.derive)
    snapshot = store.open_read_only(tmp_path)
    query = queries.load(ROOT / "queries")["lineage-of"]
    rows = queries.records(snapshot, queries.bind(query, {"thing": TASK}, Lookup(snapshot)))
    shown = re.findall(r"(?m)^\| (?!from|---)(.+?) \| (\w+) \| (.+?) \| (.+?) \|$", README)
    shown = [row for row in shown if row[1] in {"implements", "stipulatedIn", "partOf"}]
    assert len(shown) == len(rows)
    for row, (start, relation, end, quote) in zip(rows, shown, strict=True):
        assert start in {"(the same)", row["fromLabel"]}
        assert str(row["relation"]).endswith(f"#{relation}")
        assert end == row["toLabel"]
        assert str(row["quote"]).startswith(quote.removesuffix(" …"))


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_two_commands_are_there(command: str) -> None:
    assert command in README
    target = command.split()[1]
    assert re.search(rf"(?m)^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"))
