"""Periods against their corpus: the value first, the phrasings under it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.mentions.periods import find_period, read_period
from policygraph.mentions.view import View
from policygraph.model import Period, Span

CASES = Path(__file__).resolve().parent / "cases" / "periods"
Value = tuple[int | None, int | None, str | None] | None


def cases(name: str) -> list[tuple[Value, str]]:
    found: list[tuple[Value, str]] = []
    value: Value = None
    for line in (CASES / name).read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            found.append((value, line.strip()))
        elif line == "none":
            value = None
        elif not line.startswith("#"):
            first, last, recurrence = (None if word == "-" else word for word in line.split())
            value = (int(first) if first else None, int(last) if last else None, recurrence)
    return found


def view(text: str) -> View:
    return View(text, (Span(0, len(text)),))


def told(period: Period | None) -> Value:
    return (period.start_year, period.end_year, period.recurrence) if period else None


@pytest.mark.parametrize(("value", "text"), cases("columns.txt"))
def test_what_a_column_says(value, text):
    assert told(read_period(view(text))) == value


@pytest.mark.parametrize(("value", "text"), cases("sentences.txt"))
def test_what_a_sentence_fixes(value, text):
    assert told(find_period(view(text))) == value


def test_the_span_holds_the_words_that_say_it():
    text = "gửi báo cáo trước ngày 01/12 hằng năm về Sở"
    period = find_period(view(text))
    assert period is not None
    (piece,) = period.pieces
    assert text[piece.start : piece.end] == "hằng năm"


def test_a_range_of_the_view_is_read_alone():
    text = "Thời gian: 2022; kinh phí năm 2030"
    period = read_period(view(text), 11, 15)
    assert period is not None
    assert told(period) == (2022, 2022, None)
    assert text[period.pieces[0].start : period.pieces[0].end] == "2022"


def test_years_that_run_backward_are_not_read():
    assert read_period(view("2025-2021")) is None


def test_words_cut_by_a_page_keep_their_pieces():
    text = "từ năm 2021 đến\n\nnăm 2024"
    cut = View(text, (Span(0, 15), Span(17, len(text))))
    period = read_period(cut)
    assert told(period) == (2021, 2024, None)
    assert period is not None
    assert len(period.pieces) == 2


@given(st.text(alphabet="0123456789-–/ quýnămtháđếIVHhằgtrước.,", max_size=60))
def test_any_text_gives_a_period_in_order_or_none(text):
    for period in (read_period(view(text)), find_period(view(text))):
        if period is not None:
            assert period.pieces
            assert (period.start_year or 0) <= (period.end_year or 9999)
            assert all(0 <= p.start < p.end <= len(text) for p in period.pieces)
