"""The graph as tables: CSV with CSVW metadata, and a workbook for people who use nothing else.

A table is a query and a description of its columns, both under ``tables/``.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import IO, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from policygraph import iri
from policygraph.engine import Engine, Row
from policygraph.errors import DataError, QueryError

CSVW = "csv-metadata.json"
LICENSE = "https://creativecommons.org/licenses/by/4.0/"
MAX_CELL = 32_767
"""Longest text of a cell that spreadsheet programs read."""
MAX_ROWS = 1_048_576
"""Rows of a sheet, the names of the columns among them."""
SPOOLED = 8 << 20
"""Bytes of a workbook that are kept in memory while it is made."""
_WIDTHS = {"anyURI": 30, "date": 14, "gYear": 10, "decimal": 12}
_WIDE, _NARROW = 70, 26
_TIME = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Column:
    """``type`` is a datatype of CSVW."""

    name: str
    type: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    vi: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    query: str


def tables() -> tuple[Table, ...]:
    """The tables of an export; raises DataError on a description that is none."""
    folder = files("policygraph") / "tables"
    path = folder / "tables.toml"
    try:
        described = tomllib.loads(path.read_text(encoding="utf-8"))["table"]
        return tuple(
            Table(
                entry["name"],
                entry["vi"],
                entry["en"],
                tuple(entry["key"]),
                tuple(Column(**column) for column in entry["column"]),
                (folder / f"{entry['name']}.rq").read_text(encoding="utf-8"),
            )
            for entry in described
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, OSError) as error:
        raise DataError(path, f"cannot be used: {error!r}") from error


def rows(snapshot: Engine, table: Table) -> Iterator[list[str]]:
    """One list of texts for each row, "" where there is no value."""
    for row in snapshot.select(table.query):
        yield [_text(row, column) for column in table.columns]


def write_csv(snapshot: Engine, table: Table, out: BinaryIO) -> None:
    """RFC 4180 in UTF-8, the names of the columns first."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow([column.name for column in table.columns])
    writer.writerows(rows(snapshot, table))
    text.flush()
    text.detach()


def csvw() -> bytes:
    """The description of all CSV files (CSV on the Web)."""
    document = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "vi"}],
        "dc:license": {"@id": LICENSE},
        "tables": [_described(table) for table in tables()],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def write_workbook(snapshot: Engine, out: IO[bytes]) -> None:
    """One sheet a table, written row by row; texts are never taken for formulas."""
    book = Workbook(write_only=True)
    for table in tables():
        sheet = book.create_sheet(table.vi)
        sheet.freeze_panes = "A2"
        for number, column in enumerate(table.columns, 1):
            width = _WIDTHS.get(column.type, _WIDE if column.name in ("text", "title") else _NARROW)
            sheet.column_dimensions[get_column_letter(number)].width = width
        header = []
        for column in table.columns:
            cell = WriteOnlyCell(sheet, f"{column.vi}\n{column.en}")
            cell.font = Font(bold=True)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            header.append(cell)
        sheet.append(header)
        for number, row in enumerate(rows(snapshot, table), 2):
            if number > MAX_ROWS:
                sheet.close()
                raise QueryError(
                    f"{table.vi} / {table.en}: hơn {MAX_ROWS:,} dòng; hãy chọn một "
                    "phần / more rows than a sheet holds; choose a part, or take CSV"
                )
            sheet.append(
                [_cell(sheet, text, c) for text, c in zip(row, table.columns, strict=True)]
            )
    # Spreadsheet programs want a ZIP whose sizes stand before its files, so it is made aside.
    with (
        tempfile.SpooledTemporaryFile(SPOOLED) as made,
        tempfile.SpooledTemporaryFile(SPOOLED) as whole,
    ):
        book.save(made)
        _undated(made, whole)
        whole.seek(0)
        shutil.copyfileobj(whole, out)


def _undated(made: IO[bytes], out: IO[bytes]) -> None:
    """The workbook without the time of its making, so that equal graphs give equal bytes."""
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            with source.open(name) as content, target.open(member, "w") as copy:
                if name == "docProps/core.xml":
                    copy.write(_TIME.sub(b"1980-01-01T00:00:00Z", content.read()))
                else:
                    shutil.copyfileobj(content, copy)


def _cell(sheet: object, text: str, column: Column) -> WriteOnlyCell | None:
    if not text:
        return None
    if column.type in ("decimal", "gYear") and _is_number(text):
        return WriteOnlyCell(sheet, Decimal(text) if column.type == "decimal" else int(text))
    if column.type == "date" and _DATE.fullmatch(text):
        return WriteOnlyCell(sheet, date.fromisoformat(text))
    cell = WriteOnlyCell(sheet, "")
    # Set apart from the value, so that "=1+1" stays what the text says.
    cell.value = text[:MAX_CELL]
    cell.data_type = "s"
    return cell


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdecimal()


def _text(row: Row, column: Column) -> str:
    term = row[column.name]
    value = "" if term is None else term.value
    return "".join(c for c in value if c >= " " or c in "\n\t")


def _described(table: Table) -> dict[str, object]:
    return {
        "url": f"{table.name}.csv",
        "dc:title": [
            {"@value": table.vi, "@language": "vi"},
            {"@value": table.en, "@language": "en"},
        ],
        "tableSchema": {
            "primaryKey": list(table.key),
            "aboutUrl": f"{{+{table.key[0]}}}",
            "columns": [
                {
                    "name": column.name,
                    "titles": {"vi": [column.name, column.vi], "en": [column.name, column.en]},
                    "datatype": column.type,
                    "required": column.name in table.key,
                    **({"propertyUrl": iri.term(column.name)} if column.name in _TERMS else {}),
                }
                for column in table.columns
            ],
        },
    }


_TERMS = frozenset(
    {"text", "path", "startYear", "endYear", "value", "upperValue", "deadline", "surface"}
)
"""Columns that are one property of the thing in the row."""
