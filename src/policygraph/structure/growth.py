"""The tree while it grows: a stack of open provisions, and what waits for its place."""

from __future__ import annotations

from policygraph.model import Zone
from policygraph.structure.lines import Segment
from policygraph.structure.nodes import Node


class Growth:
    """State that the rules for lines and the rules for rows share.

    ``stack`` runs from the document to the innermost open provision; ``current`` is the node
    that a continued line belongs to; ``before`` the segment read last.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.root = Node("van-ban", "document", "", Zone.BODY)
        self.stack: list[Node] = [self.root]
        self.current: Node | None = None
        self.before: Segment | None = None
        self._furniture: list[Node] = []

    @property
    def top(self) -> Node:
        return self.stack[-1]

    def close_to(self, node: Node) -> None:
        """Close everything under an open node."""
        while self.top is not node:
            self.stack.pop()

    def close_rank(self, rank: int) -> None:
        """Close what is of this rank or deeper, so that a node of the rank can be adopted."""
        while self.top.rank >= rank and self.top is not self.root:
            self.stack.pop()

    def enter(self, node: Node) -> None:
        """Adopt the node under the innermost open provision and open it."""
        self.settle(self.top)
        self.top.adopt(node)
        self.stack.append(node)
        self.current = node

    def wait(self, node: Node) -> None:
        """Keep page furniture until it is known what it interrupts."""
        self._furniture.append(node)

    def settle(self, parent: Node) -> None:
        """Furniture hangs under what it interrupts, else beside what follows it."""
        for node in self._furniture:
            parent.adopt(node)
        self._furniture.clear()

    def nearest(self, level: str) -> Node | None:
        """The innermost open provision of a level."""
        return next((node for node in reversed(self.stack) if node.level == level), None)
