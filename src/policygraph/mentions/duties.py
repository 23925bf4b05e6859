"""Duties: who has which role in the words of one item.

An item is read clause by clause.  A clause has a subject (agencies at its head, else those that
a heading names, else the subject before it), verbs that give the subject roles ("chủ trì",
"chỉ đạo", "theo dõi"), partners ("phối hợp với …") and bodies that are told to do the work
("giao …", "chỉ đạo … tham mưu").  The verb decides: who directs does not lead.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice

from policygraph import iri, lexicon
from policygraph.mentions.view import View
from policygraph.model import AgencyMention, Span

Finder = Callable[[str, int, int], list[AgencyMention]]
"""The recogniser of agencies, bound to a jurisdiction and its registers."""

_VERBS = ("lead", "direct", "coordinate", "monitor", "advise", "none", "neutral")
_OPEN, _CLOSE = "(“[", ")”]"
_MARK = re.compile(rf"[;.!?{re.escape(_OPEN + _CLOSE)}]")
_MARKUP = str.maketrans("*_\\", "   ")
_ABBREVIATED = re.compile(r"(?:^|[\s(])(?:TP|Tp|TX|TT|[A-Z])$|\.\.$")
_WORD = re.compile(r"(?<!\w)\w")
_VERB_WITHIN = 24
"""A subject's verb is looked for among so many words after the agencies."""
_LIST_GAP = 40
_TITLE = 40
"""The title of an office stands in so many characters before the agency."""
_BARE = 80
_BARE_WORDS = 5
"""A bare name after "phối hợp với" is looked for in so many characters and words."""


@dataclass(frozen=True, slots=True)
class Actor:
    """An agency where the view names it: ``start``..``end`` in the view's text."""

    agency: AgencyMention
    start: int
    end: int
    office: AgencyMention | None = None
    """Who heads the agency, where the words name that person: "Thủ trưởng các sở"."""


@dataclass(frozen=True, slots=True)
class Duty:
    """An agency's role as some words of the view say it (``start``..``end``).

    ``by_verb`` tells a role that its verb names from the lead that a subject has by default.
    """

    agency: AgencyMention
    role: str
    via: str
    start: int
    end: int
    by_verb: bool


@dataclass(slots=True)
class _Subject:
    """Agencies that do what the clause says, and how they came to stand there."""

    actors: tuple[AgencyMention, ...]
    via: str
    inherited: bool = False


@dataclass(slots=True)
class Said:
    """What an item's words say: its duties, and the subject that goes on to what follows."""

    duties: list[Duty] = field(default_factory=list)
    subject: tuple[AgencyMention, ...] = ()
    has_subject: bool = False
    """The item names who does the work; a heading's actors have no part in it."""


def actors_in(view: View, find: Finder) -> list[Actor]:
    """Agencies of a view with their places in it and their true spans in the source."""
    text = unmarked(view.text)
    if not any(c.isalpha() for c in text):
        return []
    mentions = find(text, 0, len(text))
    mentions += _partners_named_barely(text, mentions, find)
    found = []
    for mention in sorted(mentions, key=lambda m: m.span.start):
        spans = view.spans(mention.span.start, mention.span.end)
        if spans:
            agency = mention.at(Span(spans[0].start, spans[-1].end))
            office = _office(view, text, mention)
            found.append(Actor(agency, mention.span.start, mention.span.end, office))
    return found


def unmarked(text: str) -> str:
    """The text with blanks for marks of emphasis."""
    return text.translate(_MARKUP) if "*" in text or "_" in text or "\\" in text else text


def _office(view: View, text: str, mention: AgencyMention) -> AgencyMention | None:
    """ "Chủ tịch UBND các huyện": the office, which is an actor of its own as a subject."""
    before = max(mention.span.start - _TITLE, 0)
    title = _pattern("office").search(text, before, mention.span.start)
    if title is None:
        return None
    spans = view.spans(title.start(), mention.span.end)
    head, _, local = mention.local.partition(".")
    words = title["title"][0].upper() + title["title"][1:]
    name = mention.canonical
    if mention.is_group and name.startswith("Các "):
        name = name[0].lower() + name[1:]
    return replace(
        mention,
        span=Span(spans[0].start, spans[-1].end),
        surface=text[title.start() : mention.span.end],
        canonical=f"{words} {name}",
        local=f"{head}.{iri.slug(words)}-{local}",
        is_registered=mention.is_registered and mention.is_group,
        rule="agency.office",
        confidence=min(mention.confidence, 0.85),
    )


def _partners_named_barely(
    text: str, found: list[AgencyMention], find: Finder
) -> Iterator[AgencyMention]:
    """ "Kết hợp với doanh nghiệp …": after such words a bare name is an actor, though in the
    middle of a long text it would be none."""
    starts = {m.span.start for m in found}
    cue_of_partner = _entry("cue.partner")
    if not cue_of_partner.may_be_in(text.lower()):
        return
    for cue in cue_of_partner.pattern.finditer(text):
        if cue.end() in starts or any(m.span.start < cue.end() < m.span.end for m in found):
            continue
        words = islice(re.finditer(r"[^\W_]+", text[cue.end() : cue.end() + _BARE]), _BARE_WORDS)
        for end in reversed([cue.end() + word.end() for word in words]):
            named = [m for m in find(text, cue.end(), end) if m.is_registered]
            if named and (named[0].span.start, named[0].span.end) == (cue.end(), end):
                yield named[0]
                break


def clauses(text: str, actors: Iterable[Actor] = (), kept: Iterable[Span] = ()) -> list[Span]:
    """Clauses and sentences of a text, without their end marks.

    A semicolon within a list of agencies ("Các sở; UBND các huyện"), within brackets or within
    a ``kept`` range (a reference) parts nothing.
    """
    named = list(actors)
    closed = [Span(k.start, k.end) for k in kept]
    found: list[Span] = []
    start = depth = 0
    for mark in _MARK.finditer(text):
        index, char = mark.start(), mark[0]
        depth = max(depth + (char in _OPEN) - (char in _CLOSE), 0)
        end = char == ";" or (char in ".!?" and _ends_sentence(text, index))
        if not end or (depth and char == ";") or any(k.start <= index < k.end for k in closed):
            continue
        if char == ";" and _within_list(text, index, named):
            continue
        if char != ";":
            depth = 0
        _add(found, text, start, index)
        start = index + 1
    _add(found, text, start, len(text))
    return found


def _ends_sentence(text: str, index: int) -> bool:
    after = text[index + 1 : index + 2]
    if after and not after.isspace() and after not in '/”"*)':
        return False
    before = text[max(index - 3, 0) : index]
    return not _ABBREVIATED.search(before)


def _within_list(text: str, index: int, actors: list[Actor]) -> bool:
    place = bisect_right(actors, index, key=lambda a: a.start)
    if not 0 < place < len(actors) or actors[place - 1].end > index:
        return False
    before, after = actors[place - 1], actors[place]
    joined = after.start - index < _LIST_GAP and _pattern("join").match(text[index : after.start])
    return not text[before.end : index].strip(" *") and bool(joined)


def _add(found: list[Span], text: str, start: int, end: int) -> None:
    while start < end and (text[start].isspace() or text[start] in "*"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "*:./"):
        end -= 1
    if start < end:
        found.append(Span(start, end))


def read_duties(
    view: View,
    actors: list[Actor],
    *,
    inherited: tuple[AgencyMention, ...] = (),
    inherited_via: str = "heading",
    subjects: str = "all",
    kept: Iterable[Span] = (),
    within: Span | None = None,
) -> Said:
    """Duties that the words of a view give.

    ``inherited`` are the actors of the heading above (or of the item that this one goes on
    from); ``subjects`` says where a subject may stand: "all" clauses, the "first" one (chapters
    of tasks, where later sentences tell of outcomes unless groups open them), or "none" (rows
    of a table).  ``within``
    limits the reading to one clause.
    """
    text = unmarked(view.text)
    reader = _Reader(text, actors)
    said = Said(subject=inherited)
    subject = _Subject(inherited, inherited_via, inherited=True)
    is_row_of_actors = False
    for number, clause in enumerate(clauses(text, actors, kept)):
        if within is not None and not (clause.start <= within.start < clause.end):
            may = subjects == "all" or (subjects == "first" and number == 0)
            subject = reader.subject_of(clause, subject, may)
            continue
        if number and _pattern("proviso").match(text[clause.start : clause.end]):
            continue
        is_later = subjects == "first" and number > 0
        is_row_of_actors = not subject.inherited and (
            subject.via == "inline" or (is_row_of_actors and reader.goes_on(clause))
        )
        opens = (
            is_row_of_actors or reader.opens_sentence(clause) or reader.acts_too(clause, subject)
        )
        may = subjects != "none" and (not is_later or opens)
        subject = reader.read(clause, subject, said, may, rows=subjects == "none")
        if not subject.inherited and not (is_later and may):
            said.has_subject = True
    said.subject = subject.actors
    said.duties = _settled(said.duties)
    return said


def _settled(duties: list[Duty]) -> list[Duty]:
    """One duty for each agency and role; the default lead only where no verb says otherwise."""
    kept: dict[tuple[str, str], Duty] = {}
    first: dict[str, Duty] = {}
    for duty in duties:
        first.setdefault(duty.agency.local, duty)
    for duty in duties:
        key = (duty.agency.local, duty.role)
        opening = first[duty.agency.local]
        if duty.role == "lead" and not duty.by_verb and opening.role == "direct":
            continue
        if key not in kept or (duty.by_verb and not kept[key].by_verb):
            kept[key] = duty
    leads = {d.agency.local for d in kept.values() if d.role == "lead"}
    for local in leads:
        joined = kept.get((local, "coordinate"))
        if joined is not None and joined.via != "inline":
            del kept[local, "coordinate"]
    has_role = {local for local, role in kept if role != "neutral"}
    result = []
    for (local, role), duty in kept.items():
        if role == "neutral":
            if local not in has_role:
                result.append(replace(duty, role="lead"))
            continue
        result.append(duty)
    return result


class _Reader:
    """Reads the clauses of one text with its agencies."""

    def __init__(self, text: str, actors: list[Actor]) -> None:
        self.text = text
        self.lowered = text.lower()
        self.actors = actors
        self._verbs: dict[tuple[int, int], str | None] = {}
        """Roles of the verbs looked for so far: a place is asked several times."""
        self._ends: dict[Span, int] = {}
        """Where the words of a clause that give its roles end."""

    # --- the clause -----------------------------------------------------------------------

    def read(
        self, clause: Span, subject: _Subject, said: Said, may_have_subject: bool, *, rows: bool
    ) -> _Subject:
        """Add what a clause says; returns the subject that goes on."""
        position = self._head(clause, may_have_subject)
        told = self._at("told", position, clause.end)
        if told is not None and not rows:
            run = self._run(told, clause.end)
            if run:
                new = _Subject(tuple(a.agency for a in run), "inline")
                start = clause.start
                self._act(new, self._past(run, clause), Span(start, clause.end), said, rows=False)
                return _Subject(new.actors, "inline")
        run = self._run(position, clause.end) if may_have_subject else []
        after = self.text[self._past(run, clause) : clause.end] if run else ""
        if run and not _pattern("no-subject").match(after):
            if not self._means_inherited(run, subject):
                subject = _Subject(tuple(a.office or a.agency for a in run), "subject")
            position = self._main_verb(self._past(run, clause), clause.end)
            ordered = self._at("orders", position, clause.end)
            given = self._run(ordered, clause.end) if ordered is not None else []
            if given:
                subject = _Subject(tuple(a.agency for a in given), "inline")
                position = self._past(given, clause)
        self._act(subject, position, clause, said, rows=rows)
        return subject

    def subject_of(self, clause: Span, subject: _Subject, may_have_subject: bool) -> _Subject:
        """The subject alone of a clause whose duties are not wanted."""
        return self.read(clause, subject, Said(), may_have_subject, rows=False)

    def goes_on(self, clause: Span) -> bool:
        """Whether a clause goes on with the sentence: behind ";", not behind a stop."""
        return self.text[: clause.start].rstrip(" *\n").endswith(";")

    def acts_too(self, clause: Span, subject: _Subject) -> bool:
        """Whether another actor works behind ";": "Sở Y tế lập …; Sở Tài chính bố trí"."""
        if subject.inherited or not self.goes_on(clause):
            return False
        run = self._run(clause.start, clause.end)
        past = self._past(run, clause) if run else clause.end
        works = lexicon.load("tasks").named("work.opening").pattern
        is_verb = works.match(self.text[past : min(clause.end, past + _TITLE)])
        return bool(run) and (bool(is_verb) or self._verb(past, clause.end) not in {None, "none"})

    def opens_sentence(self, clause: Span) -> bool:
        """Whether a sentence opens with actors and what they do: groups that act ("Các ngành chủ
        động hợp tác …"), or any with the verb of a role ("Ban Phong trào tham mưu")."""
        before = self.text[: clause.start].rstrip(" *\n")
        run = self._run(clause.start, clause.end)
        if not before.endswith(".") or not run:
            return False
        after = self._past(run, clause)
        if not all(a.agency.is_group for a in run):
            return self._verb(after, clause.end) in {"lead", "coordinate", "advise"}
        acts = _pattern("acts").match(self.text[after : clause.end])
        return bool(acts) or self._verb(after, clause.end) not in {None, "none"}

    def _means_inherited(self, run: list[Actor], subject: _Subject) -> bool:
        """Whether bare "các cơ quan, đơn vị" are the groups that the heading names."""
        if not subject.inherited or len(run) != 1 or run[0].office is not None:
            return False
        is_bare = _pattern("generic").fullmatch(" ".join(run[0].agency.surface.split()))
        return bool(is_bare) and any(a.is_group for a in subject.actors)

    def _head(self, clause: Span, may_have_subject: bool) -> int:
        """Where the subject or the verb stands: after "Đồng thời," and "Theo chức năng, …,"."""
        position = clause.start
        opening = _pattern("opening").match(self.text[position : clause.end])
        position += opening.end() if opening else 0
        start = position
        for _ in range(4):
            if self._verb(position, clause.end) or (
                may_have_subject and self._run(position, clause.end)
            ):
                return position
            rest = self.text[position : clause.end]
            if position == start and not _pattern("adjunct").match(rest):
                return start
            comma = re.search(r",\s+", rest)
            if comma is None:
                return start
            position += comma.end()
        return start

    def _verb(self, position: int, end: int) -> str | None:
        """Role of the verb that stands at a position."""
        place = (position, end)
        if place not in self._verbs:
            rest = self.text[position:end]
            verbs, any_verb = _verbs()
            found = (role for role, pattern in verbs if pattern.match(rest))
            self._verbs[place] = next(found, None) if any_verb.match(rest) else None
        return self._verbs[place]

    def _main_verb(self, position: int, end: int) -> int:
        """Where the verb of a subject stands, past names that the recogniser left: "các trường
        cao đẳng, trung cấp triển khai"."""
        if self._verb(position, end):
            return position
        work = lexicon.load("tasks").named("work.opening").pattern
        for word in islice(_WORD.finditer(self.text, position, end), _VERB_WITHIN):
            if self._verb(word.start(), end):
                return word.start()
            if work.match(self.text[word.start() : word.start() + 40]):
                return position
        return position

    def _at(self, name: str, position: int, end: int) -> int | None:
        found = _pattern(name).match(self.text[position:end])
        return position + found.end() if found else None

    # --- lists of agencies ----------------------------------------------------------------

    def _run(self, position: int, end: int) -> list[Actor]:
        """The list of agencies that begins at a position, a title before it allowed."""
        run: list[Actor] = []
        for actor in islice(self.actors, self._first(position), None):
            if actor.end > end:
                break
            between = self.text[run[-1].end if run else position : actor.start]
            joined = _pattern("join").match(between) if run else self._titled(between)
            if not joined:
                break
            run.append(actor)
        if run and _pattern("leaders").match(self.text[position : run[0].start]):
            past = self._past(run, Span(position, end))
            return run if self._verb(past, end) not in {None, "none"} else []
        return run

    def _first(self, position: int) -> int:
        """Index of the first agency at or after a position."""
        return bisect_left(self.actors, position, key=lambda a: a.start)

    def _titled(self, between: str) -> bool:
        return not between.strip(" *") or bool(_pattern("person").match(between))

    def _past(self, run: list[Actor], clause: Span) -> int:
        """Where the words after a list begin."""
        rest = self.text[run[-1].end : clause.end]
        gap = re.match(r"\s*(?:\([^)]*\)\s*)?[,:–-]?\s*", rest)
        past = run[-1].end + (gap.end() if gap else 0)
        return self._at("by-function", past, clause.end) or past

    # --- what the verbs say ---------------------------------------------------------------

    def _act(
        self, subject: _Subject, position: int, clause: Span, said: Said, *, rows: bool
    ) -> None:
        role = self._verb(position, clause.end)
        if role == "direct":
            verb = _pattern("role.direct").match(self.text[position : clause.end])
            after = position + (verb.end() if verb else 0)
            leads_only = _pattern("leads-only").match(self.text[position : clause.end])
            mild = bool(leads_only and said.duties and not self._told(after, clause))
            self._give(subject, "lead" if mild else role, clause, said, by_verb=not mild)
            if self._tell(after, position, clause, said):
                return
        elif role is not None and role != "none" and not rows:
            self._give(subject, role, clause, said)
        elif not rows:
            self._default(subject, position, clause, said)
        cues = list(self._cues_of("cue.partner", position, clause.end))
        self._chain(subject, position, clause, said, cues)
        self._partners(subject, position, clause, said, cues, rows=rows)
        if not rows:
            self._cues(subject, position, clause, said)
            self._named(subject, position, clause, said)

    def _default(self, subject: _Subject, position: int, clause: Span, said: Said) -> None:
        """The subject of any other verb leads; of "giúp … chỉ đạo, đôn đốc" it does as said."""
        verbs: list[str] = []
        helped = self._at("help", position, clause.end)
        if helped is not None:
            run = self._run(helped, clause.end)
            after = self._past(run, clause) if run else helped
            verbs = list(self._activities(after, clause.end))
        directs = bool(verbs) and verbs[0] in {"chỉ đạo", "lãnh đạo"}
        if directs:
            self._give(subject, "direct", clause, said)
        elif position < clause.end:
            self._give(subject, "lead", clause, said, by_verb=False)
        for verb in verbs:
            if _VERB_ROLES.get(verb) == "monitor":
                self._give(subject, "monitor", clause, said)

    def _tell(self, after: int, verb: int, clause: Span, said: Said) -> bool:
        """The bodies that are told to do the work: "chỉ đạo Sở Y tế tham mưu"."""
        run = self._told(after, clause)
        if not run:
            return False
        told = _Subject(tuple(a.agency for a in run), "inline")
        past = self._past(run, clause)
        inner = Span(verb, clause.end)
        self._act(told, past, inner, said, rows=False)
        if past >= clause.end:
            self._give(told, "lead", inner, said, by_verb=False)
        return True

    def _told(self, after: int, clause: Span) -> list[Actor]:
        rest = self.text[after : clause.end]
        return self._run(after + len(rest) - len(rest.lstrip(" ,:")), clause.end)

    def _chain(
        self,
        subject: _Subject,
        position: int,
        clause: Span,
        said: Said,
        cues: list[re.Match[str]],
    ) -> None:
        """Verbs in a row where a verb may stand: "theo dõi, hướng dẫn, đôn đốc"."""
        starts = [position]
        if _entry("stands-for").may_be_in(self.lowered):
            office = _pattern("stands-for").match(self.text[position : clause.end])
            starts += [position + office.end()] if office else []
        for cue in cues:
            run = self._run(cue.end(), clause.end)
            if run:
                starts.append(run[-1].end)
        for start in starts:
            for verb in self._activities(start, clause.end):
                role = _VERB_ROLES.get(verb)
                if role is not None:
                    self._give(subject, role, clause, said)

    def _activities(self, position: int, end: int) -> Iterator[str]:
        while position < end:
            found = _pattern("activity").match(self.text[position:end])
            if not found or not found.end():
                return
            yield " ".join(found["verb"].lower().split())
            position += found.end()

    def _partners(
        self,
        subject: _Subject,
        position: int,
        clause: Span,
        said: Said,
        cues: list[re.Match[str]],
        *,
        rows: bool,
    ) -> None:
        if self._verb(position, clause.end) == "none":
            return
        for cue in cues:
            self._partner(subject, position, cue, self._run(cue.end(), clause.end), said, rows=rows)
        for cue in self._cues_of("cue.mobilised", position, clause.end):
            run = self._run(cue.end(), clause.end)
            if run and _pattern("after.mobilised").match(self.text[run[-1].end : clause.end]):
                self._partner(subject, position, cue, run, said, rows=rows)

    def _partner(
        self,
        subject: _Subject,
        position: int,
        cue: re.Match[str],
        run: list[Actor],
        said: Said,
        *,
        rows: bool,
    ) -> None:
        before = self.text[position : cue.start()]
        if (rows and before.strip()) or _pattern("cue.third").search(before):
            return
        for actor in run:
            if all(actor.agency.local != a.local for a in subject.actors):
                said.duties.append(
                    Duty(actor.agency, "coordinate", "inline", cue.start(), run[-1].end, True)
                )

    def _cues(self, subject: _Subject, position: int, clause: Span, said: Said) -> None:
        """Roles that later verbs of the clause give: "… và chỉ đạo các cơ quan báo chí"."""
        for cue in self._cues_of("cue.direct", position, clause.end):
            if self._run(cue.end(), clause.end):
                self._give(subject, "direct", clause, said)
                self._tell(cue.end(), cue.start("verb"), clause, said)
        for name in ("cue.monitor", "cue.lead"):
            role = name.removeprefix("cue.")
            if next(self._cues_of(name, position, clause.end), None):
                self._give(subject, role, clause, said)

    def _cues_of(self, name: str, start: int, end: int) -> Iterator[re.Match[str]]:
        """Where the words of a lexicon's entry stand in a range."""
        entry = _entry(name)
        if not entry.may_be_in(self.lowered):
            return iter(())
        return entry.pattern.finditer(self.text, start, end)

    def _named(self, subject: _Subject, position: int, clause: Span, said: Said) -> None:
        """ "(Sở Y tế chủ trì, Sở Tài chính phối hợp)": agencies that their own verb follows."""
        index = 0
        inside = self.actors[self._first(position) : self._first(clause.end)]
        while index < len(inside):
            run = self._run(inside[index].start, clause.end)
            index += max(len(run), 1)
            if not run:
                continue
            after = self.text[run[-1].end : clause.end]
            for role in ("lead", "coordinate"):
                if _pattern(f"after.{role}").match(after):
                    for actor in run:
                        said.duties.append(
                            Duty(actor.agency, role, "inline", run[0].start, clause.end, True)
                        )

    def _give(
        self, subject: _Subject, role: str, clause: Span, said: Said, *, by_verb: bool = True
    ) -> None:
        if not subject.actors:
            return
        end = self._ends.get(clause)
        if end is None:
            tail = next(self._cues_of("evidence.tail", clause.start, clause.end), None)
            end = self._ends[clause] = tail.start() if tail else clause.end
        for agency in subject.actors:
            said.duties.append(Duty(agency, role, subject.via, clause.start, end, by_verb))


_VERB_ROLES = {
    "theo dõi": "monitor",
    "đôn đốc": "monitor",
    "giám sát": "monitor",
    "tham mưu": "advise",
    "chủ trì": "lead",
}


@cache
def _verbs() -> tuple[tuple[tuple[str, re.Pattern[str]], ...], re.Pattern[str]]:
    """The verbs of each role, and one pattern for any of them."""
    verbs = tuple((role, _pattern(f"role.{role}")) for role in _VERBS)
    return verbs, lexicon.any_of(pattern for _, pattern in verbs)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return _entry(name).pattern


@cache
def _entry(name: str) -> lexicon.Entry:
    return lexicon.load("roles").named(name)
