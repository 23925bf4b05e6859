"""Groups named as one actor: "các sở, ban, ngành", "UBND các huyện", never taken apart."""

from __future__ import annotations

import re

from policygraph import iri
from policygraph.mentions.agency_names import HEADS, Named
from policygraph.mentions.singles import Found, Singles
from policygraph.registers import COUNTRY, UNPLACED

_GROUP_MEMBERS = 24
"""A run of more members is cut: what is no group must not be read again from each of them."""
_RESTRICTION = 14
"""A clause that tells which members are meant has at most so many words."""


class Groups(Singles):
    """A range in which groups are known besides single agencies."""

    def group(self, position: int) -> Found | None:
        if self.is_title(position):
            return self.headed(position)
        head = self.phrase(self.phrases.heads, position)
        if head and not self.is_capital(position) and self.words[position].folded != "uy":
            head = None
        at = head[0] if head else position
        if head and not self.is_soft(at):
            return None
        opener = self.phrase(self.phrases.openers, at)
        if not opener and not head and not self.is_cell and self.is_weak(at):
            return None
        parsed = self.levels(at) if head else None
        if parsed is None and head and self.is_word(at, "cấp"):
            return None
        if parsed is None:
            parsed = self.members(opener[0] if opener else at, bool(opener))
        if parsed is None or self.opens_list(parsed):
            return None
        last, wording, items = parsed
        last, tail, ending, owner = self.tail(last)
        if not tail and not ending and opener and items[-1] in self.phrases.bare_owners:
            last, tail, owner = self.bare_owner(last, items)
        if not self.is_group(position, last, items, opener is not None, head is not None, tail):
            return None
        words = [wording, *([tail] if tail else [])]
        if opener and not head and owner is None:
            end = self.restriction(last)
            words += [self.printed(last, end)] if end > last else []
            last = end
        is_plural = opener or (not head and self.takes_plural(items, tail))
        if is_plural and not wording.startswith("các "):
            words.insert(0, "các")
        if head:
            words.insert(0, head[1])
        name = " ".join(words)
        last, those = self.those(last, items) if head and owner is None else (last, "")
        name += those
        return self.named_group(last, name[0].upper() + name[1:], items, tail, ending, owner)

    def of_provinces(self, position: int) -> Found | None:
        """A provincial body of several provinces, in a text of the country: "Sở Y tế các tỉnh,
        thành phố"."""
        if self.place is None or self.place.kind != "country":
            return None
        forms = [
            (last, form.payload.agency)
            for last, form, cost in self.matches(self.names.agencies, position)
            if not cost and isinstance(form.payload, Named)
        ]
        last, agency = max(forms, key=lambda found: found[0], default=(position, None))
        is_theirs = self.is_word(last, "các") and self.is_word(last + 1, "tỉnh")
        if agency is None or agency.level != "province" or not (is_theirs and self.is_soft(last)):
            return None
        parsed = self.members(last + 1, has_opener=True)
        if parsed is None or {self.phrases.kinds[item] for item in parsed[2]} != {"level"}:
            return None
        after, tail, ending, owner = self.tail(parsed[0])
        name = " ".join(filter(None, (agency.bare(), "các", parsed[1], tail)))
        return self.named_group(after, name, parsed[2], tail, ending, owner)

    def those(self, position: int, items: list[str]) -> tuple[int, str]:
        """The names of the units that are meant: "UBND các huyện: An Biên, An Minh", "UBND các tỉnh
        Gia Lai, Lâm Đồng"."""
        if {self.phrases.kinds[item] for item in items} != {"level"}:
            return position, ""
        is_colon = re.fullmatch(r"\s*:\s*", self.gaps[position]) is not None
        if position >= len(self.words) or not (is_colon or self.is_soft(position)):
            return position, ""
        joint = ": " if is_colon else " "
        at, names = position, []
        while at < len(self.words):
            end = at
            while (
                end < len(self.words)
                and self.is_capital(end)
                and (end == at or self.is_joined(end))
            ):
                end += 1
            least = at + 1 if is_colon else at + 2
            if end < least or self.agency(at) or self.phrase(self.phrases.proposed, at):
                return position, ""
            names.append(self.printed(at, end))
            is_last = end < len(self.words) and self.is_word(end, "và") and self.is_joined(end)
            if not is_last and not (end < len(self.words) and self.is_comma(end)):
                return (end, joint + ", ".join(names)) if len(names) > 1 else (position, "")
            at = end + 1 if is_last else end
        return position, ""

    def bare_owner(self, position: int, items: list[str]) -> tuple[int, str, Found | None]:
        """The owner without "của": "các Ban HĐND tỉnh"."""
        agency = self.agency(position, is_owner=True) if self.is_soft(position) else None
        owner = self.phrases.bare_owners[items[-1]]
        if len(items) == 1 and agency and agency.local.partition(".")[2] == owner:
            return agency.last, "của", agency
        return position, "", None

    def restriction(self, position: int) -> int:
        """End of a clause that tells which members are meant: "cung cấp hạ tầng và nền tảng số",
        where the governing verb comes after it, not within it or behind a comma."""
        verb = self.phrase(self.phrases.restrictive, position)
        if verb is None or not self.is_soft(position):
            return position
        for at in range(verb[0] + 1, min(len(self.words), verb[0] + _RESTRICTION)):
            if not (self.is_joined(at) or self.is_comma(at)):
                return position
            if self.words[at].spelling in self.phrases.blockers:
                return position
            if self.phrase(self.phrases.frames, at) and self.is_joined(at):
                return at
            if self.phrase(self.phrases.predicates, at):
                is_second = self.is_comma(at) or self.words[at - 1].spelling in self.phrases.joints
                return position if is_second else at
        return position

    def is_title(self, position: int) -> bool:
        known = self.phrases
        return bool(self.phrase(known.persons, position) or self.phrase(known.holders, position))

    def headed(self, position: int) -> Found | None:
        """Those who head the members, or any one of them."""
        person = self.phrase(self.phrases.persons, position)
        if person:
            return self.persons(position, *person)
        holder = self.phrase(self.phrases.holders, position)
        return self.holders(*holder) if holder else None

    def is_weak(self, position: int) -> bool:
        """Whether the member at a word is too common to open a group of running text."""
        item = self.phrase(self.phrases.items, position)
        return item is None or self.phrases.kinds[item[1]] in ("weak", "level")

    def persons(self, first: int, position: int, title: str) -> Found | None:
        """Those who head the members: "người đứng đầu cấp ủy, chính quyền các cấp"."""
        opener = self.phrase(self.phrases.openers, position)
        parsed = self.members(opener[0] if opener else position, bool(opener))
        if parsed is None or not self.is_soft(position) or self.opens_list(parsed):
            return None
        last, wording, items = parsed
        last, tail, ending, owner = self.tail(last)
        if not (opener or tail or len(items) > 1):
            return None
        words = (title.capitalize(), "các" if opener else "", wording, tail)
        return self.named_group(last, " ".join(filter(None, words)), items, tail, ending, owner)

    def holders(self, position: int, title: str) -> Found | None:
        """Those who head any one member: "Thủ trưởng đơn vị", "Bí thư cấp ủy"."""
        parsed = self.members(position, has_opener=False)
        if parsed is None or not self.is_soft(position) or self.opens_list(parsed):
            return None
        last, wording, items = parsed
        is_named = self.unit_after(last) or (self.is_capital(last) and self.is_soft(last))
        if is_named or {self.phrases.kinds[item] for item in items} != {"organ"}:
            return None
        last, tail, ending, owner = self.tail(last)
        name = " ".join(filter(None, (title.capitalize(), wording, tail)))
        return self.named_group(last, name, items, tail, ending, owner)

    def opens_list(self, parsed: tuple[int, str, list[str]]) -> bool:
        """Whether "các sở" only opens a list of single ones: "các Sở: Tài chính, Nội vụ"."""
        last, _, items = parsed
        head = iri.fold(items[0])
        if len(items) != 1 or head not in HEADS.values() or not self.is_capital(last):
            return False
        if not self.is_soft(last) and not re.fullmatch(r"\s*:\s*", self.gaps[last]):
            return False
        return self.member(last, head) is not None

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
            unit = self.phrase(self.phrases.units, at) or self.province(at)
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

    def province(self, position: int) -> tuple[int, str] | None:
        """ "cấp tỉnh", of which a province's own text has but one: no group by itself."""
        if not (self.is_word(position, "tỉnh") and self.is_soft(position)):
            return None
        step = self.joint(position + 1) if self.is_provincial() else (position + 1, "")
        is_listed = step and (self.is_word(step[0], "cấp") or self.unit_after(step[0]))
        if self.is_provincial() and not is_listed:
            return None
        return position + 1, "tỉnh"

    def members(self, position: int, has_opener: bool) -> tuple[int, str, list[str]] | None:
        """A run of members: "sở, ban, ngành", "doanh nghiệp viễn thông, công nghệ thông tin"."""
        first = self.phrase(self.phrases.items, position)
        if first is None or (has_opener and not self.is_soft(position)):
            return None
        at, wording, items = first[0], first[1], [first[1]]
        while len(items) < _GROUP_MEMBERS:
            at, wording = self.modified(at, wording)
            step = self.joint(at)
            following, joint = step if step else (at, ", ")
            item = self.phrase(self.phrases.items, following)
            if item is None and step is not None:
                item = self.phrase(self.phrases.joined, following)
            if item is None or not self.continues(following, item, items[-1], step is not None):
                break
            at, wording = item[0], wording + joint + item[1]
            items.append(item[1])
        return at, wording, items

    def continues(self, position: int, item: tuple[int, str], before: str, is_joined: bool) -> bool:
        """Whether a member goes on with the run: "sở, ban ngành" may lack a comma."""
        kinds = self.phrases.kinds
        is_party = item[1].endswith(" ủy") or before.endswith(" ủy") or "đảng ủy" in item[1]
        if not is_party and (kinds[item[1]] == "level") != (kinds[before] == "level"):
            return False
        if not is_joined and (item[1] not in ("ngành", "ban") or not self.is_soft(position)):
            return False
        if item[1] == "ban" and self.is_word(item[0], "hành") and self.is_soft(item[0]):
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
            modifier = self.phrase(self.phrases.modifiers, step[0])
            if modifier is None or self.longer_item(step[0], modifier[0]):
                return at, wording
            at, wording, is_first = modifier[0], wording + step[1] + modifier[1], False

    def longer_item(self, position: int, last: int) -> bool:
        """Whether what reads as a modifier is a member of its own ("địa phương")."""
        item = self.phrase(self.phrases.items, position)
        return item is not None and item[0] >= last and self.gaps[position].strip(" \n") != ""

    def joint(self, position: int) -> tuple[int, str] | None:
        """What joins two members: a comma or "và"; (next word, the joint as written)."""
        if position >= len(self.words):
            return None
        if self.words[position].spelling in self.phrases.joints and self.is_joined(position):
            return position + 1, f" {self.words[position].surface.lower()} "
        return (position, ", ") if self.is_comma(position) else None

    def tail(self, position: int) -> tuple[int, str, str, Found | None]:
        """Words that belong to the whole run: (next word, kept words, kind, owner named)."""
        at, kept, kind = position, [], ""
        for _ in range(2):
            found = self.phrase(self.phrases.tails, at)
            if found is None or not self.is_joined(at) or self.is_committee(found[0] - 1):
                break
            if found[1].endswith((" Sở", " Bộ")) and self.agency(found[0] - 1):
                break
            at, kind = found[0], self.phrases.tail_kinds[found[1]]
            if kind != "dropped":
                kept.append(found[1])
            if kind != "kept":
                named = self.place_name(at)
                at = named[0] if named else at
                break
        owner = self.phrase(self.phrases.owned, at)
        if owner or (kept and kept[-1] == "trực thuộc"):
            place = owner[0] if owner else at
            agency = self.agency(place, is_owner=True) or self.committee_of(place)
            if agency:
                words = [*kept, *([owner[1]] if owner else [])]
                return agency.last, " ".join(words), "", agency
        return at, " ".join(kept), kind, None

    def committee_of(self, position: int) -> Found | None:
        """A district's committee as an owner, named or not: "thuộc UBND huyện"."""
        head = self.phrase(self.phrases.heads, position)
        if head is None or not self.is_soft(position) or not self.unit_after(head[0]):
            return None
        return self.district(position) or self.group(position)

    def is_group(
        self, first: int, last: int, items: list[str], has_opener: bool, has_head: bool, tail: str
    ) -> bool:
        kinds = [self.phrases.kinds[item] for item in items]
        if has_head:
            names_own = (items[0] == "tỉnh" and self.is_provincial()) or (
                items[0] == "thành phố" and self.is_municipal()
            )
            is_several = has_opener or len(items) > 1 or not names_own
            is_each = has_opener and (kinds[0] == "weak" or items[-1] == "địa phương")
            return (kinds[0] == "level" or is_each) and is_several
        if not has_opener and self.is_joined(first) and self.comes_after_other(first):
            return False
        if has_opener:
            is_strong = len(items) > 1 or kinds[0] not in ("weak", "level") or bool(tail)
            return is_strong or self.is_bounded(first, last, strictly=True)
        if items[0] in self.phrases.alone and (len(items) > 1 or self.is_bounded(first, last)):
            return True
        if items[0] in self.phrases.always:
            return not self.unit_after(last)
        if items[-1] in self.phrases.titles and last < len(self.words) and self.is_comma(last):
            return self.is_title(last)
        if items[0] == "sở" and len(items) > 1:
            return True
        if tail.endswith(("liên quan", "chức năng", "các cấp")) and kinds[0] not in (
            "weak",
            "level",
        ):
            return True
        is_whole = self.is_bounded(first, last)
        return is_whole and (items[0] in self.phrases.cell or len(items) > 1)

    def comes_after_other(self, position: int) -> bool:
        """Whether the word before makes something else of it: "cơ sở", "trụ sở"."""
        return position > 0 and self.words[position - 1].folded in self.phrases.not_after

    def takes_plural(self, items: list[str], tail: str) -> bool:
        kinds = {self.phrases.kinds[item] for item in items}
        return kinds != {"placeless"} and not tail.startswith("các cấp")

    def named_group(
        self, last: int, name: str, items: list[str], tail: str, ending: str, owner: Found | None
    ) -> Found:
        kinds = {self.phrases.kinds[item] for item in items}
        is_central = bool(self.phrases.country & set(items)) or tail.endswith("Trung ương")
        head = iri.slug(COUNTRY) if is_central else self.local_head()
        canonical, local = name, f"{head}.{iri.slug(name)}"
        if owner:
            canonical = f"{name} {owner.canonical}"
            local = f"{owner.local.split('.')[0]}.{iri.slug(name)}-{owner.local.split('.')[1]}"
        elif self.place and self.place.kind != "country" and not is_central:
            is_public = "placeless" not in kinds and ending != "beyond"
            if ending == "placed" or (is_public and name.endswith("Tỉnh ủy")):
                canonical = f"{name} {self.place.short}"
            elif is_public or ending == "dropped":
                canonical = f"{name} {self.place.inside}"
        confidence = 0.95 if head != UNPLACED else 0.5
        return Found(last, canonical, local, True, True, "agency.group", confidence)
