"""Reading query files, and refusing what is wrong with one before anybody asks it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pyoxigraph as ox

from policygraph import iri, literals
from policygraph.edges import Link
from policygraph.engine import Term
from policygraph.errors import DataError, QueryError
from policygraph.queries.filling import LINE, fill
from policygraph.queries.parameters import (
    ACCEPTED,
    CONFIDENCE,
    LIMITED,
    LOOKED_UP,
    PAGED,
    Parameter,
    Type,
)
from policygraph.store import Snapshot

TRIPLE = ("subject", "predicate", "object")
"""Columns of the records of a graph."""


@dataclass(frozen=True, slots=True)
class Walk:
    """From where the edges of a query are walked."""

    is_upward: bool
    parameter: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The lines of a query that find what its answer lists, and the columns that they bind, first
    that of the things listed."""

    columns: tuple[str, ...]
    lines: slice


@dataclass(frozen=True, slots=True)
class CannedQuery:
    """A checked query file.  ``lines`` is its text, header included, so that lines count right."""

    name: str
    path: Path
    summary_vi: str
    summary_en: str
    parameters: tuple[Parameter, ...]
    example: Mapping[str, str]
    lines: tuple[str, ...]
    columns: tuple[str, ...]
    walk: Walk | None
    is_graph: bool
    """a CONSTRUCT: its records are triples, and it can be had as Turtle"""
    finding: Finding | None

    def text(
        self, terms: Mapping[str, Term], edges: Sequence[Link] = (), most: int | None = None
    ) -> str:
        """SPARQL with these terms; ``most`` is how many rows a page needs, from the first on."""
        return fill(self.lines, terms, edges, most)


_FIELD = re.compile(r"#\s*(summary-vi|summary-en|example):\s*(.*?)\s*")
_PARAMETER = re.compile(
    r"#\s*param\s+([a-z][A-Za-z]*)\s+(\w+)(?::([a-z-]+|\*))?\s+(required|optional|default=(\S+)):"
    r"\s*(\S.*?)\s*\|\s*(\S.*?)\s*"
)
_WALK = re.compile(r"#\s*walk\s+(up|down)\s+(\w+)\s*")
_FOUND = re.compile(r"\s*#\s*found((?:\s+\w+)+)\s*")
_SHOWN = re.compile(r"\s*#\s*shown\s*")
_LIMITS = ((CONFIDENCE, Type.CONFIDENCE, None), (ACCEPTED, Type.BOOLEAN, "false"))
"""The parameters of every query with ``# sure`` or ``# edges``: name, type, default."""
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_SLICED = re.compile(r"\}[^{}]*\b(?:LIMIT|OFFSET)\s+\d+[^{}]*$", re.IGNORECASE)
_AT = re.compile(r"error at (\d+):")
_SAMPLE = ox.NamedNode(iri.THINGS + "doc/sample")


def load(directory: Path) -> dict[str, CannedQuery]:
    """Every query of a directory by name; raises DataError with path and line on a bad one."""
    if not directory.is_dir():
        raise DataError(directory, "no such directory of queries")
    return {path.stem: parse(path) for path in sorted(directory.glob("*.rq"))}


def parse(path: Path) -> CannedQuery:
    """Read and check one file: header, parameters used and declared, syntax, stable order."""
    if not _NAME.fullmatch(path.stem):
        raise DataError(path, "a query is named in lower-case words joined by hyphens")
    try:
        lines = tuple(path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(path, f"cannot be read: {error}") from error
    fields, parameters, walk = _header(path, lines)
    for name in ("summary-vi", "summary-en", "example"):
        if name not in fields:
            raise DataError(path, f"the header lacks `# {name}:`", 1)
    _check_use(path, lines, parameters, walk)
    columns, is_graph = _check_syntax(path, lines, parameters)
    finding = _finding(path, lines, columns)
    is_ordered = any(re.search(r"\bORDER\s+BY\b", line, re.IGNORECASE) for line in _code(lines))
    if not (is_ordered or is_graph):
        raise DataError(path, "a query needs ORDER BY, so that its answers are stable")
    if _SLICED.search("\n".join(_code(lines))):
        raise DataError(path, "a query has no LIMIT of its own: who asks sets the page")
    example = _example(path, fields["example"], parameters)
    return CannedQuery(
        path.stem,
        path,
        fields["summary-vi"],
        fields["summary-en"],
        tuple(parameters.values()),
        example,
        lines,
        columns,
        walk,
        is_graph,
        finding,
    )


def _header(
    path: Path, lines: tuple[str, ...]
) -> tuple[dict[str, str], dict[str, Parameter], Walk | None]:
    fields: dict[str, str] = {}
    parameters: dict[str, Parameter] = {}
    walk: Walk | None = None
    for number, line in enumerate(lines, 1):
        if not line.startswith("#"):
            break
        if re.match(r"#\s*param\b", line):
            parameter = _parameter(path, line, number)
            if parameter.name in parameters:
                raise DataError(path, f"parameter {parameter.name} is declared twice", number)
            parameters[parameter.name] = parameter
        elif field := _FIELD.fullmatch(line):
            if field[1] in fields or (not field[2] and field[1] != "example"):
                raise DataError(path, f"{field[1]} is empty or stands twice", number)
            fields[field[1]] = field[2]
        elif found := _WALK.fullmatch(line):
            walk = Walk(found[1] == "up", found[2])
            if walk.parameter not in parameters or not parameters[walk.parameter].required:
                raise DataError(path, f"walk: no required parameter {walk.parameter}", number)
        else:
            raise DataError(path, f"not a line of the header: {line}", number)
    return fields, parameters, walk


def _parameter(path: Path, line: str, number: int) -> Parameter:
    found = _PARAMETER.fullmatch(line)
    if not found:
        raise DataError(
            path, "write `# param NAME TYPE required|optional|default=VALUE: vi | en`", number
        )
    name, type_name, scheme, mode, default, vi, en = found.groups()
    if type_name not in set(map(str, Type)):
        raise DataError(path, f"unknown type {type_name}; known: {', '.join(Type)}", number)
    if scheme is not None and type_name != Type.TEXT:
        raise DataError(path, f"only a text is one of a scheme, {type_name} is not", number)
    parameter = Parameter(name, Type(type_name), scheme, mode == "required", default, vi, en)
    if default is not None:
        if parameter.type in LOOKED_UP:
            raise DataError(path, f"a parameter of type {type_name} has no default", number)
        try:
            literals.term(parameter.type, default)
        except ValueError as error:
            raise DataError(path, f"the default of {name} is wrong: {error}", number) from error
    return parameter


def _check_use(
    path: Path, lines: tuple[str, ...], parameters: Mapping[str, Parameter], walk: Walk | None
) -> None:
    used: set[str] = set()
    opened: int | None = None
    condition = ""
    reads_edges = False
    for number, line in enumerate(lines, 1):
        found = LINE.fullmatch(line)
        if not found:
            continue
        verb, name, edges, end, page = found.groups()
        if page and condition != PAGED:
            raise DataError(path, "`# page` outside `# if paged`", number)
        if verb == "sure" or edges or name == LIMITED:
            used.update(_check_limits(path, parameters, number))
        if edges and walk is None:
            raise DataError(path, "`# edges` without `# walk up|down NAME` in the header", number)
        reads_edges = reads_edges or bool(edges)
        if end:
            if opened is None:
                raise DataError(path, "`# end` without `# if`", number)
            opened, condition = None, ""
        elif verb == "bind":
            _check_declared(path, parameters, name, number)
            used.add(name)
        elif verb == "if":
            _check_condition(path, parameters, name, number)
            if opened is not None:
                raise DataError(path, f"`# if` inside the one of line {opened}", number)
            opened, condition = number, name
    if opened is not None:
        raise DataError(path, "`# if` without `# end`", opened)
    if walk is not None and not reads_edges:
        raise DataError(path, "`# walk` in the header, but no `# edges` in the query")
    _check_all_bound(path, lines, parameters, used)


def _check_all_bound(
    path: Path, lines: tuple[str, ...], parameters: Mapping[str, Parameter], used: Set[str]
) -> None:
    unused = [name for name in parameters if name not in used]
    if unused:
        number = next(
            n for n, line in enumerate(lines, 1) if re.match(rf"#\s*param\s+{unused[0]}\b", line)
        )
        raise DataError(
            path, f"parameter {unused[0]} is never bound (`# bind {unused[0]}`)", number
        )


def _check_declared(
    path: Path, parameters: Mapping[str, Parameter], name: str, number: int
) -> None:
    if name not in parameters:
        raise DataError(path, f"parameter {name} is not declared", number)


def _check_condition(
    path: Path, parameters: Mapping[str, Parameter], name: str, number: int
) -> None:
    """``# if`` asks for what may be left out."""
    if name in (LIMITED, PAGED):
        return
    _check_declared(path, parameters, name, number)
    if parameters[name].required or parameters[name].default is not None:
        raise DataError(path, f"`# if {name}`: {name} is always given", number)


def _check_limits(path: Path, parameters: Mapping[str, Parameter], number: int) -> Iterator[str]:
    """The parameters that say how sure an assertion must be are there, and as everywhere else."""
    for name, of_type, default in _LIMITS:
        found = parameters.get(name)
        if found is None or (found.type, found.required, found.default) != (
            of_type,
            False,
            default,
        ):
            mode = "optional" if default is None else f"default={default}"
            raise DataError(path, f"this line needs `# param {name} {of_type} {mode}: …`", number)
        yield name


def _finding(path: Path, lines: tuple[str, ...], columns: tuple[str, ...]) -> Finding | None:
    """Where a query finds what it lists, if it says so."""
    begins = [number for number, line in enumerate(lines, 1) if _FOUND.fullmatch(line)]
    ends = [number for number, line in enumerate(lines, 1) if _SHOWN.fullmatch(line)]
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or begins > ends:
        raise DataError(
            path, "write one `# found A …` and one `# shown` behind it", min(begins + ends)
        )
    names = tuple(lines[begins[0] - 1].split()[2:])
    others = names[1:]
    if names[0] not in columns or columns[len(columns) - len(others) :] != others:
        raise DataError(path, "what is found is a column, its companions the last ones", begins[0])
    return Finding(names, slice(begins[0], ends[0] - 1))


def _check_syntax(
    path: Path, lines: tuple[str, ...], parameters: Mapping[str, Parameter]
) -> tuple[tuple[str, ...], bool]:
    """Columns of the answer, and whether it is a graph.

    The query is run on an empty store with none, each and all of its optional parameters, where
    it may be limited with an edge and without, and as a whole and for a page.
    """
    empty = Snapshot(ox.Store(), path, None)
    given = {n for n, p in parameters.items() if p.required or p.default is not None}
    optional = parameters.keys() - given
    columns: tuple[str, ...] = TRIPLE
    is_graph = True
    edges = (Link(_SAMPLE.value, _SAMPLE.value, _SAMPLE.value, is_external=False),)
    choices = [given, *({*given, name} for name in optional), given | optional]
    for chosen, most in product(choices, (None, 1)):
        terms: dict[str, Term] = dict.fromkeys(chosen, _SAMPLE)
        if ACCEPTED in parameters and chosen != given:
            terms[ACCEPTED] = literals.term(Type.BOOLEAN, "true")
        try:
            found = empty.query(fill(lines, terms, edges, most))
        except QueryError as error:
            at = _AT.search(str(error))
            raise DataError(path, str(error), int(at[1]) if at else None) from error
        if isinstance(found, ox.QueryBoolean):
            raise DataError(path, "a canned query is a SELECT or a CONSTRUCT")
        is_graph = isinstance(found, ox.QueryTriples)
        if isinstance(found, ox.QuerySolutions):
            columns = tuple(variable.value for variable in found.variables)
    return columns, is_graph


def _example(path: Path, text: str, parameters: Mapping[str, Parameter]) -> Mapping[str, str]:
    pairs = [part.partition("=") for part in shlex.split(text)]
    example = {name: value for name, _, value in pairs}
    missing = [n for n, p in parameters.items() if p.required and n not in example]
    unknown = [n for n in example if n not in parameters]
    if missing or unknown:
        raise DataError(path, f"the example lacks or misnames {', '.join(missing + unknown)}", 1)
    return example


def _code(lines: tuple[str, ...]) -> list[str]:
    return [line for line in lines if not line.lstrip().startswith("#")]
