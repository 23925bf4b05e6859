"""All benchmarks, side by side in one run: ``make bench``, or ``make bench ONLY=reading``.

Times alone mean nothing from one machine to the next; the ratios do.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BENCHMARKS = (
    "assets",
    "painting",
    "reading",
    "closure",
    "similarity",
    "serving",
    "search",
    "export",
)


def main(names: list[str]) -> None:
    console = Console(width=120)
    for name in names or BENCHMARKS:
        module = importlib.import_module(f"bench.{name}")
        table = Table(title=name)
        rows = module.measure()
        for column in rows[0]._fields:
            table.add_column(column)
        for row in rows:
            table.add_row(*(f"{v:.4g}" if isinstance(v, float) else str(v) for v in row))
        console.print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
