"""Reading texts to Turtle, beside pyvi's word segmentation of the same text, in one process.

pyvi is what users of Vietnamese text know; it only cuts words.  Growth is measured over the
corpus repeated, each copy under another province and number, so that every copy is another
document, and over one text concatenated with itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from pyvi import ViTokenizer

from bench.rows import Row
from policygraph import pipeline, registers, resources
from policygraph.model import Source
from policygraph.text import read

COPIES = (1, 10, 100)
LENGTHS = (1, 5, 20)


def measure(copies: Sequence[int] = COPIES) -> list[Row]:
    known = registers.load(resources.directory("data/registers"))
    corpus = [read(p, p.name) for p in sorted(resources.directory("data/texts").glob("*.txt"))]
    megabytes = sum(len(s.text.encode()) for s in corpus) / 1e6

    def to_graph(sources: Sequence[Source]) -> None:
        pipeline.turtle_of(sources, known)

    def segment(sources: Sequence[Source]) -> None:
        for source in sources:
            ViTokenizer.tokenize(source.text)

    to_graph(corpus)
    segment(corpus)
    ours = best(partial(to_graph, corpus)) / megabytes
    peer = best(partial(segment, corpus)) / megabytes
    rows = [Row("reading to Turtle, s/MB (peer: pyvi segmentation)", ours, peer, ours / peer, "")]
    base = None
    for count in copies:
        many = [_copy(source, number, known) for number in range(count) for source in corpus]
        spent = once(partial(to_graph, many)) / count
        base = base or spent
        rows.append(
            Row(f"corpus x{count}, s per corpus", spent, base, spent / base, "1.0 is linear")
        )
    longest = max(corpus, key=lambda s: len(s.text))
    base = None
    for count in LENGTHS:
        source = replace(longest, text="\n\n".join([longest.text] * count))
        spent = once(partial(pipeline.read_text, source, known)) / count
        base = base or spent
        rows.append(
            Row(f"longest text x{count}, s per length", spent, base, spent / base, "1.0 is linear")
        )
    return rows


def _copy(source: Source, number: int, known: registers.Registers) -> Source:
    """The text as if another province had issued it, under another number."""
    if number == 0:
        return source
    places = [p.short for p in known.places if p.kind == "province"]
    other = places[number % len(places)]
    text = source.text
    for place in places:
        if place in text and place != other:
            text = text.replace(place, other)
    return replace(
        source, path=f"{number}-{source.path}", text=text.replace("2358", str(2358 + number))
    )


def once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best(work: Callable[[], object], rounds: int = 5) -> float:
    """Shortest of some rounds, which disturbances of the machine touch least."""
    return min(once(work) for _ in range(rounds))
