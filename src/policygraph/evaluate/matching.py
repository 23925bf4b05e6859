"""Spans that overlap, facts that match one to one, and what the counts come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from policygraph.evaluate.facts import Fact, Line
from policygraph.model import Span

THRESHOLD = 0.5
"""Spans match from this overlap on."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Count:
    """How many facts were expected, how many found, and how many of both are right."""

    expected: int = 0
    found: int = 0
    right: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.expected + other.expected, self.found + other.found, self.right + other.right
        )

    @property
    def precision(self) -> float:
        """Share of the found that is right; nothing found where nothing was expected is 1."""
        return self.right / self.found if self.found else float(self.expected == 0)

    @property
    def recall(self) -> float:
        """Share of the expected that was found; 1 where nothing was expected."""
        return self.right / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        total = self.expected + self.found
        return 2 * self.right / total if total else 1.0

    def json(self) -> dict[str, float | int]:
        """Ratios rounded to six decimals, and the counts."""
        return {
            "precision": round(self.precision, 6),
            "recall": round(self.recall, 6),
            "f1": round(self.f1, 6),
            "expected": self.expected,
            "found": self.found,
            "right": self.right,
        }


def overlap(one: Sequence[Span], other: Sequence[Span]) -> float:
    """Code points that both cover, over the code points of the longer one; 0 to 1.

    The pieces of each side count as one set of code points.  Dividing by the longer side
    punishes a span that is too wide as much as one that is too narrow.
    """
    first, second = _merged(one), _merged(other)
    longer = max(_length(first), _length(second))
    if not longer:
        return 0.0
    common = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in first for b in second)
    return common / longer


def match(
    expected: Sequence[T], found: Sequence[T], score: Callable[[T, T], float | None]
) -> list[tuple[int, int]]:
    """Pairs of indices, one to one, the best score first; ``score`` is None for no pair.

    Equal scores go to the earlier ones, so the result does not depend on chance.
    """
    candidates = [
        (-value, i, j)
        for i, one in enumerate(expected)
        for j, other in enumerate(found)
        if (value := score(one, other)) is not None
    ]
    pairs: list[tuple[int, int]] = []
    used: tuple[set[int], set[int]] = (set(), set())
    for _, i, j in sorted(candidates):
        if i not in used[0] and j not in used[1]:
            pairs.append((i, j))
            used[0].add(i)
            used[1].add(j)
    return sorted(pairs)


def closeness(line: Line, one: Fact, other: Fact) -> float | None:
    """How well two facts stand in one place by the line's measure; None if they do not."""
    same_path = line.by_path and one.path == other.path
    shared = overlap(one.pieces, other.pieces) if line.by_span else 0.0
    if not same_path and shared < THRESHOLD:
        return None
    return same_path + shared


def right(line: Line, one: Fact, other: Fact) -> float | None:
    """As ``closeness``, for facts that also say the same in all that the line asks for."""
    if all(one.values[name].same(other.values[name]) for name in line.attributes):
        return closeness(line, one, other)
    return None


def _merged(pieces: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for piece in sorted(pieces):
        if merged and piece.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, piece.end))
        else:
            merged.append(piece)
    return merged


def _length(pieces: Iterable[Span]) -> int:
    return sum(piece.end - piece.start for piece in pieces)
