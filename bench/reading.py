"""Reading texts to Turtle, beside pyvi's word segmentation of the same text, in one process.

From texts in memory to the bytes of their Turtle, beside ``ViTokenizer.tokenize`` of the same
texts.  pyvi is what users of Vietnamese text know; it only cuts words.  Each round takes a copy
of the corpus that neither has read before, under another province and number, first the one and
then the other; what counts is the processor's time, and the median of the rounds' ratios.

Growth is measured over the corpus repeated, each copy another document, and over one text
concatenated with itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from statistics import median

from pyvi import ViTokenizer

from bench.rows import Row
from policygraph import pipeline, registers, resources
from policygraph.model import Source
from policygraph.text import read

ROUNDS = 15
COPIES = (1, 10, 100)
LENGTHS = (1, 5, 20)


def measure(copies: Sequence[int] = COPIES) -> list[Row]:
    known = registers.load(resources.directory("data/registers"))
    corpus = [read(p, p.name) for p in sorted(resources.directory("data/texts").glob("*.txt"))]

    def copied(number: int) -> list[Source]:
        return [_copy(source, number, known) for source in corpus]

    def to_graph(sources: Sequence[Source]) -> None:
        pipeline.turtle_of(sources, known)

    def segment(sources: Sequence[Source]) -> None:
        for source in sources:
            ViTokenizer.tokenize(source.text)

    rounds = [copied(number) for number in range(ROUNDS + 1)]
    megabytes = [sum(len(s.text.encode()) for s in sources) / 1e6 for sources in rounds]
    ours: list[float] = []
    peer: list[float] = []
    for number, sources in enumerate(rounds):
        works = [(ours, to_graph), (peer, segment)]
        for times, work in reversed(works) if number % 2 else works:
            times.append(spent(partial(work, sources)) / megabytes[number])
    ours, peer = ours[1:], peer[1:]
    ratios = sorted(a / b for a, b in zip(ours, peer, strict=True))
    rows = [
        Row(
            "reading to Turtle, s/MB (peer: pyvi segmentation)",
            median(ours),
            median(peer),
            median(ratios),
            f"{ratios[0]:.2f} to {ratios[-1]:.2f}",
        )
    ]
    base = None
    for count in copies:
        many = [source for number in range(count) for source in copied(ROUNDS + 1 + number)]
        seconds = spent(partial(to_graph, many)) / count
        base = base or seconds
        name = f"corpus x{count}, s per corpus"
        rows.append(Row(name, seconds, base, seconds / base, "1.0 is linear"))
    longest = max(corpus, key=lambda s: len(s.text))
    base = None
    for count in LENGTHS:
        source = replace(longest, text="\n\n".join([longest.text] * count))
        seconds = spent(partial(to_graph, [source])) / count
        base = base or seconds
        name = f"longest text x{count}, s per length"
        rows.append(Row(name, seconds, base, seconds / base, "1.0 is linear"))
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


def spent(work: Callable[[], object]) -> float:
    """Seconds of the processor that some work takes, whatever else the machine does."""
    start = time.process_time()
    work()
    return time.process_time() - start
