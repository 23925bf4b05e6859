"""How a text stands to a document that it names, by the words that govern the mention.

"Thực hiện Nghị quyết A của Bộ Chính trị về …" implements A; "căn cứ Luật B" rests on B;
"Nghị quyết C về việc sửa đổi Nghị quyết D" makes C, not the text, amend D.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from policygraph import lexicon
from policygraph.mentions.naming import Found
from policygraph.mentions.view import View

_LEXICON = lexicon.load("relations")


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(lexicon.either_tone(words))


_FAR = tuple((row["value"], _pattern(row["pattern"])) for row in _LEXICON.tables["far"])
_TITLE_OPENS = _pattern(_LEXICON.tables["title"]["opens"])
_TITLE_LEAVES = _pattern(_LEXICON.tables["title"]["leaves"])
_CARRIED_OUT = _pattern(_LEXICON.tables["carried_out"]["pattern"])
_THROUGH = _pattern(_LEXICON.tables["through"]["pattern"])
_ISSUED_WITH = _pattern(_LEXICON.tables["through"]["issued_with"])
_LIST_OF_OWN = _pattern(_LEXICON.tables["through"]["own_list"])
_OWN_ACT = _pattern(_LEXICON.tables["own_act"]["pattern"])
_CHANGED_BY = _pattern(_LEXICON.tables["changed_by"]["pattern"])

_JOIN = re.compile(r"\s*\)?\s*[,;]*\s*(?:và|cùng với|cũng như)?\s*(?:các|những)?\s*(?:số)?\s*")
_GOES_ON = re.compile(r"(?:[,;]|(?<!\w)(?:và|cùng với|cũng như))(?:\s+(?:các|những))?\s*$")
_MARKUP = re.compile(r"<[^<>]*>|[*_“”\"(]+")
_QUOTED_TITLE = re.compile(r"[“\"][^”\"]*[”\"]")
OWN_ACT = "cue.replaces.own"
"""Rule of a mention of what the text itself puts out of force: "Quyết định này thay thế …"."""
_ABBREVIATION = "cue.abbreviation"
"""Rule of a short name that the text gives to the document before it."""
_REACH = 400
"""Characters before a mention, and after it, in which words govern it."""
_NEAR = 160
_OWN = frozenset({"cites", "proposedBy"})
"""Relations of the text itself, also behind another document's title."""
_NESTING = frozenset({"amends", "replaces", "approves", "implements", "basedOn"})


@dataclass(frozen=True, slots=True)
class Governed:
    """The relation of a mention; ``of`` is the index of the mention whose document has it."""

    relation: str
    of: int | None
    rule: str
    confidence: float


def govern(view: View, found: list[Found]) -> list[Governed]:
    """Relation of each mention of ``view.text``, in the order of ``found``."""
    reader = _Reader(view, found)
    for index in range(len(found)):
        reader.read(index)
    return reader.done


class _Reader:
    """Walks over the mentions once and remembers what the next one needs."""

    def __init__(self, view: View, found: list[Found]) -> None:
        self._view = view
        self._found = found
        self.done: list[Governed] = []
        self._tops: list[int] = []
        """For each mention the head of the nesting that it stands in."""
        self._open: list[int] = []
        """Mentions that may hold the next one inside their name."""
        self._last: int | None = None
        """The last mention that holds no part of the next one."""

    def read(self, index: int) -> None:
        item = self._found[index]
        while self._open and self._found[self._open[-1]].end < item.end:
            closed = self._open.pop()
            if not self._open:
                self._last = closed
        if self._open:
            governed = Governed("amends", self._open[0], "relation.inner-name", 0.9)
        else:
            governed = self._governed(item)
            told = lexicon.load("relations").tables["told"]
            if governed.relation == "implements" and item.reference.type_code in told:
                governed = Governed("cites", None, "relation.report", 0.8)
        self._open.append(index)
        self.done.append(governed)
        if governed.rule == _ABBREVIATION and self._last is not None:
            self._tops.append(self._tops[self._last])
            return
        is_nested = governed.of is not None and governed.of < index
        self._tops.append(
            self._tops[governed.of] if is_nested and governed.of is not None else index
        )

    def _governed(self, item: Found) -> Governed:
        start, stop = self._view.sentence_at(item.start)
        last = self._last
        if last is not None and self._is_short_name(item):
            return Governed("cites", None, _ABBREVIATION, 0.8)
        if last is None or self._found[last].start < start:
            return self._by_cue(start, item, stop)
        between = self._view.text[self._found[last].end : item.start]
        top = self.done[self._tops[last]]
        if len(between) < _REACH and _is_join(between):
            same = (
                top
                if ";" in between
                or self.done[last].relation == "approves"
                or self.done[last].rule == _ABBREVIATION
                else self.done[last]
            )
            return Governed(same.relation, same.of, "relation.list", 0.9)
        words = _clean(between)
        if _CHANGED_BY.search(words):
            return Governed("cites", None, "relation.changed-by", 0.8)
        if through := _THROUGH.search(words):
            before = words[: through.start()].rstrip(" ,")
            if not before or not (_cue(before) or _far(before)):
                return Governed(top.relation, top.of, "relation.through", 0.8)
            words = before
        inside = _cue(words)
        leaves = _TITLE_LEAVES.search(_QUOTED_TITLE.sub(" ", between)) is not None
        if _TITLE_OPENS.match(between):
            if inside and inside[0] in _OWN:
                return Governed(inside[0], None, inside[1], 0.9)
            if inside and inside[0] in _NESTING and not leaves:
                return Governed(inside[0], last, inside[1], 0.85)
            if not inside and _GOES_ON.search(words):
                return Governed(top.relation, top.of, "relation.list", 0.8)
        if inside or _far(words):
            return self._by_cue(self._found[last].end, item, stop)
        if _GOES_ON.search(words):
            return Governed(top.relation, top.of, "relation.list", 0.7)
        return Governed("cites", None, "relation.none", 0.6)

    def _is_short_name(self, item: Found) -> bool:
        """Whether the text gives a short name in brackets: "… về đất đai (Nghị quyết 18)"."""
        text = self._view.text
        is_short = item.rule.startswith("citation.short-number")
        return is_short and text[: item.start].endswith("(") and text.startswith(")", item.end)

    def _by_cue(self, start: int, item: Found, stop: int) -> Governed:
        """By the words between ``start`` and the mention."""
        text = self._view.text
        raw = text[max(start, item.start - _REACH) : item.start]
        if _ISSUED_WITH.search(raw):
            return Governed("issuedWith", None, "cue.issued-with", 0.95)
        words = _clean(raw)
        confidence = 0.95
        if through := _THROUGH.search(words):
            words = words[: through.start()].rstrip(" ,")
            found = _far(words)
            if found is None and _LIST_OF_OWN.match(words):
                return Governed("issuedWith", None, "cue.issued-with", 0.85)
            confidence = 0.8
        elif (found := _cue(words)) is None:
            found = _far(words)
            confidence = 0.75
        if found is None:
            return Governed("cites", None, "relation.none", 0.6)
        relation, rule = found
        if relation == "replaces" and _OWN_ACT.search(words):
            rule = OWN_ACT
        if relation == "disseminates" and _CARRIED_OUT.search(
            text, item.end, min(stop, item.end + _REACH)
        ):
            return Governed("implements", None, "relation.carried-out", 0.85)
        return Governed(relation, None, rule, confidence)


def _is_join(between: str) -> bool:
    return _JOIN.fullmatch(_MARKUP.sub(" ", between)) is not None


def _clean(before: str) -> str:
    return " ".join(_MARKUP.sub(" ", before).split()).rstrip(" :")


def _cue(before: str) -> tuple[str, str] | None:
    """Relation and rule of the cue that stands right before the mention."""
    near = before[-_NEAR:]
    for entry in _LEXICON.entries:
        if entry.pattern.search(near):
            return entry.value, entry.name
    return None


def _far(before: str) -> tuple[str, str] | None:
    """Relation of the cue nearest before the mention, with other words between."""
    best: tuple[int, str] | None = None
    for value, pattern in _FAR:
        for match in pattern.finditer(before):
            if best is None or match.end() > best[0]:
                best = (match.end(), value)
    return (best[1], f"cue.far.{best[1]}") if best else None
