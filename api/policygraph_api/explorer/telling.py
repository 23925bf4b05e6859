"""How facts are told on the pages: figures in words, what a mark says and where it leads."""

from __future__ import annotations

from dataclasses import dataclass

from policygraph import iri
from policygraph.marks import DATE, Fact, Figure
from policygraph_api.explorer import strings
from policygraph_api.explorer.site import Site, day
from policygraph_api.places import Here

COMPARATORS = {
    "=": "eq",
    ">=": "ge",
    ">": "gt",
    "<=": "le",
    "<": "lt",
    "~": "about",
    "range": "range",
}
"""Notation of a comparator -> the tail of the key of its words."""
_FIELDS = {iri.PREFIXES["dcterms"] + name: f"fact.field.{name}" for name in ("title", "issued")}
"""Fields that the ontology borrows and gives no name of its own -> the key of their names."""


@dataclass(frozen=True, slots=True)
class Told:
    """A fact in words: of what kind, what it says, more of it, and its page."""

    kind: str
    said: str
    more: str
    href: str


class Teller:
    """Tells facts in the language of a page."""

    def __init__(self, site: Site, place: Here) -> None:
        self._site, self._place = site, place
        self.lang = place.lang

    def figure(self, figure: Figure) -> str:
        """“ít nhất 95 phần trăm”; says so where there is no figure."""
        if figure.value is None:
            return self._site.t("compare.none")
        unit = f" {figure.unit.lower()}" if figure.unit else ""
        value = self._number(figure.value)
        if figure.upper is not None:
            return (
                self._site.t("compare.range", value=value, upper=self._number(figure.upper)) + unit
            )
        return self._site.t(f"compare.{COMPARATORS[figure.comparator or '=']}", value=value) + unit

    def fact(self, fact: Fact) -> Told:
        """What a reader of the text is told of a fact, in one or two lines."""
        kind = self._site.t(f"fact.kind.{'date' if fact.how == DATE else fact.kind}")
        return Told(kind, self._said(fact), self._more(fact), self._href(fact))

    def _said(self, fact: Fact) -> str:
        if fact.figure is not None:
            return f"{self.figure(fact.figure)} · {fact.other_label or fact.label or ''}"
        if fact.kind == "metadata" and fact.how == DATE:
            return day(fact.surface)
        how = fact.how_label
        if how is None and fact.how in _FIELDS:
            how = self._site.t(_FIELDS[fact.how])
        what = fact.label if fact.kind == "task" else fact.other_label or fact.surface
        return ": ".join(filter(None, (how, what)))

    def _more(self, fact: Fact) -> str:
        if fact.figure is not None and fact.figure.year:
            key = "fact.in" if fact.kind == "baseline" else "fact.by"
            return self._site.t(key, year=fact.figure.year)
        if fact.things:
            return self._site.t("fact.gives", n=len(fact.things))
        return fact.note or ""

    def _href(self, fact: Fact) -> str:
        """The page of what the fact is about, where it has one; else its own."""
        return self._place.href(fact.other if fact.other and fact.other != fact.iri else fact.iri)

    def _number(self, value: float) -> str:
        return strings.number(value, self._place.lang)
