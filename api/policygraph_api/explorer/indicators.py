"""One indicator across places and years: what is to be reached, what was, and who says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from policygraph import charts, iri, things
from policygraph.charts import Bound, Caption, Figure, Group
from policygraph.queries import Record
from policygraph_api.explorer import downloads, strings
from policygraph_api.explorer.site import Site, at
from policygraph_api.places import here

SIGNS: Mapping[Bound, str] = {
    Bound.EXACT: "",
    Bound.FLOOR: "≥ ",
    Bound.ABOVE: "> ",
    Bound.CEILING: "≤ ",
    Bound.BELOW: "< ",
    Bound.ABOUT: "≈ ",
    Bound.RANGE: "",
}
LONG = 8
"""Longest unit that is repeated beside each figure, in code points."""
By = Literal["year", "place"]
WHOLE = 100.0
"""Per cent; where no text asks for more, there is no more."""


@dataclass(frozen=True, slots=True)
class Said:
    """A target or a baseline.  ``told`` is its figure as it is written, "" where it has none;
    ``unit`` is "" where none is printed."""

    iri: str
    is_baseline: bool
    year: str
    place: str
    bound: Bound | None
    value: float | None
    upper: float | None
    unit: str
    told: str
    scope: str
    exception: str
    document: str
    document_label: str
    path: str
    quote: str
    start: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    """The figures of one unit."""

    unit: str
    svg: str


def routes(site: Site) -> APIRouter:
    made = APIRouter()

    # Before the page, whose pattern would take it.
    @made.get("/indicators/{local}.csv")
    def table(request: Request, local: str) -> Response:
        _, rows = _rows(site, local, here(request).lang)
        columns = list(rows[0]) if rows else []
        return downloads.table(
            f"indicator-{iri.slug(local)}", columns, [[_cell(v) for v in r.values()] for r in rows]
        )

    @made.get("/indicators/{local}")
    def indicator(request: Request, local: str, by: Annotated[By, Query()] = "year") -> Response:
        place = here(request)
        address, rows = _rows(site, local, place.lang)
        said = [_said(row, place.lang) for row in rows]
        name = things.names(site.shelf().snapshot, [address])[address]
        title = name.en if place.lang == "en" and name.en else name.vi
        with at(place):
            drawn = list(_charts(site, title, said, by, place.lang))
        values = {
            "name": name,
            "address": address,
            "local": local,
            "also": _also(site, address),
            "by": by,
            "charts": drawn,
            "targets": [x for x in said if not x.is_baseline],
            "baselines": [x for x in said if x.is_baseline],
            "places": sorted({x.place for x in said if x.place}),
        }
        return site.render(request, "indicator.html", values)

    return made


def _rows(site: Site, local: str, lang: str) -> tuple[str, list[Record]]:
    address = site.shelf().lookup.resolve("indicator", f"indicator:{local}")
    return address, site.ask("compare-indicator", indicator=address, lang=lang)


def _also(site: Site, address: str) -> list[str]:
    """Other names of an indicator."""
    other = iri.PREFIXES["skos"] + "altLabel"
    return sorted(s.value.value for s in site.shelf().snapshot.statements(address, other, None))


def _said(row: Record, lang: str) -> Said:
    text = {name: "" if value is None else str(value) for name, value in row.items()}
    bound = Bound(text["comparator"]) if text["comparator"] else None
    value, upper = _number(row["value"]), _number(row["upperValue"])
    unit = _unit(text["unitSign"], text["unitLabel"], lang)
    start = row["start"]
    return Said(
        text["statement"],
        text["kind"] == "baseline",
        text["year"],
        text["placeLabel"],
        bound,
        value,
        upper,
        unit,
        _told(bound, value, upper, unit, lang),
        text["scope"],
        text["exception"],
        text["document"],
        text["documentLabel"],
        text["path"],
        text["quote"],
        start if isinstance(start, int) else None,
    )


def _told(
    bound: Bound | None, value: float | None, upper: float | None, unit: str, lang: str
) -> str:
    """A figure as it is written: "≥ 30%", "80–90%", "1.200 doanh nghiệp"."""
    if value is None:
        return ""
    text = SIGNS[bound or Bound.EXACT] + strings.number(value, lang)
    if upper is not None:
        text += f"–{strings.number(upper, lang)}"
    return text + ("" if unit.startswith("%") or not unit else " ") + unit


def _unit(sign: str, label: str, lang: str) -> str:
    """The sign, which is Vietnamese where it has letters: "%/năm" is "percent per year"."""
    if lang == "vi" or not any(c.isalpha() for c in sign):
        return sign or label
    return label.lower()


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _charts(site: Site, title: str, said: Sequence[Said], by: By, lang: str) -> Iterable[Chart]:
    """A chart for each unit, of what has a figure."""
    told = sorted((x for x in said if x.told), key=lambda x: x.unit)
    legend = {bound: site.t(f"indicator.bound.{bound.name.lower()}") for bound in Bound}
    for number, (unit, of_unit) in enumerate(groupby(told, key=lambda x: x.unit)):
        groups = _groups(site, list(of_unit), by)
        named = f"{title} ({unit})" if unit else title
        description = ". ".join(
            f"{group.label}: " + "; ".join(f"{f.label} {f.told}" for f in group.figures)
            for group in groups
        )
        caption = Caption(f"chart-{number}", named, description)
        most = WHOLE if unit == "%" and _largest(groups) <= WHOLE else None
        yield Chart(unit, charts.figures(caption, groups, legend, _writer(lang), most))


def _largest(groups: Sequence[Group]) -> float:
    return max(f.upper or f.value for group in groups for f in group.figures)


def _writer(lang: str) -> Callable[[float], str]:
    return lambda value: strings.number(value, lang)


def _groups(site: Site, said: Sequence[Said], by: By) -> list[Group]:
    """Targets by year or by place, then the baselines apart."""
    targets: dict[str, list[Said]] = {}
    for x in said:
        if not x.is_baseline:
            targets.setdefault(x.year if by == "year" else x.place, []).append(x)
    for found in targets.values():
        found.sort(key=lambda x: (x.place, x.year))
    groups = [
        Group(_heading(site, key, by), tuple(_figure(site, x, by) for x in found))
        for key, found in sorted(targets.items(), key=lambda pair: (not pair[0], pair[0]))
    ]
    baselines = tuple(_figure(site, x, "place") for x in said if x.is_baseline)
    return [*groups, Group(site.t("indicator.baselines"), baselines)] if baselines else groups


def _heading(site: Site, key: str, by: By) -> str:
    if by == "year":
        return site.t("indicator.by-year", year=key) if key else site.t("indicator.no-year")
    return key or site.t("indicator.no-place")


def _figure(site: Site, x: Said, by: By) -> Figure:
    if x.is_baseline:
        names = [x.place, x.year]
    else:
        names = [x.place if by == "year" else x.year or site.t("indicator.no-year")]
    label = ", ".join(filter(None, (*names, x.scope)))
    bound = x.bound or Bound.EXACT
    # A long unit stands below the chart, once.
    told = x.told if len(x.unit) <= LONG else x.told.removesuffix(f" {x.unit}")
    return Figure(label, told, bound, x.value or 0.0, x.upper, x.is_baseline)


def _cell(value: object) -> downloads.Cell:
    return value if isinstance(value, str | int | float) else None
