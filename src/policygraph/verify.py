"""Whether an export is whole, signed as it says, and keeps to the model."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from policygraph import bundle, export, reason
from policygraph.store import ONTOLOGY


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found in order; ``is_signed`` says that the manifest bears a signature that holds,
    ``is_trusted`` that it is of the key that was given."""

    files: int
    quads: int
    is_signed: bool
    is_trusted: bool


def verify(file: Path, ontology_dir: Path, trusted: Ed25519PublicKey | None = None) -> Verified:
    """Hold an export against its sums, its signature and the shapes.

    Raises DataError where it is no export, CheckError that names what was changed or does not
    conform.
    """
    opened = bundle.read(file)
    bundle.check(opened, trusted)
    quads = opened.quads()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "graph.ttl")
        with path.open("wb") as out:
            # The ontology and its shapes are not data to be held against themselves.
            said = [quad for quad in quads if quad.graph_name != ox.NamedNode(ONTOLOGY)]
            export.write(said, export.FORMATS["ttl"], out)
        reason.check_shapes([path], ontology_dir)
    return Verified(
        len(opened.contents), len(quads), opened.signature is not None, trusted is not None
    )
