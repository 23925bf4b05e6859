"""Columns of figures in indicator tables, with or without a column of units.

TT | Chỉ tiêu | Đơn vị tính | Thực hiện 2021 | Năm 2023 | Năm 2025
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policygraph import lexicon
from policygraph.mentions.quantities import NUMBER, Quantity, find_quantities, to_decimal
from policygraph.model import Cell, Part, Span, Tree


@dataclass(frozen=True, slots=True)
class ValueColumn:
    cell: Cell
    quantity: Quantity
    year: int | None
    is_present: bool
    is_goal: bool
    """The head has a word for goals."""
    unit: str | None = None
    """what the head says in brackets: "Mục tiêu 2026 (điểm)" """


_BARE = re.compile(
    rf"(?P<cmp>[≥≤><=~]|\D{{0,20}}?)\s*(?P<n>{NUMBER})\s*(?:[-–—]\s*(?P<m>{NUMBER})\s*)?"
    r"(?P<unit>%(?:\s?/\s?năm)?|[^\d;:.]{0,40}?)(?P<after>\s*tr[ởơ]\s+(?:lên|xuống))?\s*[.;]?"
)
_SIGNS = {"≥": ">=", "≤": "<=", ">": ">", "<": "<", "=": "=", "~": "~", "": "="}
_VALUE_COLUMNS = frozenset({"other", "period", "product", "note", "content"})


def value_columns(tree: Tree, part: Part, head: list[str]) -> Iterator[ValueColumn]:
    """Cells of a row that hold a figure and nothing else, under a head with a year or a word
    for goals; in a table with a unit column, any such cell."""
    if not head:
        return
    first = next((i for i, c in enumerate(part.cells) if c.column == "content"), -1)
    has_unit = unit_of(tree, part, head) is not None
    for index, (cell, name) in enumerate(zip(part.cells, head, strict=True)):
        if index == first or cell.column not in _VALUE_COLUMNS or not cell.pieces:
            continue
        years = [int(y) for y in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", name)]
        heads = lexicon.load("indicators").tables["head"]
        lower = name.lower().strip()
        goal, now = re.search(heads["goal"], lower), re.search(heads["now"], lower)
        if cell.column == "product" and not years and _is_work(part):
            continue
        if not (years or goal or now or (has_unit and cell.column == "other")):
            continue
        quantity = _bare(tree.join(cell.pieces), is_period=cell.column == "period")
        if quantity is not None:
            year = max(years, default=None)
            is_now = bool(now) and not goal
            yield ValueColumn(cell, quantity, year, is_now, bool(goal), _unit_of_head(name))


def _is_work(part: Part) -> bool:
    """Whether a row tells who does something, or when: its results are products, no figures."""
    return any(cell.column in {"lead", "period"} for cell in part.cells)


def _unit_of_head(name: str) -> str | None:
    """The unit in the brackets that close the name of a column."""
    found = re.search(r"\(([^()\d]{1,15})\)\s*$", name)
    is_unit = found and ("%" in found[1] or find_quantities(f"1 {found[1].lower()}"))
    return canonical_unit(found[1]) if found and is_unit else None


def _bare(words: str, *, is_period: bool) -> Quantity | None:
    found = _BARE.fullmatch(words.strip())
    if found is None or (re.fullmatch(r"(?:19|20)\d\d", found["n"]) and is_period):
        return None
    full = find_quantities(words, open_nouns=True)
    if len(full) == 1 and found["cmp"] not in _SIGNS:
        return full[0]
    sign = found["cmp"].strip()
    if sign not in _SIGNS:
        probe = find_quantities(f"{words.strip()}%")
        if len(probe) != 1:
            return None
        sign = probe[0].comparator
    comparator = _SIGNS.get(sign, sign)
    if found["after"]:
        comparator = ">=" if found["after"].strip().endswith("lên") else "<="
    upper = to_decimal(found["m"]) if found["m"] else None
    unit = canonical_unit(found["unit"]) if found["unit"].strip() else None
    return Quantity(
        Span(0, len(words)),
        Span(*found.span("n")),
        to_decimal(found["n"]),
        upper,
        "range" if upper is not None else comparator,
        "cell",
        unit,
        None,
        found.end(),
        True,
        "quantity.cell",
    )


_UNIT_WORDS = {
    "dn": "doanh nghiệp",
    "thứ hạng": "hạng",
    "xếp hạng": "hạng",
    "vị trí": "hạng",
    "thứ": "hạng",
    "phần trăm": "%",
    "% /năm": "%/năm",
    "tỉ đồng": "tỷ đồng",
    "tỷ": "tỷ đồng",
    "tr. đồng": "triệu đồng",
    "trđ": "triệu đồng",
}


def canonical_unit(written: str) -> str | None:
    """A unit as the graph writes it: folded, without brackets and blanks around the slash."""
    unit = re.sub(r"\s*/\s*", "/", " ".join(written.split()).strip(" ().;:").lower())
    return _UNIT_WORDS.get(unit, unit) or None


_UNIT_HEADS = frozenset({"đơn vị", "đơn vị tính", "đvt", "đvt.", "đ.vị"})


def unit_of(tree: Tree, part: Part, head: list[str]) -> str | None:
    """The unit in the row's own column; "Đơn vị" also heads columns of agencies."""
    for cell, name in zip(part.cells, head, strict=False):
        if not cell.pieces or not (cell.column == "unit" or name.lower() in _UNIT_HEADS):
            continue
        words = tree.join(cell.pieces)
        if cell.column == "unit" or "%" in words or find_quantities(f"1 {words.lower()}"):
            return canonical_unit(words)
    return None


def unit_in(words: str) -> str | None:
    """The unit that the name of an indicator tells: "Tỷ lệ hộ có cáp quang (%)"."""
    found = re.search(r"\((?:ĐVT:?\s*)?(%(?:/năm)?|[^()%]{1,20}/[^()%]{1,20})\)\s*$", words)
    if found:
        return canonical_unit(found[1])
    return "%" if re.match(r"(?i)t[ỷỉ]\s+(?:lệ|trọng)(?!\w)", words) else None


def yearly_unit(unit: str | None, indicator: str) -> str | None:
    yearly = re.search(r"(?i)(?:h[ằà]ng|bình\s+quân|mỗi)\s*(?:năm|/năm)", indicator)
    grows = re.search(r"(?i)tốc độ tăng|tăng trưởng|mức tăng|mức giảm", indicator)
    return "%/năm" if unit == "%" and yearly and grows else unit
