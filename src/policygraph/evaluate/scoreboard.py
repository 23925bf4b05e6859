"""A built graph against a directory of gold annotations: counts, misses and inventions."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from policygraph import text
from policygraph.errors import DataError, SourceError
from policygraph.evaluate.facts import LINES, Fact, Line
from policygraph.evaluate.gold import Coverage, Gold, read_gold
from policygraph.evaluate.graph import GraphFacts
from policygraph.evaluate.matching import Count, closeness, match, right
from policygraph.model import Span
from policygraph.rdf.reading import read_turtle

NOT_COVERED = Coverage(())


@dataclass(frozen=True, slots=True)
class Fault:
    """A miss (expected, not found), an invention (found, not expected), or both in one place.

    ``place`` is ``file:line`` in the source text; ``differs`` names what is wrong where the
    place is right.
    """

    kind: str
    document: str
    place: str
    path: str
    expected: str | None
    found: str | None
    differs: tuple[str, ...] = ()

    @property
    def sort(self) -> str:
        if self.found is None:
            return "miss"
        return "invention" if self.expected is None else "wrong"


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """Counts by kind, line and document.

    ``counts[kind][line][document]``; the first line of a kind is its score.  ``documents`` maps
    the annotation's names to source files, None for a document that the graph does not have.
    """

    gold: str
    documents: Mapping[str, str | None]
    counts: Mapping[str, Mapping[str, Mapping[str, Count]]]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        """Annotated documents that are not in the graph; all their facts are misses."""
        return [document for document, file in self.documents.items() if file is None]

    def count(self, kind: str, line: str | None = None) -> Count:
        """All documents together; the kind's own line if none is named."""
        return sum(self.counts[kind][line or kind].values(), Count())

    def json(self) -> dict[str, dict[str, object]]:
        """Kind -> precision, recall, f1 and counts, then the same by document and looser line."""
        board: dict[str, dict[str, object]] = {}
        for kind, lines in self.counts.items():
            board[kind] = {
                **self.count(kind).json(),
                "documents": {name: count.json() for name, count in lines[kind].items()},
                "looser": {name: self.count(kind, name).json() for name in lines if name != kind},
            }
        return board

    def markdown(self) -> str:
        """The scores as tables, and the list of faults."""
        return f"{self.tables()}\n## Sai lệch / Faults\n\n{self.fault_list()}"

    def fault_list(self) -> str:
        """Every miss and invention as a Markdown list."""
        return "\n".join(self._fault_lines("- ")) + "\n"

    def tables(self) -> str:
        """Scores by kind, by looser line and by document, as Markdown."""
        head = "| loại / kind | tiêu chí / line | P | R | F1 | gold | graph | đúng / right |"
        rows = [
            _row(kind, "**đúng hết / all right**" if line == kind else line, self.count(kind, line))
            for kind, lines in self.counts.items()
            for line in lines
        ]
        by_document = "| văn bản / document | loại / kind | P | R | F1 | gold | graph | đúng |"
        listed = [
            _row(self._title(document), kind, count)
            for document in self.documents
            for kind, lines in self.counts.items()
            if (count := lines[kind].get(document))
        ]
        rule = "|---|---|--:|--:|--:|--:|--:|--:|"
        return "\n".join(
            [head, rule, *rows, "", by_document, rule, *listed, "", *map(_bullet, self.notes), ""]
        )

    def text(self) -> str:
        """For the terminal: one line a score, then every fault with its place."""
        lines = [f"{'':28}{'P':>8}{'R':>8}{'F1':>8}{'gold':>7}{'graph':>7}{'right':>7}"]
        for kind, listed in self.counts.items():
            for line in listed:
                name = kind if line == kind else f"  {line}"
                lines.append(f"{name:28}{_figures(self.count(kind, line))}")
        lines.append("")
        for document in self.documents:
            lines.append(self._title(document))
            lines += [
                f"  {kind:26}{_figures(count)}"
                for kind, listed in self.counts.items()
                if (count := listed[kind].get(document))
            ]
        return "\n".join([*lines, "", *self.notes, *self._fault_lines("")]) + "\n"

    def _title(self, document: str) -> str:
        return (
            f"{document}: {self.documents[document] or 'không có trong đồ thị / not in the graph'}"
        )

    def _fault_lines(self, mark: str) -> Iterable[str]:
        if not self.faults:
            yield "Không có sai lệch nào. / No faults."
        for fault in self.faults:
            where = " ".join(filter(None, (fault.place, fault.path)))
            yield f"{mark}{_SORTS[fault.sort]}: {fault.kind}, {where}{_differs(fault)}"
            for name, said in (("gold", fault.expected), ("graph", fault.found)):
                if said is not None:
                    yield f"  {mark and '- '}{name}: {said}"


_SORTS = {"miss": "thiếu / miss", "invention": "thừa / invention", "wrong": "sai / wrong"}


def evaluate_graph(ttl_dir: Path, gold_dir: Path, texts_dir: Path | None = None) -> Scoreboard:
    """Score the Turtle files of a directory against a directory of annotations.

    ``texts_dir`` holds the source texts (by default the ``texts`` beside ``ttl_dir``); it gives
    the lines of the faults, and finds the document of an annotation that names no file.  A
    document of the annotations is looked for in their table of documents, then by its name at
    the head of a file name, then by its quotes.
    """
    gold = read_gold(gold_dir)
    graph = GraphFacts(read_turtle(ttl_dir))
    texts = Texts(texts_dir or ttl_dir.parent / "texts", graph.files)
    documents = _files(gold, texts)
    counts: dict[str, dict[str, dict[str, Count]]] = {
        kind: {line.name: {} for line in LINES[kind]} for kind in gold.kinds
    }
    faults: list[Fault] = []
    for document, file in documents.items():
        for kind in gold.kinds:
            expected = gold.of(document, kind)
            coverage = gold.coverage.get((document, kind), NOT_COVERED)
            if not expected and not coverage.places:
                continue
            if file:
                expected = [texts.normalised(fact, file) for fact in expected]
            found = [replace(f, document=document) for f in graph.of(file, kind)] if file else []
            judged = _judge(LINES[kind], expected, found, coverage)
            for line, count in judged.counts.items():
                counts[kind][line][document] = count
            faults += (
                _fault(LINES[kind][0], one, other, texts, file) for one, other in judged.faulty
            )
    return Scoreboard(
        gold_dir.name,
        documents,
        counts,
        tuple(faults),
        (*_missing_notes(documents), *texts.notes, *_quote_notes(gold, documents, texts)),
    )


class Texts:
    """The source texts that the graph was read from, as far as they are at hand."""

    def __init__(self, directory: Path, files: Sequence[str]) -> None:
        self.files = tuple(files)
        self.notes: list[str] = []
        self._raw: dict[str, str] = {}
        self._origins = _origins(directory / "manifest.toml")
        for file in files:
            try:
                text.read(directory / file, file)
                self._raw[file] = (directory / file).read_bytes().decode("utf-8")
            except SourceError as error:
                self.notes.append(f"không có số dòng / no line numbers: {error}")

    def names(self, file: str) -> tuple[str, ...]:
        """The file's name, and the name under which it was received."""
        return tuple(filter(None, (Path(file).name, self._origins.get(file))))

    def raw(self, file: str) -> str | None:
        """The characters as annotations count them: the file as it is."""
        return self._raw.get(file)

    def place(self, file: str, start: int | None) -> str:
        """``file:line`` of an offset in the normalised text."""
        if start is None or file not in self._raw:
            return file
        composed = unicodedata.normalize("NFC", self._raw[file])
        return f"{file}:{composed.count(chr(10), 0, start) + 1}"

    def normalised(self, fact: Fact, file: str) -> Fact:
        """The annotated fact with offsets into the NFC text, where the file is not NFC itself."""
        raw = self._raw.get(file)
        if raw is None or unicodedata.is_normalized("NFC", raw):
            return fact

        def moved(offset: int) -> int:
            return len(unicodedata.normalize("NFC", raw[:offset]))

        pieces = tuple(Span(moved(piece.start), moved(piece.end)) for piece in fact.pieces)
        return replace(fact, pieces=pieces)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """Counts by line, and what is not right: expected, found, or both in one place."""

    counts: Mapping[str, Count]
    faulty: tuple[tuple[Fact | None, Fact | None], ...]


def _judge(
    lines: Sequence[Line], expected: Sequence[Fact], found: Sequence[Fact], coverage: Coverage
) -> _Judgement:
    """Score the facts of one kind in one document.

    A found fact counts where the annotation covers its place, where it is right, and where its
    words are those of an annotated fact; elsewhere nobody has said that it is wrong.
    """
    strict = lines[0]
    hits = {j for _, j in match(expected, found, partial(right, strict))}
    in_words = replace(strict, by_path=False)
    counted = [
        fact
        for j, fact in enumerate(found)
        if j in hits
        or coverage.holds(fact)
        or any(closeness(in_words, one, fact) is not None for one in expected)
    ]
    counts = {}
    for line in lines:
        pairs = match(expected, counted, partial(right, line))
        counts[line.name] = Count(len(expected), len(counted), len(pairs))
    pairs = match(expected, counted, partial(right, strict))
    missed = [fact for i, fact in enumerate(expected) if i not in {i for i, _ in pairs}]
    invented = [fact for j, fact in enumerate(counted) if j not in {j for _, j in pairs}]
    wrong = match(missed, invented, partial(_likeness, strict))
    faulty: list[tuple[Fact | None, Fact | None]] = [(missed[i], invented[j]) for i, j in wrong]
    faulty += [(f, None) for i, f in enumerate(missed) if i not in {i for i, _ in wrong}]
    faulty += [(None, f) for j, f in enumerate(invented) if j not in {j for _, j in wrong}]
    return _Judgement(counts, tuple(sorted(faulty, key=_position)))


def _likeness(line: Line, one: Fact, other: Fact) -> float | None:
    """Closeness of two facts that differ, more for each thing they agree on."""
    near = closeness(line, one, other)
    if near is None:
        return None
    return near + 2 * sum(one.values[n].same(other.values[n]) for n in line.attributes)


def _position(pair: tuple[Fact | None, Fact | None]) -> tuple[int, str]:
    fact = pair[0] or pair[1]
    return (-1, "") if fact is None else (fact.start if fact.start is not None else -1, fact.path)


def _fault(
    line: Line, one: Fact | None, other: Fact | None, texts: Texts, file: str | None
) -> Fault:
    fact = one or other
    if fact is None:
        raise ValueError("a fault of nothing")
    differs: tuple[str, ...] = ()
    if one and other:
        differs = tuple(n for n in line.attributes if not one.values[n].same(other.values[n]))
    return Fault(
        fact.kind,
        fact.document,
        texts.place(file, fact.start) if file else fact.document,
        fact.path,
        one.shown(line.attributes) if one else None,
        other.shown(line.attributes) if other else None,
        differs,
    )


def _files(gold: Gold, texts: Texts) -> dict[str, str | None]:
    """Source file of each annotated document; None if the graph has none, or has several.

    Quotes decide last, and only over files that no document claims by the table or by name.
    """
    found = {document: _file_by_name(document, gold, texts) for document in gold.documents}
    free = [file for file in texts.files if file not in found.values()]
    for document, file in found.items():
        if file is None and document not in gold.files:
            quotes = gold.quotes.get(document, ())
            found[document] = _only(file for file in free if _quotes_hold(quotes, texts, file))
    return found


def _file_by_name(document: str, gold: Gold, texts: Texts) -> str | None:
    listed = gold.files.get(document)
    if listed is not None:
        return _only(file for file in texts.files if listed in (file, Path(file).name))
    return _only(
        file for file in texts.files if any(_heads(document, name) for name in texts.names(file))
    )


def _heads(document: str, name: str) -> bool:
    rest = name.removeprefix(document)
    return rest != name and not rest[:1].isalnum()


def _quotes_hold(quotes: Sequence[tuple[tuple[Span, ...], str]], texts: Texts, file: str) -> bool:
    """Whether more than half of the quotes stand in the file where they are said to stand."""
    raw = texts.raw(file)
    held = [raw is not None and _holds(raw, pieces, quote) for pieces, quote in quotes]
    return 2 * sum(held) > len(held)


def _holds(raw: str, pieces: tuple[Span, ...], quote: str) -> bool:
    said = " ".join(raw[piece.start : piece.end] for piece in pieces)
    return said.split() == quote.split()


def _only(files: Iterable[str]) -> str | None:
    found = list(files)
    return found[0] if len(found) == 1 else None


def _origins(manifest: Path) -> dict[str, str]:
    """File -> the name under which it was received, from the texts' manifest if there is one."""
    if not manifest.is_file():
        return {}
    try:
        data = tomllib.loads(manifest.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DataError(manifest, str(error)) from error
    return {str(entry["file"]): str(entry.get("origin", "")) for entry in data.get("text", ())}


def _missing_notes(documents: Mapping[str, str | None]) -> Iterable[str]:
    for document, file in documents.items():
        if file is None:
            yield (
                f"{document}: không có trong đồ thị, mọi dòng gold đều tính là thiếu / "
                "not in the graph, every line of gold counts as a miss"
            )


def _quote_notes(gold: Gold, documents: Mapping[str, str | None], texts: Texts) -> Iterable[str]:
    """Annotations whose offsets do not hold their own quote: faults of the gold."""
    for document, quotes in gold.quotes.items():
        raw = texts.raw(documents[document] or "")
        if raw is None:
            continue
        for pieces, quote in quotes:
            if not _holds(raw, pieces, quote):
                span = f"{pieces[0].start}-{pieces[-1].end}"
                yield f"{document}: lỗi của gold ở / fault of the gold at {span}: “{quote[:60]}”"


def _row(first: str, second: str, count: Count) -> str:
    figures = f"{count.precision:.3f} | {count.recall:.3f} | {count.f1:.3f}"
    numbers = f"{count.expected} | {count.found} | {count.right}"
    return f"| {first} | {second} | {figures} | {numbers} |"


def _figures(count: Count) -> str:
    ratios = f"{count.precision:8.3f}{count.recall:8.3f}{count.f1:8.3f}"
    return f"{ratios}{count.expected:7}{count.found:7}{count.right:7}"


def _differs(fault: Fault) -> str:
    return f" ({', '.join(fault.differs)})" if fault.differs else ""


def _bullet(note: str) -> str:
    return f"- {note}"
