"""Spans and types of citations in annotated sentences, such as the public VNLegalText.

One JSON object a line: ``text``, and ``spans`` as [start, end, type].  Such sentences are
word-segmented: "_" stands for a blank inside a word, and punctuation is cut off by blanks.  Both
are undone before the sentence is read, and the spans that are found are counted back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from policygraph.errors import DataError
from policygraph.evaluate.matching import THRESHOLD, Count, match, overlap
from policygraph.model import Span

Found = tuple[int, int, str]
"""start, end (code points) and type of one citation: (7, 53, "L")"""
Find = Callable[[str], Sequence[Found]]

DETACHED = re.compile(r" (?=[,.;:!?%…)\]”’])|(?<=[(\[“‘]) ")


@dataclass(frozen=True, slots=True)
class SentenceFault:
    """A sentence with the citations that were missed and invented, by type and words."""

    file: str
    line: int
    missed: tuple[str, ...]
    invented: tuple[str, ...]

    @property
    def weight(self) -> int:
        return len(self.missed) + len(self.invented)


@dataclass(frozen=True, slots=True)
class SentenceScores:
    """Scores over all sentences.

    ``overall`` and ``types`` ask for overlap and type, ``untyped`` for overlap alone, ``exact``
    for both ends and the type.  ``faults`` has the worst sentences first.
    """

    file: str
    sentences: int
    overall: Count
    untyped: Count
    exact: Count
    types: Mapping[str, Count]
    faults: tuple[SentenceFault, ...]

    def json(self) -> dict[str, object]:
        return {
            "citations": self.overall.json(),
            "span": self.untyped.json(),
            "exact": self.exact.json(),
            "types": {name: count.json() for name, count in self.types.items()},
            "sentences": self.sentences,
        }

    def markdown(self) -> str:
        """The scores as a table."""
        rows = [
            "| loại / type | P | R | F1 | gold | tìm thấy / found | đúng / right |",
            "|---|--:|--:|--:|--:|--:|--:|",
        ]
        for name, count in self._lines():
            ratios = f"{count.precision:.4f} | {count.recall:.4f} | {count.f1:.4f}"
            rows.append(f"| {name} | {ratios} | {count.expected} | {count.found} | {count.right} |")
        return "\n".join(rows) + "\n"

    def text(self, limit: int = 50) -> str:
        """For the terminal: the scores, then the worst sentences, so many at most."""
        rows = [f"{'':32}{'P':>8}{'R':>8}{'F1':>8}{'gold':>7}{'found':>7}{'right':>7}"]
        for name, count in self._lines():
            ratios = f"{count.precision:8.4f}{count.recall:8.4f}{count.f1:8.4f}"
            rows.append(f"{name:32}{ratios}{count.expected:7}{count.found:7}{count.right:7}")
        for fault in self.faults[:limit]:
            rows.append(f"{fault.file}:{fault.line}")
            rows += [f"  thiếu / miss: {said}" for said in fault.missed]
            rows += [f"  thừa / invention: {said}" for said in fault.invented]
        return "\n".join(rows) + "\n"

    def _lines(self) -> Iterable[tuple[str, Count]]:
        yield "khoảng và loại / span and type", self.overall
        yield "chỉ khoảng / span alone", self.untyped
        yield "khớp hoàn toàn / exact", self.exact
        yield from self.types.items()


def evaluate_sentences(file: Path, find: Find) -> SentenceScores:
    """Score a finder of citations; raises DataError with the line where the file is wrong.

    ``find`` gets natural text and returns spans with the types of the annotation.  Spans match
    one to one at an overlap of a half or more, measured as in the scoreboard.
    """
    overall, untyped, exact, sentences = Count(), Count(), Count(), 0
    types: dict[str, Count] = {}
    faults: list[SentenceFault] = []
    for number, text, expected in _sentences(file):
        sentences += 1
        natural, offsets = natural_text(text)
        found = [(offsets[s], offsets[e - 1] + 1, name) for s, e, name in find(natural) if s < e]
        pairs = match(expected, found, _typed)
        size = (len(expected), len(found))
        overall += Count(*size, len(pairs))
        untyped += Count(*size, len(match(expected, found, _spans)))
        exact += Count(*size, len(match(expected, found, _exact)))
        for name in {name for _, _, name in (*expected, *found)}:
            types[name] = types.get(name, Count()) + Count(
                sum(item[2] == name for item in expected),
                sum(item[2] == name for item in found),
                sum(expected[i][2] == name for i, _ in pairs),
            )
        missed = _left(text, expected, {i for i, _ in pairs})
        invented = _left(text, found, {j for _, j in pairs})
        if missed or invented:
            faults.append(SentenceFault(file.name, number, missed, invented))
    return SentenceScores(
        file.name,
        sentences,
        overall,
        untyped,
        exact,
        dict(sorted(types.items(), key=lambda item: (-item[1].expected, item[0]))),
        tuple(sorted(faults, key=lambda fault: (-fault.weight, fault.line))),
    )


def natural_text(text: str) -> tuple[str, list[int]]:
    """The sentence as people write it, and for each of its characters the offset in ``text``.

    >>> natural_text("Luật Thi_đua , khen_thưởng .")[0]
    'Luật Thi đua, khen thưởng.'
    """
    dropped = {found.start() for found in DETACHED.finditer(text)}
    kept = [i for i in range(len(text)) if i not in dropped]
    natural = "".join(" " if text[i] == "_" else text[i] for i in kept)
    return natural, kept


def _sentences(file: Path) -> Iterable[tuple[int, str, list[Found]]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(file, f"cannot be read: {error.strerror or error}") from error
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            text = str(row["text"])
            spans = [(int(start), int(end), str(name)) for start, end, name in row["spans"]]
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(file, f"no sentence with text and spans: {error!r}", number) from error
        if not all(0 <= start < end <= len(text) for start, end, _ in spans):
            raise DataError(file, "a span lies outside the sentence", number)
        yield number, text, spans


def _spans(one: Found, other: Found) -> float | None:
    shared = overlap([Span(one[0], one[1])], [Span(other[0], other[1])])
    return shared if shared >= THRESHOLD else None


def _typed(one: Found, other: Found) -> float | None:
    return _spans(one, other) if one[2] == other[2] else None


def _exact(one: Found, other: Found) -> float | None:
    return 1.0 if one == other else None


def _left(text: str, items: Sequence[Found], matched: set[int]) -> tuple[str, ...]:
    return tuple(
        f"{name} “{text[start:end].replace('_', ' ')}”"
        for i, (start, end, name) in enumerate(items)
        if i not in matched
    )
