"""What changed between two releases of the graph, in the words of the domain.

Releases are directories of Turtle, or tags of a Git repository that holds ``data/ttl``.  Things
are the same by their IRI; a task, target or baseline that only moved to another place of its
document is known by its words.  What is compared, and how it is called, stands in
``lexicon/changes.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path

from policygraph import iri, similarity, vocab
from policygraph.decisions import short
from policygraph.errors import DataError
from policygraph.rdf import files, terms
from policygraph.rdf.files import Literal
from policygraph.rdf.said import Said
from policygraph.rdf.terms import Graph, Object, expand

_TYPE, _TEXT = expand("rdf:type"), expand("pg:text")
_PLACE, _RELATION = "pg:stipulatedIn", "pg:relation"
_LONG = 60
"""Longer values (code points) are told by the words that differ."""


class Action(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


_SIGNS = {Action.ADDED: "+", Action.REMOVED: "−", Action.CHANGED: "±"}
_CLASSES = {
    Action.ADDED: "pg:Addition",
    Action.REMOVED: "pg:Removal",
    Action.CHANGED: "pg:Modification",
}


@dataclass(frozen=True, slots=True)
class ThingKind:
    """A class of things that are compared, with the properties that matter (CURIEs)."""

    term: str
    vi: str
    en: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """``lexicon/changes.toml``: kinds in the order they are told, relations, names of fields."""

    kinds: tuple[ThingKind, ...]
    relations: tuple[str, ...]
    names: Mapping[str, tuple[str, str]]

    def field(self, name: str) -> str:
        vi, en = self.names[name]
        return f"{vi} / {en}"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.  ``thing`` and ``document`` are IRIs (``document`` "" where the thing is in
    none), ``field`` a CURIE ("" where the whole thing came or went); ``old`` and ``new`` are as
    people read them, "" where there was or is nothing."""

    action: Action
    kind: ThingKind
    thing: str
    label: str
    document: str
    field: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """All differences between two releases, in the order of the documents, and the Vietnamese
    labels of the documents they are about."""

    old: str
    new: str
    changes: tuple[Change, ...]
    documents: Mapping[str, str]

    def counts(self) -> dict[tuple[str, Action], int]:
        """How many changes of each kind's class (CURIE) and action."""
        return dict(Counter((change.kind.term, change.action) for change in self.changes))


@cache
def words() -> Words:
    """The compared kinds; DataError where the file is wrong."""
    path = package_files("policygraph") / "lexicon" / "changes.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        kinds = tuple(
            ThingKind(row["term"], row["vi"], row["en"], tuple(row["fields"]))
            for row in raw["kind"]
        )
        names = {name: (vi, en) for name, (vi, en) in raw["field"].items()}
        relations = tuple(raw["relations"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise DataError(path, f"cannot be used: {error!r}") from error
    used = {*relations, _PLACE, _RELATION, *(field for kind in kinds for field in kind.fields)}
    if used != set(names):
        raise DataError(path, f"[field] must name exactly: {', '.join(sorted(used))}")
    return Words(kinds, relations, names)


def compare(
    old_ttl: Path, new_ttl: Path, old_name: str | None = None, new_name: str | None = None
) -> Changes:
    """The differences between the Turtle of two directories; an empty one is no fault.

    Raises DataError where a directory is missing or a file is broken.
    """
    comparison = _Comparison(_read(old_ttl), _read(new_ttl))
    found = tuple(comparison.changes())
    documents = {change.document for change in found} - {""}
    return Changes(
        old_name or old_ttl.name,
        new_name or new_ttl.name,
        found,
        {document: comparison.label(document) for document in sorted(documents)},
    )


def _read(directory: Path) -> Said:
    if not directory.is_dir():
        raise DataError(directory, "no such directory of Turtle files")
    return Said(triple for path in sorted(directory.glob("*.ttl")) for triple in files.read(path))


class _Comparison:
    """Two releases side by side."""

    def __init__(self, old: Said, new: Said) -> None:
        self.old, self.new, self.words = old, new, words()
        self._by_kind = {
            kind.term: (_instances(old, kind.term), _instances(new, kind.term))
            for kind in self.words.kinds
        }
        documents = self._by_kind["pg:PolicyDocument"]
        self._came = documents[1] - documents[0]
        self._went = documents[0] - documents[1]
        mandates = expand("pg:mandates")
        self._planned = {
            document
            for said in (old, new)
            for task in said.subjects()
            for document in said.values(task, mandates)
        }

    def changes(self) -> Iterator[Change]:
        """By document, then by kind, then by place."""
        order = {kind.term: number for number, kind in enumerate(self.words.kinds)}
        found = [change for kind in self.words.kinds for change in self._of_kind(kind)]
        # Within a thing the order in which its fields are told is kept: sorting is stable.
        yield from sorted(
            found,
            key=lambda c: (not c.document, c.document, order[c.kind.term], _natural(c.thing)),
        )

    def label(self, thing: str) -> str:
        return _label(self.new, thing) or _label(self.old, thing) or short(thing)

    def _of_kind(self, kind: ThingKind) -> Iterator[Change]:
        before, after = self._by_kind[kind.term]
        moved = self._moved(before - after, after - before)
        for thing in sorted(before & after):
            yield from self._changed(kind, thing, thing)
        for old, new in sorted(moved.items()):
            yield self._change(
                Action.CHANGED,
                kind,
                new,
                _PLACE,
                self._place(self.old, old),
                self._place(self.new, new),
            )
            yield from self._changed(kind, old, new)
        for thing in sorted(before - after - moved.keys()):
            if not self._is_told(self.old, thing, self._went):
                yield self._change(Action.REMOVED, kind, thing, old=self._content(kind, thing))
        for thing in sorted(after - before - set(moved.values())):
            if not self._is_told(self.new, thing, self._came):
                yield self._change(Action.ADDED, kind, thing, new=self._content(kind, thing))

    def _is_told(self, said: Said, thing: str, documents: set[str]) -> bool:
        """Whether it comes or goes with its document, or with the row that demands it."""
        return _document(said, thing) in documents - {thing} or thing in self._planned

    def _moved(self, gone: set[str], come: set[str]) -> dict[str, str]:
        """Old IRI -> new IRI of what has the same words, once, in the same document."""
        old, new = (
            _by_words(said, things) for said, things in ((self.old, gone), (self.new, come))
        )
        return {
            old[key][0]: new[key][0]
            for key in old.keys() & new.keys()
            if len(old[key]) == len(new[key]) == 1
        }

    def _changed(self, kind: ThingKind, old: str, new: str) -> Iterator[Change]:
        for field in kind.fields:
            before, after = (
                said.objects(thing, expand(field))
                for said, thing in ((self.old, old), (self.new, new))
            )
            if before != after:
                shown = self._shown(self.old, before), self._shown(self.new, after)
                if shown[0] == shown[1]:
                    # Two things of one name: only their IRIs tell them apart.
                    shown = _addresses(before), _addresses(after)
                yield self._change(Action.CHANGED, kind, new, field, *shown)
        yield from self._related(kind, old, new)

    def _related(self, kind: ThingKind, old: str, new: str) -> Iterator[Change]:
        """Relations to other documents, told for each of these together."""
        before, after = self._relations(self.old, old), self._relations(self.new, new)
        for cited in sorted(before.keys() | after.keys()):
            if before.get(cited) != after.get(cited):
                shown = [
                    ", ".join(f"{self.words.field(r)}: {self.label(cited)}" for r in said[cited])
                    if cited in said
                    else ""
                    for said in (before, after)
                ]
                yield self._change(Action.CHANGED, kind, new, _RELATION, *shown)

    def _relations(self, said: Said, thing: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for relation in self.words.relations:
            for cited in said.values(thing, expand(relation)):
                found[cited].append(relation)
        return dict(found)

    def _change(
        self,
        action: Action,
        kind: ThingKind,
        thing: str,
        field: str = "",
        old: str = "",
        new: str = "",
    ) -> Change:
        said = self.old if action is Action.REMOVED else self.new
        return Change(
            action, kind, thing, self.label(thing), _document(said, thing), field, old, new
        )

    def _content(self, kind: ThingKind, thing: str) -> str:
        """What came or went: a document with what it holds, all else by its words."""
        said = self.old if thing in self._by_kind[kind.term][0] else self.new
        if kind.term != "pg:PolicyDocument":
            return said.value(thing, _TEXT) or ""
        side = int(said is self.new)
        parts = []
        for other in self.words.kinds:
            things = self._by_kind[other.term][side]
            count = sum(1 for t in things if t != thing and _document(said, t) == thing)
            if count:
                parts.append(f"{count} {other.vi} / {_plural(other.en, count)}")
        return ", ".join(parts)

    def _place(self, said: Said, thing: str) -> str:
        part = said.value(thing, expand(_PLACE)) or ""
        return said.value(part, expand("pg:path")) or short(part or thing)

    def _shown(self, said: Said, values: Sequence[Object]) -> str:
        return "; ".join(
            value.value if isinstance(value, Literal) else _name(said, value.value)
            for value in values
        )


def _instances(said: Said, term: str) -> set[str]:
    wanted = expand(term)
    return {s for s in said.subjects() if wanted in said.values(s, _TYPE)}


def _document(said: Said, thing: str) -> str:
    """The document a thing is in; a document is in itself."""
    name = iri.parse(thing)
    if name is not None and name.kind is iri.Kind.DOCUMENT:
        return thing
    return said.value(thing, expand("pg:inDocument")) or ""


def _by_words(said: Said, things: Iterable[str]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for thing in sorted(things):
        text = said.value(thing, _TEXT)
        if text:
            found[_document(said, thing), text].append(thing)
    return found


def _label(said: Said, thing: str) -> str | None:
    for predicate in ("skos:prefLabel", "rdfs:label"):
        for label in said.objects(thing, expand(predicate)):
            if isinstance(label, Literal) and label.language == "vi":
                return label.value
    return None


def _name(said: Said, address: str) -> str:
    """A thing's or a concept's label, else its short name."""
    scheme, _, local = address.removeprefix(iri.VOCAB).partition("/")
    for concept in vocab.SCHEMES.get(scheme, ()):
        if concept.name == local:
            return concept.vi
    return _label(said, address) or short(address)


def _natural(name: str) -> list[str]:
    """Sort key under which "…II.10" follows "…II.9"."""
    return [part.zfill(9) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _addresses(values: Sequence[Object]) -> str:
    return "; ".join(short(value.value) for value in values)


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"


# --- telling it ------------------------------------------------------------------------------


def sentence(change: Change) -> str:
    """A change in one line: "nhiệm vụ / task “…” · cơ quan chủ trì / lead: A → B"."""
    kind = f"{change.kind.vi} / {change.kind.en}"
    head = f"{_SIGNS[change.action]} {kind} “{change.label}”"
    if not change.field:
        content = change.new or change.old
        return f"{head}: {content}" if content and content != change.label else head
    name = words().field(change.field)
    if change.field == "pg:text" and max(len(change.old), len(change.new)) > _LONG:
        gone, come = (" | ".join(runs) for runs in similarity.differing(change.old, change.new))
        if gone or come:
            return f"{head} · {name}: bỏ / without “{gone}”; thêm / with “{come}”"
        return f"{head} · {name}: chỉ khác dấu câu hoặc chữ hoa / only punctuation or case"
    return f"{head} · {name}: {change.old or '∅'} → {change.new or '∅'}"


def markdown(changes: Changes) -> str:
    """The changes for people, by document, with a table of counts first."""
    lines = [f"# Thay đổi / Changes: {changes.old} → {changes.new}", ""]
    if not changes.changes:
        return "\n".join([*lines, "Không có thay đổi / nothing changed.", ""])
    counts = changes.counts()
    lines += ["| | thêm / added | bỏ / removed | sửa / changed |", "|---|--:|--:|--:|"]
    for kind in words().kinds:
        row = [counts.get((kind.term, action), 0) for action in Action]
        if any(row):
            lines.append(f"| {kind.vi} / {kind.en} | " + " | ".join(map(str, row)) + " |")
    document: str | None = None
    for change in changes.changes:
        if change.document != document:
            document = change.document
            name = changes.documents.get(document, "Ngoài các văn bản / Outside the documents")
            lines += ["", f"## {_escape(name)}", ""]
        lines.append(f"- {_escape(sentence(change))} (`{short(change.thing)}`)")
    return "\n".join([*lines, ""])


def _escape(text: str) -> str:
    """Text whose signs Markdown is not to read, in one line."""
    plain = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in plain)


def turtle(changes: Changes) -> bytes:
    """The changes as RDF, one node each, named by the releases and their place in the order."""
    out = Graph()
    for number, change in enumerate(changes.changes, 1):
        node = iri.thing(
            iri.Kind.CHANGE, iri.slug(changes.old), iri.slug(changes.new), f"{number:06d}"
        )
        out.type(node, "pg:Change", _CLASSES[change.action])
        out.link(node, "pg:changeOf", change.thing)
        out.link(node, "pg:inDocument", change.document or None)
        out.link(node, "pg:changedField", change.field or None)
        out.add(node, "pg:oldValue", terms.text(change.old, "vi") if change.old else None)
        out.add(node, "pg:newValue", terms.text(change.new, "vi") if change.new else None)
        out.add(node, "rdfs:label", terms.text(sentence(change), "vi"))
    return terms.turtle(out)
