"""The whole service over the graph of the corpus, in-process."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from policygraph.settings import Settings
from policygraph_api.app import create_app

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="session")
def corpus_settings(corpus_store):
    return Settings(store=corpus_store, workers=2, memory_mb=512)


@pytest.fixture(scope="session")
def web(corpus_settings):
    """A client that accepts what browsers accept and follows redirects."""
    with TestClient(create_app(corpus_settings), headers=BROWSER) as opened:
        yield opened
