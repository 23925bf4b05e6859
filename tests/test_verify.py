"""An export is held against its sums and against the model."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.test_importing import office

from policygraph import bundle, export, iri, lineage, resources, store
from policygraph.errors import CheckError, DataError
from policygraph.verify import verify

ONTOLOGY = resources.directory("ontology")
PLAN = iri.thing(iri.Kind.DOCUMENT, "vn-21.tu.ke-hoach.nd.thuc-hien-52-nq-tw")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("verify") / "store"
    store.build(resources.directory("data/ttl"), ONTOLOGY, root, lineage.derive)
    return store.open_read_only(root)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A graph with one document: that the whole corpus keeps to the shapes, `make check` holds."""
    return office(tmp_path_factory.mktemp("small"), "vn-61.tu.ct.2019.39").build()


@pytest.mark.parametrize(
    ("graph", "selection"),
    [("small", export.Selection()), ("corpus", export.Selection(document=PLAN))],
    ids=["whole", "part"],
)
def test_what_was_made_here_is_in_order(graph, selection, request, tmp_path):
    key = Ed25519PrivateKey.generate()
    path = tmp_path / "x.zip"
    bundle.save(path, request.getfixturevalue(graph), selection, key)
    found = verify(bundle.read(path), ONTOLOGY, key.public_key())
    assert found.is_signed
    assert found.is_trusted
    assert found.quads > 1000


def test_a_whole_export_that_breaks_the_model_is_refused(corpus, tmp_path, monkeypatch):
    """Its sums hold, and it was never right."""
    stray = ox.Quad(
        ox.NamedNode(iri.thing(iri.Kind.TASK, "stray")),
        ox.NamedNode(iri.PREFIXES["rdf"] + "type"),
        ox.NamedNode(iri.term("Task")),
        ox.NamedNode(iri.graph("stray")),
    )
    quads = [*export.extract(corpus, export.Selection(document=PLAN)), stray]
    monkeypatch.setattr(export, "extract", lambda snapshot, selection: quads)
    path = tmp_path / "x.zip"
    bundle.save(path, corpus, export.Selection(document=PLAN))
    bundle.check(bundle.read(path))
    with pytest.raises(CheckError, match="task:stray"):
        verify(bundle.read(path), ONTOLOGY)


def test_no_export(tmp_path):
    with pytest.raises(DataError):
        verify(bundle.read(tmp_path / "none.zip"), ONTOLOGY)
