"""The registers with the look-ups that resolution needs: by number, name, place and sign."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from policygraph import iri, numbers
from policygraph.model import Span
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
    slug,
)

_NOT_A_DISTRICT: Final = "".join(
    rf"(?<!{kind}\s)" for kind in ("thanh pho", "thi xa", "huyen", "tp", r"tp\.", "quan")
)
"""A district's seat may bear its province's name: "thành phố Hải Dương"."""


@dataclass(frozen=True, eq=False)
class Registers:
    """All registers, with the look-ups that resolution needs."""

    documents: tuple[RegisteredDocument, ...]
    programmes: tuple[Programme, ...]
    places: tuple[Place, ...]
    agencies: tuple[Agency, ...]
    changes: tuple[AgencyChange, ...]
    _by_handle: Mapping[str, RegisteredDocument] = field(repr=False)
    _by_number: Mapping[str, tuple[RegisteredDocument, ...]] = field(repr=False)
    _by_title: Mapping[str, tuple[RegisteredDocument, ...]] = field(repr=False)
    _by_programme: Mapping[str, Programme] = field(repr=False)
    _by_code: Mapping[str, Place] = field(repr=False)
    _by_sign: Mapping[tuple[str, str], Agency] = field(repr=False)
    _by_name: Mapping[tuple[str, str], Agency] = field(repr=False)
    _place_names: re.Pattern[str] = field(repr=False)
    _place_codes: Mapping[str, str] = field(repr=False)

    def document(self, handle: str) -> RegisteredDocument | None:
        return self._by_handle.get(handle)

    def documents_numbered(
        self, number: str, jurisdiction: str | None = None
    ) -> tuple[RegisteredDocument, ...]:
        """All documents with a number, in any spelling; numbers repeat over years and places."""
        found = self._by_number.get(numbers.lookup_form(number), ())
        return tuple(d for d in found if jurisdiction in (None, d.jurisdiction))

    def laws_named(self, name: str) -> tuple[RegisteredDocument, ...]:
        """The laws of one name, oldest first: "Luật Giao dịch điện tử" is two, one after other."""
        return self._by_title.get(iri.slug(name), ())

    def programme_named(self, name: str) -> Programme | None:
        """The programme of a name, or of the longest known name with which it begins."""
        words = iri.slug(name).split("-")
        for count in (len(words), *range(len(words) - 1, 3, -1)):
            found = self._by_programme.get("-".join(words[:count]))
            if found:
                return found
        return None

    def not_yet(self, day: dt.date) -> frozenset[str]:
        """Local names, without their place, of bodies that there were none of on a day."""
        begun = (a for a in self.agencies if a.since is not None and a.since > day)
        return frozenset(iri.slug(agency.bare()) for agency in begun)

    def place(self, code: str) -> Place | None:
        return self._by_code.get(code)

    def find_places(self, text: str) -> list[tuple[Span, Place]]:
        """Provinces named in a text ("tỉnh Hải Dương", "Hải Dương"), in reading order."""
        folded = iri.fold(text)
        if len(folded) != len(text):
            return []
        return [
            (Span(*m.span()), self._by_code[self._place_codes[_squeezed(m[0])]])
            for m in self._place_names.finditer(folded)
            if text[m.start()].isupper() or text[m.start()] == "t"
        ]

    def place_named(self, name: str) -> Place | None:
        """The province of a whole name ("Hải Dương", "tỉnh Hải Dương"); None if there is none."""
        code = self._place_codes.get(_squeezed(iri.fold(name)))
        return self._by_code[code] if code else None

    def placed(self, agency: Agency, jurisdiction: str | None) -> PlacedAgency:
        """An agency in a province (or the country, whatever the code, if it is central)."""
        if agency.level == "central":
            name = agency.template
            return PlacedAgency(name, f"{slug(COUNTRY)}.{slug(name)}", COUNTRY, agency)
        place = self._by_code.get(jurisdiction or "")
        if place is None or place.kind == "country":
            bare = agency.bare()
            return PlacedAgency(bare, f"{UNPLACED}.{slug(bare)}", "", agency)
        local = f"{place.local}.{slug(agency.bare(place.committee))}"
        return PlacedAgency(agency.named(place), local, place.code, agency)

    def agency_for_sign(self, sign: str, jurisdiction: str | None) -> PlacedAgency | None:
        """The agency that signs numbers so: ("UBND", "VN-61") is the province's committee."""
        head = re.split(r"[-.]", sign)[0]
        levels = ("central",) if jurisdiction in (None, COUNTRY) else ("province", "central")
        for level in levels:
            for spelling in (head, head.rstrip("0123456789")):
                agency = self._by_sign.get((level, spelling))
                if agency:
                    return self.placed(agency, jurisdiction)
        return None

    def agency_named(self, name: str, jurisdiction: str | None) -> PlacedAgency | None:
        """The agency of a whole name, with or without its place; None if none is known."""
        words = " ".join(name.split())
        bare, place = words, self._by_code.get(jurisdiction or "")
        for span, found in reversed(self.find_places(words)):
            if span.end == len(words) and found.kind != "country":
                bare, place = words[: span.start].rstrip(" -–").removesuffix(" của"), found
                break
        bare = bare.removesuffix(" tỉnh")
        for candidate, level in ((words, "central"), (bare, "province"), (bare, "central")):
            agency = self._by_name.get((level, iri.slug(candidate)))
            if agency:
                return self.placed(agency, place.code if place else None)
        return None

    def events(self, jurisdiction: str) -> tuple[AgencyEvent, ...]:
        """What happened to the agencies of a jurisdiction, earliest first, undated last.

        A province's own rows go before the general ones about the same agency and function.
        """
        rows = {
            (c.old, c.function): c
            for code in (EVERY_PROVINCE, jurisdiction)
            for c in self.changes
            if c.jurisdiction == code and not (code == EVERY_PROVINCE and jurisdiction == COUNTRY)
        }
        merged: dict[tuple[object, ...], AgencyEvent] = {}
        for change in rows.values():
            event = self._event(change, jurisdiction)
            if event is None:
                continue
            results = tuple(r.local for r in event.results)
            key = (event.change, event.day, event.function, results or event.originals[0].local)
            known = merged.get(key)
            merged[key] = _joined(known, event) if known else event
        return tuple(
            sorted(merged.values(), key=lambda e: (not e.day, e.day, e.originals[0].local))
        )

    def _event(self, change: AgencyChange, jurisdiction: str) -> AgencyEvent | None:
        original = self._any_agency(change.old, jurisdiction)
        target = change.new_jurisdiction or jurisdiction
        results = (self._any_agency(change.new, target),) if change.new else ()
        if original in results:
            return None
        return AgencyEvent(
            change.change,
            change.day,
            jurisdiction,
            change.function,
            (original,),
            results,
            change.legal_basis,
            change.note,
            change.sources,
            change.verified,
        )

    def _any_agency(self, name: str, jurisdiction: str) -> PlacedAgency:
        """The registered agency of a bare name, or a body known only from the changes."""
        level = "central" if jurisdiction == COUNTRY else "province"
        agency = self._by_name.get((level, iri.slug(name)))
        if agency:
            return self.placed(agency, jurisdiction)
        place = self._by_code[jurisdiction]
        full = name if place.kind == "country" else f"{name} {place.inside}"
        return PlacedAgency(full, f"{place.local}.{iri.slug(name)}", jurisdiction, None)


def indexed(
    documents: tuple[RegisteredDocument, ...],
    programmes: tuple[Programme, ...],
    places: tuple[Place, ...],
    agencies: tuple[Agency, ...],
    changes: tuple[AgencyChange, ...],
) -> Registers:
    """The registers with their indexes made."""
    place_codes = _place_codes(places)
    return Registers(
        documents,
        programmes,
        places,
        agencies,
        changes,
        {d.handle: d for d in documents if d.handle},
        _grouped(documents, lambda d: numbers.lookup_form(d.number) if d.number else None),
        _grouped(documents, lambda d: iri.slug(d.title) if d.type_word == "Luật" else None),
        {iri.slug(n): p for p in programmes for n in (p.name, *p.other_names)},
        {p.code: p for p in places},
        {(a.level, sign): a for a in reversed(agencies) for sign in a.signs},
        {(a.level, iri.slug(n)): a for a in reversed(agencies) for n in _whole_names(a)},
        _any_place(place_codes),
        place_codes,
    )


def expand(form: str) -> tuple[str, ...]:
    """Spellings of a form whose abbreviations are joined by "+": "Sở KH+ĐT" is "Sở KHĐT",
    "Sở KH ĐT" and "Sở KH và ĐT" (hyphens read as blanks, "&" as "và")."""
    first, *rest = form.split("+")
    spellings = [first]
    for position, component in enumerate(rest):
        joints = ("", " ", " và ") if position == len(rest) - 1 else ("", " ")
        spellings = [s + joint + component for s in spellings for joint in joints]
    return tuple(spellings)


def _whole_names(agency: Agency) -> Iterator[str]:
    for committee in ("Tỉnh ủy", "Thành ủy"):
        yield agency.bare(committee)
        for form in (*agency.forms, *agency.faults):
            yield from expand(form.replace("{committee}", committee))


def _grouped(
    documents: tuple[RegisteredDocument, ...], key: Callable[[RegisteredDocument], str | None]
) -> dict[str, tuple[RegisteredDocument, ...]]:
    groups: dict[str, list[RegisteredDocument]] = defaultdict(list)
    for document in documents:
        name = key(document)
        if name:
            groups[name].append(document)
    return {
        name: tuple(sorted(group, key=lambda d: d.date or dt.date.max))
        for name, group in groups.items()
    }


def _place_codes(places: tuple[Place, ...]) -> dict[str, str]:
    """Folded names of the places, blanks for all punctuation, with their codes."""
    codes: dict[str, str] = {}
    for place in places:
        spellings = [place.name, place.short, *place.other_names]
        if place.kind == "municipality":
            spellings += [f"TP {place.short}", f"TP. {place.short}"]
        for name in spellings:
            codes[_squeezed(iri.fold(name))] = place.code
    return codes


def _squeezed(folded: str) -> str:
    return " ".join(re.findall(r"\w+", folded))


def _any_place(names: Iterable[str]) -> re.Pattern[str]:
    """Any of the folded names as whole words, the longest first, in branches by first letter:
    most words of a text begin none, and are passed over by one look."""
    branches: dict[str, list[str]] = {}
    for pattern in sorted(map(_as_pattern, names), key=len, reverse=True):
        branches.setdefault(pattern[0], []).append(pattern)
    joined = "|".join(f"(?:{'|'.join(branch)})" for branch in branches.values())
    return re.compile(rf"\b(?=[{''.join(branches)}]){_NOT_A_DISTRICT}(?:{joined})\b")


def _as_pattern(squeezed: str) -> str:
    return r"[\s.–-]+".join(map(re.escape, squeezed.split()))


def _joined(known: AgencyEvent, other: AgencyEvent) -> AgencyEvent:
    """Two rows of one event: several agencies that were merged into one."""
    return replace(
        known,
        originals=known.originals + other.originals,
        sources=tuple(dict.fromkeys(known.sources + other.sources)),
        verified=known.verified and other.verified,
    )
