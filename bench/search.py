"""Search beside a SPARQL scan with CONTAINS over the same texts, in one process.

A scan finds substrings and needs the diacritics; the search needs neither diacritics nor order.
Both give all that they find, without ranking on the side of the scan.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import synthetic
from bench.rows import Row
from policygraph import iri, lineage, resources, search, store

QUESTIONS = (
    "chuyển đổi số",
    "hạ tầng dữ liệu",
    "nguồn nhân lực",
    "an toàn thông tin mạng",
    "báo cáo rà soát",
)
DOCUMENTS = (1_000, 5_000)
ROUNDS = 5
_SCAN = """
SELECT DISTINCT ?thing WHERE {
  VALUES ?property { rdfs:label skos:prefLabel dcterms:title pg:text pg:documentNumber }
  ?thing ?property ?text .
  FILTER(CONTAINS(LCASE(?text), "%s"))
} ORDER BY ?thing LIMIT 20
"""


def measure(documents: Sequence[int] = DOCUMENTS) -> list[Row]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        corpus = root / "corpus"
        ontology = resources.directory("ontology")
        store.build(resources.directory("data/ttl"), ontology, corpus, lineage.derive)
        rows += _beside("corpus", corpus)
        for count in documents:
            ttl = root / f"ttl-{count}"
            synthetic.generate(ttl, documents=count)
            made = root / f"store-{count}"
            store.build(ttl, ontology, made, lambda snapshot: store.Derived(()))
            rows += _beside(f"{count:,} documents", made)
    return rows


def _beside(name: str, root: Path) -> list[Row]:
    snapshot = store.open_read_only(root)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        size = search.build_index(snapshot, Path(folder)).stat().st_size
        spent = time.perf_counter() - started
    index = search.Index.open(snapshot)
    ours = _median(lambda q: index.search(iri.fold(q)))
    peer = _median(lambda q: list(snapshot.select(_SCAN % q)))
    note = f"{len(snapshot):,} triples; index {size / 1e6:.1f} MB in {spent:.1f} s"
    return [Row(f"search, ms a question, {name} (peer: CONTAINS)", ours, peer, ours / peer, note)]


def _median(ask: Callable[[str], object]) -> float:
    times = []
    for question in QUESTIONS * ROUNDS:
        started = time.perf_counter()
        ask(question)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)
