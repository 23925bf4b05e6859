"""What every test may ask for: the checkout, its texts, and the gold annotation."""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from policygraph import pipeline, resources, text

ROOT = Path(__file__).resolve().parent.parent

# What a developer has set for a service, a proxy, a terminal or a hook of Git is no part of a test.
FOREIGN = re.compile(r"(POLICYGRAPH|GIT)_.*|PORT|.*_PROXY|COLUMNS|LINES|(NO|FORCE)_COLOR", re.I)
for name in filter(FOREIGN.fullmatch, list(os.environ)):
    del os.environ[name]
# Nor is a store that lies in the checkout; and no limit of time is met that a test does not set.
os.environ |= {
    "POLICYGRAPH_STORE": str(ROOT / "no store but a test's own"),
    **{f"POLICYGRAPH_{name}": "600" for name in ("TIMEOUT", "PATIENCE", "BODY_TIMEOUT")},
    "POLICYGRAPH_SEND_TIMEOUT": "600",
    "POLICYGRAPH_BUDGET": "1000000",
}

# No test depends on the speed of the machine, and the examples are the same at every run;
# `pytest --hypothesis-profile=other` tries others.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("other", PATIENT)
settings.register_profile("same", PATIENT, derandomize=True)
settings.load_profile("same")


@dataclass(frozen=True, slots=True)
class Gold:
    """The annotation of ``tests/gold``; GUIDE.md there says what the fields mean."""

    folder: Path
    texts: Path
    files: dict[str, str]
    """gold document ("000") -> file name under data/texts"""

    def rows(self, name: str, doc: str | None = None) -> list[dict[str, Any]]:
        """Lines of ``<name>.jsonl``, of one document if ``doc`` is given."""
        lines = (self.folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        return rows if doc is None else [row for row in rows if row["doc"] == doc]

    def text(self, doc: str) -> str:
        """The document's characters as the gold counts them: the file as it is."""
        return (self.texts / self.files[doc]).read_bytes().decode("utf-8")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def texts_dir() -> Path:
    return ROOT / "data" / "texts"


@pytest.fixture(scope="session")
def gold(texts_dir: Path) -> Gold:
    folder = ROOT / "tests" / "gold"
    table = tomllib.loads((folder / "documents.toml").read_text(encoding="utf-8"))
    return Gold(folder, texts_dir, table["documents"])


@pytest.fixture(scope="session")
def corpus_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of the corpus with its texts, as `policygraph build` makes it."""
    root = tmp_path_factory.mktemp("corpus") / "store"
    texts = [text.read(path) for path in resources.directory("data/texts").glob("*.txt")]
    pipeline.build_store(
        resources.directory("data/ttl"),
        resources.directory("ontology"),
        root,
        texts={source.sha256: source.text for source in texts},
    )
    return root
