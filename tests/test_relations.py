"""How a text stands to what it names: the reviewed sentences of the genre."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.mentions.documents import find_documents
from policygraph.mentions.relations import govern
from policygraph.mentions.view import View
from policygraph.model import Span

FILE = Path(__file__).parent / "cases" / "citations" / "relations.toml"
CASES = tomllib.loads(FILE.read_text(encoding="utf-8"))["case"]
WORDS = sorted({word for case in CASES for word in case["text"].split(" ")})
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
PROGRAMMES = ["Chương trình chuyển đổi số quốc gia"]


def view_of(text: str) -> View:
    return View(text, (Span(0, len(text)),))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:60])
def test_case(case):
    text = case["text"]
    found = find_documents(text, PROGRAMMES)
    governed = govern(view_of(text), found)
    shown = [
        (text[i.start : i.end], g.relation, None if g.of is None else text[found[g.of].start :])
        for i, g in zip(found, governed, strict=True)
    ]
    assert len(shown) == len(case["expect"]), shown
    for (quote, relation, of), (start, expected, *whose) in zip(shown, case["expect"], strict=True):
        assert quote.startswith(start), shown
        assert relation == expected, (start, shown)
        if whose:
            assert of is not None, (start, shown)
            assert of.startswith(whose[0]), (start, shown)
        else:
            assert of is None, (start, shown)


def test_a_long_chain_of_titles_is_no_deep_recursion():
    text = "Nghị quyết số 1-NQ/TU " + "về thực hiện Nghị quyết số 2-NQ/TU " * 3000
    governed = govern(view_of(text), find_documents(text))
    assert len(governed) == 3001
    assert {g.relation for g in governed[1:]} == {"implements"}


@given(TEXTS)
def test_every_mention_has_one_relation_and_looks_back_only(text):
    found = find_documents(text)
    governed = govern(view_of(text), found)
    assert len(governed) == len(found)
    for index, item in enumerate(governed):
        assert item.of is None or 0 <= item.of < index
        assert 0 < item.confidence <= 1
