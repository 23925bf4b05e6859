"""The explorer over the graph of the corpus, served for as long as something looks at it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.serving import policygraph, server
from policygraph import pipeline, resources, text


@contextmanager
def explorer() -> Iterator[str]:
    """Its address; the store is built from the Turtle and the texts of the checkout."""
    texts = [text.read(path) for path in resources.directory("data/texts").glob("*.txt")]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "store"
        pipeline.build_store(
            resources.directory("data/ttl"),
            resources.directory("ontology"),
            root,
            texts={source.sha256: source.text for source in texts},
        )
        settings = {
            "POLICYGRAPH_REVIEW": str(Path(folder) / "review"),
            "POLICYGRAPH_ADMIN_TOKEN": "only-for-looking-at-it",
        }
        with server(policygraph(root), "/health/ready", settings) as running:
            yield running.base
