"""What is said of the thing of a page, by the short names of the properties."""

from __future__ import annotations

from policygraph import things
from policygraph.engine import Engine
from policygraph.things import Name, Value


class Sheet:
    """A thing with its names and values; raises UnknownThing where nothing is said of it."""

    def __init__(self, engine: Engine, address: str) -> None:
        found = things.describe(engine, address)
        self.iri = address
        self.local = address.rpartition("/")[2]
        self.name = found.name
        self.types = frozenset(things.curie(name.iri) for name in found.types)
        self._values = {things.curie(prop.name.iri): prop.values for prop in found.properties}

    def values(self, name: str) -> tuple[Value, ...]:
        """Every value of a property ("pg:issuer")."""
        return self._values.get(name, ())

    def text(self, name: str) -> str | None:
        """The first value that is no link; None where there is none."""
        return next((v.text for v in self.values(name) if v.link is None), None)

    def links(self, name: str) -> tuple[Name, ...]:
        return tuple(v.link for v in self.values(name) if v.link is not None)

    def link(self, name: str) -> Name | None:
        return next(iter(self.links(name)), None)
