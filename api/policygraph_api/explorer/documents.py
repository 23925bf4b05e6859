"""``/documents/<local>``: what a document is, stands on and holds, and who carries it out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from policygraph import iri, ladder, layout
from policygraph.contents import contents
from policygraph.edges import Options, kind
from policygraph.engine import Engine
from policygraph.paths import EXTERNAL, RANK, Paths
from policygraph.queries import Record
from policygraph.things import Name, names
from policygraph_api.explorer import finding
from policygraph_api.explorer.sheet import Sheet
from policygraph_api.explorer.site import Site, at
from policygraph_api.explorer.telling import Teller
from policygraph_api.places import here

MOST = 40
"""Mentions that a list shows; of a directive there may be thousands, and the query has them all."""
DOWNLOADS = ("ttl", "jsonld", "csv.zip", "xlsx", "zip")
_RELATIONS = (
    *("implements", "issuedWith", "fulfils", "basedOn", "replaces", "amends", "approves"),
    *("proposedBy", "disseminates", "cites"),
)
"""Relations in the order in which they are told."""
_ORDER = {iri.term(name): place for place, name in enumerate(_RELATIONS)}


@dataclass(frozen=True, slots=True)
class Mention:
    """A document that another one cites, by its strongest words: ``words`` is where they stand,
    ``times`` how often it is cited in this way."""

    relation: str
    relation_label: str
    document: Name
    words: Record
    times: int
    is_external: bool


@dataclass(frozen=True, slots=True)
class Role:
    """An agency in a role, with what a document gives it."""

    label: str
    tasks: int
    targets: int


def routes(site: Site) -> APIRouter:
    made = APIRouter()

    @made.get("/documents/{local}")
    def document(request: Request, local: str) -> Response:
        place, shelf = here(request), site.shelf()
        sheet = Sheet(shelf.snapshot, finding.document(shelf, local))
        asked = {"document": sheet.iri, "lang": place.lang}
        paths = Paths(shelf.snapshot, Options(external=True), place.lang)
        node = paths.node(sheet.iri)
        found = contents(site.ask("annotations-of-document", **asked))
        cited = site.ask("citations-of-document", **asked)
        citing = site.ask("citers-of-document", **asked)
        rungs = ladder.of(paths, sheet.iri)
        with at(place):
            teller = Teller(site, place)
            picture = ladder.svg(rungs, site.t("document.picture", label=node.label), place.href)
            figures = {measure.iri: teller.figure(measure.figure) for measure in found.measures}
        values = {
            "document": sheet,
            "node": node,
            "holds": node.holds_on(dt.datetime.now(dt.UTC).date()),
            "contents": found,
            "figures": figures,
            "ladder": rungs,
            "picture": Markup(picture),  # escaped by its writer
            "stands_on": _mentions(shelf.snapshot, _by(cited, sheet.iri), "citedDocument"),
            "carried_out": _mentions(shelf.snapshot, _by_documents(citing), "citing"),
            "mentioned": _mentions(shelf.snapshot, _in_passing(cited), "citedDocument"),
            "mentioning": _mentions(shelf.snapshot, _in_passing(citing), "citing"),
            "demanded_by": _others(shelf.snapshot, sheet, iri.term("mandates")),
            "fulfilled_by": _others(shelf.snapshot, sheet, iri.term("fulfils")),
            "outline": layout.outline(layout.parts_of(site.ask("outline-of-document", **asked))),
            "agencies": _agencies(site.ask("agencies-of-document", **asked)),
            "downloads": DOWNLOADS,
            "most": MOST,
        }
        return site.render(request, "document.html", values)

    return made


def _by(rows: Iterable[Record], subject: str) -> list[Record]:
    """Citations that a document itself has made."""
    return [row for row in rows if row["citingSubject"] == subject]


def _by_documents(rows: Iterable[Record]) -> list[Record]:
    return [row for row in rows if row["citingSubject"] == row["citing"]]


def _in_passing(rows: Iterable[Record]) -> list[Record]:
    """Citations in tasks, and those that say nothing of the document where they stand."""
    return [row for row in rows if kind(str(row["citingSubject"])) != iri.Kind.DOCUMENT]


def _mentions(engine: Engine, rows: Sequence[Record], column: str) -> list[Mention]:
    """One mention for each relation and document, the strongest words first."""
    grouped: dict[tuple[str, str], list[Record]] = {}
    for row in rows:
        if row[column]:
            grouped.setdefault((str(row["relation"]), str(row[column])), []).append(row)
    known = names(engine, {document for _, document in grouped}) if grouped else {}
    found = []
    for (relation, document), alike in grouped.items():
        best = min(alike, key=lambda row: RANK.get(str(row["evidenceClass"]), 0))
        label = str(best["relationLabel"] or relation.rpartition("#")[2])
        is_external = best["evidenceClass"] == EXTERNAL
        found.append(Mention(relation, label, known[document], best, len(alike), is_external))
    return sorted(found, key=lambda m: (_ORDER.get(m.relation, len(_ORDER)), m.document.vi))


def _others(engine: Engine, sheet: Sheet, predicate: str) -> tuple[Name, ...]:
    """What says something of the document."""
    subjects = sorted({s.subject for s in engine.statements(None, predicate, sheet.iri)})
    return tuple(names(engine, subjects).values()) if subjects else ()


def _agencies(rows: Iterable[Record]) -> Mapping[tuple[str, str, bool], list[Role]]:
    """Roles by agency (IRI, name, whether it is a group), in the order of the rows."""
    found: dict[tuple[str, str, bool], list[Role]] = {}
    for row in rows:
        key = str(row["agency"]), str(row["agencyLabel"] or row["agency"]), row["isGroup"] is True
        label = str(row["roleLabel"] or row["role"])
        tasks, targets = int(str(row["tasks"])), int(str(row["targets"]))
        found.setdefault(key, []).append(Role(label, tasks, targets))
    return found
