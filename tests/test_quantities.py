"""Figures: the value first, then the ways of writing it; and what only looks like a figure."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.mentions.quantities import find_quantities, find_years, masked, to_decimal

CASES = Path(__file__).resolve().parent / "cases" / "quantities"
FIGURES = tomllib.loads((CASES / "figures.toml").read_text(encoding="utf-8"))["figure"]
SAID = [(figure, words) for figure in FIGURES for words in figure["said"]]
NOTHING = (CASES / "not-figures.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("figure", "words"), SAID, ids=lambda v: v if isinstance(v, str) else "")
def test_the_figure_is_read(figure, words):
    found = find_quantities(words)
    assert found, words
    assert len(found) == 1 or figure.get("last"), found
    quantity = found[-1]
    upper = "" if quantity.upper is None else str(quantity.upper)
    comparator, value, upper_value, unit = figure["is"]
    assert (quantity.comparator, upper, quantity.unit) == (comparator, upper_value, unit)
    assert quantity.value == Decimal(value)


@pytest.mark.parametrize("words", NOTHING)
def test_what_only_looks_like_a_figure_is_none(words):
    assert find_quantities(words, open_nouns=True) == ()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("7,5", "7.5"),
        ("1.079", "1079"),
        ("1.234.567", "1234567"),
        ("1.234,5", "1234.5"),
        ("38,3", "38.3"),
        ("0,125", "0.125"),
        ("2.0", "2.0"),
        ("1,234,567", "1234567"),
    ],
)
def test_numbers_are_written_the_vietnamese_way(written, value):
    assert to_decimal(written) == Decimal(value)


def test_what_counts_whole_things_has_no_fractions():
    assert to_decimal("1,250", counted=True) == 1250
    assert to_decimal("1,250") == Decimal("1.250")


@pytest.mark.parametrize(
    ("words", "years"),
    [
        ("Đến năm 2025", [2025]),
        ("Đen năm 2030, thực hiện", [2030]),
        ("phấn đấu đến hết năm 2021, 100%", [2021]),
        ("giai đoạn 2021 – 2025, định hướng đến năm 2030", [2025, 2030]),
        ("trước ngày 31/12/2025", [2025]),
        ("giảm 20% so với năm 2020", []),
        ("năm 2022 và năm 2023", [2022, 2023]),
        ("Quyết định số 749/QĐ-TTg", []),
        ("vào ngày 19 tháng 12 năm 2025", [2025]),
        ("Từ năm 2011 đến nay", []),
        ("doanh thu gấp hai lần rưỡi năm 2022", []),
        ("gấp đôi vào năm 2030", [2030]),
    ],
)
def test_years_that_figures_hold_for(words, years):
    assert [cue.year for cue in find_years(words)] == years


def test_the_far_year_is_told_from_the_near_one():
    near, far = find_years("đến năm 2025, tầm nhìn đến năm 2045")
    assert (near.is_vision, far.is_vision) == (False, True)


def _written(number: int, decimals: int | None) -> str:
    whole = f"{number:,}".replace(",", ".")
    return whole if decimals is None else f"{whole},{decimals}"


@given(st.integers(0, 10**9), st.none() | st.integers(1, 99).filter(lambda n: n % 10 != 0))
def test_numbers_come_back(number, decimals):
    value = Decimal(number) if decimals is None else Decimal(f"{number}.{decimals}")
    assert to_decimal(_written(number, decimals)) == value


@given(
    st.sampled_from(
        [("", "="), ("tối thiểu ", ">="), ("trên ", ">"), ("dưới ", "<"), ("khoảng ", "~")]
    ),
    st.integers(0, 999),
    st.none() | st.integers(1, 9),
)
def test_shares_come_back_with_their_comparator(word, number, decimals):
    words = f"Tỷ lệ hộ đạt {word[0]}{_written(number, decimals)}% vào năm 2025"
    (quantity,) = find_quantities(words)
    assert quantity.comparator == word[1]
    assert quantity.value == Decimal(f"{number}.{decimals or 0}")
    assert (
        words[quantity.span.start : quantity.span.end] == f"{word[0]}{_written(number, decimals)}%"
    )


ALPHABET = "0123456789%/.,-–() \n\tlIOđạtừrênếhứmiuxăcơáGNQTW;:"


@given(st.text(ALPHABET, max_size=80) | st.text(max_size=60), st.booleans())
def test_any_text_is_read_without_fear(text, open_nouns):
    last = 0
    for quantity in find_quantities(text, open_nouns=open_nouns):
        assert last <= quantity.number.start < quantity.number.end <= len(text)
        assert quantity.span.contains(quantity.number)
        assert quantity.upper is None or quantity.comparator == "range"
        last = quantity.number.end
    assert all(span.start < span.end for span in masked(text))
    assert all(1900 <= cue.year < 2100 for cue in find_years(text))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("tăng gấp đôi so với năm 2020", [2]),
        ("gấp sáu lần năm 2020", [6]),
        ("gấp 1,5 lần", [Decimal("1.5")]),
        ("năng suất tăng 1,5 lần so với năm 2020", [Decimal("1.5")]),
        ("gấp hai lần rưỡi năm 2020", [Decimal("2.5")]),
        ("năng suất gấp 2 lần rưỡi", [Decimal("2.5")]),
        ("gấp rưỡi", [Decimal("1.5")]),
        ("gấp hai rưỡi", []),
        ("gấp 2 - 3 lần rưỡi", []),
    ],
)
def test_folds_in_words_and_figures(text, values):
    assert [quantity.value for quantity in find_quantities(text)] == values
