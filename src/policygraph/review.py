"""Review before truth: people's decisions about single assertions, applied when a build begins.

An assertion is named by its stable IRI, so a review survives a rebuild; a decision about
something that has changed since is reported and not applied.  Of several decisions the latest
counts; corrections add up until someone accepts or rejects.

The Turtle under ``data/ttl`` is never touched: ``overlay`` gives what a build loads in its place.
There a rejected assertion keeps its evidence and loses its class and what it stated, so that no
query and no closure sees it, and none has to ask for its status.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from policygraph import iri
from policygraph.decisions import RELATIONS, Decision, Review, short, value_of
from policygraph.errors import DataError
from policygraph.iri import Kind
from policygraph.rdf import files, terms
from policygraph.rdf.said import Said
from policygraph.rdf.terms import Graph, Object, expand

GRAPH_FILE = "review.ttl"
"""What the overlay adds: the decisions themselves, in the graph ``review``."""

Fact = tuple[str, str, Object]

KEY_VALUES = tuple(
    expand(name)
    for name in (
        *("pg:inDocument", "pg:surface", "pg:text", "pg:field", "pg:reason"),
        *("pg:citedDocument", "pg:relation", "pg:citingSubject"),
        *("pg:assigns", "pg:agency", "pg:role"),
        *("pg:startYear", "pg:endYear", "pg:recurrence", "pg:product"),
        *("pg:indicator", "pg:comparator", "pg:value", "pg:upperValue", "pg:unit"),
        *("pg:deadline", "pg:year", "pg:scope", "pg:exception"),
        *("pg:conflictField", "pg:keptValue", "pg:conflictingValue"),
    )
)
"""What an assertion states: the part of the fingerprint beside its quotes."""

_TYPE = expand("rdf:type")
_STATUS = expand("pg:status")
_EVIDENCE = expand("pg:evidence")
_IN_DOCUMENT = expand("pg:inDocument")
_FIELD = expand("pg:field")
_NOTE = expand("pg:note")
_SHORTCUTS = {
    iri.concept("role", "lead"): expand("pg:leadAgency"),
    iri.concept("role", "coordinate"): expand("pg:coordinatingAgency"),
}
_KEPT_OF_REJECTED = frozenset(
    expand(name)
    for name in (
        *("pg:inDocument", "pg:evidence", "pg:evidenceClass", "pg:rule", "pg:confidence"),
        *("pg:surface", "pg:text", "rdfs:label", "pg:note"),
    )
)
_POINTING = (expand("pg:assigns"), expand("pg:citingSubject"))


@dataclass(frozen=True, slots=True)
class Applied:
    """What a build loads in place of, or beside, the files of the Turtle directory (file name ->
    Turtle), and what people must be told."""

    files: Mapping[str, bytes]
    warnings: tuple[str, ...]


# --- one graph under review ------------------------------------------------------------------

_REJECTED = terms.node(expand("pg:RejectedAssertion"))
_CORRECTED = terms.node(expand("pg:CorrectedAssertion"))


def _stating(said: Said, kind: Kind) -> list[str]:
    """Assertions of a kind that state something."""
    return [s for s in said.subjects() if _kind(s) is kind and not _is_rejected(said, s)]


def _is_rejected(said: Said, subject: str) -> bool:
    return _REJECTED in said.objects(subject, _TYPE)


def _kind(address: str) -> Kind | None:
    name = iri.parse(address)
    return name.kind if name else None


def fingerprint(said: Said, assertion: str) -> str:
    """First 16 hex digits of SHA-256 over the quotes and key values: what a reviewer looks at.

    Offsets, rules and confidences are left out: when only these change, the review still holds.
    """
    lines = [f"quote {q.quote}" for q in quotes(said, assertion)]
    lines += [
        f"{predicate} {value}"
        for predicate in KEY_VALUES
        for value in map(str, said.objects(assertion, predicate))
    ]
    lines += [f"{field} {value}" for _, field, value in _stated(said, assertion)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, order=True)
class Quote:
    """Words of a source text; offsets count code points, -1 where they are not known."""

    start: int
    end: int
    file: str
    quote: str


def quotes(said: Said, assertion: str) -> list[Quote]:
    """The evidence of an assertion in the order of the text."""
    found = []
    for node in said.values(assertion, _EVIDENCE):
        quote = said.value(node, expand("pg:quote"))
        if quote is not None:
            start, end = (said.value(node, expand(name)) for name in ("pg:start", "pg:end"))
            file = said.value(node, expand("pg:sourceFile"))
            found.append(Quote(int(start or -1), int(end or -1), file or "", quote))
    return sorted(found)


def supported(said: Said) -> set[Fact]:
    """The short-cut facts that the graph's assertions support: relations between documents,
    lead and coordinating agencies, what a document says of itself."""
    return {*_cited(said), *_assigned(said), *_described(said)}


def _cited(said: Said) -> Iterator[Fact]:
    for node in _stating(said, Kind.CITATION):
        subjects = said.values(node, expand("pg:citingSubject"))
        if not subjects and not said.values(node, expand("pg:citingPart")):
            # A fact of a register has no place in the text: its subject is the document.
            subjects = said.values(node, _IN_DOCUMENT)
        for relation in said.values(node, expand("pg:relation")):
            for subject in subjects:
                for cited in said.objects(node, expand("pg:citedDocument")):
                    if relation in RELATIONS and cited.value != subject:
                        yield subject, relation, cited


def _assigned(said: Said) -> Iterator[Fact]:
    for node in _stating(said, Kind.ASSIGNMENT):
        for role in said.values(node, expand("pg:role")):
            if role in _SHORTCUTS:
                for thing in said.values(node, expand("pg:assigns")):
                    for agency in said.objects(node, expand("pg:agency")):
                        yield thing, _SHORTCUTS[role], agency


def _described(said: Said) -> Iterator[Fact]:
    for node in _stating(said, Kind.METADATA):
        yield from _stated(said, node)


def _stated(said: Said, node: str) -> Iterator[Fact]:
    """What one metadata statement says of its document."""
    surface = said.value(node, expand("pg:surface"))
    for document in said.values(node, _IN_DOCUMENT):
        for field in said.values(node, _FIELD):
            stated = said.objects(document, field)
            # One of several recipients is known by its words; an issuer is an IRI.
            own = [value for value in stated if value.value == surface]
            for value in own or stated:
                yield document, field, value


def apply(said: Said, decided: Mapping[str, Sequence[Review]]) -> None:
    """Carry out the decisions on one graph: assertion -> what holds of it, all of one kind.

    A short-cut fact goes only where no other assertion of the graph supports it.
    """
    before = supported(said)
    for assertion, reviews in decided.items():
        if reviews[-1].decision is Decision.REJECT:
            _reject(said, assertion)
            continue
        said.put(assertion, _STATUS, terms.node(iri.concept("status", "accepted")))
        for review in reviews:
            if review.decision is Decision.CORRECT:
                _correct(said, review)
    _let_go(said)
    after = supported(said)
    for subject, predicate, value in before - after:
        said.remove(subject, predicate, value)
    for subject, predicate, value in after - before:
        if not _is_rejected(said, subject):
            said.add(subject, predicate, value)


def _reject(said: Said, assertion: str) -> None:
    for predicate in said.predicates(assertion):
        if predicate not in _KEPT_OF_REJECTED:
            said.put(assertion, predicate)
    said.put(assertion, _TYPE, _REJECTED)
    said.put(assertion, _STATUS, terms.node(iri.concept("status", "rejected")))


def _correct(said: Said, review: Review) -> None:
    kind = _kind(review.assertion)
    if kind is None:
        raise DataError(review.place, f"{review.assertion} is no assertion")
    value = value_of(kind, short(review.field), review.value)
    subject = review.assertion
    if kind is Kind.METADATA:
        if review.field not in said.values(subject, _FIELD):
            raise DataError(review.place, f"{short(subject)} does not speak of {review.field}")
        subject = said.value(subject, _IN_DOCUMENT) or subject
    note = (
        f"{short(review.field)}: {_shown(said.objects(subject, review.field))} → "
        f"{_shown([value] if value else [])} ({review.name}, {review.date}: {review.reason})"
    )
    said.put(subject, review.field, *([value] if value else []))
    said.add(review.assertion, _TYPE, _CORRECTED)
    said.add(review.assertion, _NOTE, terms.text(note))


def _let_go(said: Said) -> None:
    """What points at a rejected task or target points no more; an assignment that then assigns
    nothing is rejected with it."""
    for kind in (Kind.ASSIGNMENT, Kind.CITATION):
        for node in _stating(said, kind):
            for predicate in _POINTING:
                pointed = said.objects(node, predicate)
                gone = [v for v in pointed if v.value in said and _is_rejected(said, v.value)]
                for value in gone:
                    said.remove(node, predicate, value)
                if gone and len(gone) == len(pointed) and kind is Kind.ASSIGNMENT:
                    _reject(said, node)


def _shown(values: Sequence[Object]) -> str:
    """Values as people read them; "∅" where there is none."""
    words = (short(v.value) if isinstance(v, files.Node) else v.value for v in values)
    return ", ".join(words) or "∅"


# --- a directory of graphs -------------------------------------------------------------------


def overlay(ttl_dir: Path, reviews: Sequence[Review]) -> Applied:
    """What a build loads in place of some files of a directory, the decisions applied.

    Only files with a reviewed assertion are read and given.  Raises DataError on broken Turtle.
    """
    if not reviews:
        return Applied({}, ())
    graphs = _Graphs(ttl_dir)
    by_assertion: dict[str, list[Review]] = defaultdict(list)
    for review in reviews:
        by_assertion[review.assertion].append(review)
    decided: dict[Path, dict[str, list[Review]]] = defaultdict(dict)
    warnings: list[str] = []
    in_effect: set[str] = set()
    for assertion, rows in by_assertion.items():
        holding = _holding(rows)
        warnings.extend(_disagreement(rows))
        path = graphs.of(assertion)
        if path is None:
            warnings.append(_vanished(holding[-1]))
            continue
        now = fingerprint(graphs.said(path), assertion)
        valid = [review for review in holding if review.fingerprint == now]
        warnings.extend(_changed(r, now) for r in holding if r.fingerprint != now)
        if valid:
            decided[path][assertion] = valid
            in_effect.update(review.place for review in valid)
    given = {GRAPH_FILE: terms.turtle(_record(reviews, in_effect, graphs))}
    for path, rows_of in decided.items():
        said = graphs.said(path)
        apply(said, rows_of)
        given[path.name] = terms.turtle(said.graph())
    return Applied(given, tuple(warnings))


def _holding(rows: Sequence[Review]) -> list[Review]:
    """The decisions that hold: the last one, and the corrections that lead up to it."""
    start = len(rows) - 1
    while rows[start].decision is Decision.CORRECT and start > 0:
        if rows[start - 1].decision is not Decision.CORRECT:
            break
        start -= 1
    return list(rows[start:])


class _Graphs:
    """The files of a directory, each read once and only when needed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._paths = sorted(directory.glob("*.ttl"))
        self._said: dict[Path, Said] = {}

    def said(self, path: Path) -> Said:
        if path not in self._said:
            self._said[path] = Said(files.read(path))
        return self._said[path]

    def of(self, assertion: str) -> Path | None:
        """The file that speaks of an assertion: its document's, or else any other."""
        name = iri.parse(assertion)
        own = self._directory / f"{iri.document_of(name.local)}.ttl" if name else None
        paths = sorted(self._paths, key=lambda path: path != own)
        return next((path for path in paths if assertion in self.said(path)), None)


def _record(reviews: Sequence[Review], in_effect: set[str], graphs: _Graphs) -> Graph:
    """The decisions as RDF: who, when, what and why."""
    out = Graph()
    counts: dict[str, int] = defaultdict(int)
    for review in reviews:
        name = iri.parse(review.assertion)
        if name is None:
            raise DataError(review.place, f"{review.assertion} is no assertion")
        counts[review.assertion] += 1
        node = iri.thing(Kind.REVIEW, name.kind.value, name.local, str(counts[review.assertion]))
        person = iri.thing(Kind.PERSON, iri.slug(review.name))
        status = "rejected" if review.decision is Decision.REJECT else "accepted"
        out.type(node, "pg:Review", "prov:Activity")
        out.link(node, "pg:reviews", review.assertion)
        out.link(node, "pg:decision", iri.concept("status", status))
        out.link(node, "prov:wasAssociatedWith", person)
        out.type(person, "prov:Person")
        out.add(person, "rdfs:label", terms.text(review.name))
        out.add(node, "dcterms:date", terms.day(review.date))
        out.add(node, "pg:fingerprint", terms.text(review.fingerprint))
        out.add(node, "pg:inEffect", terms.typed(str(review.place in in_effect).lower(), "boolean"))
        if review.reason:
            out.add(node, "pg:note", terms.text(review.reason, "vi"))
        if review.decision is Decision.CORRECT:
            path = graphs.of(review.assertion)
            old: list[Object] = []
            if path is not None:
                said = graphs.said(path)
                old = said.objects(_bearer(said, review), review.field)
            out.link(node, "pg:correctedField", review.field)
            out.add(node, "pg:correctedFrom", *(terms.text(_shown([value])) for value in old))
            if review.value:
                out.add(node, "pg:correctedTo", terms.text(review.value))
    return out


def _bearer(said: Said, review: Review) -> str:
    """What has the corrected field: the assertion itself, or the document it describes."""
    if _kind(review.assertion) is Kind.METADATA:
        return said.value(review.assertion, _IN_DOCUMENT) or review.assertion
    return review.assertion


# --- what people are told --------------------------------------------------------------------


def _vanished(review: Review) -> str:
    return (
        f"{review.place}: {short(review.assertion)}: khẳng định đã xem xét không còn trong "
        f"đồ thị / the reviewed assertion is no longer in the graph ({review.decision}, "
        f"{review.name}, {review.date})"
    )


def _changed(review: Review, now: str) -> str:
    return (
        f"{review.place}: {short(review.assertion)}: điều đã xem xét nay đã khác, quyết định không "
        f"được áp dụng, hãy xem lại / what was reviewed has changed, the decision "
        f"({review.decision}, {review.name}, {review.date}) is not applied; review it again "
        f"(fingerprint {review.fingerprint} → {now})"
    )


def _disagreement(rows: Sequence[Review]) -> Iterator[str]:
    """The same day, two people, two decisions: the later row holds, and someone should talk."""
    for earlier, later in pairwise(rows):
        if (
            earlier.date == later.date
            and earlier.name != later.name
            and (earlier.decision is Decision.REJECT) != (later.decision is Decision.REJECT)
        ):
            yield (
                f"{later.place}: {short(later.assertion)}: {earlier.name} ({earlier.decision}) và "
                f"{later.name} ({later.decision}) quyết định khác nhau, lấy quyết định sau / "
                f"decide differently, the later holds"
            )
