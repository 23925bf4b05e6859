"""The explorer in a browser: Debian's Chromium, driven by Playwright, over a service of its own.

Whatever a test looks at, a request that leaves the service, a breach of the policy of a page, an
error of a script or an answer of 500 fails it.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from bench import chromium
from playwright.sync_api import Error, expect
from tests.api.conftest import PATIENCE, serving

ROOT = Path(__file__).parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
TOKEN = "0123456789abcdef-review"


# The driver keeps an event loop running in this thread, which other tests cannot have.
@pytest.fixture(scope="module")
def browser():
    path = chromium.program()
    if path is None:
        pytest.skip("không có Chromium (apt install chromium) / no Chromium here")
    expect.set_options(timeout=PATIENCE * 1000)
    with contextlib.ExitStack() as stack:
        try:
            opened = stack.enter_context(chromium.browser(path))
        except Error as error:
            told = error.message.partition("\n")[0]
            pytest.skip(f"{path} không khởi động được / does not start here: {told}")
        yield opened


@pytest.fixture(scope="module")
def service(corpus_store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    given = {"workers": 2, "admin_token": TOKEN, "review": folder / "review"}
    with serving(corpus_store, folder / "log", **given) as running:
        yield running


class Watch:
    """What a browser did that it should not have."""

    def __init__(self, context, origin):
        self.faults: list[str] = []
        self.expected: tuple[str, ...] = ()
        self._origin = origin
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", lambda e: self.faults.append(f"script: {e.error}"))

    def _request(self, request):
        if not request.url.startswith((self._origin + "/", "data:", "blob:")):
            self.faults.append(f"leaves the origin: {request.url}")

    def _response(self, response):
        if response.status >= 500:
            self.faults.append(f"{response.status}: {response.url}")

    def _console(self, message):
        if message.type in ("error", "warning") and not message.text.startswith(self.expected):
            self.faults.append(f"console: {message.text}")


@pytest.fixture
def opened(browser, service, request):
    """A page of a fresh browser; ``@pytest.mark.parametrize("opened", [{…}], indirect=True)``
    gives the context's options, and ``expected`` beginnings of console messages to let pass."""
    given = dict(getattr(request, "param", {}))
    expected = given.pop("expected", ())
    options = {"locale": "vi-VN", "viewport": {"width": 1280, "height": 900}, **given}
    context = browser.new_context(base_url=service.url, **options)
    context.set_default_timeout(PATIENCE * 1000)
    watch = Watch(context, service.url)
    watch.expected = tuple(expected)
    yield context.new_page()
    context.close()
    assert not watch.faults, "\n".join(watch.faults)
