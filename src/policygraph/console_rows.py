"""Rows of an answer on a terminal: a table where every column fits the width, else a block for each
row with one value a line, since a quote of eighty words in a column of four letters is no reading.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from policygraph.things import curie

LABEL = "Label"
"""``leadLabel`` is what ``lead`` is called."""
_NARROWEST = 24
"""Letters a column of sentences needs at least to be read."""
_ADDRESS = re.compile(r"https?://\S+")
_FRAME = 3
"""Letters between two columns."""

Row = Mapping[str, object]


def show(rows: Sequence[Row], console: Console) -> None:
    """Print every value of every row; short names stand for the IRIs that have one."""
    if not rows:
        console.print("Không có kết quả / nothing found")
        return
    columns = [(name, [_said(row[name]) for row in rows]) for name in rows[0]]
    needed = sum(_needed(name, values) + _FRAME for name, values in columns)
    if needed < console.width:
        console.print(_table(columns))
    else:
        for number, row in enumerate(rows, 1):
            _block(row, f"{number} / {len(rows)}", console)
    console.print(f"{len(rows)} dòng / rows", highlight=False)


def write_csv(columns: Sequence[str], rows: Sequence[Row], out: TextIO) -> None:
    """The same as CSV, with whole IRIs; an absent value is an empty one."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_written(row[name]) for name in columns])


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _said(value: object) -> str:
    text = _written(value)
    return curie(text) if _ADDRESS.fullmatch(text) else text


def _needed(name: str, values: Sequence[str]) -> int:
    """Width below which a column is not read with ease: sentences can be broken, names cannot."""
    widest = max(map(len, values))
    if any(" " in value for value in values):
        widest = min(widest, _NARROWEST)
    return max(widest, len(name))


def _table(columns: Sequence[tuple[str, Sequence[str]]]) -> Table:
    table = Table(header_style="bold")
    for name, values in columns:
        table.add_column(name, overflow="fold", no_wrap=not any(" " in value for value in values))
    for values in zip(*(values for _, values in columns), strict=True):
        table.add_row(*map(Text, values))
    return table


def _block(row: Row, title: str, console: Console) -> None:
    """One row below a rule, without what it does not say; a name with its IRI behind it."""
    lines = list(_lines(row))
    widest = max((len(name) for name, _ in lines), default=0)
    console.print(Rule(Text(title, "bold"), align="left", style="dim"))
    if console.is_terminal:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="cyan", no_wrap=True, min_width=widest)
        grid.add_column(overflow="fold")
        for name, value in lines:
            grid.add_row(name, value)
        console.print(grid)
        return
    for name, value in lines:
        console.print(Text(name.ljust(widest + 2)) + value, soft_wrap=True)


def _lines(row: Row) -> Iterator[tuple[str, Text]]:
    for name, value in row.items():
        said = _said(value)
        owner = name.removesuffix(LABEL)
        if not said or (owner != name and row.get(owner)):
            continue
        label = _said(row.get(name + LABEL))
        behind = (f"  {said}", "dim")
        yield name, Text.assemble(label, behind) if label else Text(said)
