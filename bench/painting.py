"""First contentful paint of the main pages, on the corpus's own texts: at the first visit after the
start of the service, and at one more, both by a browser that has kept nothing."""

from __future__ import annotations

from playwright.sync_api import Browser

from bench import chromium
from bench.explorer import explorer
from bench.rows import Row

LARGEST = "vn-61.ubnd.kh.2021.2358"
PAGES = {
    "home": "/",
    "search": "/search?q=chuyen+doi+so",
    "documents": "/documents",
    "largest document": f"/documents/{LARGEST}",
    "its text": f"/documents/{LARGEST}/text",
    "lineage": "/lineage?of=52-NQ/TW",
    "agency": "/agencies/vn-61.so-thong-tin-va-truyen-thong",
    "indicator": "/indicators/ty-trong-kinh-te-so-trong-grdp",
    "gaps": "/gaps",
    "SPARQL": "/query",
}
BOUND = 1.0
"""Seconds within which words are to be seen."""
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def measure() -> list[Row]:
    """Seconds beside the bound; nothing where there is no browser."""
    path = chromium.program()
    if path is None:
        raise SystemExit("không có Chromium / no Chromium here: apt install chromium")
    rows = []
    with explorer() as base, chromium.browser(path) as browser:
        for name, address in PAGES.items():
            first, again = (painted(browser, base + address) for _ in range(2))
            rows.append(Row(name, first, BOUND, first / BOUND, f"again: {again:.3f} s"))
    return rows


def painted(browser: Browser, address: str) -> float:
    """Seconds from the request to the first words on the screen."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(address, wait_until="networkidle")
        milliseconds: float = page.evaluate(_PAINT)
        return milliseconds / 1000
