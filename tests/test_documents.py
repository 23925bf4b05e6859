"""Names of documents in strings: the reviewed cases, and that no text breaks the finders."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph import lexicon
from policygraph.mentions.documents import find_documents, type_code
from policygraph.mentions.naming import Found, Taken
from policygraph.model import DocumentReference

FILE = Path(__file__).parent / "cases" / "citations" / "documents.toml"
CASES = tomllib.loads(FILE.read_text(encoding="utf-8"))["case"]
WORDS = sorted({word for case in CASES for word in case["text"].split(" ")})
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))


def said(text: str, item: Found) -> dict[str, str | None]:
    reference = item.reference
    return {
        "quote": text[item.start : item.end],
        "core": text[item.start : item.core_end],
        "type": reference.type_code,
        "word": reference.type_word,
        "number": reference.number,
        "date": reference.date.isoformat() if reference.date else None,
        "issuer": reference.issuer,
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:50])
def test_case(case):
    text = case["text"]
    found = [said(text, item) for item in find_documents(text)]
    expected = case["found"]
    assert len(found) == len(expected), [item["quote"] for item in found]
    for item, fields in zip(found, expected, strict=True):
        assert {key: item[key] for key in fields} == fields


def test_names_of_the_register_are_found_with_their_period():
    text = "theo chương trình chuyển đổi số\nquốc gia đến năm 2025, định hướng đến năm 2030"
    (item,) = find_documents(text, ["Chương trình chuyển đổi số quốc gia"])
    assert text[item.start : item.end] == text[5:]
    assert item.reference.type_code == "CTr"


def test_a_number_with_its_quoted_title_keeps_the_title():
    text = "Quyết định số 12/QĐ-UBND phê duyệt Đề án “Đô thị thông minh” của tỉnh"
    assert find_documents(text)[0].reference.name == "Đô thị thông minh"


def test_every_law_of_the_lexicon_is_found_whole():
    names = lexicon.load("laws").tables["names"]
    assert len(names) == len(set(names))
    for name in names:
        text = f"Căn cứ Luật {name};"
        assert [text[i.start : i.end] for i in find_documents(text)] == [text[7:-1]], name


def test_words_of_types_have_notations():
    assert type_code("nghị  quyết") == "NQ"
    assert type_code("QĐ") == "QĐ"
    with pytest.raises(KeyError):
        type_code("thư ngỏ")


@given(TEXTS)
def test_no_text_breaks_the_finders(text):
    found = find_documents(text, ["Chương trình chuyển đổi số quốc gia"])
    assert found == sorted(found, key=lambda item: (item.start, -item.end))
    for item in found:
        assert 0 <= item.start < item.core_end <= item.end <= len(text)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20))), st.integers(0, 60))
def test_taken_ranges_answer_as_a_plain_search_does(ranges, start):
    reference = DocumentReference(None, None, None, None, None, None)
    items = [Found(s, s + n, s + n, reference, "", 1.0) for s, n in ranges]
    expected = any(i.start < start + 5 and start < i.end for i in items)
    assert Taken(items).overlaps(start, start + 5) == expected
