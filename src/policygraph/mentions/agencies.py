"""Agencies, districts' bodies and groups that a text names.

    wording -> names of registers and lexicon -> single agencies -> groups -> this recogniser

The longest name wins, mentions never overlap, and a name that fits two agencies equally well,
or none, is left as a proposal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rapidfuzz import fuzz

from policygraph import iri
from policygraph.mentions.agency_names import COMMITTEES, HEADS, Named, has_committee
from policygraph.mentions.groups import Groups
from policygraph.mentions.singles import Found
from policygraph.mentions.wording import ACRONYM
from policygraph.model import AgencyMention
from policygraph.registers import COUNTRY, UNPLACED, Agency, Registers

NAME_WORDS = 14
"""An unregistered name is cut after so many syllables."""
LIKENESS = 92.0
"""Least likeness (0 to 100) of a misspelt name to a known one, and ``LEAD`` over the next."""
LEAD = 3.0

_NUMERAL = re.compile(r"[IVXL]+|\d{1,2}")
_LIST_GAP = re.compile(r"\s*[,;]?\s*")


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


class _Reader(Groups):
    """One pass over one range."""

    def mentions(self) -> Iterator[AgencyMention]:
        openings, reached = self.names.openings, 0
        likely = [i for i, w in enumerate(self.words) if w.folded in openings or w.is_acronym]
        for position in likely:
            if position < reached or not self.may_open(position):
                continue
            found = self.at(position)
            if found is None:
                continue
            yield self.mention(position, found)
            while found.opens_list:
                listed = self.listed(found.last, found.opens_list)
                if listed is None:
                    break
                first, found = listed
                yield self.mention(first, found)
            reached = found.last

    def mention(self, first: int, found: Found) -> AgencyMention:
        span = self.span(first, found.last)
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

    def may_open(self, position: int) -> bool:
        """Whether any actor can begin at a word: most words are asked no more than this."""
        words = self.words
        word = words[position]
        if word.spelling in self.names.alone:
            return True
        seconds = self.names.pairs.get(word.folded)
        if seconds and position + 1 < len(words) and words[position + 1].folded in seconds:
            return True
        if word.folded in self.names.proposed and word.surface[0].isupper():
            return True
        if word.is_acronym and self.is_cell:
            return True
        return word.folded in HEADS and self.opens_colon(position) is not None

    # ---- one position ----------------------------------------------------------------------

    def at(self, position: int) -> Found | None:
        """The longest actor that begins at a word; a group goes before an agency of its length."""
        if self.in_number(position):
            return None
        best: Found | None = None
        may_be_group = self.words[position].folded in self.names.groups
        group = self.group(position) if may_be_group else None
        agency = self.agency(position)
        wider = self.of_provinces(position) if agency else None
        for found in (group, wider, agency, self.district(position)):
            if found and (best is None or found.last > best.last):
                best = found
        return best or self.list_head(position) or self.proposal(position)

    def in_number(self, position: int) -> bool:
        """Whether the word belongs to a document's number ("KH-UBND", "NQ/TW")."""
        gap = self.gaps[position]
        if gap and gap[-1] not in "/-–":
            return False
        start = self.offset(position)
        return (
            start >= 2
            and self.text[start - 1] in "/-–"
            and self.text[start - 2].isalnum()
            and ACRONYM.match(self.words[position].surface) is not None
        )

    # ---- lists of departments --------------------------------------------------------------

    def list_head(self, position: int) -> Found | None:
        """The first of "các Sở: Tài chính, Nội vụ"; also a bare "KHĐT" that fills a cell."""
        opened = self.opens_colon(position) if self.words[position].folded in HEADS else None
        listed = self.listed(*opened) if opened else None
        if listed:
            return listed[1]
        if self.words[position].is_acronym and self.is_cell:
            found = self.member(position, "so")
            if found and self.is_bounded(position, found.last):
                return found
        return None

    def opens_colon(self, position: int) -> tuple[int, str] | None:
        """The word behind the colon of "Sở: Tài chính, Nội vụ", and the head of the list."""
        head = self.head_of_list(position)
        last = position + len(head.split())
        is_parted = ":" in self.gaps[last] and re.fullmatch(r"\s*:\s*", self.gaps[last]) is not None
        return (last, head) if is_parted else None

    def listed(self, position: int, head: str) -> tuple[int, Found] | None:
        """The next department of a list, without its "Sở", and the word it begins at."""
        at = position
        if at < len(self.words) and self.words[at].folded == "va":
            at += 1
        elif at >= len(self.words) or not re.fullmatch(r"\s*[,;:]\s*", self.gaps[at]):
            return None
        if at >= len(self.words) or not self.is_capital(at):
            return None
        if not _LIST_GAP.fullmatch(self.gaps[at]) and at != position:
            return None
        found = self.member(at, head)
        other = self.agency(at) or self.group(at)
        if found is None or (other is not None and other.last > found.last):
            return None
        return at, found

    # ---- names in no register --------------------------------------------------------------

    def proposal(self, position: int) -> Found | None:
        """A name that looks like an agency: misspelt if it is very like one known, else new."""
        head = self.phrase(self.phrases.proposed, position)
        if head is None or not self.is_capital(position) or self.is_in_capitals(position):
            return None
        union = self.phrase(self.phrases.whole, position)
        if union and self.place and not (self.is_soft(union[0]) and self.is_capital(union[0])):
            return self.new(union[0], f"{union[1]} {self.place.inside}", union[1])
        if self.phrase(self.phrases.not_heads, position) or not self.is_soft(head[0]):
            return None
        if head[0] >= len(self.words):
            return None
        misspelt = self.misspelt(position)
        if misspelt:
            return misspelt
        goes_over = self.phrase(self.phrases.listed, position) is not None
        last = self.name_end(position, head[0], goes_over=goes_over)
        several = self.of_each(last, position)
        if several is not None:
            return several
        closed = last + 1 if last < len(self.words) and self.is_word(last, "tỉnh") else last
        whole = self.is_bounded(position, closed, strictly=True)
        opens = self.is_capital(head[0]) or self.words[head[0]].surface.isdigit()
        if last == head[0] or not (opens or whole):
            return None
        after, place, is_stated = self.place_after(last)
        usual = self.phrase(self.phrases.heads, position)
        stem = usual[1] if usual and usual[0] == last else self.printed(position, last)
        place = place if is_stated else self.place
        if self.is_region(last - 1):
            after, place, is_stated = last, self.registers.place(COUNTRY), False
        ending = tuple(w.spelling for w in self.words[position:last])
        is_national = any(ending[-len(name) :] == name for name in self.phrases.national)
        if is_national or (not is_stated and self.phrase(self.phrases.central, position)):
            place = self.registers.place(COUNTRY)
        has_place = place is not None and place.kind != "country"
        if self.phrase(self.phrases.placeless, position) and not is_stated:
            has_place = False
        canonical = stem
        if place and has_place:
            of_committee = self.is_committee(last - 2)
            canonical = f"{stem} {place.short if of_committee else place.inside}"
        head_code = place.local if place else UNPLACED
        return Found(
            after if is_stated else last,
            canonical,
            f"{head_code}.{iri.slug(stem)}",
            False,
            False,
            "agency.proposed",
            0.5 if whole else 0.4,
            is_stated,
        )

    def of_each(self, last: int, first: int) -> Found | None:
        """A body that every district has, though no register knows it: "Trung tâm Dịch vụ nông
        nghiệp các huyện, thị xã"."""
        opener = self.phrase(self.phrases.openers, last)
        parsed = self.members(opener[0], has_opener=True) if opener and self.is_soft(last) else None
        if parsed is None or {self.phrases.kinds[item] for item in parsed[2]} != {"level"}:
            return None
        end, wording, items = parsed
        name = f"{self.printed(first, last)} các {wording}"
        return self.named_group(end, name, items, "", "", None)

    def new(self, last: int, canonical: str, stem: str) -> Found:
        """A proposed body of the document's own place."""
        local = f"{self.local_head()}.{iri.slug(stem)}"
        return Found(last, canonical, local, False, False, "agency.proposed", 0.5)

    def is_in_capitals(self, position: int) -> bool:
        """Whether the word goes on a run of capitals ("NHIỆM VỤ"), where case tells nothing."""
        if not position or not self.words[position].surface.isupper():
            return False
        return self.words[position - 1].surface.isupper() and self.is_joined(position)

    def is_union(self, position: int) -> bool:
        """Whether "Tỉnh đoàn" ends the name of one of its bodies: "Ban Tuyên giáo Tỉnh đoàn"."""
        is_first = self.words[position].folded in {"tinh", *COMMITTEES}
        return is_first and self.is_joined(position + 1) and self.is_word(position + 1, "đoàn")

    def name_end(self, first: int, position: int, *, goes_over: bool = False) -> int:
        """End of the name that opens at ``first``, whose head ends before ``position``;
        ``goes_over`` a comma, where no other actor follows it."""
        if self.words[position].surface.isdigit():
            return position + 1
        at = position
        while at < min(len(self.words), position + NAME_WORDS):
            past = self.past_compound(at)
            if past > at:
                at = past
                continue
            over = goes_over and at > position and self.is_comma(at) and self.is_part(at)
            if not (self.is_joined(at) or (at > position and self.is_hyphen(at)) or over):
                break
            if self.is_union(at):
                return at + 2
            if at > position and self.phrase(self.phrases.stops, at) and not self.is_capital(at):
                break
            if self.is_region(at):
                return at + 1
            if at > position and self.is_word(at, "tỉnh"):
                break
            if self.words[at].surface.isupper() and "\n" in self.gaps[at]:
                break
            if self.is_word(at, "và") and not (
                self.is_capital(at + 1) or self.fills(first, at + 1)
            ):
                break
            if at > position and (self.agency(at) or self.group(at)):
                owner = self.agency(at) if self.is_committee_of(at) else None
                if owner is None:
                    break
                return owner.last
            at += 1
        return at - (at > position + 1 and self.is_word(at - 1, "và"))

    def past_compound(self, position: int) -> int:
        """The word behind "khám, chữa bệnh", whose comma ends no name; the word itself where
        nothing of the kind begins there."""
        known = self.phrases.compounds
        if self.words[position].folded not in known.below or not self.is_joined(position):
            return position
        found = self.phrase(known, position)
        return found[0] if found else position

    def is_committee_of(self, position: int) -> bool:
        """Whether the words before are a Party committee's, and the agency at a word its own:
        "Văn phòng Đảng ủy | Chính phủ"."""
        if position < 2 or not self.is_word(position - 2, "đảng"):
            return False
        return self.is_word(position - 1, "ủy") or self.is_word(position - 1, "bộ")

    def is_region(self, position: int) -> bool:
        """Whether the word numbers a region ("khu vực V"), whose bodies are no province's."""
        is_named = position > 1 and self.is_word(position - 2, "khu")
        if not (is_named and self.is_word(position - 1, "vực") and self.is_soft(position)):
            return False
        return _NUMERAL.fullmatch(self.words[position].surface) is not None

    def fills(self, first: int, position: int) -> bool:
        """Whether a name that opens at ``first`` goes on behind its "và" to the end of the cell:
        no other actor stands in the rest, and no verb."""
        last = position
        while last < len(self.words) and self.is_joined(last):
            last += 1
        if last == position or not self.is_bounded(first, last, strictly=True):
            return False
        rest = range(position, last)
        stops = any(self.phrase(self.phrases.stops, at) for at in rest)
        return not stops and not any(self.agency(at) or self.group(at) for at in rest)

    def is_part(self, position: int) -> bool:
        """Whether a word behind a comma goes on with a name: it has a capital, and opens no
        name of its own."""
        known = self.phrases
        opens = (known.proposed, known.heads, known.openers, known.units)
        if not self.is_capital(position) or self.place_name(position) is not None:
            return False
        return all(self.phrase(root, position) is None for root in opens)

    def run_letters(self, position: int, most: int) -> list[str]:
        """Folded letters of the first one, two, … words of the run that begins at a word."""
        letters = self.words[position].folded
        found = [letters]
        for at in range(position + 1, min(len(self.words), position + most)):
            if not self.is_run(at - 1, at + 1):
                break
            letters += self.words[at].folded
            found.append(letters)
        return found

    def names_districts_committee(self, first: int, count: int) -> bool:
        """Whether "Huyện ủy" stands there: well spelt, and not the province's committee."""
        words = self.words[first : first + count + 1]
        if self.is_municipal():
            return False
        return any(a.folded in COMMITTEES and b.folded == "uy" for a, b in pairwise(words))

    def misspelt(self, position: int) -> Found | None:
        """The one known agency that the words are very like: "Sở Kế hoach vả Đau tư"."""
        scored: dict[str, tuple[float, int, Agency]] = {}
        known = self.names.by_head.get(self.words[position].folded, ())
        written = self.run_letters(position, max((count + 1 for _, count, _ in known), default=0))
        for letters, count, agency in known:
            for size in (count, count + 1, count - 1):
                if not 2 <= size <= len(written):
                    continue
                if has_committee(agency) and (
                    self.names_districts_committee(position, size)
                    or self.words[position + size - 1].folded in {"tinh", *COMMITTEES}
                ):
                    continue
                score = fuzz.ratio(written[size - 1], letters, score_cutoff=LIKENESS)
                if score and score > scored.get(agency.template, (0.0, 0, agency))[0]:
                    scored[agency.template] = (score, position + size, agency)
        ranked = sorted(scored.values(), key=lambda s: -s[0])
        if not ranked or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < LEAD):
            return None
        _, last, agency = ranked[0]
        found = self.placed(position, last, Named(agency, False, True, False), 1.0)
        if found is None:
            return None
        return Found(
            found.last,
            found.canonical,
            found.local,
            False,
            True,
            "agency.misspelt",
            min(found.confidence, 0.7),
            found.has_place,
        )
