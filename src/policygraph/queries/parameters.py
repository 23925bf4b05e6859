"""The parameters of a canned query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from policygraph.engine import Term


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
    """One typed parameter; ``default`` is None for required and for optional ones.  With a
    ``scheme`` its value is the sign or the short name of a concept, or of a scheme ("*")."""

    name: str
    type: Type
    scheme: str | None
    required: bool
    default: str | None
    vi: str
    en: str


CONFIDENCE, ACCEPTED, LIMITED, PAGED = "confidence", "accepted", "limited", "paged"


def is_true(terms: Mapping[str, Term], name: str) -> bool:
    return name in terms and terms[name].value == "true"


def is_limited(terms: Mapping[str, Term]) -> bool:
    return CONFIDENCE in terms or is_true(terms, ACCEPTED)
