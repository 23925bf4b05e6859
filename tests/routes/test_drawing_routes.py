"""Drawings over HTTP."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest


def draw(web, **asked):
    return web.get("/api/drawings/lineage", params=asked)


@pytest.mark.parametrize("form", ["graphml", "svg"])
def test_xml_that_can_be_read(web, form):
    answer = draw(web, thing="52-NQ/TW", direction="down", format=form)
    assert answer.status_code == 200
    assert len(list(ET.fromstring(answer.text).iter())) > 5


def test_mermaid_leads_upward(web):
    below = draw(web, thing="52-NQ/TW", direction="down").text
    assert below.startswith("flowchart BT")
    assert "-->" in below
    assert "52-NQ/TW" in below
    assert "-->" not in draw(web, thing="52-NQ/TW", direction="up").text


def test_only_what_is_sure_enough_is_drawn(web):
    asked = {"thing": "52-NQ/TW", "direction": "down"}
    drawn = [draw(web, **asked, **limit).text for limit in ({}, {"confidence": 0.95})]
    whole, sure = (set(text.splitlines()) for text in drawn)
    assert 1 < len(sure) < len(whole)
    assert "-->" not in draw(web, **asked, accepted=True).text
    assert draw(web, **asked, confidence=2).status_code == 422


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 422),
        ({"thing": ""}, 422),
        ({"thing": "52-NQ/TW", "format": "png"}, 422),
        ({"thing": "52-NQ/TW", "paper": "x"}, 422),
        ({"thing": "53-NQ/TW"}, 404),
        ({"thing": "06-NQ/TU"}, 409),
        ({"thing": "<a b>"}, 404),
    ],
)
def test_what_is_refused(web, asked, status):
    assert draw(web, **asked).status_code == status
