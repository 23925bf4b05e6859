"""Queries to be run as they stand: each canned query with the values of its example, and the files
of ``queries/examples/``, which take no parameters and show what free SPARQL can do here.

They are told in the service description as ``sh:SPARQLExecutable``, the form in which query editors
and crawlers of examples look for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from policygraph import iri, matches
from policygraph.errors import AmbiguousThing, DataError, QueryError, UnknownThing
from policygraph.lookup import Lookup
from policygraph.queries import CannedQuery, bind
from policygraph.sparql_text import bare
from policygraph.store import Snapshot

FOLDER = "examples"
SH = "http://www.w3.org/ns/shacl#"
_AT = re.compile(r"error at (\d+):")
_FIELD = re.compile(r"#\s*summary-(vi|en):\s*(.*?)\s*")


@dataclass(frozen=True, slots=True)
class Example:
    """A query that declares its prefixes, a SELECT or a CONSTRUCT; what it asks, in both
    languages."""

    name: str
    vi: str
    en: str
    text: str
    is_graph: bool = False


def load(directory: Path) -> tuple[Example, ...]:
    """The examples under a directory of queries, none where it has no ``examples/``; raises
    DataError on one that is not described or no SELECT."""
    return tuple(_parse(path) for path in sorted((directory / FOLDER).glob("*.rq")))


def of(queries: Iterable[CannedQuery], lookup: Lookup) -> Iterator[Example]:
    """The canned queries as examples; one about a thing that this graph has not is left out."""
    for query in queries:
        try:
            text = bind(query, query.example, lookup).text
        except (UnknownThing, AmbiguousThing):
            continue
        yield Example(
            query.name, query.summary_vi, query.summary_en, runnable(text), query.is_graph
        )


def runnable(text: str) -> str:
    """A query without its header and with the prefixes that it uses declared, so that it runs on
    any engine and in any editor."""
    lines = [line for line in text.splitlines() if line.strip() and line.lstrip()[0] != "#"]
    body = "\n".join(lines) + "\n"
    words = bare(body)
    used = (p for p in iri.PREFIXES if re.search(rf"(?<![\w?$:.-]){re.escape(p)}:", words))
    return "".join(f"PREFIX {p}: <{iri.PREFIXES[p]}>\n" for p in used) + body


def turtle(found: Iterable[Example], endpoint: str) -> str:
    """The examples as SHACL executables of an endpoint, in lines of whole IRIs."""
    return "".join(
        f"<{endpoint}#example-{example.name}> a <{SH}SPARQLExecutable> , "
        f"<{SH}SPARQL{'Construct' if example.is_graph else 'Select'}Executable> ;\n"
        f"  <{iri.PREFIXES['rdfs']}comment> {ox.Literal(example.vi, language='vi')} , "
        f"{ox.Literal(example.en, language='en')} ;\n"
        f"  <{SH}{'construct' if example.is_graph else 'select'}> {ox.Literal(example.text)} ;\n"
        f"  <https://schema.org/target> <{endpoint}> .\n"
        for example in found
    )


def _parse(path: Path) -> Example:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(path, f"cannot be read: {error}") from error
    found: Mapping[str, str] = {
        field[1]: field[2] for line in text.splitlines() if (field := _FIELD.fullmatch(line))
    }
    for language in ("vi", "en"):
        if not found.get(language):
            raise DataError(path, f"the header lacks `# summary-{language}:`", 1)
    try:
        matches.query(_EMPTY, text, lambda question, limit, kinds: ())
    except QueryError as error:
        at = _AT.search(str(error))
        raise DataError(path, str(error), int(at[1]) if at else None) from error
    return Example(path.stem, found["vi"], found["en"], runnable(text))


_EMPTY = Snapshot(ox.Store(), Path(), None)
