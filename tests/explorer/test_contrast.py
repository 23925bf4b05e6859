"""Colours that can be told apart: WCAG 2.2, 1.4.3 and 1.4.11, in both themes."""

from __future__ import annotations

import re

import pytest

GROUNDS = ("ground", "surface", "sunken")
KINDS = ("task", "target", "agency", "citation", "unresolved")
TEXTS = [
    *((text, ground) for text in ("text", "muted", "link", "visited") for ground in GROUNDS),
    *(("text", ground) for ground in ("mark", "good-ground", "warning-ground", "bad-ground")),
    *((name, f"{name}-ground") for name in (*KINDS, "good", "warning", "bad")),
    *(("text", f"{kind}-ground") for kind in KINDS),
    *((kind, "surface") for kind in KINDS),
    ("on-accent", "accent"),
]
MARKS = [(mark, ground) for mark in ("edge", "focus", "accent") for ground in GROUNDS]


@pytest.fixture(scope="module")
def colours(root):
    """name -> (light, dark) as hexadecimal."""
    css = (root / "web/src/styles/parts/tokens.css").read_text(encoding="utf-8")
    return {
        name: (light, dark or light)
        for name, light, dark in re.findall(
            r"--([\w-]+): (?:light-dark\()?(#[0-9a-f]{6})(?:, (#[0-9a-f]{6})\))?;", css
        )
    }


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_counted_as_the_guideline_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXTS, 4.5), (MARKS, 3.0)], ids=["texts", "marks"])
def test_colours_can_be_told_apart(colours, pairs, least, theme):
    weak = {
        f"{one} on {other}": round(found, 2)
        for one, other in pairs
        if (found := contrast(colours[one][theme], colours[other][theme])) < least
    }
    assert not weak
