"""Canned queries: a file ``NAME.rq`` is the whole interface of one question.

Its header, in comments:

    # summary-vi: …
    # summary-en: …
    # param NAME TYPE required|optional|default=VALUE: tiếng Việt | English
    # walk up|down NAME
    # example: document=52-NQ/TW

and some lines in its body:

    # bind NAME         becomes ``VALUES ?NAME { term }``, or nothing where NAME is not given
    # if NAME … # end   is kept only where the optional NAME is given
    # sure NAME         keeps only the assertions ?NAME that are sure enough
    # edges A R B [E]   becomes the edges of the walk: ?A leads by ?R up to ?B; ?E says whether the
                        walk comes there only over facts from outside the texts
    # page              becomes ``LIMIT`` with the number of rows up to the end of the page
    # found A B … # shown   between them the answer's ?A are found, and ?B …; all other columns are
                        what is shown of each ?A, which a build may keep ready (``cards``)

How sure an assertion must be is asked by two parameters that every query with such lines has,
``confidence`` and ``accepted``; where neither is, the lines become nothing, and ``# if limited``
keeps nothing.  The derived closures do not know which edge is how sure, so a query over them says
from where to walk, ``# walk up thing`` or ``# walk down document``: where it is asked, the edges
that are sure enough are walked before the query runs (``edges``), and it reads them as data.

Whoever asks for a page gets it by LIMIT and OFFSET behind the query, and every row is made before
one is left out.  A query whose rows are dear says between ``# if paged`` and ``# end`` which they
are: a sub-select in the order of the answer, each row of which makes at least one of the answer's,
with ``# page`` as its last line.

A file is therefore SPARQL as it stands.  Values become RDF terms first and are written by
Oxigraph's own serialiser into a VALUES block: data, never text of the query.  (Oxigraph's
``substitutions`` bind after planning: on 200,000 tasks the same look-up took 198 ms with
them and 0.3 ms with VALUES; VALUES also works on any other engine.)
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from policygraph import iri, literals
from policygraph.edges import Edges, Link, Options
from policygraph.engine import Engine, Found, Term
from policygraph.errors import DataError, QueryError, UnknownThing
from policygraph.literals import XSD
from policygraph.lookup import Lookup
from policygraph.store import Snapshot, to_bytes

MAX_VALUE = 2000
"""Longest value of a parameter, in code points."""

TRIPLE = ("subject", "predicate", "object")
"""Columns of the records of a graph."""
_ROWS = 1000
"""Records written at once."""

Value = str | int | float | bool | None
Record = dict[str, object]
"""Column -> ``Value``."""


class Type(StrEnum):
    """Types of parameters.  The first five are looked up in the graph."""

    DOCUMENT = "document"
    THING = "thing"
    AGENCY = "agency"
    PLACE = "place"
    INDICATOR = "indicator"
    YEAR = "year"
    DATE = "date"
    INTEGER = "integer"
    DECIMAL = "decimal"
    CONFIDENCE = "confidence"
    TEXT = "text"
    BOOLEAN = "boolean"
    IRI = "iri"
    LANG = "lang"


LOOKED_UP = frozenset({Type.DOCUMENT, Type.THING, Type.AGENCY, Type.PLACE, Type.INDICATOR})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One typed parameter; ``default`` is None for required and for optional ones."""

    name: str
    type: Type
    required: bool
    default: str | None
    vi: str
    en: str


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
        return _fill(self.lines, terms, edges, most)


@dataclass(frozen=True, slots=True)
class Bound:
    """A query with its parameters; ``edges`` are those of its walk that are sure enough."""

    query: CannedQuery
    terms: Mapping[str, Term]
    edges: Sequence[Link]

    @property
    def parameters(self) -> Mapping[str, str]:
        """As people read them."""
        return {name: term.value for name, term in self.terms.items()}

    @property
    def text(self) -> str:
        """The query as it is run."""
        return self.query.text(self.terms, self.edges)

    @property
    def finding(self) -> str | None:
        """A query for what this one lists alone; None where its lines are not told apart."""
        finding = self.query.finding
        if finding is None:
            return None
        chosen = " ".join(f"?{column}" for column in finding.columns)
        lines = "\n".join(self.text.split("\n")[finding.lines])
        return f"SELECT DISTINCT {chosen} WHERE {{\n{lines}\n}}"

    def page(self, limit: int, offset: int) -> str:
        """The query for ``limit`` rows behind the first ``offset``: every query has an order."""
        text = self.query.text(self.terms, self.edges, offset + limit)
        return f"{text}\nLIMIT {limit} OFFSET {offset}"


_FIELD = re.compile(r"#\s*(summary-vi|summary-en|example):\s*(.*?)\s*")
_PARAMETER = re.compile(
    r"#\s*param\s+([a-z][A-Za-z]*)\s+(\w+)\s+(required|optional|default=(\S+)):"
    r"\s*(\S.*?)\s*\|\s*(\S.*?)\s*"
)
_WALK = re.compile(r"#\s*walk\s+(up|down)\s+(\w+)\s*")
_LINE = re.compile(r"\s*#\s*(?:(bind|if|sure)\s+(\w+)|(edges(?:\s+\w+){3,4})|(end)|(page))\s*")
_FOUND = re.compile(r"\s*#\s*found((?:\s+\w+)+)\s*")
_SHOWN = re.compile(r"\s*#\s*shown\s*")
CONFIDENCE, ACCEPTED, LIMITED, PAGED = "confidence", "accepted", "limited", "paged"
_LIMITS = ((CONFIDENCE, Type.CONFIDENCE, None), (ACCEPTED, Type.BOOLEAN, "false"))
"""The parameters of every query with ``# sure`` or ``# edges``: name, type, default."""
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_SLICED = re.compile(r"\}[^{}]*\b(?:LIMIT|OFFSET)\s+\d+[^{}]*$", re.IGNORECASE)
_AT = re.compile(r"error at (\d+):")


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


def bind(query: CannedQuery, values: Mapping[str, str], lookup: Lookup) -> Bound:
    """Turn what a person wrote into terms.

    Raises UnknownThing or AmbiguousThing from the look-up, QueryError on a value of the wrong
    type, a missing or an unknown parameter.
    """
    known = {parameter.name: parameter for parameter in query.parameters}
    for name in values:
        if name not in known:
            raise QueryError(
                f"{query.name}: không có tham số / no such parameter “{name}”; "
                f"có / known: {', '.join(known) or '–'}"
            )
    terms: dict[str, Term] = {}
    for name, parameter in known.items():
        raw = values.get(name) or parameter.default
        if raw:
            terms[name] = _term(parameter, raw, lookup)
        elif parameter.required:
            raise QueryError(f"{query.name}: thiếu tham số / missing parameter “{name}”")
    return Bound(query, terms, _walked(query.walk, terms, lookup.engine))


def _walked(walk: Walk | None, terms: Mapping[str, Term], engine: Engine) -> Sequence[Link]:
    """The edges of a query's walk that are sure enough; none where it is not limited."""
    if walk is None or not _is_limited(terms):
        return ()
    least, start = terms.get(CONFIDENCE), terms[walk.parameter].value
    options = Options(
        wide=_is_true(terms, "wide"),
        external=_is_true(terms, "external"),
        confidence=None if least is None else Decimal(least.value),
        accepted=_is_true(terms, ACCEPTED),
    )
    edges = Edges(engine, options)
    if walk.is_upward:
        return [link for links in edges.up(start).values() for link in links]
    links = list(edges.leading_to(start))
    if not options.external:
        return links
    inside = set(Edges(engine, replace(options, external=False)).leading_to(start))
    return [replace(link, is_external=link not in inside) for link in links]


def _is_true(terms: Mapping[str, Term], name: str) -> bool:
    return name in terms and terms[name].value == "true"


def _is_limited(terms: Mapping[str, Term]) -> bool:
    return CONFIDENCE in terms or _is_true(terms, ACCEPTED)


def records(snapshot: Engine, bound: Bound) -> list[Record]:
    """Rows for people and programs: IRIs and dates as strings, numbers as numbers; of a graph its
    triples, sorted."""
    return list(_records(snapshot.query(bound.text)))


def _records(found: Found) -> Iterator[Record]:
    if isinstance(found, ox.QueryTriples):
        for triple in sorted(set(found), key=str):
            yield dict(zip(TRIPLE, map(_plain, triple), strict=True))
    elif isinstance(found, ox.QuerySolutions):
        names = [variable.value for variable in found.variables]
        for row in found:
            yield {name: _plain(row[name]) for name in names}
    else:
        raise QueryError("a SELECT or CONSTRUCT query is needed here")


def text_in(row: Record, column: str) -> str | None:
    """What a column says, as text; None where it says nothing."""
    value = row[column]
    return None if value is None else str(value)


def whole_in(row: Record, column: str) -> int | None:
    """A whole number of a column; None where there is none."""
    value = row[column]
    return value if isinstance(value, int) else None


def write_records(found: Found, head: str, out: BinaryIO, limit: int = 0) -> None:
    """Write the rows of an answer as a JSON object: the members of the object ``head``, then
    ``count`` and ``rows``, each row a record.

    With a limit, rows beyond it are left out, and ``next`` of the head is null where there are
    none.
    """
    rows = [json.dumps(record, ensure_ascii=False) for record in _records(found)]
    if limit:
        members = json.loads(head)
        members["next"] = members["next"] if len(rows) > limit else None
        head, rows = json.dumps(members, ensure_ascii=False), rows[:limit]
    out.write(f'{head[:-1]}, "count": {len(rows)}, "rows": ['.encode())
    for start in range(0, len(rows), _ROWS):
        comma = ", " if start else ""
        out.write((comma + ", ".join(rows[start : start + _ROWS])).encode("utf-8"))
    out.write(b"]}")


def run(
    snapshot: Engine,
    known: Mapping[str, CannedQuery],
    name: str,
    values: Mapping[str, str],
    limit: int | None = None,
) -> list[Record]:
    """Answer one canned query once, with its first ``limit`` rows where given; raises UnknownThing
    where there is none of that name."""
    if name not in known:
        raise UnknownThing(
            f"không có truy vấn / no query “{name}”; có / there are: {', '.join(known)}",
            tuple(known),
        )
    bound = bind(known[name], values, Lookup(snapshot))
    text = bound.text if limit is None else bound.page(limit, 0)
    return list(_records(snapshot.query(text)))


def rows(snapshot: Engine, bound: Bound, media_type: str) -> bytes:
    """The answer in one of ``store.RESULT_FORMATS``, written by Oxigraph."""
    return to_bytes(snapshot.query(bound.text), media_type)


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
    name, type_name, mode, default, vi, en = found.groups()
    if type_name not in set(map(str, Type)):
        raise DataError(path, f"unknown type {type_name}; known: {', '.join(Type)}", number)
    parameter = Parameter(name, Type(type_name), mode == "required", default, vi, en)
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
        found = _LINE.fullmatch(line)
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
            found = empty.query(_fill(lines, terms, edges, most))
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


def _fill(
    lines: tuple[str, ...],
    terms: Mapping[str, Term],
    edges: Sequence[Link],
    most: int | None = None,
) -> str:
    """Carry out the lines that are no SPARQL; every line keeps its number."""
    conditions = {*terms}
    if _is_limited(terms):
        conditions.add(LIMITED)
    if most is not None:
        conditions.add(PAGED)
    filled, kept = [], True
    for line in lines:
        found = _LINE.fullmatch(line)
        if found and found[4]:
            kept = True
        elif found and found[1] == "if":
            kept = found[2] in conditions
        filled.append((_filled(found, terms, edges, most) if found else line) if kept else "")
    return "\n".join(filled)


def _filled(
    found: re.Match[str], terms: Mapping[str, Term], edges: Sequence[Link], most: int | None
) -> str:
    """What a line becomes; nothing where its parameters are not given."""
    verb, name, table, _, page = found.groups()
    if page:
        return f"LIMIT {most}"
    if verb == "bind" and name in terms:
        return f"VALUES ?{name} {{ {terms[name]} }}"
    if verb == "sure":
        return _sure(name, terms)
    if table and _is_limited(terms):
        names = table.split()[1:]
        rows = (" ".join(_cells(edge)[: len(names)]) for edge in edges)
        columns = " ".join(f"?{column}" for column in names)
        return f"VALUES ({columns}) {{ {' '.join(f'({row})' for row in rows)} }}"
    return ""


def _cells(edge: Link) -> tuple[str, ...]:
    ends = (str(ox.NamedNode(address)) for address in (edge.lower, edge.relation, edge.upper))
    return (*ends, str(edge.is_external).lower())


def _sure(name: str, terms: Mapping[str, Term]) -> str:
    filters = []
    if CONFIDENCE in terms:
        filters.append(
            f"FILTER EXISTS {{ ?{name} pg:confidence ?{name}Confidence "
            f"FILTER(?{name}Confidence >= {terms[CONFIDENCE]}) }}"
        )
    if _is_true(terms, ACCEPTED):
        filters.append(f"FILTER EXISTS {{ ?{name} pg:status status:accepted }}")
    return " ".join(filters)


def _term(parameter: Parameter, raw: str, lookup: Lookup) -> Term:
    if len(raw) > MAX_VALUE:
        raise QueryError(
            f"{parameter.name}: dài quá {MAX_VALUE} ký tự / longer than {MAX_VALUE} characters"
        )
    if parameter.type in LOOKED_UP:
        return ox.NamedNode(lookup.resolve(parameter.type.value, raw))
    try:
        return literals.term(parameter.type, raw)
    except ValueError as error:
        raise QueryError(f"{parameter.name}: {error}") from error


_SAMPLE = ox.NamedNode(iri.THINGS + "doc/sample")

_NUMBERS: Mapping[str, Callable[[str], Value]] = {
    **{XSD + name: int for name in ("integer", "int", "long", "nonNegativeInteger")},
    **{XSD + name: float for name in ("decimal", "double", "float")},
    XSD + "boolean": lambda text: text in ("true", "1"),
}


def _plain(term: Term | None) -> Value:
    if isinstance(term, ox.Literal):
        return _NUMBERS.get(term.datatype.value, str)(term.value)
    return None if term is None else term.value
