"""Rows on a terminal: nothing of them is lost, and nothing is broken into columns of letters."""

from __future__ import annotations

import csv
import io

import pytest
from rich.console import Console

from policygraph import console_rows
from policygraph.iri import PREFIXES

NARROW = {"number": "52-NQ/TW", "tasks": 82, "holds": True}
QUOTE = "Chủ trì [cùng các Sở] triển khai các nhiệm vụ, giải pháp được nêu tại ý 1, 2 điểm c"
WIDE = {
    "lead": PREFIXES["agency"] + "vn-61.so-tai-chinh",
    "leadLabel": "Sở Tài chính tỉnh Hải Dương",
    "event": None,
    "quote": QUOTE,
    "file": "hai-duong-ke-hoach-2358-kh-ubnd.txt",
    "source": "https://example.org/cong-bao",
}


def shown(rows, width=80, terminal=False):
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, color_system=None)
    console_rows.show(rows, console)
    return out.getvalue()


def test_what_fits_is_a_table():
    lines = shown([NARROW, {**NARROW, "tasks": None}]).splitlines()
    assert [cell.strip() for cell in lines[3].strip("│").split("│")] == ["52-NQ/TW", "82", "true"]
    assert lines[-1] == "2 dòng / rows"


@pytest.mark.parametrize("terminal", [True, False])
def test_what_does_not_fit_is_a_block_for_each_row(terminal):
    text = shown([WIDE, WIDE], terminal=terminal)
    words = " ".join(text.split())
    assert words.count(QUOTE) == 2
    assert words.count("Sở Tài chính tỉnh Hải Dương agency:vn-61.so-tai-chinh") == 2
    assert "https://example.org/cong-bao" in text
    assert "event" not in text
    assert "1 / 2" in text


def test_a_piped_value_stays_on_its_line():
    assert any(line.endswith(QUOTE) for line in shown([WIDE], width=40).splitlines())


def test_a_label_without_its_thing_is_kept():
    assert "Sở Tài chính" in shown([{**WIDE, "lead": None}])


def test_no_rows():
    assert "nothing found" in shown([])


def test_csv_has_whole_addresses_and_every_column():
    out = io.StringIO()
    console_rows.write_csv(tuple(WIDE), [WIDE], out)
    assert list(csv.DictReader(io.StringIO(out.getvalue()))) == [{**WIDE, "event": ""}]
    out = io.StringIO()
    console_rows.write_csv(tuple(WIDE), [], out)
    assert out.getvalue().strip() == ",".join(WIDE)
