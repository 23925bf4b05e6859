"""Words and patterns of the genre, as data.

Each TOML file holds ``[[entry]]`` tables: a ``name`` (which becomes the rule's name on every
fact it makes), a ``pattern`` (a regular expression; ``{NAME}`` refers to the file's
``[define]`` table), a ``value``, and ``examples`` and ``non_examples`` that the tests hold
against the pattern.  A ``gate`` of words spares texts without any of them the pattern; the tests
prove that no match can be without.  A linguist adds an entry without touching Python.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from policygraph.errors import DataError

_VOWELS = {"oa": ("óòỏõọ", "áàảãạ"), "oe": ("óòỏõọ", "éèẻẽẹ"), "uy": ("úùủũụ", "ýỳỷỹỵ")}
_NEW_AND_OLD = [
    (case(new + pair[1]), case(pair[0] + old))
    for pair, (first, second) in _VOWELS.items()
    for new, old in zip(first, second, strict=True)
    for case in (str, str.capitalize, str.upper)
]
_OTHER = dict(_NEW_AND_OLD) | {old: new for new, old in _NEW_AND_OLD}
_TONED = re.compile(rf"\[[^\]]*\]|(?<![qQ])(?:{'|'.join(_OTHER)})(?!\w)")
"""Such a pair of letters at the end of a syllable; classes of letters are passed over."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One pattern with its meaning and its examples."""

    name: str
    value: str
    pattern: re.Pattern[str]
    examples: tuple[str, ...]
    non_examples: tuple[str, ...]
    extra: Mapping[str, Any]
    gate: tuple[str, ...] = ()
    """Words in small letters: every match has one of them.  () where the file names none."""

    def may_be_in(self, lowered: str) -> bool:
        """Whether a text, given in small letters, has a word of the gate: a cheap look before
        the pattern."""
        for word in self.gate:
            if word in lowered:
                return True
        return not self.gate


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The entries of one file, in file order: earlier entries go first."""

    path: str
    entries: tuple[Entry, ...]
    tables: Mapping[str, Any]
    any_of: re.Pattern[str]
    """All patterns in one, without groups: most texts match none, which one look tells."""
    by_name: Mapping[str, Entry]

    def first(self, text: str, *, anchored: bool = False) -> Entry | None:
        """The first entry whose pattern is found in (or, anchored, at the start of) the text."""
        if not (self.any_of.match(text) if anchored else self.any_of.search(text)):
            return None
        for entry in self.entries:
            found = entry.pattern.match(text) if anchored else entry.pattern.search(text)
            if found:
                return entry
        return None

    def named(self, name: str) -> Entry:
        return self.by_name[name]


def either_tone(pattern: str) -> str:
    """A pattern that also finds the other of the two usual places of a tone: "hóa" and "hoá",
    "ủy" and "uỷ".  Party documents and many offices write the older way throughout."""

    def either(found: re.Match[str]) -> str:
        other = _OTHER.get(found[0])
        return f"(?:{found[0]}|{other})" if other else found[0]

    return _TONED.sub(either, pattern)


@cache
def load(name: str) -> Lexicon:
    """The lexicon ``name``.toml; DataError with path and line where an entry is wrong."""
    path = f"lexicon/{name}.toml"
    content = resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return parse(path, content)


def parse(path: str, content: str) -> Lexicon:
    """Check and compile the text of a lexicon file."""
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        last = len(content.splitlines())
        raise DataError(path, str(error), int(line[1]) if line else last) from error
    define: dict[str, str] = {}
    for key, value in data.pop("define", {}).items():
        define[key] = _fill(str(value), define)
    entries = []
    for position, raw in enumerate(data.pop("entry", ())):
        entries.append(_entry(path, content, position, raw, define))
    names = [entry.name for entry in entries]
    for name in names:
        if names.count(name) > 1:
            line_of_copy = _line(content, name, copy=1)
            raise DataError(path, f"two entries are named {name!r}", line_of_copy)
    by_name = dict(zip(names, entries, strict=True))
    return Lexicon(path, tuple(entries), data, any_of(e.pattern for e in entries), by_name)


def any_of(patterns: Iterable[re.Pattern[str]]) -> re.Pattern[str]:
    """One pattern that matches where any of the patterns does; their groups have no names."""
    parts = []
    for pattern in patterns:
        nameless = re.sub(r"\?P<\w+>", "?:", pattern.pattern).removeprefix("(?i)")
        parts.append(f"(?i:{nameless})" if pattern.flags & re.IGNORECASE else f"(?:{nameless})")
    return re.compile("|".join(parts) or r"(?!)")


def _entry(
    path: str, content: str, position: int, raw: dict[str, Any], define: Mapping[str, str]
) -> Entry:
    name = raw.pop("name", "")
    line = _line(content, name)
    if not name or "pattern" not in raw:
        raise DataError(path, f"entry {position + 1} needs a name and a pattern", line)
    try:
        flags = re.IGNORECASE if raw.pop("ignore_case", False) else 0
        pattern = re.compile(either_tone(_fill(raw.pop("pattern"), define)), flags)
    except re.error as error:
        raise DataError(path, f"entry {name!r}: {error}", line) from error
    return Entry(
        name,
        str(raw.pop("value", name)),
        pattern,
        tuple(raw.pop("examples", ())),
        tuple(raw.pop("non_examples", ())),
        raw,
        tuple(word for gate in raw.pop("gate", ()) for word in _spellings(gate)),
    )


def _spellings(words: str) -> tuple[str, ...]:
    """Words as they are given, and with every tone in its other place."""
    other = _TONED.sub(lambda m: _OTHER.get(m[0], m[0]), words)
    return (words,) if other == words else (words, other)


def _fill(pattern: str, define: Mapping[str, str]) -> str:
    return re.sub(
        r"\{([A-Z_]+)\}", lambda m: f"(?:{define[m[1]]})" if m[1] in define else m[0], pattern
    )


def _line(content: str, name: str, copy: int = 0) -> int | None:
    """Line of the entry's name, of its second use where ``copy`` is 1; None without a name."""
    is_name = re.compile(rf'\s*name\s*=\s*"{re.escape(name)}"').match
    found = [n for n, line in enumerate(content.splitlines(), start=1) if is_name(line)]
    return found[copy] if copy < len(found) else None
