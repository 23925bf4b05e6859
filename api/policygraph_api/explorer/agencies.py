"""``/agencies/<local>``: an agency's work by role and year, its partners, what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from policygraph import charts, iri, spokes, succession
from policygraph.charts import Bar, Caption
from policygraph.edges import kind
from policygraph.engine import Engine
from policygraph.queries import Record, whole_in
from policygraph.spokes import Spoke
from policygraph.things import Name, names
from policygraph_api.explorer import finding
from policygraph_api.explorer.sheet import Sheet
from policygraph_api.explorer.site import Site, at
from policygraph_api.places import Here, here

MOST_DRAWN = 8
"""Partners in the picture; the list beside it has all."""
MOST = 200
"""Rows of a table; the list of tasks goes on."""
_ROLES = ("lead", "coordinate", "direct", "monitor", "advise")
_ORDER = {iri.concept("role", name): place for place, name in enumerate(_ROLES)}
_PARENT = iri.PREFIXES["org"] + "subOrganizationOf"


@dataclass(frozen=True, slots=True)
class Workload:
    """Tasks and targets by year and role; ``years`` has None for what has no year."""

    roles: Mapping[str, str]
    years: tuple[int | None, ...]
    tasks: Mapping[tuple[int | None, str], int]
    targets: Mapping[tuple[int | None, str], int]


@dataclass(frozen=True, slots=True)
class Partner:
    """An agency with which work is shared: how much, and in which roles on either side."""

    iri: str
    label: str
    is_group: bool
    tasks: int
    targets: int
    roles: tuple[tuple[str, str], ...]


def routes(site: Site) -> APIRouter:
    made = APIRouter()

    @made.get("/agencies/{local}")
    def agency(request: Request, local: str) -> Response:
        where, shelf = here(request), site.shelf()
        engine = shelf.snapshot
        sheet = Sheet(engine, finding.agency(shelf, local))
        asked = {"agency": sheet.iri, "lang": where.lang}
        tasks = site.ask("tasks-of-agency", **asked)
        workload = _workload(site.ask("agency-workload", **asked))
        partners = _partners(site.ask("partners-of-agency", **asked))
        with at(where):
            chart = _chart(site, sheet, workload)
            picture = _picture(site, where, sheet, partners)
        values = {
            "agency": sheet,
            "tasks": tasks,
            "targets": _targets(engine, sheet.iri),
            "workload": workload,
            "chart": chart,
            "partners": partners,
            "picture": picture,
            "changes": succession.changes(engine, sheet.iri),
            "above": _above(engine, sheet.iri),
            "below": _pointing(engine, _PARENT, sheet.iri),
            "issued": _pointing(engine, iri.term("issuer"), sheet.iri),
            "most": MOST,
        }
        return site.render(request, "agency.html", values)

    return made


def _workload(rows: Iterable[Record]) -> Workload:
    roles: dict[str, str] = {}
    tasks: dict[tuple[int | None, str], int] = {}
    targets: dict[tuple[int | None, str], int] = {}
    years: set[int | None] = set()
    for row in rows:
        year, role = whole_in(row, "year"), str(row["role"])
        roles[role] = str(row["roleLabel"] or role)
        years.add(year)
        tasks[year, role] = whole_in(row, "tasks") or 0
        targets[year, role] = whole_in(row, "targets") or 0
    ordered = sorted(roles, key=lambda role: _ORDER.get(role, len(_ORDER)))
    return Workload(
        {role: roles[role] for role in ordered},
        tuple(sorted(years, key=lambda year: (year is None, year or 0))),
        tasks,
        targets,
    )


def _chart(site: Site, sheet: Sheet, workload: Workload) -> Markup | None:
    """Tasks and targets of each year as bars, in pieces by role; None where there are none."""
    if not workload.years:
        return None
    rows = [
        Bar(
            site.t("agency.no-year") if year is None else str(year),
            tuple(
                workload.tasks.get((year, role), 0) + workload.targets.get((year, role), 0)
                for role in workload.roles
            ),
        )
        for year in workload.years
    ]
    title = site.t("agency.chart", name=sheet.name.vi)
    caption = Caption("workload", title, site.t("agency.chart-meaning"))
    return Markup(charts.bars(caption, list(workload.roles.values()), rows))


def _partners(rows: Iterable[Record]) -> list[Partner]:
    """Partners, those with the most work in common first."""
    grouped: dict[str, list[Record]] = {}
    for row in rows:
        grouped.setdefault(str(row["partner"]), []).append(row)
    found = [
        Partner(
            address,
            str(alike[0]["partnerLabel"] or address),
            alike[0]["isGroup"] is True,
            sum(whole_in(row, "tasks") or 0 for row in alike),
            sum(whole_in(row, "targets") or 0 for row in alike),
            tuple((str(row["roleLabel"]), str(row["partnerRoleLabel"])) for row in alike),
        )
        for address, alike in grouped.items()
    ]
    return sorted(found, key=lambda p: (-p.tasks - p.targets, p.label))


def _picture(site: Site, where: Here, sheet: Sheet, partners: Sequence[Partner]) -> Markup | None:
    if not partners:
        return None
    drawn = [
        Spoke(
            partner.label,
            where.href(partner.iri),
            partner.tasks + partner.targets,
            site.t("agency.shared", n=partner.tasks + partner.targets),
        )
        for partner in partners[:MOST_DRAWN]
    ]
    return Markup(spokes.svg(drawn, site.t("agency.picture", name=sheet.name.vi)))


def _targets(engine: Engine, agency: str) -> list[tuple[Name, Name, Name]]:
    """Targets for which the agency has work: each with its role and document."""
    found = {
        (thing.value.value, role.value.value, document.value.value)
        for said in engine.statements(None, iri.term("agency"), agency)
        for thing in engine.statements(said.subject, iri.term("assigns"), None)
        if kind(thing.value.value) == iri.Kind.TARGET
        for role in engine.statements(said.subject, iri.term("role"), None)
        for document in engine.statements(thing.value.value, iri.term("inDocument"), None)
    }
    known = names(engine, {address for row in found for address in row}) if found else {}
    rows = [(known[target], known[role], known[document]) for target, role, document in found]
    return sorted(rows, key=lambda row: (row[2].vi, _ORDER.get(row[1].iri, 9), row[0].iri))


def _above(engine: Engine, agency: str) -> tuple[Name, ...]:
    """The agencies that it stands under, from the nearest up."""
    found: list[str] = []
    at_hand = agency
    while (
        parents := sorted(s.value.value for s in engine.statements(at_hand, _PARENT, None))
    ) and parents[0] not in found:
        at_hand = parents[0]
        found.append(at_hand)
    known = names(engine, found) if found else {}
    return tuple(known[address] for address in found)


def _pointing(engine: Engine, predicate: str, agency: str) -> tuple[Name, ...]:
    """What says something of the agency, by name."""
    subjects = {said.subject for said in engine.statements(None, predicate, agency)}
    found = names(engine, subjects).values() if subjects else ()
    return tuple(sorted(found, key=lambda name: name.vi))
