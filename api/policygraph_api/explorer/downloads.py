"""Tables to take along."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response

Cell = str | int | float | None


def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A CSV file (RFC 4180) with a byte-order mark, by which spreadsheets know its encoding."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows(rows)
    return Response(
        "\ufeff" + written.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
