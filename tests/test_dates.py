"""Dates as texts write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.mentions.dates import find_dates


@pytest.mark.parametrize(
    "text",
    [
        "ngày 27/9/2019",
        "ngày 27-9-2019",
        "ngày 27.9.2019",
        "ngầy 27/9/2019",
        "Ngày 27 tháng 9 năm 2019",
        "ngày 27 thàng 9 năm 2019",
        "ngày 27 tháng 09, năm 2019",
        "ngày 27 / 09 / 2019",
    ],
)
def test_forms(text):
    assert find_dates(f"Hà Nội, {text}.") == [(8, 8 + len(text), date(2019, 9, 27))]


@pytest.mark.parametrize("text", ["ngày 31/2/2020", "ngày 12", "27/9/2019", "ngày tháng năm 2020"])
def test_no_dates(text):
    assert find_dates(text) == []


@given(st.dates(min_value=date(1945, 9, 2), max_value=date(2100, 1, 1)))
def test_both_forms_read_back(day):
    short = f"ngày {day.day}/{day.month}/{day.year}"
    long = f"ngày {day.day} tháng {day.month} năm {day.year}"
    assert [found[2] for found in find_dates(f"{short}, {long}")] == [day, day]
