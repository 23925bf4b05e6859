"""The first page tells what is in the graph, and its questions are answered."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from policygraph_api.explorer import timeline


def read(web, address):
    answer = web.get(address)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text)


@pytest.fixture(scope="module")
def home(web):
    return read(web, "/en/")


def test_numbers_are_those_of_the_lists(web, home):
    cards = home.css(".counts .card a")
    assert len(cards) == 5
    for card in cards:
        shown = int(card.css_first(".figure").text().replace(",", ""))
        listed = read(web, card.attributes["href"])
        if "targets" not in card.text():
            assert listed.css_first("[role=status]").text().startswith(f"{shown:,} ")
        assert shown > 0


def test_three_questions_lead_to_answers(web, home):
    questions = home.css(".ask a")
    assert len(questions) == 3
    assert "52-NQ/TW" in questions[0].text()
    for question in questions:
        assert len(read(web, question.attributes["href"]).css("main table")) > 0


def test_the_time_line_counts_every_document(web, home):
    years = {
        link.attributes["href"]: int(link.css_first("text").text())
        for link in home.css(".timeline a")
    }
    for address, count in list(years.items())[-3:]:
        listed = read(web, address)
        assert listed.css_first("[role=status]").text().startswith(f"{count} document")
    undated = int(home.css_first(".timeline small").text().split()[0])
    listed = web.get("/api/documents", params={"limit": 1}).json()
    assert sum(years.values()) + undated == listed["total"]


def test_columns_stand_side_by_side_without_gaps():
    made = timeline.columns({2019: 1, 2021: 3}, {2021: 1, 2022: 100})
    assert [column.year for column in made] == [2019, 2020, 2021, 2022]
    assert [(c.with_text, c.cited) for c in made] == [(1, 0), (0, 0), (3, 1), (0, 100)]
    assert made[-1].cited_height == timeline.HEIGHT
    assert made[0].text_height == timeline.LEAST
    assert made[1].text_height == made[1].cited_height == 0
    assert sum(column.width for column in made) == pytest.approx(100)
    assert timeline.columns({}, {}) == ()
