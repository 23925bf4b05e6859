"""Text to tree: total, ordered, and exact to the character.

    lines -> grids -> zones -> nodes (marks, tables, paragraphs) -> paths -> tiling -> topics

The parser never refuses a text: what has no structure becomes paragraphs of the body.
"""

from __future__ import annotations

from policygraph.model import Source, Tree
from policygraph.structure.builder import Builder
from policygraph.structure.finish import finish
from policygraph.structure.grids import gather
from policygraph.structure.lines import segments
from policygraph.structure.zones import divide

__all__ = ["parse"]


def parse(source: Source) -> Tree:
    """The document tree of a text; its leaf spans tile ``source.text``."""
    lines = gather(segments(source.text))
    builder = Builder(source.text, lines)
    for region in divide(lines):
        builder.take(region)
    return finish(source, builder.root)
