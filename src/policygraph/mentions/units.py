"""Bodies that every organ of a kind has, in the text of one of them: its own.

Every department and ministry has a "Văn phòng Sở" or a "Vụ Kế hoạch", every district and commune
its "Phòng Văn hóa và Thông tin" and "Công an huyện".  Where one of these organs issues a text,
such names mean its own, and never one node with those of another organ of the same place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from policygraph import iri, lexicon
from policygraph.model import AgencyMention
from policygraph.registers import UNPLACED, Registers

INNER = "agency.inner"
DISTRICT = "agency.district"
"""Rule of a body that names its district or commune."""
_COMMITTEE = re.compile(r"(?P<kind>Huyện|Thị|Thành|Quận) ủy (?P<name>.+)")
_KINDS = {"Huyện": "huyện", "Thị": "thị xã", "Thành": "thành phố", "Quận": "quận"}
_COMMITTEES = tuple(f" {kind} ủy" for kind in _KINDS)
"""Ends of the names of a committee's organs, which its unit's name alone follows."""

_OF_ORGAN = re.compile(r"(?i)\s+(?:trực\s+)?thuộc\s+(?:Sở|Bộ)$")
"""What a group says of its organ without naming it: "Các phòng thuộc Sở"."""

Owner = Callable[[AgencyMention], AgencyMention]
"""Gives a mention as it is meant in the text of one organ."""


def owner_of(issuer: AgencyMention | None, place: str | None, registers: Registers) -> Owner | None:
    """How the text of an organ means bare names of bodies; None where they mean the province's."""
    if issuer is None:
        return None
    if issuer.rule == DISTRICT:
        unit, province = _unit(issuer.canonical), registers.place(place) if place else None
        return _District(*unit, province.inside if province else "") if unit else None
    placed = registers.agency_named(issuer.canonical, place)
    kind = placed.agency.kind if placed and placed.agency else ""
    return _Organ(issuer) if kind in lexicon.load("agencies").tables["inner"]["kinds"] else None


def _unit(name: str) -> tuple[str, str] | None:
    """Kind and name of the unit that a body names: "Ủy ban nhân dân huyện Chợ Mới"."""
    committee = _COMMITTEE.fullmatch(name)
    if committee:
        return _KINDS[committee["kind"]], committee["name"]
    found = re.search(rf"(?<!\w)({_any_of(_kinds())}) ([^\W\d_a-z].*)$", name)
    return (found[1], found[2]) if found else None


@dataclass(frozen=True, slots=True)
class _Organ:
    """A department or ministry: its inner units are named after it."""

    organ: AgencyMention

    def __call__(self, mention: AgencyMention) -> AgencyMention:
        single, group, elsewhere = _patterns()
        words = mention.surface
        if (mention.is_registered and not mention.is_group) or elsewhere.search(words):
            return mention
        if not (group if mention.is_group else single).match(words):
            return mention
        name = _OF_ORGAN.sub("", " ".join(words.split()))
        name = name[:1].upper() + name[1:]
        return replace(
            mention,
            canonical=f"{name} thuộc {self.organ.canonical}",
            local=f"{self.organ.local}.{iri.slug(name)}",
            is_registered=False,
            rule=INNER,
        )


@dataclass(frozen=True, slots=True)
class _District:
    """A district or commune: bodies without a place have its name, not the province's."""

    kind: str
    name: str
    province: str
    """as it ends the names of the province's bodies: "tỉnh An Giang"; "" where nothing tells it"""

    def __call__(self, mention: AgencyMention) -> AgencyMention:
        bare = mention.canonical.removesuffix(f" {self.province}")
        is_single = mention.is_registered and not mention.is_group and bare not in _of_any_level()
        is_placed = bare == mention.canonical and (self.province or not self._may_own(mention))
        if is_single or is_placed or _provincial().search(mention.surface):
            return mention
        own = re.sub(rf" (?:cấp )?{self.kind}$", "", bare)
        unit = self.name if own.endswith(_COMMITTEES) else f"{self.kind} {self.name}"
        canonical = f"{own} {unit}"
        head = mention.local.partition(".")[0]
        return replace(
            mention,
            canonical=canonical,
            local=f"{head}.{iri.slug(canonical)}",
            is_group=mention.is_group and (own == bare or bare.startswith("Các ")),
            rule=DISTRICT,
        )

    def _may_own(self, mention: AgencyMention) -> bool:
        """Whether a body that no place follows is the unit's own, in a text of no province."""
        if mention.rule == DISTRICT or not mention.local.startswith(f"{UNPLACED}."):
            return False
        return bool(_of_unit().match(mention.canonical))


@cache
def _of_unit() -> re.Pattern[str]:
    """First words of bodies that every district has: "Phòng Nội vụ", "UBND các xã"."""
    words = [*_of_any_level(), *lexicon.load("agencies").tables["inner"]["units"]]
    return re.compile(rf"(?:{_any_of(words)})(?!\w)")


def _of_any_level() -> frozenset[str]:
    """Bodies that provinces and districts have alike: "Hội Nông dân"."""
    return frozenset(lexicon.load("agencies").tables["heads"])


def _any_of(words: list[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _kinds() -> list[str]:
    return [*lexicon.load("agencies").tables["units"], "đặc khu"]


@cache
def _provincial() -> re.Pattern[str]:
    """Words that say that a body is none of the district's."""
    words = lexicon.load("agencies").tables["inner"]["provincial"]
    return re.compile(rf"(?i)(?<!\w)(?:{_any_of(words)})(?!\w)")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    table = lexicon.load("agencies").tables["inner"]
    return (
        re.compile(rf"(?:{_any_of(table['heads'])})(?!\w)"),
        re.compile(rf"(?i)(?:các|những)\s+(?:{_any_of(table['groups'])})(?!\w)"),
        re.compile(rf"(?i)(?<!\w)(?:{_any_of(table['elsewhere'])})(?!\w)"),
    )
