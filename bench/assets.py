"""Scripts and styles of each page, packed as they go over the line, beside the most they may be.

A page's share counts what every page has (``base.html``).  Bytes, not times: the same everywhere.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping

from bench.rows import Row
from policygraph_api.assets import FOLDER, Assets

MOST: Mapping[str, int] = {"js": 250_000, "css": 40_000}
"""Bytes of scripts and of styles, in gzip, that a page may load."""
EVERYWHERE = "base.html"
_TEMPLATES = FOLDER.parent / "templates"
_ASSET = re.compile(r"asset\('([^']+)\.(js|css)'\)")


def measure() -> list[Row]:
    """Kilobytes of each page that loads more than all pages do, and of what they all load."""
    names = Assets().names
    rows = []
    for page in sorted(path.name for path in _TEMPLATES.glob("*.html")):
        own = loaded(page)
        for kind, most in MOST.items():
            if page == EVERYWHERE or own[kind]:
                all_of_kind = sorted({*own[kind], *loaded(EVERYWHERE)[kind]})
                size = sum(_packed(names[name]) for name in all_of_kind)
                told = ", ".join(all_of_kind)
                rows.append(Row(f"{page} {kind}", size / 1000, most / 1000, size / most, told))
    return rows


def loaded(page: str) -> Mapping[str, set[str]]:
    """Names of the scripts and styles that a template names itself."""
    found: dict[str, set[str]] = {kind: set() for kind in MOST}
    for name, kind in _ASSET.findall((_TEMPLATES / page).read_text(encoding="utf-8")):
        found[kind].add(f"{name}.{kind}")
    return found


def _packed(name: str) -> int:
    return len(gzip.compress((FOLDER / name).read_bytes(), mtime=0))
