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
    parsed = iri.parse(f"{iri.THINGS}{iri.Kind.TASK}/{local}")
    address = None if parsed is None else iri.thing(*parsed)
    if address is None or not shelf.snapshot.has_subject(address):
        name = f"“{local[:80]}”"
        raise UnknownThing(
            f"không có nhiệm vụ / there is no task {name}",
            said=(f"Không có nhiệm vụ {name}.", f"There is no task {name}."),
        )
    return address


def agency(shelf: Shelf, local: str) -> str:
    """IRI of an agency or group; raises UnknownThing with the nearest names."""
    return shelf.lookup.resolve("agency", f"{iri.Kind.AGENCY}:{local}")
