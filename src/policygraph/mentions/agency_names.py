"""What names agencies, as tries: the registers' names, and the lexicon of groups and proposals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from policygraph import iri, lexicon
from policygraph.errors import DataError
from policygraph.mentions.wording import Node, Spelling, folded_words, spelled, spelling, trie
from policygraph.registers import Agency, Registers, expand

HEADS = {"so": "so", "bo": "bo", "tap": "tap doan"}
"""Folded first word -> folded head of names that a list says once: "các Sở: Tài chính, Nội vụ"."""
COMMITTEES = {"huyen": "Huyện", "thi": "Thị", "thanh": "Thành", "quan": "Quận"}
"""Folded first words of the districts' party committees."""
_TAILS = ("kept", "placed", "beyond", "dropped")
_KINDS = ("organ", "weak", "level", "placeless")


@dataclass(frozen=True, slots=True)
class Named:
    """Payload of an agency's form."""

    agency: Agency
    is_full: bool
    is_fault: bool
    is_city: bool


@dataclass(frozen=True, slots=True)
class Names:
    """The agencies and places of the registers, as tries."""

    agencies: Node
    organs: Node
    """Organs of a province's Party committee without its name: "Ban Tổ chức"."""
    places: Node
    by_head: dict[str, tuple[tuple[str, int, Agency], ...]]
    alone: frozenset[Spelling]
    """Words that are a name, or the head of one, by themselves: "Sở", "các"."""
    pairs: Mapping[str, frozenset[str]]
    """First word of the longer names -> what may be their second, both folded."""
    proposed: frozenset[str]
    """Folded first words of names in no register: they count only with a capital."""
    openings: frozenset[str]
    """Folded first words of all of these: nothing but a bare acronym begins with another."""
    groups: frozenset[str]
    """Folded first words of groups."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The lexicon of groups and proposals, as tries."""

    openers: Node
    persons: Node
    holders: Node
    joints: frozenset[Spelling]
    not_after: frozenset[str]
    heads: Node
    items: Node
    joined: Node
    """Members that only go on with a run."""
    kinds: dict[str, str]
    alone: frozenset[str]
    titles: frozenset[str]
    always: frozenset[str]
    cell: frozenset[str]
    country: frozenset[str]
    modifiers: Node
    tails: Node
    tail_kinds: dict[str, str]
    owned: Node
    bare_owners: Mapping[str, str]
    restrictive: Node
    predicates: Node
    blockers: frozenset[Spelling]
    frames: Node
    units: Node
    proposed: Node
    whole: Node
    listed: Node
    verbs: Node
    placeless: Node
    areas: tuple[tuple[Spelling, ...], ...]
    """Ends of names that the proper name of an area may follow."""
    central: Node
    """Heads of bodies that only the country has, where no place follows them."""
    compounds: Node
    """Words with a comma inside them, which ends no name: "khám, chữa bệnh"."""
    not_heads: Node
    stops: Node
    national: tuple[tuple[Spelling, ...], ...]


@cache
def names(registers: Registers) -> Names:
    agencies, organs, places = Node(), Node(), Node()
    by_head: dict[str, list[tuple[str, int, Agency]]] = {}
    for agency in registers.agencies:
        for name, is_full, is_fault, is_city in _spellings(agency):
            agencies.add(name, Named(agency, is_full, is_fault, is_city))
            words = folded_words(name)
            letters = "".join(words)
            if len(words) > 1 and len(letters) >= 10 and is_full:
                by_head.setdefault(words[0], []).append((letters, len(words), agency))
        organ = agency.bare("") if has_committee(agency) else ""
        if len(organ.split()) > 1:
            organs.add(organ, Named(agency, False, False, False))
    for place in registers.places:
        for name in (place.short, *place.other_names):
            if place.kind != "country":
                places.add(re.sub(r"^(?:Tỉnh|TP\.?) ", "", name), place)
    known = phrases()
    rows = {head: tuple(found) for head, found in by_head.items()}
    alone, pairs = _openings(agencies, known)
    proposed = frozenset(known.proposed.below)
    openings = proposed.union(pairs, HEADS)
    roots = (known.persons, known.holders, known.heads, known.openers, known.items)
    groups = frozenset(first for root in roots for first in root.below)
    return Names(agencies, organs, places, rows, alone, pairs, proposed, openings, groups)


def _openings(
    agencies: Node, known: Phrases
) -> tuple[frozenset[Spelling], dict[str, frozenset[str]]]:
    """How anything known by name begins: with one word, well spelt (a fault costs more than one
    word may), or with two, folded; "các" opens nothing but a run of members."""
    alone: set[Spelling] = set()
    pairs: dict[str, set[str]] = {first: {"uy"} for first in COMMITTEES}
    for first, node in known.openers.below.items():
        pairs.setdefault(first, set()).update(node.below, known.items.below if node.forms else ())
    for root in (agencies, known.persons, known.holders, known.heads, known.items):
        for first, node in root.below.items():
            alone.update(form.words[0].spelling for form in node.forms)
            pairs.setdefault(first, set()).update(node.below)
    return frozenset(alone), {first: frozenset(then) for first, then in pairs.items()}


def _spellings(agency: Agency) -> Iterator[tuple[str, bool, bool, bool]]:
    """(spelling, is the full name, is a known fault, is a municipality's) of an agency."""
    for committee, is_city in (("Tỉnh ủy", False), ("Thành ủy", True)):
        yield agency.bare(committee), True, False, is_city and has_committee(agency)
        for form in agency.forms:
            filled = form.replace("{committee}", committee)
            for name in expand(filled):
                of_city = form.startswith("Thành ") or (is_city and "{committee}" in form)
                yield name, False, False, of_city
        if not has_committee(agency):
            break
    for fault in agency.faults:
        yield fault, False, True, False


def has_committee(agency: Agency) -> bool:
    """Whether the Party committee is a part of the agency's name."""
    return any("{committee}" in text for text in (agency.template, *agency.forms))


@cache
def phrases() -> Phrases:
    data = lexicon.load("agencies")
    try:
        tables = data.tables
        items, tails = tables["items"], tables["tails"]
        aliases = {a: name for name, others in tables["aliases"].items() for a in others}

        def listed(*names: str) -> Node:
            return trie((name, name) for name in names)

        members = [member for kind in _KINDS for member in items[kind]]
        known = {*members, *tables["modifiers"]["words"]}
        kinds = {i: kind for kind in _KINDS for i in items[kind]}
        kinds |= dict.fromkeys(items["joined"], "organ")
        member_trie, modifier_trie = listed(*members), listed(*tables["modifiers"]["words"])
        for alias, name in aliases.items():
            if name not in known and name != "đô thị thông minh":
                raise DataError(data.path, f"alias of {name!r}, which is no member")
            (member_trie if name in members else modifier_trie).add(alias, name)
        tail_trie = listed(*(tail for kind in _TAILS for tail in tails[kind]))
        for tail in tails["kept"]:
            for alias, name in aliases.items():
                if name in tail:
                    tail_trie.add(tail.replace(name, alias), tail)
        return Phrases(
            listed(*tables["openers"]),
            listed(*tables["persons"]),
            listed(*tables["holders"]),
            frozenset(spelling(j) for j in tables["joints"]),
            frozenset(iri.fold(w) for w in tables["not_after"]),
            trie((form, head) for head, forms in tables["heads"].items() for form in forms),
            member_trie,
            listed(*items["joined"]),
            kinds,
            frozenset(items["alone"]),
            frozenset(items["titles"]),
            frozenset(items["always"]),
            frozenset(items["cell"]),
            frozenset(items["country"]),
            modifier_trie,
            tail_trie,
            {t: kind for kind in _TAILS for t in tails[kind]},
            listed(*tails["owned"]),
            dict(tables["bare_owners"]),
            listed(*tables["restrictive"]["verbs"]),
            listed(*tables["restrictive"]["predicates"]),
            frozenset(spelling(w) for w in tables["restrictive"]["blockers"]),
            listed(*tables["restrictive"]["frames"]),
            trie((form, unit) for unit, forms in tables["units"].items() for form in forms),
            listed(*tables["proposed"]["heads"], *tables["proposed"]["whole"]),
            listed(*tables["proposed"]["whole"]),
            listed(*tables["proposed"]["listed"]),
            listed(*tables["proposed"]["verbs"]),
            listed(*tables["proposed"]["placeless"]),
            tuple(spelled(name) for name in tables["proposed"]["areas"]),
            listed(*tables["proposed"]["central"]),
            listed(*tables["proposed"]["compounds"]),
            listed(*tables["proposed"]["not_heads"]),
            listed(*tables["proposed"]["stops"]),
            tuple(spelled(name) for name in tables["proposed"]["national"]),
        )
    except KeyError as error:
        raise DataError(data.path, f"{error} is missing") from error
