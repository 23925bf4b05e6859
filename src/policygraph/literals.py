"""From what people write ("2021", "2025-04-01", "true") to RDF literals, by type of parameter.

What is no value of its type is refused with words that say what to write.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from policygraph import iri
from policygraph.engine import Term

XSD = iri.PREFIXES["xsd"]
LANGUAGES = ("vi", "en")


def term(type_name: str, raw: str) -> Term:
    """The term of a value; raises ValueError where it is none of the type."""
    return _PRODUCE[type_name](raw.strip())


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


def _confidence(raw: str) -> Term:
    try:
        term = _decimal(raw)
        is_share = 0 <= Decimal(term.value) <= 1
    except ValueError:
        is_share = False
    if not is_share:
        raise ValueError(f"“{raw}” không phải là số từ 0 đến 1 / is no number from 0 to 1")
    return term


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


_PRODUCE: Mapping[str, Callable[[str], Term]] = {
    "year": _year,
    "date": _date,
    "integer": _integer,
    "decimal": _decimal,
    "confidence": _confidence,
    "text": ox.Literal,
    "boolean": _boolean,
    "iri": _iri,
    "lang": _lang,
}
