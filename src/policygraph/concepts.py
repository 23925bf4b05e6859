"""Concepts of the vocabularies, by what people write for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from policygraph import iri
from policygraph.engine import Engine
from policygraph.errors import QueryError

SCHEMES = "*"
"""In place of the name of a scheme: the schemes themselves."""
_SHOWN = 40
_TOLD = 80
"""Code points of a value, and values, that are told to who asks for one that there is not."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A sign as it is written ("KH"), or a short name where a concept has none ("lead"); and the
    IRIs of the concepts that have it."""

    sign: str
    concepts: tuple[str, ...]


def choose(engine: Engine, scheme: str, parameter: str, raw: str) -> Meant | None:
    """What a value means: a sign or a short name in any case, or an IRI, of a concept of a scheme.

    None over a graph without concepts of the scheme.  Raises QueryError, with those that there
    are, for a value that is none.
    """
    known = engine.memory().get((__name__, scheme), lambda: _known(engine, scheme))
    asked = raw.strip().casefold()
    for meant in known:
        names = (name for concept in meant.concepts for name in (concept, _short(concept)))
        if asked in (meant.sign.casefold(), *(name.casefold() for name in names)):
            return meant
    if not known:
        return None
    raise none_of(parameter, raw, [meant.sign for meant in known])


def none_of(parameter: str, raw: str, known: Sequence[str]) -> QueryError:
    """What to say of a value that is none of those known."""
    listed = ", ".join(known[:_TOLD]) + (" …" if len(known) > _TOLD else "")
    given = raw[:_SHOWN]
    return QueryError.told(
        f"{parameter}: không có giá trị “{given}”; có: {listed}",
        f"{parameter}: there is no value “{given}”; there are: {listed}",
    )


def _known(engine: Engine, scheme: str) -> tuple[Meant, ...]:
    pattern = (
        "?concept a skos:ConceptScheme"
        if scheme == SCHEMES
        else f"?concept skos:inScheme {ox.NamedNode(iri.VOCAB + scheme)}"
    )
    by_sign: dict[str, list[str]] = {}
    for row in engine.select(
        f"SELECT DISTINCT ?concept ?sign WHERE {{ {pattern} "
        "OPTIONAL { ?concept skos:notation ?sign } } ORDER BY ?concept"
    ):
        concept, sign = row["concept"], row["sign"]
        if concept is not None:
            name = concept.value.rpartition("/")[2] if sign is None else sign.value
            by_sign.setdefault(name, []).append(concept.value)
    return tuple(Meant(sign, tuple(found)) for sign, found in sorted(by_sign.items()))


def _short(address: str) -> str:
    """ "role:lead" of a concept's IRI."""
    return address.removeprefix(iri.VOCAB).replace("/", ":")
