"""Where a query that an engine refuses goes wrong, and what was expected there.

Oxigraph names the furthest place any of its rules came to, which is often behind the mistake, and
the words that would have helped that rule.  What people get wrong most is found on the text itself:
a bracket or a string left open, a prefix that nobody declared, a keyword misspelt.  What is left is
put to the second parser, which names the first word it cannot read.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from pyparsing import ParseBaseException
from rdflib.plugins.sparql.parser import parseQuery

from policygraph import iri
from policygraph.sparql_text import bare, depth, escape_dots, original_column, place, spots

_LONGEST, _DEEPEST = 16_384, 16
"""Beyond so many characters, or levels of brackets, the second parser is not asked: it is slow."""
_PAIRS = {"(": ")", "{": "}", "[": "]"}
_CLOSED = re.compile(r"""(?s:"{3}.*"{3}|'{3}.*'{3})|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\#.*""")
_DECLARED = re.compile(r"\bPREFIX\s+([^\s:]*)\s*:", re.IGNORECASE)
_WORD = re.compile(r"[?$]?[^\W\d_]\w*|\S")
_KEYWORDS = (
    *("SELECT", "CONSTRUCT", "DESCRIBE", "ASK", "WHERE", "FROM", "NAMED", "PREFIX", "BASE"),
    *("DISTINCT", "REDUCED", "OPTIONAL", "UNION", "MINUS", "FILTER", "GRAPH", "VALUES", "BIND"),
    *("GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "EXISTS", "COUNT", "GROUP_CONCAT", "REGEX"),
)
_FORMS = {
    "FILTER": "FILTER ( … )",
    "BIND": "BIND ( … AS ?x )",
    "VALUES": "VALUES ?x { … }",
    "GRAPH": "GRAPH ?g { … }",
    "ORDER": "ORDER BY ?x",
    "GROUP": "GROUP BY ?x",
    "HAVING": "HAVING ( … )",
    "LIMIT": "LIMIT 10",
    "OFFSET": "OFFSET 10",
    **dict.fromkeys("?$<", "?s ?p ?o ."),
}
"""How what begins so goes on, by its first letter or as a whole word."""
_SENTENCES = {
    "The SELECT contains a variable that is unbound": (
        "SELECT có biến không nằm trong GROUP BY, cũng không được gộp (COUNT, SAMPLE …)",
        "SELECT has a variable that is neither in GROUP BY nor aggregated (COUNT, SAMPLE …)",
    ),
    "SELECT * is not authorized with GROUP BY": (
        "không dùng được SELECT * với GROUP BY; hãy ghi tên các biến",
        "SELECT * cannot be used with GROUP BY; name the variables",
    ),
}
"""What Oxigraph says in a whole sentence, said for people."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """``line`` and ``column`` count from 1; ``expected`` is what would stand there."""

    line: int
    column: int
    vi: str
    en: str
    expected: str | None

    def packed(self) -> bytes:
        return json.dumps(asdict(self)).encode("ascii")


def unpacked(text: str) -> Mistake:
    return Mistake(**json.loads(text))


def explain(query: str, said: str) -> Mistake | None:
    """What is wrong with a query of which an engine said ``said``; None where nothing is known
    better than that."""
    for sentence, (vi, en) in _SENTENCES.items():
        if sentence in said:
            return _mistake(query, len(query.rstrip()), vi, en, None)
    return _unclosed(query) or _undeclared(query) or _unread(query)


def _mistake(query: str, at: int, vi: str, en: str, expected: str | None) -> Mistake:
    return Mistake(*place(query, at), vi, en, expected)


def _unclosed(query: str) -> Mistake | None:
    """A string or a bracket that is not closed, or a bracket that closes nothing."""
    opened: list[tuple[str, int]] = []
    for spot in spots(query):
        if spot["text"] and not _CLOSED.fullmatch(spot["text"]):
            mark = spot["text"][:3] if spot["text"][:3] in ('"""', "'" * 3) else spot["text"][0]
            vi, en = f"chuỗi mở bằng {mark} chưa đóng", f"the string opened by {mark} is not closed"
            return _mistake(query, spot.start(), vi, en, mark)
        if spot["open"]:
            opened.append((spot["open"], spot.start()))
        elif close := spot["close"]:
            if not opened:
                vi, en = f"“{close}” không có ngoặc mở", f"“{close}” closes nothing"
                return _mistake(query, spot.start(), vi, en, None)
            bracket, at = opened.pop()
            if _PAIRS[bracket] != close:
                return _open(query, bracket, at)
    return _open(query, *opened[-1]) if opened else None


def _open(query: str, bracket: str, at: int) -> Mistake:
    vi, en = f"ngoặc “{bracket}” chưa đóng", f"the bracket “{bracket}” is not closed"
    return _mistake(query, at, vi, en, _PAIRS[bracket])


def _undeclared(query: str) -> Mistake | None:
    declared = {*iri.PREFIXES, *_DECLARED.findall(bare(query))}
    for spot in spots(query):
        if spot["local"] is None:
            continue
        prefix = spot[0][: -len(spot["local"]) - 1]
        if prefix not in declared:
            near = _near(prefix, declared)
            return _mistake(
                query,
                spot.start(),
                f"tiền tố “{prefix}:” chưa khai báo{near and f'; có lẽ là “{near}:”'}",
                f"the prefix “{prefix}:” is not declared{near and f'; perhaps “{near}:”'}",
                f"PREFIX {prefix}: <…>",
            )
    return None


def _unread(query: str) -> Mistake | None:
    """The first word that the second parser cannot read; None where it reads all."""
    if not query.strip():
        return _mistake(query, 0, "không có câu truy vấn", "there is no query", "SELECT")
    if len(query) > _LONGEST or depth(query) > _DEEPEST:
        return None
    readable = escape_dots(query)
    try:
        parseQuery(readable)
    except (ParseBaseException, RecursionError, ValueError) as error:
        if not isinstance(error, ParseBaseException) or "\\u" in query.lower():
            return None
        lines = query.split("\n")
        line = min(error.lineno, len(lines))
        column = original_column(query, readable, line, error.column)
        at = sum(len(before) + 1 for before in lines[: line - 1]) + column - 1
        found = _WORD.search(query, at)
        if found is None:
            return _mistake(query, at, "câu truy vấn hết giữa chừng", "the query ends midway", None)
        word = found[0]
        near = _near(word.upper(), _KEYWORDS) if word.upper() not in _KEYWORDS else ""
        expected = near or _FORMS.get(word.upper()) or _FORMS.get(word[0])
        if not query[: found.start()].strip():
            expected = near or ", ".join(_KEYWORDS[:4])
        return _mistake(
            query,
            found.start(),
            f"không đọc được từ “{word}” trở đi{near and f'; có lẽ là {near}'}",
            f"cannot be read from “{word}” on{near and f'; perhaps {near}'}",
            expected,
        )
    return None


def _near(word: str, known: Iterable[str]) -> str:
    """The known word that is almost this one; empty where none is."""
    return next(iter(difflib.get_close_matches(word, known, 1, 0.7)), "")
