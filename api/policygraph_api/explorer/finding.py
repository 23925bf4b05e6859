"""The thing that the address of a page names."""

from __future__ import annotations

from policygraph import iri
from policygraph.errors import UnknownThing
from policygraph_api.shelf import Shelf


def document(shelf: Shelf, local: str) -> str:
    """IRI of a document by its local name or its number in ASCII ("2358-kh-ubnd").

    Raises UnknownThing and AmbiguousThing from the look-up.
    """
    return shelf.lookup.resolve("document", local)


def task(shelf: Shelf, local: str) -> str:
    """IRI of a task; raises UnknownThing where there is none of that name."""
    name = iri.parse(f"{iri.THINGS}{iri.Kind.TASK}/{local}")
    address = None if name is None else iri.thing(*name)
    if address is None or not shelf.snapshot.has_subject(address):
        raise UnknownThing(f"không có nhiệm vụ / there is no task “{local[:80]}”")
    return address


def agency(shelf: Shelf, local: str) -> str:
    """IRI of an agency or group; raises UnknownThing with the nearest names."""
    return shelf.lookup.resolve("agency", f"{iri.Kind.AGENCY}:{local}")
