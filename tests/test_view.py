"""Pieces of a text read as one string, counted back to where they stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policygraph.mentions.view import View, own_views
from policygraph.model import Span
from policygraph.structure import parse
from policygraph.text import decode


def view_of(text: str) -> View:
    return View(text, (Span(0, len(text)),))


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in view_of(text).sentences]


def test_pieces_are_joined_by_a_blank_and_counted_back():
    source = "Quyết định\n\n12\n\nsố 20/QĐ-TTg"
    view = View(source, (Span(0, 10), Span(16, len(source))))
    assert view.text == "Quyết định số 20/QĐ-TTg"
    assert view.spans(6, 13) == (Span(6, 10), Span(16, 18))
    assert view.spans(11, 13) == (Span(16, 18),)


def test_sentences_end_where_a_new_one_begins():
    assert sentences("Một câu. Câu hai! Và câu ba.") == ["Một câu. ", "Câu hai! ", "Và câu ba."]


def test_abbreviations_and_numbers_end_no_sentence():
    assert sentences("UBND TP. Hà Nội đạt 1.079 tỷ.") == ["UBND TP. Hà Nội đạt 1.079 tỷ."]


def test_own_views_of_a_part():
    tree = parse(decode("I. MỤC TIÊU\n1. Đạt mục tiêu.\n".encode(), "a.txt"))
    texts = [view.text for part in tree.parts for view in own_views(tree, part)]
    assert "Đạt mục tiêu." in texts


@given(st.text(alphabet="aĂ. !\n(“-", max_size=80))
def test_sentences_tile_the_text(text):
    view = view_of(text)
    assert "".join(sentences(text)) == text
    for offset in range(len(text)):
        start, end = view.sentence_at(offset)
        assert start <= offset < end


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6), st.data())
def test_spans_cover_what_was_asked(words, data):
    source = "\n".join(words)
    pieces, offset = [], 0
    for word in words:
        pieces.append(Span(offset, offset + len(word)))
        offset += len(word) + 1
    view = View(source, tuple(pieces))
    start = data.draw(st.integers(0, len(view.text) - 1))
    end = data.draw(st.integers(start + 1, len(view.text)))
    joined = " ".join(source[s.start : s.end] for s in view.spans(start, end))
    assert joined.strip() == view.text[start:end].strip() or not joined
