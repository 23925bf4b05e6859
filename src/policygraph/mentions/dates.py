"""Dates as official texts write them: "ngày 27/9/2019", "ngày 27 tháng 9 năm 2019", and with the
faults of scans: "ngầy 03/6/2020"."""

from __future__ import annotations

import re
from datetime import date

DAY = r"(?:[Nn]g[àầaả]y|[Hh]ôm)"
DATE = (
    rf"{DAY}\s*(?P<d>\d{{1,2}})"
    r"(?:\s*[/.\-–]\s*(?P<m>\d{1,2})\s*[/.\-–]\s*(?P<y>\d{4})"
    r"|\s+th[áàa]ng\s+(?P<m2>\d{1,2})(?:\s*,)?\s+n[ăa]m\s*(?P<y2>\d{4}))"
)
"""Source of a pattern with the groups d, m, y, m2, y2."""

_DATE = re.compile(DATE)


def to_date(found: re.Match[str]) -> date | None:
    """The date of a match of DATE; None where no calendar has it."""
    groups = found.groupdict()
    day = groups["d"]
    month, year = groups["m"] or groups["m2"], groups["y"] or groups["y2"]
    if not (day and month and year):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def find_dates(text: str) -> list[tuple[int, int, date]]:
    """All dates of a text with their ranges; impossible ones ("ngày 31/2/2020") are left out."""
    found = []
    for match in _DATE.finditer(text):
        value = to_date(match)
        if value is not None:
            found.append((match.start(), match.end(), value))
    return found
