"""What a page loads is within its bounds, and nothing is built that no page loads."""

from __future__ import annotations

from bench.assets import MOST, loaded, measure

from policygraph_api.assets import FOLDER, Assets


def test_no_page_loads_too_much():
    rows = measure()
    assert [row.name for row in rows if row.ratio > 1] == []
    assert {row.name for row in rows} >= {"base.html js", "base.html css"}


def test_every_script_and_style_is_loaded_somewhere():
    pages = [path.name for path in (FOLDER.parent / "templates").glob("*.html")]
    used = {name for page in pages for names in loaded(page).values() for name in names}
    built = {name for name in Assets().names if name.endswith(tuple(MOST))}
    assert used == built
