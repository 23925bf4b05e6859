"""Agencies, districts' bodies and groups that a text names.

Names are matched word by word in a trie of folded words, so the time is linear in the text
and diacritics lost in scanning do no harm; what was matched is then weighed against the true
spelling ("bố trí" is no "Bộ Tri").  The longest name wins, mentions never overlap, and a name
that fits two agencies equally well is left as a proposal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from policygraph import iri, lexicon
from policygraph.errors import DataError
from policygraph.model import AgencyMention, Span
from policygraph.registers import COUNTRY, UNPLACED, Agency, Place, Registers, expand

CELL = 240
"""A range of at most so many characters may be a table cell or a heading."""
NAME_WORDS = 14
"""An unregistered name is cut after so many syllables."""
GROUP_MEMBERS = 24
"""A run of more members is cut: what is no group must not be read again from each of them."""
DISTRICT_WORDS = 4
LIKENESS = 92.0
"""Least likeness (0 to 100) of a misspelt name to a known one, and ``LEAD`` over the next."""
LEAD = 3.0

_WORD = re.compile(r"[^\W_]+|&")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_SOFT = re.compile(r"[ \u00a0\t\r*]*\n?[ \u00a0\t\r*]*")
_HYPHEN = re.compile(r"[ \u00a0*]*\n?[ \u00a0]*[-–—.][ \u00a0]*\n?[ \u00a0*]*")
_COMMA = re.compile(r"[ \u00a0*]*,[ \u00a0*]*\n?[ \u00a0*]*")
_LIST_GAP = re.compile(r"\s*[,;]?\s*")
_EDGE = re.compile(r"[;\n\t,.•+|:-]")
_CELL_EDGE = re.compile(r"[;\n\t|]")
_ACRONYM = re.compile(r"[A-ZĐ]{2,}[a-z]?")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the text: its range, its folded letters, and its letters with the tone apart."""

    start: int
    end: int
    folded: str
    spelling: tuple[str, str]
    surface: str


@dataclass(frozen=True, slots=True)
class _Form:
    """A spelling of something in a trie: its words, and what separates each from the one before."""

    spellings: tuple[tuple[str, str], ...]
    surfaces: tuple[str, ...]
    gaps: tuple[str, ...]
    payload: object


@dataclass(slots=True)
class _Node:
    below: dict[str, _Node] = field(default_factory=dict)
    forms: list[_Form] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Named:
    """Payload of an agency's form."""

    agency: Agency
    is_full: bool
    is_fault: bool
    is_city: bool


@dataclass(frozen=True, slots=True)
class _Found:
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


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The lexicon of groups and proposals, as tries."""

    openers: _Node
    joints: frozenset[tuple[str, str]]
    not_after: frozenset[str]
    heads: _Node
    items: _Node
    kinds: dict[str, str]
    alone: frozenset[str]
    cell: frozenset[str]
    country: frozenset[str]
    modifiers: _Node
    tails: _Node
    tail_kinds: dict[str, str]
    owned: _Node
    units: _Node
    proposed: _Node
    placeless: _Node
    not_heads: _Node
    stops: _Node
    national: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class _Names:
    """The agencies and places of the registers, as tries."""

    agencies: _Node
    places: _Node
    by_head: dict[str, tuple[tuple[str, int, Agency], ...]]


def find_agencies(
    text: str, start: int, end: int, jurisdiction: str | None, registers: Registers
) -> list[AgencyMention]:
    """Agencies and groups named in ``text[start:end]``, in reading order, never overlapping.

    ``jurisdiction`` is the document's ISO 3166 code ("VN-61", "VN") or None; it gives
    provincial bodies their place where the text does not ("Sở Tài chính").  A range as short
    as a table cell or heading may hold bare short names and groups ("KHĐT", "Doanh nghiệp").
    """
    reader = _Reader(text, start, end, jurisdiction, registers)
    return list(reader.mentions())


class _Reader:
    """One pass over one range."""

    def __init__(
        self, text: str, start: int, end: int, jurisdiction: str | None, registers: Registers
    ) -> None:
        self.text, self.start, self.end = text, start, end
        self.registers, self.names, self.words_of = registers, _names(registers), _lexicon()
        self.jurisdiction = jurisdiction
        self.place = registers.place(jurisdiction) if jurisdiction else None
        self.words = [
            _word(match.start(), match.end(), match[0])
            for match in _WORD.finditer(text, start, end)
        ]
        self.is_cell = end - start <= CELL

    def mentions(self) -> Iterator[AgencyMention]:
        position = 0
        while position < len(self.words):
            found = self.at(position)
            if found is None:
                position += 1
                continue
            yield self.mention(position, found)
            position = found.last
            while found.opens_list:
                listed = self.listed(position, found.opens_list)
                if listed is None:
                    break
                first, found = listed
                yield self.mention(first, found)
                position = found.last

    def mention(self, first: int, found: _Found) -> AgencyMention:
        span = Span(self.words[first].start, self.words[found.last - 1].end)
        return AgencyMention(
            span,
            self.text[span.start : span.end],
            found.canonical,
            found.local,
            found.is_group,
            found.is_registered,
            found.rule,
            found.confidence,
        )

    # ---- one position ----------------------------------------------------------------------

    def at(self, position: int) -> _Found | None:
        """The longest actor that begins at a word; a group goes before an agency of its length."""
        if self.in_number(position):
            return None
        best: _Found | None = None
        for found in (self.group(position), self.agency(position), self.district(position)):
            if found and (best is None or found.last > best.last):
                best = found
        return best or self.list_head(position) or self.proposal(position)

    def in_number(self, position: int) -> bool:
        """Whether the word belongs to a document's number ("KH-UBND", "NQ/TW")."""
        start = self.words[position].start
        return (
            start >= 2
            and self.text[start - 1] in "/-–"
            and self.text[start - 2].isalnum()
            and _ACRONYM.match(self.words[position].surface) is not None
        )

    def agency(self, position: int) -> _Found | None:
        best: _Found | None = None
        for last, form, cost in self.matches(self.names.agencies, position):
            named = form.payload
            assert isinstance(named, _Named)
            found = self.placed(position, last, named, cost)
            if found is None or (best and found.last < best.last):
                continue
            is_bare = named.agency.place_rule == "never"
            if best is None or found.last > best.last or (is_bare and not best.has_place):
                best = found
        return best

    def placed(self, first: int, last: int, named: _Named, cost: float) -> _Found | None:
        """The agency of a matched form, with the place that follows it or the document's own."""
        agency = named.agency
        if self.follows(last, agency.not_before):
            return None
        confidence = 0.98 if named.is_full else 0.95
        rule = "agency.full" if named.is_full else "agency.short"
        if cost or named.is_fault:
            rule, confidence = "agency.fault", 0.85
        if agency.level == "central":
            placed = self.registers.placed(agency, COUNTRY)
            return _Found(last, placed.name, placed.local, False, True, rule, confidence)
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
                if heir is None and not self.is_bounded(first, last):
                    return None
                place = heir or place
        code = place.code if place else self.jurisdiction
        placed = self.registers.placed(agency, code)
        if not placed.jurisdiction:
            confidence = min(confidence, 0.5)
        head = self.words[first].folded
        return _Found(
            after,
            placed.name,
            placed.local,
            False,
            True,
            rule,
            confidence,
            is_stated,
            head if head in _LIST_HEADS and not is_stated else "",
        )

    def is_municipal(self) -> bool:
        return self.place is not None and self.place.kind == "municipality"

    def is_district_city(self, place: Place | None) -> bool:
        return place is not None and place.kind != "municipality"

    def place_after(self, position: int) -> tuple[int, Place | None, bool]:
        """(next word, place, whether stated) for "tỉnh", "tỉnh Hải Dương", "Hải Dương"."""
        at = position
        if self.is_word(at, "của") and self.is_soft(at):
            at += 1
        if self.is_committee(at):
            return position, None, False
        if self.is_word(at, "tỉnh", loosely=True) and self.is_soft(at):
            named = self.place_name(at + 1)
            if named:
                return named[0], named[1], True
            return at + 1, self.place, not self.is_municipal()
        unit = self.phrase(self.words_of.units, at) if at < len(self.words) else None
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
        if at >= len(self.words) or not re.fullmatch(r"\s*[,/-]?\s*", self.gap(position)):
            return None
        if at == position and not re.search(r"[,/-]", self.gap(position)):
            return None
        for last, form, _ in self.matches(self.names.agencies, at):
            named = form.payload
            assert isinstance(named, _Named)
            after, place, is_stated = self.place_after(last)
            if is_stated and named.agency.place_rule == "required" and after > last:
                return place
        return None

    def unit_after(self, position: int) -> bool:
        """Whether a district or commune follows ("UBND huyện Gia Lộc")."""
        unit = self.phrase(self.words_of.units, position)
        return unit is not None and self.is_soft(position)

    def district(self, position: int) -> _Found | None:
        """A district's or commune's body: "UBND thành phố Chí Linh", "Huyện ủy Gia Lộc"."""
        head = self.phrase(self.words_of.heads, position)
        if head:
            unit = self.phrase(self.words_of.units, head[0])
            if unit is None or not self.is_soft(head[0]):
                return None
            last = self.proper_name(unit[0])
            if last == unit[0]:
                return None
            name = f"{head[1]} {unit[1]} {self.printed(unit[0], last)}"
            return self.unregistered_place(last, name)
        if self.words[position].folded in _COMMITTEES and self.is_capital(position):
            if not self.is_word(position + 1, "ủy") or not self.is_soft(position + 1):
                return None
            last = self.proper_name(position + 2)
            if last > position + 2:
                kind = _COMMITTEES[self.words[position].folded]
                return self.unregistered_place(
                    last, f"{kind} ủy {self.printed(position + 2, last)}"
                )
        return None

    def unregistered_place(self, last: int, name: str) -> _Found:
        local = f"{self.local_head()}.{iri.slug(name)}"
        confidence = 0.95 if self.place else 0.5
        return _Found(last, name, local, False, True, "agency.district", confidence, True)

    def proper_name(self, position: int) -> int:
        """End of a run of capitalised words ("Chí Linh")."""
        at = position
        while (
            at < min(len(self.words), position + DISTRICT_WORDS)
            and (self.is_capital(at) or (at == position and self.words[at].surface.isdigit()))
            and self.is_soft(at)
            and not (at > position and self.agency(at))
        ):
            at += 1
        return at

    # ---- lists of departments --------------------------------------------------------------

    def list_head(self, position: int) -> _Found | None:
        """The first of "các Sở: Tài chính, Nội vụ"; also a bare "KHĐT" that fills a cell."""
        word = self.words[position]
        if word.folded in _LIST_HEADS and re.fullmatch(r"\s*:\s*", self.gap(position + 1)):
            listed = self.listed(position + 1, word.folded)
            if listed:
                return listed[1]
        if _ACRONYM.fullmatch(word.surface) and len(word.surface) > 2 and self.is_cell:
            found = self.member(position, "so")
            if found and self.is_bounded(position, found.last):
                return found
        return None

    def listed(self, position: int, head: str) -> tuple[int, _Found] | None:
        """The next department of a list, without its "Sở", and the word it begins at."""
        at = position
        if at < len(self.words) and self.words[at].folded == "va":
            at += 1
        elif at >= len(self.words) or not re.fullmatch(r"\s*[,;:]\s*", self.gap(at)):
            return None
        if at >= len(self.words) or not self.is_capital(at):
            return None
        if not _LIST_GAP.fullmatch(self.gap(at)) and at != position:
            return None
        if self.agency(at) or self.group(at):
            return None
        found = self.member(at, head)
        return (at, found) if found else None

    def member(self, position: int, head: str) -> _Found | None:
        node = self.names.agencies.below.get(head)
        if node is None:
            return None
        best: _Found | None = None
        for last, form, cost in self.matches(node, position, skip=1):
            named = form.payload
            assert isinstance(named, _Named)
            found = self.placed(position, last, named, cost)
            if found and not cost and (best is None or found.last > best.last):
                best = _Found(
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

    # ---- groups ----------------------------------------------------------------------------

    def group(self, position: int) -> _Found | None:
        head = self.phrase(self.words_of.heads, position)
        if head and not self.is_capital(position) and self.words[position].folded != "uy":
            head = None
        at = head[0] if head else position
        if head and not self.is_soft(at):
            return None
        opener = self.phrase(self.words_of.openers, at)
        parsed = self.levels(at) if head else None
        if parsed is None:
            parsed = self.members(opener[0] if opener else at, bool(opener))
        if parsed is None or self.opens_list(parsed):
            return None
        last, wording, items = parsed
        last, tail, ending, owner = self.tail(last)
        if not self.is_group(position, last, items, opener is not None, head is not None, tail):
            return None
        words = [wording, *([tail] if tail else [])]
        if opener or (not head and self.takes_plural(items, tail)):
            words.insert(0, "các")
        if head:
            words.insert(0, head[1])
        name = " ".join(words)
        return self.named_group(last, name[0].upper() + name[1:], items, tail, ending, owner)

    def opens_list(self, parsed: tuple[int, str, list[str]]) -> bool:
        """Whether "các sở" only opens a list of single ones: "các Sở: Tài chính, Nội vụ"."""
        last, _, items = parsed
        if len(items) != 1 or items[0] not in ("sở", "bộ") or not self.is_capital(last):
            return False
        if not self.is_soft(last) and not re.fullmatch(r"\s*:\s*", self.gap(last)):
            return False
        return self.member(last, iri.fold(items[0])) is not None

    def levels(self, position: int) -> tuple[int, str, list[str]] | None:
        """ "cấp huyện, xã", "cấp huyện và cấp xã", "các cấp" after "UBND"."""
        if self.is_word(position, "các") and self.is_word(position + 1, "cấp"):
            return position + 2, "các cấp", ["cấp", "cấp"]
        if not self.is_word(position, "cấp"):
            return None
        last = at = position + 1
        joint, wording = " ", "cấp"
        items: list[str] = []
        while True:
            unit = self.phrase(self.words_of.units, at)
            if unit is None:
                break
            last, wording = unit[0], wording + joint + unit[1]
            items.append(unit[1])
            step = self.joint(last)
            at, joint = step if step else (last, " ")
            if step and self.is_word(at, "cấp"):
                at, joint = at + 1, joint + "cấp "
            if step is None:
                break
        return (last, wording, [*items, items[-1]]) if items else None

    def members(self, position: int, has_opener: bool) -> tuple[int, str, list[str]] | None:
        """A run of members: "sở, ban, ngành", "doanh nghiệp viễn thông, công nghệ thông tin"."""
        first = self.phrase(self.words_of.items, position)
        if first is None or (has_opener and not self.is_soft(position)):
            return None
        at, wording, items = first[0], first[1], [first[1]]
        while len(items) < GROUP_MEMBERS:
            at, wording = self.modified(at, wording)
            step = self.joint(at)
            following, joint = step if step else (at, ", ")
            item = self.phrase(self.words_of.items, following)
            if item is None or not self.continues(following, item, items[-1], step is not None):
                break
            at, wording = item[0], wording + joint + item[1]
            items.append(item[1])
        return at, wording, items

    def continues(self, position: int, item: tuple[int, str], before: str, is_joined: bool) -> bool:
        """Whether a member goes on with the run: "sở, ban ngành" may lack a comma."""
        kinds = self.words_of.kinds
        is_party = item[1].endswith(" ủy") or before.endswith(" ủy") or "đảng ủy" in item[1]
        if not is_party and (kinds[item[1]] == "level") != (kinds[before] == "level"):
            return False
        if not is_joined and (item[1] not in ("ngành", "ban") or not self.is_soft(position)):
            return False
        if item[0] - position >= 3:
            return True
        agency = self.agency(position) or self.district(position)
        return agency is None or agency.last <= item[0]

    def modified(self, position: int, wording: str) -> tuple[int, str]:
        """Modifiers of a member, several if joined: "viễn thông, công nghệ thông tin"."""
        at, is_first = position, True
        while True:
            step = (at, " ") if is_first else self.joint(at)
            if step is None or (is_first and not self.is_soft(at)):
                return at, wording
            modifier = self.phrase(self.words_of.modifiers, step[0])
            if modifier is None or self.longer_item(step[0], modifier[0]):
                return at, wording
            at, wording, is_first = modifier[0], wording + step[1] + modifier[1], False

    def longer_item(self, position: int, last: int) -> bool:
        """Whether what reads as a modifier is a member of its own ("địa phương")."""
        item = self.phrase(self.words_of.items, position)
        return item is not None and item[0] >= last and self.gap(position).strip(" \n") != ""

    def joint(self, position: int) -> tuple[int, str] | None:
        """What joins two members: a comma or "và"; (next word, the joint as written)."""
        if position >= len(self.words):
            return None
        if self.words[position].spelling in self.words_of.joints and self.is_joined(position):
            return position + 1, f" {self.words[position].surface.lower()} "
        return (position, ", ") if _COMMA.fullmatch(self.gap(position)) else None

    def tail(self, position: int) -> tuple[int, str, str, _Found | None]:
        """Words that belong to the whole run: (next word, kept words, kind, owner named)."""
        at, kept, kind = position, [], ""
        for _ in range(2):
            found = self.phrase(self.words_of.tails, at)
            if found is None or not self.is_joined(at) or self.is_committee(found[0] - 1):
                break
            at, kind = found[0], self.words_of.tail_kinds[found[1]]
            if kind != "dropped":
                kept.append(found[1])
            if kind != "kept":
                named = self.place_name(at)
                at = named[0] if named else at
                break
        owner = self.phrase(self.words_of.owned, at)
        if owner or (kept and kept[-1] == "trực thuộc"):
            agency = self.agency(owner[0] if owner else at)
            if agency:
                words = [*kept, *([owner[1]] if owner else [])]
                return agency.last, " ".join(words), "", agency
        return at, " ".join(kept), kind, None

    def is_group(
        self, first: int, last: int, items: list[str], has_opener: bool, has_head: bool, tail: str
    ) -> bool:
        kinds = [self.words_of.kinds[item] for item in items]
        if has_head:
            is_one = items[0] != "tỉnh" and not (items[0] == "thành phố" and self.is_municipal())
            return kinds[0] in ("level", "weak") and (has_opener or len(items) > 1 or is_one)
        if not has_opener and self.is_joined(first) and self.comes_after_other(first):
            return False
        if has_opener:
            is_strong = len(items) > 1 or kinds[0] not in ("weak", "level") or bool(tail)
            return is_strong or self.is_bounded(first, last, strictly=True)
        if items[0] in self.words_of.alone and (len(items) > 1 or self.is_bounded(first, last)):
            return True
        if items[0] in self.words_of.alone and items[0].startswith("tổ chức"):
            return True
        if items[0] == "sở" and len(items) > 1:
            return True
        if tail.endswith(("liên quan", "chức năng", "các cấp")) and kinds[0] not in (
            "weak",
            "level",
        ):
            return True
        is_whole = self.is_bounded(first, last)
        return is_whole and (items[0] in self.words_of.cell or len(items) > 1)

    def comes_after_other(self, position: int) -> bool:
        """Whether the word before makes something else of it: "cơ sở", "trụ sở"."""
        return position > 0 and self.words[position - 1].folded in self.words_of.not_after

    def takes_plural(self, items: list[str], tail: str) -> bool:
        kinds = {self.words_of.kinds[item] for item in items}
        return kinds != {"placeless"} and not tail.startswith("các cấp")

    def named_group(
        self, last: int, name: str, items: list[str], tail: str, ending: str, owner: _Found | None
    ) -> _Found:
        kinds = {self.words_of.kinds[item] for item in items}
        is_central = bool(self.words_of.country & set(items)) or tail.endswith("Trung ương")
        head = iri.slug(COUNTRY) if is_central else self.local_head()
        canonical, local = name, f"{head}.{iri.slug(name)}"
        if owner:
            canonical = f"{name} {owner.canonical}"
            local = f"{owner.local.split('.')[0]}.{iri.slug(name)}-{owner.local.split('.')[1]}"
        elif self.place and self.place.kind != "country" and not is_central:
            if ending == "placed":
                canonical = f"{name} {self.place.short}"
            elif kinds != {"placeless"} or ending == "dropped":
                canonical = f"{name} {self.place.inside}"
        confidence = 0.95 if head != UNPLACED else 0.5
        return _Found(last, canonical, local, True, True, "agency.group", confidence)

    # ---- names in no register --------------------------------------------------------------

    def proposal(self, position: int) -> _Found | None:
        """A name that looks like an agency: misspelt if it is very like one known, else new."""
        head = self.phrase(self.words_of.proposed, position)
        if head is None or not self.is_capital(position) or self.is_in_capitals(position):
            return None
        if self.phrase(self.words_of.not_heads, position) or not self.is_soft(head[0]):
            return None
        if head[0] >= len(self.words):
            return None
        misspelt = self.misspelt(position)
        if misspelt:
            return misspelt
        last = self.name_end(head[0])
        whole = self.is_bounded(position, last, strictly=True)
        if last == head[0] or not (self.is_capital(head[0]) or whole):
            return None
        after, place, is_stated = self.place_after(last)
        stem = self.printed(position, last)
        place = place if is_stated else self.place
        ending = tuple(w.spelling for w in self.words[position:last])
        if any(ending[-len(name) :] == name for name in self.words_of.national):
            place = self.registers.place(COUNTRY)
        has_place = place is not None and place.kind != "country"
        if self.phrase(self.words_of.placeless, position) and not is_stated:
            has_place = False
        canonical = f"{stem} {place.inside}" if place and has_place else stem
        head_code = place.local if place else UNPLACED
        return _Found(
            after if is_stated else last,
            canonical,
            f"{head_code}.{iri.slug(stem)}",
            False,
            False,
            "agency.proposed",
            0.5 if whole else 0.4,
            is_stated,
        )

    def is_in_capitals(self, position: int) -> bool:
        """Whether the word goes on a run of capitals ("NHIỆM VỤ"), where case tells nothing."""
        if not position or not self.words[position].surface.isupper():
            return False
        return self.words[position - 1].surface.isupper() and self.is_joined(position)

    def name_end(self, position: int) -> int:
        at = position
        while at < min(len(self.words), position + NAME_WORDS):
            if not (self.is_joined(at) or (at > position and self.is_hyphen(at))):
                break
            if at > position and self.phrase(self.words_of.stops, at) and not self.is_capital(at):
                break
            if at > position and self.is_word(at, "tỉnh"):
                break
            if self.words[at].surface.isupper() and "\n" in self.gap(at):
                break
            if self.is_word(at, "và") and not self.is_capital(at + 1):
                break
            if at > position and (self.agency(at) or self.group(at)):
                break
            at += 1
        return at

    def misspelt(self, position: int) -> _Found | None:
        """The one known agency that the words are very like: "Sở Kế hoach vả Đau tư"."""
        scored: dict[str, tuple[float, int, Agency]] = {}
        for letters, count, agency in self.names.by_head.get(self.words[position].folded, ()):
            for size in (count, count + 1, count - 1):
                last = position + size
                if size < 2 or last > len(self.words) or not self.is_run(position, last):
                    continue
                written = "".join(w.folded for w in self.words[position:last])
                score = fuzz.ratio(written, letters, score_cutoff=LIKENESS)
                if score and score > scored.get(agency.template, (0.0, 0, agency))[0]:
                    scored[agency.template] = (score, last, agency)
        ranked = sorted(scored.values(), key=lambda s: -s[0])
        if not ranked or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < LEAD):
            return None
        _, last, agency = ranked[0]
        found = self.placed(position, last, _Named(agency, False, True, False), 1.0)
        if found is None:
            return None
        return _Found(
            found.last,
            found.canonical,
            found.local,
            False,
            True,
            "agency.misspelt",
            min(found.confidence, 0.7),
            found.has_place,
        )

    # ---- words and gaps --------------------------------------------------------------------

    def gap(self, position: int) -> str:
        """What stands before a word, after the word before it (or the range's start)."""
        start = self.words[position - 1].end if position else self.start
        end = self.words[position].start if position < len(self.words) else self.end
        return self.text[start:end]

    def is_soft(self, position: int) -> bool:
        """Whether only blanks, at most one of them a line end, stand before a word."""
        return position < len(self.words) and self.is_joined(position)

    def is_joined(self, position: int) -> bool:
        gap = self.gap(position)
        return gap == " " or (_SOFT.fullmatch(gap) is not None and "\t" not in gap)

    def is_hyphen(self, position: int) -> bool:
        return position < len(self.words) and _HYPHEN.fullmatch(self.gap(position)) is not None

    def is_run(self, first: int, last: int) -> bool:
        return all(
            self.is_joined(i) or self.is_hyphen(i) or _COMMA.fullmatch(self.gap(i))
            for i in range(first + 1, last)
        )

    def is_bounded(self, first: int, last: int, *, strictly: bool = False) -> bool:
        """Whether the words fill a segment of a cell or heading (``strictly``: between ";")."""
        if not self.is_cell:
            return False
        before, after = self.gap(first), self.gap(last)
        edge = _CELL_EDGE if strictly else _EDGE
        is_open = first == 0 or edge.search(before) is not None
        return is_open and (last >= len(self.words) or edge.search(after) is not None)

    def is_capital(self, position: int) -> bool:
        return position < len(self.words) and self.words[position].surface[0].isupper()

    def is_word(self, position: int, word: str, *, loosely: bool = False) -> bool:
        if position >= len(self.words):
            return False
        if loosely:
            return self.words[position].folded == iri.fold(word)
        return self.words[position].spelling == _spelling(word)

    def follows(self, position: int, phrases: Iterable[str]) -> bool:
        for phrase in phrases:
            expected = phrase.split()
            if all(self.is_word(position + i, word) for i, word in enumerate(expected)):
                return self.is_soft(position)
        return False

    def printed(self, first: int, last: int) -> str:
        """Words as printed, white space folded and tones set the modern way ("ủy")."""
        raw = self.text[self.words[first].start : self.words[last - 1].end]
        return " ".join(raw.replace("–", "-").split()).replace("uỷ", "ủy").replace("Uỷ", "Ủy")

    def local_head(self) -> str:
        return self.place.local if self.place else UNPLACED

    def phrase(self, node: _Node, position: int) -> tuple[int, str] | None:
        """The longest phrase of a small trie at a word: (next word, its official spelling)."""
        best: tuple[int, str] | None = None
        for last, form, _ in self.matches(node, position):
            if best is None or last > best[0]:
                best = (last, str(form.payload))
        return best

    def matches(
        self, node: _Node, position: int, skip: int = 0
    ) -> Iterator[tuple[int, _Form, float]]:
        """Forms of a trie at a word, shortest first: (next word, form, cost of its spelling).

        ``skip`` words of the forms are taken as read (the "Sở" of a list).
        """
        at, words = position, self.words
        while at < len(words):
            below = node.below.get(words[at].folded)
            if below is None:
                return
            node = below
            at += 1
            for form in node.forms:
                cost = self.cost(form, position, at, skip)
                if cost is not None:
                    yield at, form, cost

    def cost(self, form: _Form, first: int, last: int, skip: int) -> float | None:
        """How far the words are from the form's spelling; None if too far to be meant."""
        cost = 0.0
        for index, at in enumerate(range(first, last), start=skip):
            word = self.words[at]
            if word.spelling != form.spellings[index]:
                cost += 0.5 if word.spelling == (word.folded, "") else 1.0
            elif _is_short_acronym(form.surfaces[index]) and not (
                word.surface.isupper() or word.surface == form.surfaces[index]
            ):
                return None
            if at > first and not self.is_gap(at, form.gaps[index], form.surfaces[index - 1]):
                return None
        length = last - first
        if cost > 0.34 * length or (cost >= 1 and length < 3):
            return None
        return cost

    def is_gap(self, position: int, expected: str, before: str) -> bool:
        """Whether the gap before a word can stand in a name where the form has ``expected``."""
        if self.is_joined(position):
            return True
        if self.is_hyphen(position):
            return expected != " " or _ACRONYM.fullmatch(before) is not None
        return expected != " " and _COMMA.fullmatch(self.gap(position)) is not None


_KINDS = ("organ", "weak", "level", "placeless")
_LIST_HEADS = ("so", "bo")
_COMMITTEES = {"huyen": "Huyện", "thi": "Thị", "thanh": "Thành", "quan": "Quận"}


def _word(start: int, end: int, surface: str) -> _Word:
    folded, spelling = _parsed(surface)
    return _Word(start, end, folded, spelling, surface)


@lru_cache(maxsize=65536)
def _parsed(surface: str) -> tuple[str, tuple[str, str]]:
    if surface == "&":
        return "va", _spelling("và")
    return iri.fold(surface), _spelling(surface)


@lru_cache(maxsize=65536)
def _spelling(surface: str) -> tuple[str, str]:
    """Letters and tone apart, so that "uỷ" and "ủy" are one spelling."""
    letters = unicodedata.normalize("NFD", surface.lower())
    tone = "".join(c for c in letters if c in _TONES)
    return unicodedata.normalize("NFC", "".join(c for c in letters if c not in _TONES)), tone


def _is_short_acronym(surface: str) -> bool:
    """Letters as few as "TC" mean something only in capitals."""
    return len(surface) <= 3 and _ACRONYM.fullmatch(surface) is not None


def _add(root: _Node, phrase: str, payload: object) -> None:
    words = [_word(m.start(), m.end(), m[0]) for m in _WORD.finditer(phrase)]
    node = root
    for word in words:
        node = node.below.setdefault(word.folded, _Node())
    gaps = [" "]
    for before, word in pairwise(words):
        gaps.append(phrase[before.end : word.start].strip() or " ")
    spellings = tuple(w.spelling for w in words)
    if all(f.spellings != spellings or f.payload != payload for f in node.forms):
        node.forms.append(_Form(spellings, tuple(w.surface for w in words), tuple(gaps), payload))


def _spelled(phrase: str) -> tuple[tuple[str, str], ...]:
    return tuple(_spelling(match[0]) for match in _WORD.finditer(phrase))


def _trie(phrases: Iterable[tuple[str, object]]) -> _Node:
    root = _Node()
    for phrase, payload in phrases:
        _add(root, phrase, payload)
    return root


@cache
def _names(registers: Registers) -> _Names:
    agencies, places = _Node(), _Node()
    by_head: dict[str, list[tuple[str, int, Agency]]] = {}
    for agency in registers.agencies:
        for spelling, is_full, is_fault, is_city in _spellings(agency):
            _add(agencies, spelling, _Named(agency, is_full, is_fault, is_city))
            words = [_parsed(m[0])[0] for m in _WORD.finditer(spelling)]
            letters = "".join(words)
            if len(words) > 1 and len(letters) >= 10 and is_full:
                by_head.setdefault(words[0], []).append((letters, len(words), agency))
    for place in registers.places:
        for name in (place.short, *place.other_names):
            if place.kind != "country":
                _add(places, re.sub(r"^(?:Tỉnh|TP\.?) ", "", name), place)
    return _Names(agencies, places, {head: tuple(rows) for head, rows in by_head.items()})


def _spellings(agency: Agency) -> Iterator[tuple[str, bool, bool, bool]]:
    """(spelling, is the full name, is a known fault, is a municipality's) of an agency."""
    for committee, is_city in (("Tỉnh ủy", False), ("Thành ủy", True)):
        yield agency.bare(committee), True, False, is_city and _has_committee(agency)
        for form in agency.forms:
            filled = form.replace("{committee}", committee)
            for spelling in expand(filled):
                yield spelling, False, False, is_city and "{committee}" in form
        if not _has_committee(agency):
            break
    for fault in agency.faults:
        yield fault, False, True, False


def _has_committee(agency: Agency) -> bool:
    return any("{committee}" in text for text in (agency.template, *agency.forms))


@cache
def _lexicon() -> _Lexicon:
    data = lexicon.load("agencies")
    try:
        tables = data.tables
        items, tails = tables["items"], tables["tails"]
        aliases = {a: name for name, others in tables["aliases"].items() for a in others}

        def listed(*names: str) -> _Node:
            return _trie((name, name) for name in names)

        members = [member for kind in _KINDS for member in items[kind]]
        known = {*members, *tables["modifiers"]["words"]}
        kinds = {i: kind for kind in _KINDS for i in items[kind]}
        member_trie, modifier_trie = listed(*members), listed(*tables["modifiers"]["words"])
        for alias, name in aliases.items():
            if name not in known and name != "đô thị thông minh":
                raise DataError(data.path, f"alias of {name!r}, which is no member")
            _add(member_trie if name in members else modifier_trie, alias, name)
        tail_trie = listed(*tails["kept"], *tails["placed"], *tails["dropped"])
        for tail in tails["kept"]:
            for alias, name in aliases.items():
                if name in tail:
                    _add(tail_trie, tail.replace(name, alias), tail)
        return _Lexicon(
            listed(*tables["openers"]),
            frozenset(_spelling(j) for j in tables["joints"]),
            frozenset(iri.fold(w) for w in tables["not_after"]),
            _trie((form, head) for head, forms in tables["heads"].items() for form in forms),
            member_trie,
            kinds,
            frozenset(items["alone"]),
            frozenset(items["cell"]),
            frozenset(items["country"]),
            modifier_trie,
            tail_trie,
            {t: kind for kind in ("kept", "placed", "dropped") for t in tails[kind]},
            listed(*tails["owned"]),
            _trie((form, unit) for unit, forms in tables["units"].items() for form in forms),
            listed(*tables["proposed"]["heads"]),
            listed(*tables["proposed"]["placeless"]),
            listed(*tables["proposed"]["not_heads"]),
            listed(*tables["proposed"]["stops"]),
            tuple(_spelled(name) for name in tables["proposed"]["national"]),
        )
    except KeyError as error:
        raise DataError(data.path, f"{error} is missing") from error
