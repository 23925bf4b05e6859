"""Single agencies: registered ones with their province, and the bodies of districts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from policygraph import iri
from policygraph.mentions.agency_names import (
    COMMITTEES,
    HEADS,
    Named,
    has_committee,
    names,
    phrases,
)
from policygraph.mentions.wording import Wording
from policygraph.registers import COUNTRY, UNPLACED, Place, Registers

_DISTRICT_WORDS = 4
_ORGANS = 8
"""A row of organs of one committee has at most so many."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a position yields: words [first, last), and the mention they make."""

    last: int
    canonical: str
    local: str
    is_group: bool
    is_registered: bool
    rule: str
    confidence: float
    has_place: bool = False
    opens_list: str = ""


class Singles(Wording):
    """A range in which single agencies are known, of a document of one jurisdiction."""

    def __init__(
        self, text: str, start: int, end: int, jurisdiction: str | None, registers: Registers
    ) -> None:
        super().__init__(text, start, end)
        self.registers, self.names, self.phrases = registers, names(registers), phrases()
        self.jurisdiction = jurisdiction
        self.place = registers.place(jurisdiction) if jurisdiction else None

    def agency(self, position: int, *, is_owner: bool = False) -> Found | None:
        """The agency named at a word; an owner ("các ban của Hội đồng nhân dân") needs no place."""
        best: Found | None = None
        for last, form, cost in self.matches(self.names.agencies, position):
            named = form.payload
            assert isinstance(named, Named)
            found = self.placed(position, last, named, cost, is_owner=is_owner)
            if found is None and not cost and self.unit_after(last):
                best = None
            if found is None or (best and found.last < best.last):
                continue
            is_bare = named.agency.place_rule == "never"
            if best is None or found.last > best.last or (is_bare and not best.has_place):
                best = found
        return best or self.organ(position)

    def organ(self, position: int) -> Found | None:
        """An organ of the Party committee that a later one of its row names: "Ban Tổ chức" in
        "Ban Tổ chức, Văn phòng Tỉnh ủy"."""
        if not self.is_capital(position):
            return None
        for last, form, cost in self.matches(self.names.organs, position):
            named = form.payload
            assert isinstance(named, Named)
            if not cost and self.has_committee_after(last):
                return self.placed(position, last, named, cost)
        return None

    def is_own_organ(self, named: Named) -> bool:
        """Whether a name has the committee of the document's own province or municipality."""
        return has_committee(named.agency) and (not named.is_city or self.is_municipal())

    def has_committee_after(self, position: int) -> bool:
        """Whether the row of organs that goes on here ends with one that has the committee."""
        at = position
        for _ in range(_ORGANS):
            if at < len(self.words) and self.words[at].folded == "va" and self.is_joined(at):
                at += 1
            elif at >= len(self.words) or not self.is_comma(at):
                return False
            forms = [form.payload for _, form, _ in self.matches(self.names.agencies, at)]
            if any(isinstance(named, Named) and self.is_own_organ(named) for named in forms):
                return True
            short = [last for last, _, cost in self.matches(self.names.organs, at) if not cost]
            if not short:
                return False
            at = max(short)
        return False

    def placed(
        self, first: int, last: int, named: Named, cost: float, *, is_owner: bool = False
    ) -> Found | None:
        """The agency of a matched form, with the place that follows it or the document's own."""
        agency = named.agency
        if self.follows(last, agency.not_before) or self.goes_on(last):
            return None
        if last == first + 1 and not self.is_capital(first):
            return None
        if self.is_verb(first, last) or self.names_area(first, last):
            return None
        confidence = 0.98 if named.is_full else 0.95
        rule = "agency.full" if named.is_full else "agency.short"
        if cost or named.is_fault:
            rule, confidence = "agency.fault", 0.85
        if agency.level == "central":
            placed = self.registers.placed(agency, COUNTRY)
            head = HEADS.get(self.words[first].folded, "")
            return Found(
                last, placed.name, placed.local, False, True, rule, confidence, opens_list=head
            )
        after, place, is_stated = self.place_after(last)
        is_stated = is_stated and not (named.is_city and self.is_district_city(place))
        if agency.place_rule == "never":
            if is_stated:
                return None
            after, place = last, self.place
        elif not is_stated:
            after, place = last, self.place
            if self.unit_after(last) or (named.is_city and not self.is_municipal()):
                return None
            if agency.place_rule == "required":
                heir = self.place_of_next(last)
                is_own = is_owner and self.place is not None and not self.levels_after(last)
                if heir is None and not is_own and not self.is_bounded(first, last):
                    return None
                place = heir or place
        code = place.code if place else self.jurisdiction
        placed = self.registers.placed(agency, code)
        if not placed.jurisdiction:
            confidence = min(confidence, 0.5)
        return Found(
            after,
            placed.name,
            placed.local,
            False,
            True,
            rule,
            confidence,
            is_stated,
            "" if is_stated else HEADS.get(self.words[first].folded, ""),
        )

    def names_area(self, first: int, last: int) -> bool:
        """Whether a proper name goes on with "Ban Quản lý Khu kinh tế": it is that area's body."""
        if not (self.is_capital(last) and self.is_soft(last)):
            return False
        words = tuple(word.spelling for word in self.words[first:last])
        if not any(words[-len(area) :] == area for area in self.phrases.areas):
            return False
        return self.place_name(last) is None and self.agency(last) is None

    def is_verb(self, first: int, last: int) -> bool:
        """Whether what ends like a name is the verb of the sentence: "Sở | xây dựng kế hoạch".

        In small letters such words are a name only where something else acts after them, and
        never one by themselves ("thống kê tỉnh").
        """
        for at in range(first, last):
            verb = self.phrase(self.phrases.verbs, at)
            if verb and verb[0] == last and not self.is_capital(at):
                if at == first:
                    return True
                break
        else:
            return False
        if not self.is_soft(last):
            return False
        acts = self.phrase(self.phrases.stops, last) or self.is_folded(last, "tinh")
        return not (acts or self.phrase(self.phrases.units, last))

    def goes_on(self, position: int) -> bool:
        """Whether a hyphen leads on to more of the name: "Sở Giao thông vận tải | - Xây dựng"."""
        if not (self.is_hyphen(position) and self.is_capital(position)):
            return False
        is_actor = self.words[position].folded in self.names.openings
        return not is_actor and self.place_name(position) is None

    def is_provincial(self) -> bool:
        return self.place is not None and self.place.kind != "country"

    def is_municipal(self) -> bool:
        return self.place is not None and self.place.kind == "municipality"

    def is_district_city(self, place: Place | None) -> bool:
        return place is not None and place.kind != "municipality"

    def place_after(self, position: int) -> tuple[int, Place | None, bool]:
        """(next word, place, whether stated) for "tỉnh", "tỉnh Hải Dương", "Hải Dương"."""
        at = position
        if (self.is_word(at, "của") and self.is_soft(at)) or self.is_own_level(at):
            at += 1
        if self.is_committee(at):
            return position, None, False
        if self.is_folded(at, "tinh") and self.is_soft(at):
            named = self.place_name(at + 1)
            if named:
                return named[0], named[1], True
            return at + 1, self.place, not self.is_municipal()
        unit = self.phrase(self.phrases.units, at) if at < len(self.words) else None
        if unit and unit[1] == "thành phố" and self.is_soft(at):
            named = self.place_name(unit[0])
            if named and named[1].kind == "municipality":
                return named[0], named[1], True
            is_named = self.is_capital(unit[0]) and self.is_soft(unit[0])
            if self.is_municipal() and not is_named:
                return unit[0], self.place, True
            return position, None, False
        named = self.place_name(at) if at == position else None
        return (named[0], named[1], True) if named else (position, None, False)

    def is_own_level(self, position: int) -> bool:
        """Whether "cấp tỉnh" follows, of which a province's own text has but one."""
        is_level = self.is_word(position, "cấp") and self.is_soft(position)
        return is_level and self.is_provincial() and self.is_word(position + 1, "tỉnh")

    def is_committee(self, position: int) -> bool:
        """Whether "tỉnh" is the first half of "Tỉnh ủy" or "Tỉnh đoàn"."""
        following = position + 1
        is_second = self.is_word(following, "ủy") or self.is_word(following, "đoàn")
        return is_second and self.is_word(position, "tỉnh") and self.is_soft(following)

    def place_name(self, position: int) -> tuple[int, Place] | None:
        best: tuple[int, Place] | None = None
        for last, form, _ in self.matches(self.names.places, position):
            if self.is_joined(position) and self.is_capital(position):
                assert isinstance(form.payload, Place)
                best = (last, form.payload)
        return best

    def place_of_next(self, position: int) -> Place | None:
        """In "HĐND, UBND tỉnh" the first has the place of the second."""
        at = position
        if at < len(self.words) and self.words[at].folded == "va":
            at += 1
        if at >= len(self.words) or not re.fullmatch(r"\s*[,/-]?\s*", self.gaps[position]):
            return None
        if at == position and not re.search(r"[,/-]", self.gaps[position]):
            return None
        for last, form, _ in self.matches(self.names.agencies, at):
            named = form.payload
            assert isinstance(named, Named)
            after, place, is_stated = self.place_after(last)
            if is_stated and named.agency.place_rule == "required" and after > last:
                return place
        return None

    def unit_after(self, position: int) -> bool:
        """Whether a district or commune follows ("UBND huyện Gia Lộc")."""
        unit = self.phrase(self.phrases.units, position)
        return unit is not None and self.is_soft(position)

    def levels_after(self, position: int) -> bool:
        """Whether words follow that make a group of it ("UBND các huyện", "HĐND cấp xã")."""
        is_level = self.is_word(position, "các") or self.is_word(position, "cấp")
        return is_level and self.is_soft(position)

    def district(self, position: int) -> Found | None:
        """A district's or commune's body: "UBND thành phố Chí Linh", "Huyện ủy Gia Lộc"."""
        head = self.phrase(self.phrases.heads, position)
        if head:
            unit = self.phrase(self.phrases.units, head[0])
            if unit is None or not self.is_soft(head[0]):
                return None
            last = self.proper_name(unit[0])
            if last == unit[0]:
                return None
            name = f"{head[1]} {unit[1]} {self.printed(unit[0], last)}"
            return self.unregistered_place(last, name)
        if self.words[position].folded in COMMITTEES and self.is_capital(position):
            if not self.is_word(position + 1, "ủy") or not self.is_soft(position + 1):
                return None
            last = self.proper_name(position + 2)
            if last > position + 2:
                kind = COMMITTEES[self.words[position].folded]
                return self.unregistered_place(
                    last, f"{kind} ủy {self.printed(position + 2, last)}"
                )
        return None

    def unregistered_place(self, last: int, name: str) -> Found:
        local = f"{self.local_head()}.{iri.slug(name)}"
        confidence = 0.95 if self.place else 0.5
        return Found(last, name, local, False, True, "agency.district", confidence, True)

    def proper_name(self, position: int) -> int:
        """End of a run of capitalised words ("Chí Linh")."""
        at = position
        while (
            at < min(len(self.words), position + _DISTRICT_WORDS)
            and (self.is_capital(at) or (at == position and self.words[at].surface.isdigit()))
            and self.is_soft(at)
            and not (at > position and self.agency(at))
        ):
            at += 1
        return at

    def head_of_list(self, position: int) -> str:
        """The words at a position that a list says once for all its members; "" for others."""
        head = HEADS.get(self.words[position].folded, "")
        _, _, second = head.partition(" ")
        return head if not second or self.is_folded(position + 1, second) else ""

    def member(self, position: int, head: str) -> Found | None:
        """The name at a word that a list leaves without its head ("so")."""
        node, skip = self.names.agencies, len(head.split())
        for word in head.split():
            below = node.below.get(word)
            if below is None:
                return None
            node = below
        best: Found | None = None
        for last, form, cost in self.matches(node, position, skip):
            named = form.payload
            assert isinstance(named, Named)
            found = self.placed(position, last, named, cost)
            if found and not cost and (best is None or found.last > best.last):
                best = Found(
                    found.last,
                    found.canonical,
                    found.local,
                    False,
                    True,
                    "agency.list",
                    min(found.confidence, 0.9),
                    found.has_place,
                    head,
                )
        return best

    def local_head(self) -> str:
        return self.place.local if self.place else UNPLACED
