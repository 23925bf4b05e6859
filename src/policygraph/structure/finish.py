"""Nodes to the finished tree: headings, paths, names, tiling, topics."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from policygraph import lexicon
from policygraph.model import Part, Source, Span, Topic, Tree
from policygraph.structure import tables
from policygraph.structure.nodes import Node

_COUNTED = {"bullet", "paragraph", "plus"}
_ITEM_END = re.compile(r"[.;!?…][”\"’')/.]*$")
_STEM = {
    "closing": "ket",
    "title": "tieu-de",
    "heading": "tieu-muc",
    "table": "bang",
    "lead-in": "dan",
    "attached": "kem-theo",
}
_HEADING_LIMIT = 90
_LONGEST_HEADING = 400
_LONGEST_LABEL = 35
_LABELS = {"lead", "coordinate", "monitor", "direct", "period", "product", "funding", "note"}
_FLAT = {"letterhead", "title", "preamble", "recipients", "signature"}
_CHAPTERS = {"attached", "phan", "letter", "chuong", "roman", "muc", "heading", "appendix", "dieu"}
_NESTED = {Topic.OBJECTIVES, Topic.PURPOSE, Topic.SITUATION, Topic.FUNDING}


def finish(source: Source, root: Node) -> Tree:
    """The frozen tree of a finished root."""
    _lead_ins(root, source.text)
    _name(root, source.text)
    _tile(root, source.text)
    root.topic = Topic.OTHER
    for child in root.children:
        _topics(child, source.text, Topic.OTHER)
    nodes = list(root.walk())
    index = {id(node): position for position, node in enumerate(nodes)}
    return Tree(source, tuple(_part(node, index, source.text) for node in nodes))


def is_heading(node: Node, text: str) -> bool:
    """A node with items under it whose own words are a title or end in a colon.

    A row that has a lead or a period of its own lays down work, whatever hangs under it, and
    so does an item under which only labels stand ("Cơ quan chủ trì: …").
    """
    if node.level in {"appendix", "attached", "phan", "chuong", "heading", "title", "table"}:
        return True
    if node.lead_in or node.kind == "nhom":
        return True
    items = [c for c in node.children if c.level == "table" or (c.counted and c.kind != "doan")]
    if not items or _assigned(node) or _labelled(items, text):
        return False
    words = node.words(text)
    return words.endswith(":") or not _ITEM_END.search(words)


def _assigned(row: Node) -> bool:
    return any(pieces for column, pieces in row.cells if column in {"lead", "period"})


def _labelled(items: Sequence[Node], text: str) -> bool:
    """Whether the items are the columns of what they hang under."""
    roles = set()
    for item in items:
        role = _label(item, text)
        if role is None:
            return False
        roles.add(role)
    return not _LABELS.isdisjoint(roles)


def _label(item: Node, text: str) -> str | None:
    """Role of "Cơ quan chủ trì: Sở Y tế"; None for an item that is no label with its value."""
    if item.children or item.level == "table" or item.cells:
        return None
    label, colon, value = item.words(text).partition(":")
    if not colon or not value.strip() or len(label) > _LONGEST_LABEL:
        return None
    return tables.column_of(label)


def _lead_ins(node: Node, text: str) -> None:
    """A paragraph that ends in a colon before items is no item; nor are paragraphs before it."""
    items = [c for c in node.children if c.counted or c.level == "table"]
    last = -1
    for position, child in enumerate(items[:-1]):
        if child.level != "paragraph":
            break
        if child.words(text).endswith(":"):
            last = position
    for early in items[: last + 1]:
        early.lead_in, early.counted, early.kind = True, False, "doan"
    for child in node.children:
        _lead_ins(child, text)


def _name(root: Node, text: str) -> None:
    """Paths from the printed numbers, and for every node a name of its own."""
    used: Counter[str] = Counter()
    stems: Counter[str] = Counter()

    def unique(path: str) -> str:
        """The path, with a suffix in reading order where the document has it already."""
        found = path
        while used[found]:
            used[path] += 1
            found = f"{path}-{used[path]}"
        used[found] += 1
        return found

    def visit(node: Node, base: str, outer: str) -> None:
        """``base``: path that the children extend; ``outer``: the one dotted numbers extend."""
        ordinal = 0
        for child in node.children:
            segment = ""
            if child.level in _COUNTED and child.counted:
                ordinal += 1
                segment = str(ordinal)
            elif child.counted and (child.level not in _STEM or child.mark == "PL"):
                segment = child.mark
            above = outer if child.level == "dotted" else base
            if segment:
                child.path = child.name = unique(f"{above}/{segment}" if above else segment)
            else:
                stem = _STEM.get("lead-in" if child.lead_in else child.level, child.kind)
                prefix = node.name or base
                key = f"{prefix}/{stem}" if prefix else stem
                stems[key] += 1
                child.name = f"{key}{stems[key]}"
            inner = child.path or base
            visit(child, inner, outer if child.level in {"number", "dotted"} else inner)

    for top in root.children:
        if top.level in _FLAT:
            top.counted = False
        elif top.level == "attached" and not _has_chapters(top):
            top.counted, top.mark = True, "PL"
    visit(root, "", "")


def _has_chapters(attached: Node) -> bool:
    """A plan or a regulation that was issued with the document has its own chapters, and their
    paths are the document's; a list without chapters is an appendix without a number."""
    return any(child.level in _CHAPTERS for child in attached.children)


def _tile(root: Node, text: str) -> None:
    """Give every character to a leaf: what belongs to a node with children, or is interrupted,
    becomes fragments under it."""
    runs: list[tuple[int, Node]] = sorted(
        ((begin, node) for node in root.walk() for begin, _ in node.atoms), key=lambda r: r[0]
    )
    ends = {begin: after for (begin, _), (after, _) in pairwise(runs)}
    if runs:
        ends[runs[-1][0]] = len(text)
    order: dict[int, list[list[int]]] = {id(node): [] for _, node in runs}
    last: Node | None = None
    for begin, node in runs:
        spans = order[id(node)]
        if last is node and spans and spans[-1][1] == begin:
            spans[-1][1] = ends[begin]
        else:
            spans.append([0 if begin == runs[0][0] else begin, ends[begin]])
        last = node
    for node in list(root.walk()):
        spans = order.get(id(node), [])
        if not node.children and len(spans) == 1:
            node.span = Span(*spans[0])
            continue
        for number, (start, end) in enumerate(spans, start=1):
            piece = Node("doan", "fragment", "", node.zone, parent=node, counted=False)
            piece.span = Span(start, end)
            piece.name = f"{node.name}/t{number}" if node.name else f"t{number}"
            piece.atoms = [(b, s) for b, s in node.atoms if start <= b < end or b == start]
            node.children.append(piece)
    if not root.children:
        root.span = Span(0, len(text))
    _cover(root)


def _cover(node: Node) -> Span:
    if node.children:
        spans = [_cover(child) for child in node.children]
        node.children.sort(key=lambda c: c.span.start)
        node.span = Span(min(s.start for s in spans), max(s.end for s in spans))
    return node.span


def _topics(node: Node, text: str, above: Topic) -> None:
    below = node.topic = _own_topic(node, text, above) or above
    for child in node.children:
        _topics(child, text, below)
        if below is Topic.SITUATION and child.lead_in and _orders(child.words(text)):
            below = Topic.TASKS


def _orders(words: str) -> bool:
    """Whether a line in a chapter on the situation opens tasks: "Chính phủ yêu cầu các bộ tập
    trung thực hiện các nhiệm vụ sau:"."""
    return re.search(lexicon.load("topics").tables["orders"], words) is not None


def _own_topic(node: Node, text: str, above: Topic) -> Topic | None:
    titles = [c for c in node.children if c.level == "title"]
    if node.level not in {"appendix", "attached"} and not (
        node.children and is_heading(node, text)
    ):
        return None
    if node.level == "attached" and _has_chapters(node):
        return None
    words = " ".join([node.words(text), *(t.words(text) for t in titles)]).lower().strip(" :.*")
    words = words[:_LONGEST_HEADING]
    topics = lexicon.load("topics")
    if node.level in _CHAPTERS or above is Topic.OTHER:
        entry = topics.first(words)
        return Topic(entry.value) if entry else None
    if len(words) > _HEADING_LIMIT:
        return None
    entry = topics.first(words, anchored=True)
    if entry is None or (above is Topic.TASKS and entry.extra.get("chapters_only")):
        return None
    topic = Topic(entry.value)
    if topic in _NESTED and not (above is Topic.ORGANISATION and topic is not Topic.FUNDING):
        return topic
    back = above in {Topic.PURPOSE, Topic.OBJECTIVES, Topic.SITUATION} and topic is Topic.TASKS
    return topic if back else None


def _part(node: Node, index: dict[int, int], text: str) -> Part:
    return Part(
        index=index[id(node)],
        parent=index[id(node.parent)] if node.parent else -1,
        children=tuple(index[id(child)] for child in node.children),
        kind=node.kind,
        mark=node.mark,
        path=node.path,
        name=node.name,
        start=node.span.start,
        end=node.span.end,
        pieces=_merge(node.pieces(), text),
        cells=node.frozen_cells(),
        zone=node.zone,
        topic=node.topic or Topic.OTHER,
        is_heading=is_heading(node, text),
    )


def _merge(pieces: tuple[Span, ...], text: str) -> tuple[Span, ...]:
    """Join pieces that only a line break parts: a wrapped line is no cut."""
    merged: list[Span] = []
    for piece in pieces:
        if merged and text[merged[-1].end : piece.start].strip(" \r") in {"", "\n"}:
            merged[-1] = Span(merged[-1].start, piece.end)
        else:
            merged.append(piece)
    return tuple(merged)
