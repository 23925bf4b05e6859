"""What holds of every page: the policy, contrast and names for all, no sideways scroll."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import AXE

SHORT = "vn-61.tu.ct.2019.39"
PAGES = (
    "/",
    "/search?q=chuyen+doi+so",
    "/documents",
    "/tasks",
    "/agencies",
    "/indicators",
    f"/documents/{SHORT}",
    f"/documents/{SHORT}/text",
    "/tasks/vn-21.tu.ke-hoach.nd.thuc-hien-52-nq-tw.IV.3",
    "/agencies/vn-61.so-thong-tin-va-truyen-thong",
    "/indicators/ty-trong-kinh-te-so-trong-grdp",
    "/lineage",
    "/lineage?of=52-NQ/TW",
    "/gaps",
    "/query",
    "/review",
    "/about",
    "/ontology.html",
)
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
@pytest.mark.parametrize("opened", [PHONE], indirect=True)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_phone_scrolls_no_page_sideways(opened, prefix, path):
    opened.goto(prefix + path, wait_until="networkidle")
    expect(opened.locator("html")).to_have_attribute("lang", "en" if prefix else "vi")
    assert opened.evaluate("document.documentElement.scrollWidth") <= WIDTH
