"""What holds of every page: the policy, contrast and names for all, no sideways scroll."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import AXE

PAGES = ("/", "/gaps", "/query")
WIDTH = 360
PHONE = {"viewport": {"width": WIDTH, "height": 740}, "has_touch": True, "is_mobile": True}
LOUD = ("serious", "critical")


def findings(page, **options):
    """What axe-core finds that shuts people out, each with the first elements it is about."""
    # By the debugger, since the policy of the pages lets no other script in.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{v['impact']} {v['id']}: {[node['html'][:200] for node in v['nodes'][:3]]}"
        for v in found["violations"]
        if v["impact"] in LOUD
    ]


@pytest.mark.parametrize("path", PAGES)
def test_nobody_is_shut_out(opened, path):
    opened.goto(path, wait_until="networkidle")
    assert not findings(opened)
    opened.emulate_media(color_scheme="dark")
    assert not findings(opened, runOnly=["color-contrast"])


@pytest.mark.parametrize("path", PAGES)
def test_the_english_page_is_as_quiet(opened, path):
    opened.goto("/en" + path, wait_until="networkidle")
    expect(opened.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("opened", [PHONE], indirect=True)
def test_a_phone_scrolls_no_page_sideways(opened, path):
    opened.goto(path, wait_until="networkidle")
    width = opened.evaluate("document.documentElement.scrollWidth")
    assert width <= WIDTH
