"""Facts from outside the texts: documents, programmes, places, agencies and their changes.

They lie as CSV files in ``data/registers``, each row with its sources.  What only a text of
the corpus says is marked ``text`` there and is never passed on as an outside fact.

    documents.csv           identity, title and dates of documents
    document_relations.csv  what one of them implements, stands on, amends or replaces
    programmes.csv          names that stand for a document
    provinces.csv           the country and its 63 provinces until 2025-06-30, with successors
    agencies.csv            names of agencies; ``{place}``, ``{short}``, ``{committee}`` and
                            ``{union}`` stand for "tỉnh Hải Dương", "Hải Dương", "Tỉnh ủy" and
                            "Tỉnh đoàn"
    agency_changes.csv      mergers and renamings; "*" is every province without a row of its own

    values    what a row is
    index     all of them together, and what is looked up in them
    files     from the CSV files to these
"""

from policygraph.registers.files import load
from policygraph.registers.index import Registers, expand
from policygraph.registers.values import (
    COUNTRY,
    EVERY_PROVINCE,
    UNPLACED,
    Agency,
    AgencyChange,
    AgencyEvent,
    Place,
    PlacedAgency,
    Programme,
    RegisteredDocument,
    Relation,
)

__all__ = [
    "COUNTRY",
    "EVERY_PROVINCE",
    "UNPLACED",
    "Agency",
    "AgencyChange",
    "AgencyEvent",
    "Place",
    "PlacedAgency",
    "Programme",
    "RegisteredDocument",
    "Registers",
    "Relation",
    "expand",
    "load",
]
