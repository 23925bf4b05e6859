"""Borrowed text: tasks of different documents with nearly the same words.

Plans copy their directives and each other.  MinHash with banding proposes the pairs, so that
not every task is compared with every other; a word-by-word comparison then decides and tells
which words differ.  What counts as nearly the same stands in ``lexicon/similarity.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise

from datasketch import MinHash, MinHashLSH
from rapidfuzz.distance import Indel

from policygraph import iri
from policygraph.errors import DataError
from policygraph.rdf import terms
from policygraph.rdf.terms import Graph
from policygraph.store import Snapshot

_WORD = re.compile(r"\w+(?:[.,/-]\w+)*")
"""A word or figure: "52-NQ/TW", "4.0" and "80,5" are one."""
_SEPARATOR = " | "


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts as nearly the same; shares from 0 to 1, lengths in words."""

    least_share: float
    least_words: int
    bands: int
    rows: int
    words_per_shingle: int

    def __post_init__(self) -> None:
        if not 0 < self.least_share <= 1:
            raise ValueError("least_share is not between 0 and 1")
        if min(self.least_words, self.bands, self.rows, self.words_per_shingle) < 1:
            raise ValueError("lengths and counts are at least 1")


@dataclass(frozen=True, slots=True)
class TaskText:
    """A task's IRI, its document's IRI and its whole text."""

    task: str
    document: str
    text: str


@dataclass(frozen=True, slots=True)
class Similarity:
    """Two tasks (``first`` before ``second`` by IRI), the share of words in common, and the
    runs of words that only one of them has, as printed."""

    first: TaskText
    second: TaskText
    share: float
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


@cache
def rules() -> Rules:
    """The rules in ``lexicon/similarity.toml``; DataError where the file is wrong."""
    path = files("policygraph") / "lexicon" / "similarity.toml"
    try:
        return Rules(**tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as error:
        raise DataError(path, f"cannot be used: {error}") from error


def find(tasks: Iterable[TaskText], by: Rules) -> list[Similarity]:
    """All pairs of different documents that the rules call similar, sorted by their IRIs."""
    known = sorted(tasks, key=lambda t: t.task)
    printed = [_WORD.findall(t.text) for t in known]
    folded = [[word.lower() for word in words] for words in printed]
    long_enough = [i for i, words in enumerate(folded) if len(words) >= by.least_words]
    found = []
    for first, second in _candidates(known, folded, long_enough, by):
        one, other = folded[first], folded[second]
        share = Indel.normalized_similarity(one, other, score_cutoff=by.least_share)
        if share >= by.least_share:
            here, there = _differing(one, other, printed[first], printed[second])
            found.append(Similarity(known[first], known[second], share, here, there))
    return found


def _candidates(
    tasks: Sequence[TaskText], words: Sequence[Sequence[str]], chosen: Sequence[int], by: Rules
) -> list[tuple[int, int]]:
    """Pairs of tasks of different documents that agree in all rows of some band."""
    size = by.bands * by.rows
    sketches = MinHash.bulk(
        (_shingles(words[i], by.words_per_shingle) for i in chosen), num_perm=size
    )
    index = MinHashLSH(num_perm=size, params=(by.bands, by.rows))
    pairs: list[tuple[int, int]] = []
    for i, sketch in zip(chosen, sketches, strict=True):
        document = tasks[i].document
        pairs.extend((j, i) for j in index.query(sketch) if tasks[j].document != document)
        index.insert(i, sketch, check_duplication=False)
    return sorted(pairs)


def _shingles(words: Sequence[str], length: int) -> list[bytes]:
    """Every run of so many words; the whole text where it is shorter."""
    count = max(1, len(words) - length + 1)
    return [" ".join(words[i : i + length]).encode() for i in range(count)]


def differing(one: str, other: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The runs of words that only one of two texts has, case and punctuation aside."""
    here, there = _WORD.findall(one), _WORD.findall(other)
    return _differing([w.lower() for w in here], [w.lower() for w in there], here, there)


def _differing(
    one: Sequence[str], other: Sequence[str], as_one: Sequence[str], as_other: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The runs of words that only one side has, in the order of the text."""
    # Neighbouring deletions and insertions of one place come as separate steps.
    steps = [step for step in Indel.opcodes(one, other) if step.tag != "equal"]
    here = [(step.src_start, step.src_end) for step in steps if step.src_end > step.src_start]
    there = [(step.dest_start, step.dest_end) for step in steps if step.dest_end > step.dest_start]
    return _runs(here, as_one), _runs(there, as_other)


def _runs(ranges: Sequence[tuple[int, int]], words: Sequence[str]) -> tuple[str, ...]:
    """Words of ranges, those that touch joined."""
    starts = [s for i, (s, _) in enumerate(ranges) if i == 0 or ranges[i - 1][1] < s]
    cuts = [*starts, len(words) + 1]
    return tuple(
        " ".join(" ".join(words[s:e]) for s, e in ranges if low <= s < high)
        for low, high in pairwise(cuts)
    )


def read_tasks(snapshot: Snapshot) -> list[TaskText]:
    """Tasks of a store with their texts.  Rejected ones are no longer typed as tasks."""
    rows = snapshot.select(
        "SELECT DISTINCT ?task ?document ?text WHERE "
        "{ ?task a pg:Task ; pg:inDocument ?document ; pg:text ?text }"
    )
    found: dict[str, TaskText] = {}
    for row in rows:
        task, document, text = row["task"], row["document"], row["text"]
        if task is not None and document is not None and text is not None:
            found.setdefault(task.value, TaskText(task.value, document.value, text.value))
    return list(found.values())


def graph(similarities: Iterable[Similarity]) -> Graph:
    """As RDF: a node for each pair, and ``pg:similarTo`` both ways."""
    out = Graph()
    for pair in similarities:
        first, second = pair.first.task, pair.second.task
        node = _node(first, second)
        out.type(node, "pg:Similarity")
        out.link(node, "pg:similarTask", first, second)
        out.link(node, "pg:firstTask", first)
        out.link(node, "pg:secondTask", second)
        out.add(node, "pg:share", terms.decimal(Decimal(f"{pair.share:.3f}")))
        for predicate, runs in (
            ("pg:onlyInFirst", pair.only_first),
            ("pg:onlyInSecond", pair.only_second),
        ):
            if runs:
                out.add(node, predicate, terms.text(_SEPARATOR.join(runs), "vi"))
        out.link(first, "pg:similarTo", second)
        out.link(second, "pg:similarTo", first)
    return out


def _node(first: str, second: str) -> str:
    parts = []
    for address in (first, second):
        name = iri.parse(address)
        parts.append(name.local if name else iri.slug(address))
    return iri.thing(iri.Kind.SIMILARITY, "--".join(parts))


def derive(snapshot: Snapshot) -> Graph:
    """What a build adds to its derived graph: the similar tasks of the whole store."""
    return graph(find(read_tasks(snapshot), rules()))
