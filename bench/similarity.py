"""How the search for borrowed text grows with the corpus: 1×, 10×, 100× documents.

Every synthetic document has tasks of its own, made of the syllables of official prose, and
copies one task in ten, slightly altered, from one earlier document; so the number of true pairs
grows with the corpus, and not with its square.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import NamedTuple

from policygraph import iri, similarity
from policygraph.similarity import TaskText

SCALES = (1, 10, 100)
DOCUMENTS = 5
TASKS_PER_DOCUMENT = 66
"""As in the corpus: five documents with 331 tasks."""
COPIED = 0.1
WORDS_PER_TASK = (17, 99)
"""First and last decile of the corpus."""
VOCABULARY = 3000
SEED = 20261122


class Row(NamedTuple):
    """One measurement; ``copies`` is how many pairs the generator made, ``found`` how many of
    them the search gave back, ``others`` what it gave besides."""

    scale: int
    tasks: int
    seconds: float
    copies: int
    found: int
    others: int


def measure() -> list[Row]:
    """Time the search at every scale."""
    rows = []
    for scale in SCALES:
        tasks, copies = generate(DOCUMENTS * scale)
        started = time.perf_counter()
        pairs = {(p.first.task, p.second.task) for p in similarity.find(tasks, similarity.rules())}
        seconds = time.perf_counter() - started
        found = len(pairs & copies)
        rows.append(Row(scale, len(tasks), seconds, len(copies), found, len(pairs) - found))
    return rows


def generate(documents: int) -> tuple[list[TaskText], set[tuple[str, str]]]:
    """Tasks, and the pairs of IRIs that are copies of each other."""
    draw = random.Random(SEED)
    weights = [1 / (rank + 3) for rank in range(VOCABULARY)]
    vocabulary = [f"w{rank}" for rank in range(VOCABULARY)]
    tasks: list[TaskText] = []
    copies = set()
    originals: list[int] = []
    for number in range(documents):
        document = iri.thing(iri.Kind.DOCUMENT, f"vn.xx.kh.2020.{number:06d}")
        for order in range(TASKS_PER_DOCUMENT):
            task = iri.thing(iri.Kind.TASK, f"vn.xx.kh.2020.{number:06d}", f"{order:03d}")
            if originals and draw.random() < COPIED:
                source = tasks[originals.pop(draw.randrange(len(originals)))]
                if source.document != document:
                    copies.add((source.task, task))
                    words = list(_altered(source.text.split(), vocabulary, draw))
                    tasks.append(TaskText(task, document, " ".join(words)))
                    continue
            length = draw.randint(*WORDS_PER_TASK)
            words = draw.choices(vocabulary, weights, k=length)
            originals.append(len(tasks))
            tasks.append(TaskText(task, document, " ".join(words)))
    return tasks, copies


def _altered(words: list[str], vocabulary: list[str], draw: random.Random) -> Iterator[str]:
    """One word in twenty left out, one in twenty put otherwise."""
    for word in words:
        lot = draw.random()
        if lot < 0.05:
            continue
        yield draw.choice(vocabulary) if lot < 0.10 else word


if __name__ == "__main__":
    for row in measure():
        print(*row, sep="\t")
