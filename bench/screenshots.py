"""Screenshots of the main pages for the documentation: ``make screenshots``.

Few colours are enough for pages of text, so each picture is kept with a palette.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import chromium  # noqa: E402
from bench.explorer import explorer  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
WIDE, PHONE = (1280, 860), (390, 800)
COLOURS = 128
SETTLED = 400
"""Milliseconds after which a drawing stands still."""
PLAN = "vn-61.ubnd.kh.2021.2358"
THANH_HOA = "vn-21.tu.ke-hoach.nd.thuc-hien-52-nq-tw"

Act = Callable[[Page], object]


@dataclass(frozen=True, slots=True)
class Shot:
    """A page as it is to be seen; ``act`` is done before."""

    name: str
    path: str
    act: Act | None = None
    is_dark: bool = False
    is_phone: bool = False
    height: int | None = None


def unfold_a_plan(page: Page) -> None:
    page.locator("#graph").press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    page.locator("button[data-do=fit]").click()
    scroll_to("#picture-title")(page)


def draw_a_chart(page: Page) -> None:
    page.locator(".bar-list").wait_for()


def point_at_a_mark(page: Page) -> None:
    page.locator("a.m.citation").nth(2).hover()
    page.locator("#told").wait_for()


def scroll_to(selector: str) -> Act:
    return lambda page: page.locator(selector).first.evaluate("e => e.scrollIntoView()")


SHOTS = (
    Shot("home", "/"),
    Shot("home-en", "/en/"),
    Shot("home-phone", "/", is_phone=True),
    Shot("search", "/search?q=chuyen+doi+so"),
    Shot("documents", "/documents"),
    Shot("document", f"/documents/{PLAN}"),
    Shot("text", f"/documents/{PLAN}/text", point_at_a_mark),
    Shot("text-phone", f"/documents/{PLAN}/text#p-II.1", is_phone=True),
    Shot("lineage", "/lineage?of=52-NQ/TW", scroll_to("#picture-title")),
    Shot("lineage-plan-dark", "/lineage?of=52-NQ/TW", unfold_a_plan, is_dark=True),
    Shot("task", f"/tasks/{THANH_HOA}.IV.3"),
    Shot("agency", "/agencies/vn-61.so-thong-tin-va-truyen-thong"),
    Shot("indicator", "/indicators/ty-trong-kinh-te-so-trong-grdp"),
    Shot("gaps", "/gaps"),
    Shot("query", "/query#chart", draw_a_chart, height=1200),
    Shot("review", f"/review?of=citation:{PLAN}.9112-9229"),
)


def main() -> None:
    path = chromium.program()
    if path is None:
        raise SystemExit("không có Chromium / no Chromium here: apt install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with explorer() as base, chromium.browser(path) as browser:
        for shot in SHOTS:
            take(browser, base, shot)


def take(browser: Browser, base: str, shot: Shot) -> None:
    """Write one picture; raises RuntimeError where the page is not there."""
    width, height = PHONE if shot.is_phone else WIDE
    with browser.new_context(
        viewport={"width": width, "height": shot.height or height},
        color_scheme="dark" if shot.is_dark else "light",
        locale="vi-VN",
    ) as context:
        page = context.new_page()
        answer = page.goto(base + shot.path, wait_until="networkidle")
        if answer is None or not answer.ok:
            raise RuntimeError(f"{shot.path}: {answer and answer.status}")
        if shot.act is not None:
            shot.act(page)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(SETTLED)
        taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    small = taken.quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(FOLDER / f"{shot.name}.png", optimize=True)


if __name__ == "__main__":
    main()
