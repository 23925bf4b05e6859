"""Content negotiation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph_api.negotiation import choose

OFFERED = ("application/sparql-results+json", "application/sparql-results+xml", "text/csv")
JSON, XML, CSV = OFFERED


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("text/csv;q=0.5, *", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV", CSV),
        ("text/*", CSV),
        ("application/json", JSON),
        ("application/*", JSON),
        ("text/csv, */*", CSV),
        ("text/csv;q=0.5, application/sparql-results+xml", XML),
        ("text/csv;q=0.5, */*;q=0.1", CSV),
        ("*/*, application/sparql-results+json;q=0", XML),
        ("text/csv;q=0", None),
        ("image/png", None),
        ("text/csv;q=2", None),
        ("text/csv;q=often, application/sparql-results+xml;q=0.1", XML),
        ("text/csv;header=present", CSV),
        ("nonsense, text/csv", CSV),
    ],
)
def test_choice(accept, expected):
    assert choose(accept, OFFERED) == expected


@given(st.text(alphabet="abcx/*;=,q.019 -+", max_size=60))
def test_any_header_gives_an_offer_or_nothing(accept):
    assert choose(accept, OFFERED) in (*OFFERED, None)


RANGES = st.sampled_from([*OFFERED, "text/*", "*/*", "image/png"])


@given(
    st.lists(
        st.tuples(RANGES, st.integers(0, 10)), min_size=1, max_size=5, unique_by=lambda r: r[0]
    )
)
def test_nothing_that_is_ruled_out_is_chosen(ranges):
    accept = ", ".join(f"{name};q={quality / 10}" for name, quality in ranges)
    chosen = choose(accept, OFFERED)
    exact = dict(ranges)
    if chosen in exact:
        assert exact[chosen] > 0
        assert all(exact[chosen] >= exact[name] for name in OFFERED if name in exact)
