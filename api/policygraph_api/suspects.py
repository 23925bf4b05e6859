"""What in a query probably takes so long, for one that was stopped.

No engine tells how far it came.  What makes queries endless is known, though, and can be seen in
their text: paths of any length within each other, patterns that share no variable, paths of any
length, and what needs all rows before it gives the first.  It is read off and not measured, and
told as what is likely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import rustworkx as rx

from policygraph.sparql_text import depth, place, spots

MOST = 3
"""Suspects that are named."""
_SHOWN = 60
"""Longest excerpt, in code points."""
_MANY = 20
"""Parts of one kind from which planning alone may take long."""
_DEEPEST = 200
"""Levels of brackets beyond which a query is not looked at."""
_NAME, _STRING = "§", "¶"
"""What stands for each character of an address or a name, and of a string."""
_TOKEN = re.compile(r"[?$]\w+|_:\w+|§+|¶+|[^\W\d]\w*|\d[\w.]*|\S")
_PATH = re.compile(r"(?P<end>(?<!§)§++|(?<![\w?$:])a|\))\s*[*+]")
_STEP = re.compile(r"§|\ba\b")
_VARIABLE = re.compile(r"[?$]")
_BRACKET = re.compile(r"[()]")
_CONDITIONS, _BINDING, _NAMING = (
    ("FILTER", "MINUS"),
    ("BIND", "VALUES", "SELECT"),
    ("GRAPH", "SERVICE"),
)
_ENDING = (".", "OPTIONAL", "UNION")
_PARTS = (
    re.compile(r"\bOPTIONAL\b", re.IGNORECASE),
    re.compile(r"\bUNION\b", re.IGNORECASE),
    re.compile(r"(?<!§)§++(?=\s*/)"),
)
_ANYTHING = re.compile(r"(?<![\w?$])[?$]\w+\s+[?$]\w+\s+[?$]\w+")
_ALL_ROWS = re.compile(
    r"\b(?:ORDER\s+BY|GROUP\s+BY|GROUP_CONCAT|DISTINCT|OFFSET\s+\d{5,})", re.IGNORECASE
)
_NESTED = (
    "đường dẫn dài tùy ý nằm trong một đường dẫn dài tùy ý",
    "a path of any length within a path of any length",
)
_PRODUCT = (
    "không có biến chung với phần đứng trước, nên mọi kết quả được ghép với mọi kết quả",
    "it shares no variable with what stands before it, so everything is combined with everything",
)
_MANY_PARTS = (
    "rất nhiều phần như vậy (OPTIONAL, UNION, bước của đường dẫn)",
    "very many parts of this kind (OPTIONAL, UNION, steps of a path)",
)
_LONG = ("đường dẫn dài tùy ý", "a path of any length")
_WHOLE = (
    "ba biến: mọi câu của đồ thị, nếu không có gì khác giới hạn",
    "three variables: every statement of the graph, unless something else binds them",
)
_ROWS = ("cần có mọi dòng trước khi ra dòng đầu", "it needs all rows before it gives the first")


@dataclass(frozen=True, slots=True)
class Suspect:
    """``line`` and ``column`` count from 1; ``text`` is how the part begins."""

    line: int
    column: int
    text: str
    vi: str
    en: str


@dataclass(slots=True)
class _Element:
    """A triple pattern or a group within a group; its variables."""

    at: int
    variables: set[str] = field(default_factory=set)
    has_patterns: bool = False


def suspects(query: str) -> tuple[Suspect, ...]:
    """The parts of a query that probably took the time, the likeliest first; none where nothing
    of the kind can be seen."""
    if depth(query) > _DEEPEST:
        return ()
    flat = _flat(query)
    found: dict[int, tuple[str, str]] = {}
    for at, words in _suspicions(flat):
        found.setdefault(at, words)
    return tuple(_suspect(query, at, words) for at, words in list(found.items())[:MOST])


def _flat(query: str) -> str:
    """The query in as many characters, without comments, and nothing in names and strings."""
    pieces: list[str] = []
    done = 0
    for spot in spots(query):
        if spot["open"] or spot["close"]:
            continue
        filling = " " if spot[0][0] == "#" else _STRING if spot["text"] else _NAME
        # The dot at the end of a prefixed name ends the statement.
        size = len(spot[0].rstrip(".")) if spot["local"] else len(spot[0])
        pieces += (query[done : spot.start()], filling * size)
        done = spot.start() + size
    return "".join((*pieces, query[done:]))


def _suspicions(flat: str) -> Iterator[tuple[int, tuple[str, str]]]:
    """Places in the order of likelihood."""
    paths = sorted(_paths(flat))
    for at, is_nested in paths:
        if is_nested:
            yield at, _NESTED
    for at in _products(flat):
        yield at, _PRODUCT
    for part in _PARTS:
        places = [found.start() for found in part.finditer(flat)]
        if len(places) > _MANY:
            yield places[0], _MANY_PARTS
    for at, _ in paths:
        yield at, _LONG
    for found in _ANYTHING.finditer(flat):
        yield found.start(), _WHOLE
    for found in _ALL_ROWS.finditer(flat):
        yield found.start(), _ROWS


def _suspect(query: str, at: int, words: tuple[str, str]) -> Suspect:
    line, column = place(query, at)
    first = query[at : at + _SHOWN].splitlines()[0].rstrip()
    return Suspect(line, column, first, *words)


def _paths(flat: str) -> Iterator[tuple[int, bool]]:
    """Where a path of any length begins, and whether there is another within it."""
    openings = _openings(flat)
    for found in _PATH.finditer(flat):
        at = found.start()
        if found["end"] != ")":
            yield at, False
        elif (opening := openings.get(at)) is not None:
            inner = flat[opening + 1 : at]
            # Brackets with variables, or without any name, belong to an expression.
            if not _VARIABLE.search(inner) and _STEP.search(inner):
                yield opening, _PATH.search(inner) is not None


def _openings(flat: str) -> dict[int, int]:
    """Of each round bracket that closes one, where that stands."""
    opened: list[int] = []
    found = {}
    for bracket in _BRACKET.finditer(flat):
        if bracket[0] == "(":
            opened.append(bracket.start())
        elif opened:
            found[bracket.start()] = opened.pop()
    return found


def _products(flat: str) -> Iterator[int]:
    """Where something begins that shares no variable with what stands before it in its group."""
    tokens = [(found[0], found.start()) for found in _TOKEN.finditer(flat)]
    yield from sorted(_Groups(tokens).products)


class _Groups:
    """Reads the groups of a query, roughly: what it does not know is taken to share variables."""

    def __init__(self, tokens: list[tuple[str, int]]) -> None:
        self._tokens, self._next = tokens, 0
        self.products: list[int] = []
        while self._next < len(tokens):
            if self._take()[0] == "{":
                self._group()

    def _take(self) -> tuple[str, int]:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _peek(self) -> str:
        return self._tokens[self._next][0].upper() if self._next < len(self._tokens) else ""

    def _skip(self, opening: str, closing: str) -> set[str]:
        """What is in brackets, the first of which is still to come; gives its variables."""
        level, variables = 0, set()
        while self._next < len(self._tokens):
            word, _ = self._take()
            level += (word == opening) - (word == closing)
            if _is_variable(word):
                variables.add(word[1:])
            if level <= 0:
                break
        return variables

    def _group(self) -> set[str]:
        """A group whose bracket was taken; gives all its variables."""
        elements: list[_Element] = []
        named: _Element | None = None
        before, is_open = "", False
        while self._next < len(self._tokens):
            word, at = self._take()
            kind = word.upper()
            if word == "}":
                break
            if kind in _CONDITIONS:
                self._condition()
            elif kind in _BINDING:
                elements.append(_Element(at, self._bound(kind)))
            elif kind in _NAMING:
                named = _Element(at, self._until_group(), has_patterns=True)
            elif word == "{":
                element, named = named or _Element(at, set(), has_patterns=True), None
                if before == "UNION" and elements:
                    element = elements.pop()
                element.variables |= self._group()
                elements.append(element)
            elif kind not in _ENDING:
                if not is_open:
                    elements.append(_Element(at, set(), has_patterns=True))
                if _is_variable(word):
                    elements[-1].variables.add(word[1:])
                is_open = True
                continue
            before, is_open = kind, False
        self.products.extend(_apart(elements))
        return set().union(*(element.variables for element in elements))

    def _bound(self, keyword: str) -> set[str]:
        """Variables of BIND and VALUES, and of what a sub-select projects."""
        if keyword == "BIND":
            return self._skip("(", ")")
        variables = self._until_group()
        if keyword == "VALUES":
            self._skip("{", "}")
        return variables

    def _until_group(self) -> set[str]:
        variables = set()
        while self._next < len(self._tokens) and self._peek() != "{":
            word, _ = self._take()
            if _is_variable(word):
                variables.add(word[1:])
        return variables

    def _condition(self) -> None:
        """An expression, EXISTS with a group, or the group of MINUS: it joins nothing."""
        while self._next < len(self._tokens) and self._peek() not in ("(", "{", "}"):
            self._take()
        if self._peek() == "{":
            self._take()
            self._group()
        elif self._peek() == "(":
            self._skip("(", ")")


def _apart(elements: Sequence[_Element]) -> list[int]:
    """Where the sets of elements begin that share no variable with those before."""
    joined: rx.PyGraph[_Element, None] = rx.PyGraph()
    by_variable: dict[str, int] = {}
    for element in elements:
        node = joined.add_node(element)
        for variable in element.variables:
            joined.add_edge(node, by_variable.setdefault(variable, node), None)
    sets = ([joined[node] for node in nodes] for nodes in rx.connected_components(joined))
    begins = (
        min(element.at for element in some)
        for some in sets
        if any(element.variables and element.has_patterns for element in some)
    )
    return sorted(begins)[1:]


def _is_variable(word: str) -> bool:
    return word.startswith(("?", "$", "_:")) and len(word) > 1
