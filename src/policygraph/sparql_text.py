"""What can be told from a SPARQL text without an engine: its nesting, its FROM clauses; and the
one spelling that Oxigraph's parser does not read.

Oxigraph (0.5.8 to 0.5.13) takes at most one dot in the local part of a prefixed name; the
grammar allows any number, and ``doc:vn-61.ubnd.kh.2021.2358`` is how the graph's own Turtle
writes.  ``doc:vn-61\\.ubnd\\.kh\\.2021\\.2358`` is the same name, and is read.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping

_TOKEN = re.compile(
    r"""
      (?P<text> \"{3}(?:[^"\\]|\\.|"(?!""))*+(?:\"{3})?
              | '{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3})?
              | "(?:[^"\\\n\r]|\\.)*+"? | '(?:[^'\\\n\r]|\\.)*+'?
              | \#[^\n\r]*+ )
    | (?P<iri> <[^<>"{}|^`\\\x00-\x20]*+> )
    | (?<![\w?$@.-]) (?:[^\W\d_][\w-]*+(?:\.[\w-]++)*+)? : (?P<local> [\w:] (?:[\w:.%-]|\\.)*+ )
    | (?P<open> [({\[] )
    | (?P<close> [)}\]] )
    """,
    re.VERBOSE | re.DOTALL,
)
"""One token a match.  Every alternative runs forward only and swallows what is left unclosed, so
that time is linear in a hostile text too."""
_FROM = re.compile(r"(?<![\w?$:.-])FROM(?![\w:.-])", re.IGNORECASE)
_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_NUMBERS_AND_LAYOUT = re.compile(r"(?:\s|(?<![\w:/.-])\d+(?![\w:/.-]))+")
_FORM = re.compile(
    r"\s*(?:BASE\s+|PREFIX\s+[^\s:]*\s*:\s+)*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE
)
_DOT = re.compile(r"(?<!\\)\.")
_FIRST_DOT = re.compile(r":[\w:](?:[\w:%-]|\\.)*+(\.?)", re.DOTALL)
"""Finds the dot of every prefixed name that has one to escape, and little else."""


def unescape(text: str) -> str:
    """The query with its codepoint escapes resolved, twice: what is to be kept out must not
    hide behind them, or behind an escaped backslash, whichever way an engine reads them."""
    if "\\" not in text:
        return text
    return _CODEPOINT.sub(_codepoint, _CODEPOINT.sub(_codepoint, text))


def _codepoint(escape: re.Match[str]) -> str:
    number = int(escape[1] or escape[2], 16)
    return chr(number) if number <= sys.maxunicode else ""


def depth(text: str, enough: int = 0) -> int:
    """Deepest nesting of brackets outside strings and comments.

    Brackets inside what looks like an IRI count: ``?a<((?b>?c`` is two comparisons.  A text with
    no more than ``enough`` brackets, wherever they stand, is not looked at more closely.
    """
    brackets = text.count("(") + text.count("{") + text.count("[")
    if brackets <= enough:
        return brackets
    level = deepest = 0
    for token in _TOKEN.finditer(text):
        if token["text"]:
            continue
        for char in token[0]:
            if char in "({[":
                level += 1
                deepest = max(deepest, level)
            elif char in ")}]":
                level = max(0, level - 1)
    return deepest


def spots(text: str) -> Iterator[re.Match[str]]:
    """What is more than a plain word: strings and comments ("text"), IRIs ("iri"), prefixed names
    (with their "local" part), brackets ("open", "close")."""
    return _TOKEN.finditer(text)


def place(text: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of an offset."""
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def has_dataset(text: str) -> bool:
    """Whether the query has FROM clauses of its own."""
    return "from" in text.lower() and _FROM.search(bare(text)) is not None


def bare(text: str) -> str:
    """The query with strings, comments and IRIs blanked."""
    return _TOKEN.sub(lambda t: " " if t["text"] or t["iri"] else t[0], text)


def shape(text: str) -> str:
    """The query without comments, strings, numbers and layout: what is as much work for an
    engine reads the same."""
    kept = _TOKEN.sub(lambda t: " " if t["text"] else t[0], text)
    return _NUMBERS_AND_LAYOUT.sub(" ", kept).strip()


def form(text: str) -> str | None:
    """SELECT, ASK, CONSTRUCT or DESCRIBE; None where the text is no query."""
    found = _FORM.match(bare(text))
    return found[1].upper() if found else None


def used(text: str, prefixes: Mapping[str, str]) -> dict[str, str]:
    """Those prefixes that the query may use; all of them where escapes might hide one."""
    if "\\" in text:
        return dict(prefixes)
    if text.count(":") == text.count("://"):
        return {}  # Every colon is one of a full address.
    return {name: address for name, address in prefixes.items() if f"{name}:" in text}


def prologue(text: str, prefixes: Mapping[str, str]) -> str:
    """Declarations of those prefixes that the query uses, in one line with no break at its end.
    A declaration of the query's own comes later and so counts."""
    words = bare(text)
    return "".join(
        f"PREFIX {name}: <{address}> " for name, address in prefixes.items() if f"{name}:" in words
    )


def escape_dots(text: str) -> str:
    """The same query, with the inner dots of prefixed names escaped; lines stay as they are."""
    if not any(_FIRST_DOT.findall(text)):
        return text

    def escaped(token: re.Match[str]) -> str:
        local = token["local"]
        if local is None or "." not in local:
            return token[0]
        inner = local.rstrip(".")
        head = token[0][: len(token[0]) - len(local)]
        return head + _DOT.sub(r"\\.", inner) + local[len(inner) :]

    return _TOKEN.sub(escaped, text)


def original_column(original: str, escaped: str, line: int, column: int) -> int:
    """Column in the query as it was sent, for a place that the engine names in the escaped one;
    lines and columns count from 1."""
    before, after = original.split("\n"), escaped.split("\n")
    if not 1 <= line <= min(len(before), len(after)):
        return column
    sent = 0
    for char in after[line - 1][: column - 1]:
        if sent < len(before[line - 1]) and before[line - 1][sent] == char:
            sent += 1
    return sent + 1
