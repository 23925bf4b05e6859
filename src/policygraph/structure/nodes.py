"""Nodes of the tree while it is being built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from policygraph.model import Cell, Span, Topic, Zone
from policygraph.structure.plain import plain_words


@dataclass(eq=False)
class Node:
    """A part under construction.

    ``atoms`` are the node's own runs of text in reading order: where the run begins in the
    text (its mark included), and the span of its words.
    """

    kind: str
    level: str
    mark: str
    zone: Zone
    parent: Node | None = None
    rank: int = 0
    atoms: list[tuple[int, Span]] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    cells: list[tuple[str, list[Span]]] = field(default_factory=list)
    path: str = ""
    name: str = ""
    counted: bool = True
    """Takes part in the count of bullets and in paths."""
    lead_in: bool = False
    topic: Topic | None = None
    span: Span = field(default=Span(0, 0))
    """With everything under it; set when the text is tiled."""

    def walk(self) -> Iterator[Node]:
        """The node and everything under it, in reading order (ranks bound the depth)."""
        yield self
        for child in self.children:
            yield from child.walk()

    def adopt(self, child: Node) -> Node:
        child.parent = self
        self.children.append(child)
        return child

    def own(self, begin: int, start: int, end: int) -> None:
        self.atoms.append((begin, Span(start, end)))

    def pieces(self) -> tuple[Span, ...]:
        if self.cells:
            return tuple(next((p for c, p in self.cells if c == "content" and p), []))
        return tuple(span for _, span in self.atoms if span.start < span.end)

    def frozen_cells(self) -> tuple[Cell, ...]:
        return tuple(Cell(column, tuple(pieces)) for column, pieces in self.cells)

    def words(self, text: str) -> str:
        """Own words, without marks of emphasis, runs of white space folded."""
        found = (plain_words(text, s.start, s.end) for s in self.pieces())
        return " ".join([" ".join(words.split()) for words in found])
