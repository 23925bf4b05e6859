"""Canned queries: a file ``NAME.rq`` is the whole interface of one question.

Its header, in comments:

    # summary-vi: …
    # summary-en: …
    # param NAME TYPE required|optional|default=VALUE: tiếng Việt | English
    # example: document=52-NQ/TW

and two kinds of lines in its body:

    # bind NAME         becomes ``VALUES ?NAME { term }``, or nothing where NAME is not given
    # if NAME … # end   is kept only where the optional NAME is given

A file is therefore SPARQL as it stands.  Values become RDF terms first and are written by
Oxigraph's own serialiser into a VALUES block: data, never text of the query.  (Oxigraph's
``substitutions`` bind after planning: on 200,000 tasks the same look-up took 198 ms with
them and 0.3 ms with VALUES; VALUES also works on any other engine.)
"""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path

import pyoxigraph as ox

from policygraph import iri
from policygraph.engine import Engine, Term
from policygraph.errors import DataError, QueryError, UnknownThing
from policygraph.lookup import Lookup
from policygraph.store import Snapshot, to_bytes

XSD = iri.PREFIXES["xsd"]
LANGUAGES = ("vi", "en")
MAX_VALUE = 2000
"""Longest value of a parameter, in code points."""

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

    def text(self, terms: Mapping[str, Term]) -> str:
        return _fill(self.lines, terms)


@dataclass(frozen=True, slots=True)
class Bound:
    """A query with its parameters: ``parameters`` as people read them, ``text`` as it is run."""

    query: CannedQuery
    parameters: Mapping[str, str]
    text: str


_FIELD = re.compile(r"#\s*(summary-vi|summary-en|example):\s*(.*?)\s*")
_PARAMETER = re.compile(
    r"#\s*param\s+([a-z][A-Za-z]*)\s+(\w+)\s+(required|optional|default=(\S+)):"
    r"\s*(\S.*?)\s*\|\s*(\S.*?)\s*"
)
_LINE = re.compile(r"\s*#\s*(?:(bind|if)\s+(\w+)|(end))\s*")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
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
    fields, parameters = _header(path, lines)
    for name in ("summary-vi", "summary-en", "example"):
        if name not in fields:
            raise DataError(path, f"the header lacks `# {name}:`", 1)
    _check_use(path, lines, parameters)
    if not any(re.search(r"\bORDER\s+BY\b", line, re.IGNORECASE) for line in _code(lines)):
        raise DataError(path, "a query needs ORDER BY, so that its answers are stable")
    columns = _check_syntax(path, lines, parameters)
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
    shown = {name: term.value for name, term in terms.items()}
    return Bound(query, shown, query.text(terms))


def records(snapshot: Engine, bound: Bound) -> list[Record]:
    """Rows for people and programs: IRIs and dates as strings, numbers as numbers."""
    return [
        {name: _plain(term) for name, term in row.items()} for row in snapshot.select(bound.text)
    ]


def text_in(row: Record, column: str) -> str | None:
    """What a column says, as text; None where it says nothing."""
    value = row[column]
    return None if value is None else str(value)


def whole_in(row: Record, column: str) -> int | None:
    """A whole number of a column; None where there is none."""
    value = row[column]
    return value if isinstance(value, int) else None


def run(
    snapshot: Engine, known: Mapping[str, CannedQuery], name: str, values: Mapping[str, str]
) -> list[Record]:
    """Answer one canned query once; raises UnknownThing where there is none of that name."""
    if name not in known:
        raise UnknownThing(
            f"không có truy vấn / no query “{name}”; có / there are: {', '.join(known)}",
            tuple(known),
        )
    return records(snapshot, bind(known[name], values, Lookup(snapshot)))


def rows(snapshot: Engine, bound: Bound, media_type: str) -> bytes:
    """The answer in one of ``store.RESULT_FORMATS``, written by Oxigraph."""
    return to_bytes(snapshot.query(bound.text), media_type)


def _header(path: Path, lines: tuple[str, ...]) -> tuple[dict[str, str], dict[str, Parameter]]:
    fields: dict[str, str] = {}
    parameters: dict[str, Parameter] = {}
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
        else:
            raise DataError(path, f"not a line of the header: {line}", number)
    return fields, parameters


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
            _PRODUCE[parameter.type](default)
        except ValueError as error:
            raise DataError(path, f"the default of {name} is wrong: {error}", number) from error
    return parameter


def _check_use(path: Path, lines: tuple[str, ...], parameters: Mapping[str, Parameter]) -> None:
    used: set[str] = set()
    opened: int | None = None
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if not found:
            continue
        verb, name, end = found.groups()
        if end:
            if opened is None:
                raise DataError(path, "`# end` without `# if`", number)
            opened = None
            continue
        if name not in parameters:
            raise DataError(path, f"parameter {name} is not declared", number)
        if verb == "bind":
            used.add(name)
        elif parameters[name].required or parameters[name].default is not None:
            raise DataError(path, f"`# if {name}`: {name} is always given", number)
        elif opened is not None:
            raise DataError(path, f"`# if` inside the one of line {opened}", number)
        else:
            opened = number
    if opened is not None:
        raise DataError(path, "`# if` without `# end`", opened)
    unused = [name for name in parameters if name not in used]
    if unused:
        number = next(
            n for n, line in enumerate(lines, 1) if re.match(rf"#\s*param\s+{unused[0]}\b", line)
        )
        raise DataError(
            path, f"parameter {unused[0]} is never bound (`# bind {unused[0]}`)", number
        )


def _check_syntax(
    path: Path, lines: tuple[str, ...], parameters: Mapping[str, Parameter]
) -> tuple[str, ...]:
    """Run the query on an empty store with none, each and all of its optional parameters."""
    empty = Snapshot(ox.Store(), path, None)
    given = {n for n, p in parameters.items() if p.required or p.default is not None}
    optional = parameters.keys() - given
    columns: tuple[str, ...] = ()
    for chosen in [given, *({*given, name} for name in optional), given | optional]:
        try:
            found = empty.query(_fill(lines, dict.fromkeys(chosen, _SAMPLE)))
        except QueryError as error:
            at = _AT.search(str(error))
            raise DataError(path, str(error), int(at[1]) if at else None) from error
        if not isinstance(found, ox.QuerySolutions):
            raise DataError(path, "a canned query is a SELECT")
        columns = tuple(variable.value for variable in found.variables)
    return columns


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


def _fill(lines: tuple[str, ...], terms: Mapping[str, Term]) -> str:
    """Carry out the ``# bind`` and ``# if`` lines; every line keeps its number."""
    filled, kept = [], True
    for line in lines:
        found = _LINE.fullmatch(line)
        if found and found[3]:
            kept = True
        elif found and found[1] == "if":
            kept = found[2] in terms
        elif found and kept and found[2] in terms:
            filled.append(f"VALUES ?{found[2]} {{ {terms[found[2]]} }}")
            continue
        filled.append(line if kept and not found else "")
    return "\n".join(filled)


def _term(parameter: Parameter, raw: str, lookup: Lookup) -> Term:
    if len(raw) > MAX_VALUE:
        raise QueryError(
            f"{parameter.name}: dài quá {MAX_VALUE} ký tự / longer than {MAX_VALUE} characters"
        )
    if parameter.type in LOOKED_UP:
        return ox.NamedNode(lookup.resolve(parameter.type.value, raw))
    try:
        return _PRODUCE[parameter.type](raw.strip())
    except ValueError as error:
        raise QueryError(f"{parameter.name}: {error}") from error


def _year(raw: str) -> Term:
    if not re.fullmatch(r"[12][0-9]{3}", raw):
        raise ValueError(f"“{raw}” không phải là năm có bốn chữ số / is no year of four digits")
    return ox.Literal(raw, datatype=ox.NamedNode(XSD + "gYear"))


def _date(raw: str) -> Term:
    try:
        day = dt.date.fromisoformat(raw)
    except ValueError:
        raise ValueError(
            f"“{raw}” không phải là ngày năm-tháng-ngày / is no date YYYY-MM-DD"
        ) from None
    return ox.Literal(day.isoformat(), datatype=ox.NamedNode(XSD + "date"))


def _integer(raw: str) -> Term:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", raw):
        raise ValueError(f"“{raw}” không phải là số nguyên / is no integer")
    return ox.Literal(raw, datatype=ox.NamedNode(XSD + "integer"))


def _decimal(raw: str) -> Term:
    try:
        number = Decimal(raw)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 18:
        raise ValueError(f"“{raw}” không phải là số thập phân / is no decimal number")
    return ox.Literal(format(number, "f"), datatype=ox.NamedNode(XSD + "decimal"))


def _boolean(raw: str) -> Term:
    if raw not in ("true", "false"):
        raise ValueError(f"“{raw}”: hãy ghi true hoặc false / write true or false")
    return ox.Literal(raw, datatype=ox.NamedNode(XSD + "boolean"))


def _lang(raw: str) -> Term:
    if raw not in LANGUAGES:
        raise ValueError(f"“{raw}”: hãy ghi vi hoặc en / write vi or en")
    return ox.Literal(raw)


def _iri(raw: str) -> Term:
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", raw):
        raise ValueError(f"“{raw}” không phải là IRI tuyệt đối / is no absolute IRI")
    return ox.NamedNode(raw)


_PRODUCE: Mapping[Type, Callable[[str], Term]] = {
    Type.YEAR: _year,
    Type.DATE: _date,
    Type.INTEGER: _integer,
    Type.DECIMAL: _decimal,
    Type.TEXT: ox.Literal,
    Type.BOOLEAN: _boolean,
    Type.IRI: _iri,
    Type.LANG: _lang,
}
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
