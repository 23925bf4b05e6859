"""One line of a benchmark: what was measured beside what, in the same run."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """``ours`` beside ``peer`` in the same unit, and their ratio, which is what counts."""

    name: str
    ours: float
    peer: float
    ratio: float
    note: str
