"""What one look at a lineage shows: the folded picture, the tables, what can be filtered by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from policygraph import drawing, folding, iri, things
from policygraph.edges import Options
from policygraph.errors import QueryError
from policygraph.folding import Box, Folding, Line, Wish, Work
from policygraph.lookup import Lookup
from policygraph.paths import Between, Edge, Node, Paths
from policygraph.queries import MAX_VALUE
from policygraph_api.explorer.site import Site
from policygraph_api.places import Here

MOST_QUOTES = 20
"""Quotes told of one line of the picture; it may stand for hundreds of edges."""
MOST_ROWS = 500
"""Tasks that a page lists; of documents beyond them only the number is told."""
EVERYTHING = "*"
"""In ``open``: all is unfolded."""
WIDER: Mapping[str, Mapping[str, object]] = {
    "unsure": {"confidence": None, "accepted": False},
    "wide": {"mode": "wide"},
    "external": {"external": True},
    "both": {"mode": "wide", "external": True},
}
"""Choices of more edges than were asked for, as parameters of the page."""
CLASSES = ("title", "preamble", "body", "table", "inferred", "external")
"""Evidence classes, the strongest first."""
KINDS = (iri.Kind.DOCUMENT, iri.Kind.PART, iri.Kind.TASK, iri.Kind.TARGET)
"""Kinds of things that have a lineage."""


class Asked(BaseModel):
    """A form sends what is not chosen as nothing, and people write 0,8 for 0.8.  ``open`` are the
    short names of what is unfolded; ``edge`` is what the script shows the words of, and is its own
    matter."""

    of: str = Field("", max_length=MAX_VALUE)
    to: str = Field("", max_length=MAX_VALUE)
    mode: Literal["strict", "wide"] = "strict"
    external: bool = False
    confidence: Annotated[
        Decimal | None, BeforeValidator(lambda given: str(given or "").replace(",", ".") or None)
    ] = Field(None, ge=0, le=1)
    accepted: bool = False
    agency: str = Field("", max_length=MAX_VALUE)
    place: str = Field("", max_length=MAX_VALUE)
    year: Annotated[int | None, BeforeValidator(lambda given: given or None)] = Field(
        None, ge=1000, le=2999
    )
    open: list[Annotated[str, Field(max_length=500)]] | None = Field(
        None, max_length=folding.MAX_BOXES
    )
    edge: str = Field("", max_length=MAX_VALUE)

    @property
    def options(self) -> Options:
        return Options(
            wide=self.mode == "wide",
            external=self.external,
            confidence=self.confidence,
            accepted=self.accepted,
        )

    def query(self, **changes: object) -> dict[str, object]:
        """The parameters of this page with changes, without those that say nothing."""
        kept = {**self.model_dump(exclude_defaults=True), **changes}
        return {
            k: "true" if v is True else v for k, v in kept.items() if v not in (None, "", False)
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """What a filter offers; ``count`` tasks have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Table:
    """The tasks of a document; ``is_shown`` is False where the page has no room for them."""

    document: str
    works: tuple[Work, ...]
    is_shown: bool


class View:
    """What one request asks to see."""

    def __init__(self, site: Site, asked: Asked, lang: str) -> None:
        shelf = site.shelf()
        self.asked, self.lang, self._engine = asked, lang, shelf.snapshot
        self.paths = Paths(shelf.snapshot, asked.options, lang)
        self.thing = _thing(shelf.lookup, asked.of)
        self.other = _thing(shelf.lookup, asked.to) if asked.to else None
        self.between: Between | None = None
        if self.other is None:
            links, self.is_complete = folding.links_around(self.paths, self.thing)
        else:
            self.between = self.paths.between(self.thing, self.other)
            found = self.between.found
            links = folding.links_of(found.edges) if found else []
            self.is_complete = found is None or found.is_complete
        self.is_alone = not links
        wish = Wish(
            shelf.lookup.resolve("agency", asked.agency) if asked.agency else None,
            asked.year,
            shelf.lookup.resolve("place", asked.place) if asked.place else None,
        )
        self.folding = Folding(self.paths, self.thing, links, wish)
        self.picture = self.folding.fold(self._opened())

    def _opened(self) -> Collection[str] | None:
        if self.asked.open is None:
            return None
        if EVERYTHING in self.asked.open:
            return self.folding.holders
        return {_address(short) for short in self.asked.open if short}

    def node(self, address: str) -> Node:
        return self.paths.node(address)

    def work(self, address: str) -> Work | None:
        """The task of an IRI; None where it is none."""
        return self._works.get(address)

    @cached_property
    def _works(self) -> Mapping[str, Work]:
        return {work.iri: work for work in self.folding.works}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What agencies, places and evidence classes are called."""
        works = self.folding.all_works
        wanted = {agency for work in works for agency in (*work.leads, *work.partners)}
        wanted |= set(self.folding.places.values())
        wanted |= {iri.concept("evidence-class", name) for name in CLASSES}
        known = things.names(self._engine, wanted)
        return {a: (n.en if self.lang == "en" and n.en else n.vi) for a, n in known.items()}

    @property
    def agencies(self) -> list[Choice]:
        """Those who lead or take part, whoever does most first."""
        works = self.folding.all_works
        return self._choices(a for work in works for a in {*work.leads, *work.partners})

    @property
    def places(self) -> list[Choice]:
        places = self.folding.places
        works = self.folding.all_works
        return self._choices(places[w.document] for w in works if w.document in places)

    def _choices(self, values: Iterable[str]) -> list[Choice]:
        return [Choice(v, self.names[v], count) for v, count in Counter(values).most_common()]

    @property
    def years(self) -> Sequence[int]:
        """From the first year of a period to the last."""
        printed = [
            year
            for work in self.folding.all_works
            for year in (work.start_year, work.end_year)
            if year is not None
        ]
        return range(min(printed), max(printed) + 1) if printed else ()

    @property
    def below(self) -> list[Work]:
        """The tasks that are wished for, but for the thing itself."""
        return [work for work in self.folding.works if work.iri != self.thing]

    @property
    def all_below(self) -> list[Work]:
        return [work for work in self.folding.all_works if work.iri != self.thing]

    @property
    def tables(self) -> list[Table]:
        """The tasks by their document, as many as a page can hold."""
        found: dict[str, list[Work]] = {}
        for work in self.folding.works:
            found.setdefault(work.document, []).append(work)
        made: list[Table] = []
        room = MOST_ROWS
        for document, works in found.items():
            room -= len(works)
            made.append(Table(document, tuple(works), room >= 0 or not made))
        return made

    @property
    def documents(self) -> list[Line]:
        """What leads from document to document, with all else folded."""
        return [line for line in self.folding.fold([]).lines if not line.is_holding]

    @property
    def last(self) -> Sequence[Node]:
        """Where the way up from the thing ends."""
        return [node for node in self.paths.upward(self.thing).last if node.iri != self.thing]

    def way_round(self) -> str | None:
        """The name of the wider choice of edges that would join the two things; None where none
        would."""
        for name, changes in WIDER.items() if self.other else ():
            options = self.asked.model_copy(update=dict(changes)).options
            if options == self.asked.options:
                continue
            paths = Paths(self._engine, options, self.lang)
            if self.other and paths.between(self.thing, self.other, 1).found:
                return name
        return None


def graph(site: Site, view: View, place: Here) -> dict[str, object]:
    """The picture for the script, with every word that it shows."""
    picture = view.picture
    told = "lineage.shown" if picture.is_complete else "lineage.shown-part"
    return {
        "boxes": [_box(site, view, place, box) for box in picture.boxes],
        "lines": [_line(site, view, place, line) for line in picture.lines],
        "opened": sorted(map(things.curie, picture.opened)),
        "summary": site.t(told, n=len(view.folding.works), boxes=len(picture.boxes)),
    }


def sketch(site: Site, view: View) -> drawing.Drawing:
    """The picture to be drawn by others."""
    picture = view.picture
    return drawing.Drawing(
        tuple(
            drawing.Node(box.iri, " · ".join(filter(None, (_name(box), caption(site, view, box)))))
            for box in picture.boxes
        ),
        tuple(drawing.Edge(x.lower, _relation(x), x.upper) for x in picture.lines),
        picture.is_complete,
    )


def caption(site: Site, view: View, box: Box) -> str:
    """How many tasks a box stands for."""
    if box.iri == view.thing and (below := len(view.below)) > box.tasks:
        return site.t("lineage.below", n=below)
    return site.t("lineage.tasks", n=box.tasks) if box.tasks else ""


def sentence(place: Here, edge: Edge) -> str | None:
    """Where the words of an edge stand in their text; None where it has none."""
    if edge.start is None:
        return None
    local = iri.document_of((edge.assertion or edge.lower).rpartition("/")[2])
    return place.url(f"/documents/{local}/text") + f"#c{edge.start}"


def period(work: Work) -> str:
    """ "2021–2025", "2025", or nothing where no year is printed."""
    years = [str(year) for year in (work.start_year, work.end_year) if year is not None]
    return "–".join(dict.fromkeys(years))


def _box(site: Site, view: View, place: Here, box: Box) -> dict[str, object]:
    words = view.folding.words(box.iri) if box.kind != "doc" else None
    return {
        "id": things.curie(box.iri),
        "kind": box.kind,
        "kindLabel": site.t(f"lineage.kind.{box.kind}"),
        "label": _name(box),
        "caption": caption(site, view, box),
        "canOpen": box.can_open,
        "isOpen": box.is_open,
        "isLinked": box.is_linked,
        "isThing": box.iri == view.thing,
        "page": place.href(box.iri),
        "quote": words.quote if words else None,
        "sentence": sentence(place, words) if words else None,
        "facts": _facts(site, view, box),
    }


def _facts(site: Site, view: View, box: Box) -> list[dict[str, str]]:
    """Who leads a task, with whom, by when."""
    work = view.work(box.iri)
    if work is None:
        return []
    told = {
        "lead-agency": ", ".join(view.names[agency] for agency in work.leads),
        "partners": ", ".join(view.names[agency] for agency in work.partners),
        "period": period(work),
    }
    return [{"name": site.t(f"lineage.{k}"), "value": v} for k, v in told.items() if v]


def _line(site: Site, view: View, place: Here, line: Line) -> dict[str, object]:
    lower, upper = things.curie(line.lower), things.curie(line.upper)
    relation = line.relation.removeprefix(iri.ONTOLOGY)
    evidence_class = line.evidence_class.rpartition("/")[2]
    return {
        "id": f"{lower}~{relation}~{upper}~{evidence_class}",
        "lower": lower,
        "upper": upper,
        "label": _relation(line),
        "evidenceClass": evidence_class,
        "evidenceLabel": view.names[line.evidence_class],
        "isHolding": line.is_holding,
        "more": max(0, len(line.edges) - MOST_QUOTES),
        "quotes": [
            {
                "lower": view.node(edge.lower).label,
                "upper": view.node(edge.upper).label,
                "quote": edge.quote,
                "sentence": sentence(place, edge),
                "sources": [source for source in edge.sources if source.startswith("http")],
            }
            for edge in line.edges[:MOST_QUOTES]
        ],
    }


def _name(box: Box) -> str:
    return f"{box.label}: {box.heading}" if box.heading else box.label


def _relation(line: Line) -> str:
    return line.relation_label + (f" ×{len(line.edges)}" if len(line.edges) > 1 else "")


def _thing(lookup: Lookup, asked: str) -> str:
    """What may have a lineage."""
    address = lookup.resolve("thing", asked)
    name = iri.parse(address)
    if name is None or name.kind not in KINDS:
        given = asked[:80]
        raise QueryError.told(
            f"“{given}” không phải văn bản, phần, nhiệm vụ hay chỉ tiêu",
            f"“{given}” is no document, part, task or target",
        )
    return address


def _address(short: str) -> str:
    prefix, _, local = short.partition(":")
    return iri.PREFIXES.get(prefix, "") + local
