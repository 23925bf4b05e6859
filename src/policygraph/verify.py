"""Whether an export is whole, signed as it says, and keeps to the model."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
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

    def lines(self) -> Iterator[str]:
        yield f"{self.files} tệp / files, {self.quads:,} phát biểu / statements"
        yield "toàn vẹn, đúng khuôn / whole, in shape"
        if self.is_trusted:
            yield "chữ ký của khóa đã cho / signed by the given key"
        elif self.is_signed:
            yield "có chữ ký; không biết của ai nếu thiếu --key / signed; by whom only --key tells"
        else:
            yield "không có chữ ký / not signed"

    def as_json(self) -> object:
        return asdict(self)


def verify(
    opened: bundle.Bundle, ontology_dir: Path, trusted: Ed25519PublicKey | None = None
) -> Verified:
    """Hold an export against its sums, its signature and the shapes.

    Raises CheckError that names what was changed or does not conform.
    """
    bundle.check(opened, trusted)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "graph.ttl")
        with path.open("wb") as out:
            # The ontology and its shapes are not data to be held against themselves.
            said = (quad for quad in opened.quads() if quad.graph_name != ox.NamedNode(ONTOLOGY))
            export.write(said, export.FORMATS["ttl"], out)
        reason.check_shapes([path], ontology_dir)
    return Verified(
        len(opened.contents),
        sum(1 for _ in opened.quads()),
        opened.signature is not None,
        trusted is not None,
    )
