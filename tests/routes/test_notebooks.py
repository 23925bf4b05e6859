"""The notebooks run from top to bottom against a service, and what they draw is there; they are
kept without outputs, so that a diff of one is a diff of what it says."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from tests.api.conftest import PATIENCE, serving

from policygraph import lineage, resources, store

NOTEBOOKS = sorted((Path(__file__).parents[2] / "docs" / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    ttl, ontology = resources.directory("data/ttl"), resources.directory("ontology")
    store.build(ttl, ontology, folder / "store", lineage.derive)
    with serving(folder / "store", folder / "log", workers=1) as running:
        yield running


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
# The kernel's own libraries, not ours, are met in this process.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_notebook_runs_and_draws(path, service, monkeypatch, tmp_path):
    monkeypatch.setenv("POLICYGRAPH_URL", service.url)
    for place in ("MPLCONFIGDIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(place, str(tmp_path))
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "strip the outputs"
    NotebookClient(notebook, timeout=PATIENCE, startup_timeout=PATIENCE).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    drawn = [out for out in outputs if "image/png" in out.get("data", {})]
    tables = [out["data"]["text/html"] for out in outputs if "text/html" in out.get("data", {})]
    assert len(drawn) == 3
    assert len(tables) == 4
    assert all(table.count("<tr") > 2 for table in tables)
    assert "52-NQ/TW" in tables[-1]
