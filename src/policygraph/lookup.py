"""From what people write ("52-NQ/TW", "06-NQ/TU Hải Dương") to the one thing they mean.

Nothing is guessed: several candidates are an AmbiguousThing, none an UnknownThing that names
what comes nearest.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process

from policygraph import iri
from policygraph.engine import Engine
from policygraph.errors import AmbiguousThing, UnknownThing

NEAREST = 5
_MIN_SCORE = 55.0
_MAX_WORDS = 16
"""Longer questions are no document numbers; the search is quadratic in their words."""

_FILLERS = frozenset({"so", "ngay", "nam", "cua", "x"})
"""Folded words that join a number to the rest (số, ngày, năm, của), and the slug of nothing."""

_DOCUMENTS = """
SELECT ?document ?number ?label ?title ?issued ?issuer ?place WHERE {
  ?document a pg:PolicyDocument .
  OPTIONAL { ?document pg:documentNumber ?number }
  OPTIONAL { ?document rdfs:label ?label }
  OPTIONAL { ?document dcterms:title ?title }
  OPTIONAL { ?document dcterms:issued ?issued }
  OPTIONAL { ?document pg:issuer/(skos:prefLabel|skos:altLabel|rdfs:label) ?issuer }
  OPTIONAL { ?document pg:jurisdiction/(skos:prefLabel|rdfs:label|pg:isoCode) ?place }
}
"""

_NAMED = """
SELECT DISTINCT ?thing ?name WHERE {
  VALUES ?class { %s }
  ?thing a ?class ; skos:prefLabel|skos:altLabel|skos:hiddenLabel|rdfs:label|pg:isoCode ?name .
}
"""

_CLASSES = {
    "agency": "pg:Agency pg:AgencyGroup",
    "place": "pg:Place",
    "indicator": "pg:Indicator",
}
_NOUNS = {
    "document": ("văn bản", "document"),
    "thing": ("đối tượng", "thing"),
    "agency": ("cơ quan", "agency"),
    "place": ("địa bàn", "place"),
    "indicator": ("chỉ số", "indicator"),
}


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """What tells one document from another; ``words`` is folded text to match qualifiers in."""

    iri: str
    number: str | None
    label: str
    issuer: str | None
    issued: str | None
    words: str


class Lookup:
    """Resolves parameters against one snapshot; its indexes are made on first use."""

    def __init__(self, snapshot: Engine) -> None:
        self._snapshot = snapshot

    @property
    def engine(self) -> Engine:
        """Where the things are."""
        return self._snapshot

    def resolve(self, kind: str, value: str) -> str:
        """IRI of the thing of a kind ("document", "thing", "agency", "place", "indicator")."""
        asked = value.strip()
        address = _address(asked)
        if kind == "document":
            if address is not None and address in self.documents:
                return address
            return self._document(asked)
        if kind == "thing":
            if address is not None and self._exists(address):
                return address
            return self._document(asked, kind)
        names = self._names(kind)
        if address is not None and address in names.labels:
            return address
        return self._named(kind, asked, names)

    def describe(self, document: str) -> DocumentEntry | None:
        return self.documents.get(document)

    @cached_property
    def documents(self) -> Mapping[str, DocumentEntry]:
        """Every document of the graph by IRI."""
        values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in self._snapshot.select(_DOCUMENTS):
            document = row["document"]
            if document is None:
                continue
            found = values[document.value]
            for column, term in row.items():
                if term is not None and term.value not in found[column]:
                    in_vietnamese = getattr(term, "language", None) == "vi"
                    found[column].insert(0 if in_vietnamese else len(found[column]), term.value)
        return {address: _entry(address, found) for address, found in sorted(values.items())}

    @cached_property
    def _numbers(self) -> tuple[dict[str, list[str]], ...]:
        """Documents by number: as it is, by its words, and by its letters and digits alone."""
        indexes: tuple[dict[str, list[str]], ...] = tuple(defaultdict(list) for _ in range(3))
        for entry in self.documents.values():
            if entry.number:
                for index, key in zip(indexes, _keys(entry.number), strict=True):
                    index[key].append(entry.iri)
        return tuple(dict(index) for index in indexes)

    def _document(self, asked: str, kind: str = "document") -> str:
        words = asked.replace("@", " ").split()
        if len(words) <= _MAX_WORDS:
            for width in range(len(words), 0, -1):
                for start in range(len(words) - width + 1):
                    rest = words[:start] + words[start + width :]
                    found = self._matching(" ".join(words[start : start + width]), rest)
                    if len(found) == 1:
                        return found[0]
                    if found:
                        raise self._ambiguous(asked, found)
        raise self._unknown(kind, asked, [e.number for e in self.documents.values() if e.number])

    def _matching(self, number: str, qualifiers: list[str]) -> list[str]:
        """Documents of a number whose label, issuer, place or date has all the qualifiers."""
        if not any(c.isdigit() for c in number):
            return []
        for index, key in zip(self._numbers, _keys(number), strict=True):
            wanted = set(iri.slug(" ".join(qualifiers)).split("-")) - _FILLERS
            found = [
                address
                for address in index.get(key, ())
                if all(f" {word} " in self.documents[address].words for word in wanted)
            ]
            if found:
                return found
        return []

    def _ambiguous(self, asked: str, found: list[str]) -> AmbiguousThing:
        described = "; ".join(
            " · ".join(filter(None, (e.label, e.issuer, e.issued)))
            for e in (self.documents[address] for address in found)
        )
        return AmbiguousThing(
            f"“{asked}” chỉ nhiều văn bản; hãy thêm cơ quan hoặc năm (số@năm) / "
            f"“{asked}” names several documents; add the issuer or year (number@year): "
            f"{described}",
            found,
            (f"“{asked}” chỉ nhiều văn bản.", f"“{asked}” names several documents."),
        )

    def _unknown(self, kind: str, asked: str, names: Iterable[str]) -> UnknownThing:
        scored = process.extract(
            iri.fold(asked),
            sorted(set(names)),
            scorer=fuzz.WRatio,
            processor=iri.fold,
            limit=NEAREST,
            score_cutoff=_MIN_SCORE,
        )
        nearest = tuple(name for name, _, _ in scored)
        vi, en = _NOUNS[kind]
        message = f"không có {vi} “{asked}” trong đồ thị / no {en} “{asked}” in the graph"
        if nearest:
            message += f"; gần nhất / nearest: {', '.join(nearest)}"
        said = (
            f"Không có {vi} “{asked}” trong đồ thị.",
            f"There is no {en} “{asked}” in the graph.",
        )
        return UnknownThing(message, nearest, said)

    def _exists(self, address: str) -> bool:
        return self._snapshot.has_subject(address)

    def _names(self, kind: str) -> _Names:
        if kind not in self._named_things:
            names = _Names({}, {})
            for row in self._snapshot.select(_NAMED % _CLASSES[kind]):
                thing, name = row["thing"], row["name"]
                if thing is not None and name is not None:
                    names.add(thing.value, name.value)
            self._named_things[kind] = names
        return self._named_things[kind]

    @cached_property
    def _named_things(self) -> dict[str, _Names]:
        return {}

    def _named(self, kind: str, asked: str, names: _Names) -> str:
        found = sorted(names.by_words.get(iri.slug(asked), ()))
        exact = [a for a in found if asked.casefold() in map(str.casefold, names.labels[a])]
        found = exact or found
        if len(found) == 1:
            return found[0]
        if found:
            vi, en = _NOUNS[kind]
            raise AmbiguousThing(
                f"“{asked}” chỉ nhiều {vi} / “{asked}” names more than one {en}: "
                + "; ".join(names.labels[a][0] for a in found),
                found,
                (f"“{asked}” chỉ nhiều {vi}.", f"“{asked}” names more than one {en}."),
            )
        raise self._unknown(kind, asked, (n for all_ in names.labels.values() for n in all_))


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of things of one class, both ways."""

    labels: dict[str, list[str]]
    by_words: dict[str, set[str]]

    def add(self, address: str, name: str) -> None:
        self.labels.setdefault(address, []).append(name)
        self.by_words.setdefault(iri.slug(name), set()).add(address)


def _entry(address: str, found: Mapping[str, list[str]]) -> DocumentEntry:
    name = iri.parse(address)
    year = name.local.split(".")[3] if name and name.local.count(".") >= 3 else ""
    issued = next(iter(found.get("issued", ())), None)
    texts = [text for column in ("label", "title", "issuer", "place") for text in found[column]]
    words = " ".join(iri.slug(text).replace("-", " ") for text in [*texts, issued or "", year])
    return DocumentEntry(
        address,
        next(iter(found["number"]), None),
        next(iter(found["label"]), address),
        next(iter(found["issuer"]), None),
        issued,
        f" {words} ",
    )


def _keys(number: str) -> tuple[str, str, str]:
    """Ever looser: "52-nq/tw" without spaces, "52-nq-tw" by words, "52nqtw"."""
    words = iri.slug(number)
    return re.sub(r"\s+", "", number).casefold(), words, words.replace("-", "")


def _address(asked: str) -> str | None:
    """Full IRI of an IRI, a CURIE ("doc:…") or a document's local name; None if it is none."""
    prefix, colon, local = asked.partition(":")
    if colon and prefix in iri.PREFIXES and not local.startswith("//"):
        return iri.PREFIXES[prefix] + local
    if colon:
        return asked if local.startswith("//") else None
    if asked.count(".") == iri.DOCUMENT_PARTS - 1:
        return iri.THINGS + f"{iri.Kind.DOCUMENT.value}/{asked}"
    return None
