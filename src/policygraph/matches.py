"""``pg:matches`` in SPARQL: full-text search by rewriting, with no extension of any engine.

    ?task pg:matches "chuyen doi so" .             becomes  VALUES ?task { … }
    (?task ?score) pg:matches "chuyen doi so" .    becomes  VALUES (?task ?score) { (… 7.5) … }
    ?task pg:matches ("chuyen doi so" 20) .        takes the best 20
    ?task pg:matches ("chuyen doi so" "task" 20) . takes the best 20 tasks

The text is rewritten before it is run, so workers need nothing but SPARQL, and what comes out
runs on every other engine too.  The pattern stands as a triple of its own; anywhere else it is
refused, since without rewriting it would find nothing and say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from policygraph import iri
from policygraph.engine import Engine, Found
from policygraph.errors import QueryError
from policygraph.store import Snapshot

MATCHES = iri.term("matches")
MOST = 10_000
"""Things one pattern may bring in; where there are more, it is to be narrowed or limited."""
MOST_PATTERNS = 8

Find = Callable[[str, int, Sequence[str]], Sequence[tuple[str, float]]]
"""The best things for a question, at most so many, of some kinds or of any: (IRI, score)."""

_TOKEN = re.compile(
    r"""
      (?P<skip> \s+ | \#[^\n\r]*+ )
    | (?P<text> \"{3}(?:[^"\\]|\\.|"(?!""))*+\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*+'{3}
              | "(?:[^"\\\n\r]|\\.)*+" | '(?:[^'\\\n\r]|\\.)*+' )
    | (?P<iri> <[^<>"{}|^`\\\x00-\x20]*+> )
    | (?P<variable> [?$]\w++ )
    | (?P<name> (?:[^\W\d_][\w.-]*+)?:(?:[\w:%-]|\\.|\.(?=[\w:%-]))*+ )
    | (?P<number> \d++(?![\w.]) )
    | (?P<word> \w++ )
    | (?P<sign> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTINUES = frozenset({";", ",", "@", "^"})
"""What makes a triple more than a triple of its own: further predicates, objects, a language."""
_BEFORE = frozenset({"{", "}", ".", ")"})
_LONGEST = 12
"""Tokens of the longest object: brackets, question, kinds, number."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One pattern as it stands in the text, from ``start`` to ``end``."""

    start: int
    end: int
    place: str
    """Line and column, as "1:12"."""
    variables: tuple[str, ...]
    question: str
    limit: int | None
    kinds: tuple[str, ...]


def rewrite(text: str, find: Find) -> str:
    """The query with every ``pg:matches`` as VALUES; the same text where it has none.

    Raises QueryError where the pattern is not written as above, or finds too much.
    """
    if "matches" not in text:
        return text
    patterns = _patterns(text)
    if len(patterns) > MOST_PATTERNS:
        raise QueryError(
            f"pg:matches: nhiều hơn {MOST_PATTERNS} mẫu / more than {MOST_PATTERNS} patterns"
        )
    for pattern in reversed(patterns):
        text = text[: pattern.start] + _values(pattern, find) + text[pattern.end :]
    return text


def query(
    engine: Engine,
    text: str,
    find: Find,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
) -> Found:
    """Rewrite and evaluate; a syntax error is told at its place in the text as it was written."""
    plain = rewrite(text, find)
    try:
        return engine.query(plain, default_graphs, named_graphs)
    except QueryError:
        if plain is not text:
            Snapshot(ox.Store(), Path(), None).query(text)
        raise


def _values(pattern: _Pattern, find: Find) -> str:
    most = MOST + 1 if pattern.limit is None else pattern.limit
    try:
        found = find(pattern.question, most, pattern.kinds)
    except QueryError as error:
        words = str(error).removeprefix("q: ")
        raise QueryError(f"error at {pattern.place}: pg:matches: {words}") from error
    if pattern.limit is None and len(found) > MOST:
        raise QueryError(
            f"error at {pattern.place}: pg:matches: "
            f"hơn {MOST} kết quả; thêm từ, hoặc ghi số lượng: / "
            f"more than {MOST} results; add words, or say how many: "
            f'pg:matches ("{pattern.question}" 100)'
        )
    if len(pattern.variables) == 1:
        rows = (str(ox.NamedNode(address)) for address, _ in found)
        return f"VALUES {pattern.variables[0]} {{ {' '.join(rows)} }}"
    rows = (f"({ox.NamedNode(address)} {score:.4f})" for address, score in found)
    return f"VALUES ({' '.join(pattern.variables)}) {{ {' '.join(rows)} }}"


def _patterns(text: str) -> list[_Pattern]:
    tokens = [
        _Token(match.lastgroup or "", match[0], match.start(), match.end())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "skip"
    ]
    names = _names(tokens)
    return [
        _pattern(text, tokens, place)
        for place, token in enumerate(tokens)
        if (token.kind == "iri" and token.text == f"<{MATCHES}>")
        or (token.kind == "name" and token.text in names)
    ]


def _names(tokens: Sequence[_Token]) -> set[str]:
    """How the property may be written under the prefixes of the query."""
    prefixes = {"pg:": iri.ONTOLOGY}
    for place, token in enumerate(tokens[:-2]):
        name, address = tokens[place + 1 : place + 3]
        declared = token.kind == "word" and token.text.upper() == "PREFIX"
        if declared and name.kind == "name" and address.kind == "iri":
            prefixes[name.text] = address.text[1:-1]
    return {
        prefix + MATCHES.removeprefix(address)
        for prefix, address in prefixes.items()
        if MATCHES.startswith(address)
    }


def _pattern(text: str, tokens: Sequence[_Token], place: int) -> _Pattern:
    first, variables = _subject(tokens, place)
    last, written = _object(tokens, place)
    follows = tokens[last + 1].text if last + 1 < len(tokens) else ";"
    precedes = tokens[first - 1].text if first else ";"
    is_alone = follows not in _CONTINUES and precedes in _BEFORE
    question, more = (written[0] if written else None), written[1:]
    limits = [token for token in more if token.kind == "number"]
    kinds = [token for token in more if token.kind == "text"]
    line = text.count("\n", 0, tokens[place].start) + 1
    column = tokens[place].start - text.rfind("\n", 0, tokens[place].start)
    at = f"{line}:{column}"
    if not variables or question is None or not is_alone or len(limits) > 1:
        raise QueryError(
            f"error at {at}: pg:matches: hãy viết thành một bộ ba riêng / "
            'write it as a triple of its own: ?x pg:matches "chuyen doi so" . '
            '(?x ?score) pg:matches ("chuyen doi so" "task" 20) .'
        )
    return _Pattern(
        tokens[first].start,
        tokens[last].end,
        at,
        variables,
        _unquoted(question.text),
        max(1, min(int(limits[0].text[:9]), MOST)) if limits else None,
        tuple(_unquoted(token.text) for token in kinds),
    )


def _subject(tokens: Sequence[_Token], place: int) -> tuple[int, tuple[str, ...]]:
    """Its first token and its variables: ``?x`` or ``(?x ?score)``; no variables where neither."""
    before = tokens[max(0, place - 4) : place]
    if before and before[-1].kind == "variable":
        return place - 1, (before[-1].text,)
    shape = [t.text if t.kind == "sign" else t.kind for t in before]
    if shape == ["(", "variable", "variable", ")"]:
        return place - 4, (before[1].text, before[2].text)
    return place, ()


def _object(tokens: Sequence[_Token], place: int) -> tuple[int, list[_Token]]:
    """Its last token, and the text, kinds and number it has; nothing where it is none of ours."""
    after = tokens[place + 1 : place + 1 + _LONGEST]
    if after and after[0].kind == "text":
        return place + 1, [after[0]]
    if len(after) > 1 and after[0].text == "(" and after[1].kind == "text":
        for size, token in enumerate(after[1:], 1):
            if token.text == ")" and token.kind == "sign":
                return place + 1 + size, list(after[1:size])
            if token.kind not in ("text", "number"):
                break
    return place, []


def _unquoted(token: str) -> str:
    """The value of a string literal, read by the engine's own parser."""
    found = ox.Store().query(f"SELECT ({token} AS ?value) {{}}")
    if isinstance(found, ox.QuerySolutions):
        for row in found:
            value = row["value"]
            if isinstance(value, ox.Literal):
                return value.value
    raise QueryError(f"pg:matches: không phải chuỗi / no text: {token[:40]}")
