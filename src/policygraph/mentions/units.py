"""Units inside the organ that issues a text: "Văn phòng Sở", "Vụ Kế hoạch", "các phòng".

Every department and ministry has units of these names.  In the text of one of them they are its
own, and never one node with the units of another organ of the same place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from policygraph import iri, lexicon
from policygraph.model import AgencyMention
from policygraph.registers import Registers

RULE = "agency.inner"


def organ_with_units(
    issuer: AgencyMention | None, place: str | None, registers: Registers
) -> AgencyMention | None:
    """The issuer, where it is an organ of a kind that has units."""
    placed = registers.agency_named(issuer.canonical, place) if issuer else None
    kind = placed.agency.kind if placed and placed.agency else ""
    return issuer if kind in lexicon.load("agencies").tables["inner"]["kinds"] else None


def inside(mentions: Iterable[AgencyMention], organ: AgencyMention) -> Iterator[AgencyMention]:
    """The mentions, those of inner units named after the organ that has them."""
    for mention in mentions:
        yield _of(organ, mention) if _is_inner(mention) else mention


def _is_inner(mention: AgencyMention) -> bool:
    single, group, elsewhere = _patterns()
    words = mention.surface
    if (mention.is_registered and not mention.is_group) or elsewhere.search(words):
        return False
    return bool((group if mention.is_group else single).match(words))


def _of(issuer: AgencyMention, mention: AgencyMention) -> AgencyMention:
    name = " ".join(mention.surface.split())
    name = name[:1].upper() + name[1:]
    return replace(
        mention,
        canonical=f"{name} thuộc {issuer.canonical}",
        local=f"{issuer.local}.{iri.slug(name)}",
        is_registered=False,
        rule=RULE,
    )


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    table = lexicon.load("agencies").tables["inner"]

    def any_of(words: list[str]) -> str:
        return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))

    return (
        re.compile(rf"(?:{any_of(table['heads'])})(?!\w)"),
        re.compile(rf"(?i)(?:các|những)\s+(?:{any_of(table['groups'])})(?!\w)"),
        re.compile(rf"(?i)(?<!\w)(?:{any_of(table['elsewhere'])})(?!\w)"),
    )
