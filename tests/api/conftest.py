"""A service over the fixture graph: in-process for most tests, for real where processes die."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from policygraph import lineage, resources, store
from policygraph.settings import Settings
from policygraph_api.app import create_app

TTL = Path(__file__).parent.parent / "fixtures" / "ttl"


@pytest.fixture(scope="session")
def store_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("api") / "store"
    store.build(TTL, resources.directory("ontology"), root, lineage.derive)
    return root


@pytest.fixture(scope="session")
def settings(store_root):
    return Settings(store=store_root, workers=2, timeout=30, memory_mb=512, max_answer_mb=1)


@pytest.fixture(scope="session")
def client(settings):
    with TestClient(create_app(settings), raise_server_exceptions=False) as opened:
        yield opened
