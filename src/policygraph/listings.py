"""Collections of things with filters, counts and pages: what programs look things up in.

A collection is described in ``lexicon/listings.toml``.  What is asked for is bound as terms in
VALUES blocks; the pages go by key, so that the last costs no more than the first.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import pyoxigraph as ox

from policygraph import concepts, iri, literals, things
from policygraph.engine import Engine, Term
from policygraph.errors import DataError, QueryError
from policygraph.literals import LANGUAGES
from policygraph.lookup import Lookup
from policygraph.queries import LOOKED_UP, Type

PATH = "lexicon/listings.toml"
MAX_PAGE = 200
MAX_IDS = 200
MOST_FACETS = 50
"""Values of a facet that are counted, the most frequent first."""
XSD = iri.PREFIXES["xsd"]
_NUMBERS = frozenset(XSD + name for name in ("decimal", "double", "float"))

Value = str | int | float | None
Record = dict[str, Value | list[Value]]


@dataclass(frozen=True, slots=True)
class Field:
    """What a record says of a thing; ``lang`` for a text in both languages."""

    name: str
    path: str
    many: bool = False
    lang: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows a collection; ``pattern`` binds ?value, one of ``choices`` where there are, or a
    concept of ``scheme``, the local name of one."""

    name: str
    type: Type
    pattern: str
    vi: str
    en: str
    choices: tuple[str, ...] = ()
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """What is counted: ``pattern`` binds ?v; ``filter`` is the filter that takes its values."""

    name: str
    pattern: str
    filter: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A collection; ``class_name`` is a class of the ontology, ``newest`` a path to dates."""

    name: str
    class_name: str
    vi: str
    en: str
    fields: tuple[Field, ...]
    filters: tuple[Filter, ...]
    facets: tuple[Facet, ...]
    newest: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """A value of a facet with its names, if it is a thing, and how many have it."""

    value: str
    label: str | None
    label_en: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """Records in the order of their IRIs, or the newest first; ``next`` is the key of the following
    page; ``labels`` names every thing that the records mention."""

    records: tuple[Record, ...]
    total: int
    next: str | None
    labels: Mapping[str, str]
    facets: Mapping[str, tuple[Count, ...]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a collection; ``ids`` narrow it to these things, ``values`` are filters;
    ``newest_first`` where the collection has dates."""

    values: Mapping[str, str]
    ids: Sequence[str] = ()
    limit: int = 20
    after: str | None = None
    lang: str = "vi"
    with_facets: bool = False
    newest_first: bool = False


def load() -> Mapping[str, Listing]:
    """The collections by name; raises DataError on a description that is none."""
    path = files("policygraph") / PATH
    try:
        described = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: _listing(name, entry) for name, entry in described.items()}
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise DataError(path, f"cannot be used: {error!r}") from error


def page(snapshot: Engine, lookup: Lookup, listing: Listing, wish: Wish) -> Page:
    """Answer a wish.  Raises QueryError on a value of the wrong type, UnknownThing or
    AmbiguousThing from the look-up."""
    if wish.lang not in LANGUAGES:
        given = wish.lang[:20]
        raise QueryError.told(
            f"lang: “{given}”; ghi vi hoặc en", f"lang: “{given}”; write vi or en"
        )
    matching = _matching(lookup, listing, wish)
    found = _found(snapshot, listing, wish, matching)
    total, facets = _counts(snapshot, listing, wish, matching)
    shown = found[: wish.limit]
    records = _records(snapshot, listing, [address for address, _ in shown], wish.lang)
    return Page(
        records,
        total,
        " ".join(filter(None, shown[-1])) if len(found) > wish.limit else None,
        _labels(snapshot, records, wish.lang),
        facets,
    )


def _counts(
    snapshot: Engine, listing: Listing, wish: Wish, matching: str
) -> tuple[int, Mapping[str, tuple[Count, ...]]]:
    """How many there are, and the facets asked for.  Those of a whole collection are dear, and are
    counted once."""

    def count() -> tuple[int, Mapping[str, tuple[Count, ...]]]:
        total = _count(snapshot, f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {matching} }}")
        return total, _facets(snapshot, listing, matching) if wish.with_facets else {}

    if wish.values or wish.ids:
        return count()
    return snapshot.memory().get((__name__, listing.name, wish.with_facets), count)


def _found(snapshot: Engine, listing: Listing, wish: Wish, matching: str) -> list[tuple[str, str]]:
    """IRIs, each with what it is ordered by, of a page and one more."""
    last, last_date = _key(wish.after) if wish.after is not None else ("", "")
    after = f"STR(?x) > {ox.Literal(last)}"
    limit = f"LIMIT {wish.limit + 1}"
    if not wish.newest_first or listing.newest is None:
        text = f"SELECT DISTINCT ?x WHERE {{ {matching} FILTER({after}) }} ORDER BY STR(?x) {limit}"
        return [(x.value, "") for row in snapshot.select(text) if (x := row["x"]) is not None]
    newest = "MAX(COALESCE(STR(?date), ''))"
    if wish.after is not None:
        date = ox.Literal(last_date)
        after = f"({newest} < {date} || ({newest} = {date} && {after}))"
    rows = snapshot.select(
        f"SELECT ?x ({newest} AS ?day) "
        f"WHERE {{ {matching} OPTIONAL {{ ?x {listing.newest} ?date }} }} "
        f"GROUP BY ?x HAVING({after}) ORDER BY DESC(?day) STR(?x) {limit}"
    )
    return [(x.value, day.value) for row in rows if (x := row["x"]) and (day := row["day"])]


def _listing(name: str, entry: Mapping[str, object]) -> Listing:
    def rows(key: str) -> list[dict[str, object]]:
        value = entry[key]
        if not isinstance(value, list):
            raise TypeError(f"{name}.{key} is no list")
        return value

    return Listing(
        name,
        str(entry["class"]),
        str(entry["vi"]),
        str(entry["en"]),
        tuple(
            Field(str(f["name"]), str(f["path"]), f.get("many") is True, f.get("lang") is True)
            for f in rows("field")
        ),
        tuple(_filter(f) for f in rows("filter")),
        tuple(_facet(f) for f in rows("facet")),
        str(entry["newest"]) if "newest" in entry else None,
    )


def _filter(entry: Mapping[str, object]) -> Filter:
    choices = entry.get("choices", ())
    if not isinstance(choices, list | tuple):
        raise TypeError("choices is no list")
    return Filter(
        str(entry["name"]),
        Type(str(entry["type"])),
        str(entry["pattern"]),
        str(entry["vi"]),
        str(entry["en"]),
        tuple(map(str, choices)),
        str(entry["scheme"]) if "scheme" in entry else None,
    )


def _facet(entry: Mapping[str, object]) -> Facet:
    name = str(entry["name"])
    pattern = entry.get("pattern") or f"?x {entry['path']} ?v"
    return Facet(name, str(pattern), str(entry.get("filter", name)))


def _matching(lookup: Lookup, listing: Listing, wish: Wish) -> str:
    """Patterns that bind ?x to what is asked for, the narrowest first."""
    patterns = []
    if wish.ids:
        if len(wish.ids) > MAX_IDS:
            raise QueryError.told(f"id: nhiều hơn {MAX_IDS}", f"id: more than {MAX_IDS}")
        patterns.append(f"VALUES ?x {{ {' '.join(str(_thing(i)) for i in wish.ids)} }}")
    known = {f.name: f for f in listing.filters}
    for number, (name, raw) in enumerate(sorted(wish.values.items())):
        chosen = known.get(name)
        if chosen is None:
            names, given = ", ".join(known), name[:40]
            raise QueryError.told(
                f"không có tham số “{given}”; có: {names}",
                f"no such parameter: “{given}”; there are: {names}",
            )
        # Each filter has variables of its own, or two of them would have to agree.
        text = re.sub(r"\?(?!x\b)(\w+)", rf"?\1_{number}", chosen.pattern)
        patterns.append(f"VALUES ?value_{number} {{ {_terms(chosen, raw, lookup)} }} {text} .")
    patterns.append(f"?x a pg:{listing.class_name} .")
    return " ".join(patterns)


def _terms(chosen: Filter, raw: str, lookup: Lookup) -> str:
    """What a value may mean, as terms of SPARQL."""
    if chosen.choices and raw not in chosen.choices:
        raise concepts.none_of(chosen.name, raw, chosen.choices)
    if chosen.scheme is not None:
        meant = concepts.choose(lookup.engine, chosen.scheme, chosen.name, raw)
        return " ".join(f"<{address}>" for address in meant.concepts) if meant else ""
    if chosen.type in LOOKED_UP:
        return str(ox.NamedNode(lookup.resolve(chosen.type.value, raw)))
    try:
        return str(literals.term(chosen.type, raw))
    except ValueError as error:
        raise QueryError(f"{chosen.name}: {error}") from error


def _thing(name: str) -> ox.NamedNode:
    """An IRI or a short name ("task:…")."""
    prefix, colon, local = name.partition(":")
    known = colon and prefix in iri.PREFIXES and not local.startswith("//")
    address = iri.PREFIXES[prefix] + local if known else name
    try:
        return ox.NamedNode(address)
    except ValueError as error:
        given = name[:80]
        raise QueryError.told(
            f"id: “{given}” không phải là IRI", f"id: “{given}” is no IRI"
        ) from error


def _key(after: str) -> tuple[str, str]:
    """The last IRI of a page, and what it is ordered by."""
    if not after.startswith((iri.BASE, "http")):
        given = after[:40]
        raise QueryError.told(
            f"“{given}” không phải là khóa của trang nào", f"“{given}” is not a key of a page"
        )
    address, _, by = after.partition(" ")
    return address, by


def _count(snapshot: Engine, text: str) -> int:
    return next((int(n.value) for row in snapshot.select(text) if (n := row["n"])), 0)


def _records(
    snapshot: Engine, listing: Listing, addresses: Sequence[str], lang: str
) -> tuple[Record, ...]:
    if not addresses:
        return ()
    things_text = " ".join(str(ox.NamedNode(address)) for address in addresses)
    parts = " UNION ".join(
        f'{{ ?x {field.path} ?v BIND("{field.name}" AS ?f) }}' for field in listing.fields
    )
    values: dict[tuple[str, str], list[Term]] = {}
    rows = snapshot.select(
        f"SELECT DISTINCT ?x ?f ?v WHERE {{ VALUES ?x {{ {things_text} }} {parts} }} "
        "ORDER BY ?x ?f ?v"
    )
    for row in rows:
        x, f, v = row["x"], row["f"], row["v"]
        if x is not None and f is not None and v is not None:
            values.setdefault((x.value, f.value), []).append(v)
    return tuple(
        {
            "iri": address,
            **{f.name: _field(f, values.get((address, f.name), []), lang) for f in listing.fields},
        }
        for address in addresses
    )


def _field(field: Field, found: Sequence[Term], lang: str) -> Value | list[Value]:
    if field.many:
        return [_plain(term) for term in found]
    if field.lang:
        best = sorted(found, key=lambda t: (getattr(t, "language", "") != lang, _is_not_vi(t)))
        return _plain(best[0]) if best else None
    return _plain(found[0]) if found else None


def _is_not_vi(term: Term) -> bool:
    return getattr(term, "language", "") != "vi"


def _plain(term: Term) -> Value:
    if isinstance(term, ox.Literal):
        if term.datatype.value in _NUMBERS:
            return float(term.value)
        if term.datatype.value == XSD + "integer":
            return int(term.value)
    return term.value


def _labels(snapshot: Engine, records: Sequence[Record], lang: str) -> Mapping[str, str]:
    mentioned = {
        value
        for record in records
        for name, field in record.items()
        if name != "iri"
        for value in (field if isinstance(field, list) else [field])
        if isinstance(value, str) and value.startswith((iri.THINGS, iri.VOCAB))
    }
    if not mentioned:
        return {}
    known = things.names(snapshot, mentioned)
    return {a: (n.en if lang == "en" and n.en else n.vi) for a, n in sorted(known.items())}


def _facets(snapshot: Engine, listing: Listing, matching: str) -> Mapping[str, tuple[Count, ...]]:
    counted = {}
    for facet in listing.facets:
        rows = [
            (value, int(n.value))
            for row in snapshot.select(
                f"SELECT ?v (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {matching} {facet.pattern} }} "
                f"GROUP BY ?v ORDER BY DESC(?n) ?v LIMIT {MOST_FACETS}"
            )
            if (value := row["v"]) is not None and (n := row["n"]) is not None
        ]
        links = [value.value for value, _ in rows if isinstance(value, ox.NamedNode)]
        known = things.names(snapshot, links) if links else {}
        counted[facet.name] = tuple(_counted(v.value, known.get(v.value), n) for v, n in rows)
    return counted


def _counted(value: str, name: things.Name | None, count: int) -> Count:
    return Count(value, name.vi if name else None, name.en if name else None, count)
