"""The pictures of the documentation: there, small, shown, and taken by the script."""

from __future__ import annotations

import re

from bench.screenshots import FOLDER, SHOTS

MOST = 200_000
"""Bytes of one picture."""


def test_every_picture_is_taken_shown_and_small(root):
    pages = [root / "README.md", *(root / "docs").glob("*.md")]
    shown = {
        (page.parent / path).resolve()
        for page in pages
        for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    }
    taken = {(FOLDER / f"{shot.name}.png").resolve() for shot in SHOTS}
    assert shown == taken == {path.resolve() for path in FOLDER.iterdir()}
    assert all(path.stat().st_size < MOST for path in taken)
