"""What the pages say, in Vietnamese and in English: ``strings/<page>.toml``.

    [task.lead]
    vi = "Chủ trì"
    en = "Lead"

The key is the path of the table ("task.lead"), its first word the page's.  ``en_one`` is the
English of a count of one: "{n} task" beside "{n} tasks".
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from policygraph.errors import DataError

PACKAGE = "policygraph_api"
LANGUAGES = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One string in both languages, as patterns of ``str.format``."""

    vi: str
    en: str
    en_one: str | None = None

    def say(self, lang: str, values: Mapping[str, object]) -> str:
        if "n" in values and isinstance(count := values["n"], int):
            values = {**values, "n": number(count, lang)}
            if lang == "en" and count == 1 and self.en_one is not None:
                return self.en_one.format(**values)
        pattern = self.vi if lang == "vi" else self.en
        return pattern.format(**values)


def number(value: int | float, lang: str) -> str:
    """1234.5 as it is written: "1.234,5" in Vietnamese, "1,234.5" in English."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"
    return text.translate(_SWAPPED) if lang == "vi" else text


_SWAPPED = str.maketrans(",.", ".,")


def load() -> Mapping[str, Text]:
    """All strings by key; raises DataError on one that lacks a language or is there twice."""
    found: dict[str, Text] = {}
    for path in sorted((files(PACKAGE) / "strings").iterdir(), key=lambda p: p.name):
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            for key, text in _texts("", table):
                if key in found:
                    raise ValueError(f"{key} is there twice")
                found[key] = text
        except (tomllib.TOMLDecodeError, TypeError, ValueError) as error:
            raise DataError(f"strings/{path.name}", str(error)) from error
    return found


def _texts(key: str, table: Mapping[str, object]) -> Iterator[tuple[str, Text]]:
    if any(isinstance(value, str) for value in table.values()):
        yield key, _text(key, table)
        return
    for name, value in table.items():
        if not isinstance(value, dict):
            raise TypeError(f"{key}.{name} is no table")
        yield from _texts(f"{key}.{name}".lstrip("."), value)


def _text(key: str, table: Mapping[str, object]) -> Text:
    said = {name: value for name, value in table.items() if isinstance(value, str) and value}
    if not {*LANGUAGES} <= said.keys() <= {*LANGUAGES, "en_one"} or len(said) != len(table):
        raise ValueError(f"{key} needs vi and en (and may have en_one), each a text")
    return Text(**said)
