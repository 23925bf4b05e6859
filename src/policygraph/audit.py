"""What is missing or contradicts itself, for a person to read: the gap audit and the unresolved.

The findings are those of the canned queries ``audit``, ``unresolved`` and ``assertions-by-rule``,
so the command line and the service cannot differ.  Here they are only grouped: a chapter whose
thirty tasks have no lead is one line, not thirty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TypeVar

from policygraph import vocab
from policygraph.engine import Engine
from policygraph.queries import CannedQuery, Record, run

CHECKS = (
    "provision-without-lead",
    "task-without-lead",
    "task-with-several-leads",
    "target-without-lead",
    "target-without-deadline",
    "target-without-unit",
    "document-not-issued",
    "cited-document-unknown",
    "conflict",
    "reference-out-of-range",
    "agency-ended",
)
"""Concepts of the scheme "check", in the order of the report."""
GATHERED = frozenset({"task-without-lead", "target-without-lead", "target-without-deadline"})
"""Checks whose findings need no words of their own: their paths are listed chapter by chapter."""
_QUOTE = 90
"""Longest quote of a line, in code points."""
_LINE = 100
"""Width at which a list of paths goes on in the next line."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finding:
    """One gap.  Offsets count code points of ``file``; None where the query gives nothing."""

    check: str
    subject: str
    label: str
    document: str
    document_label: str
    path: str
    detail: str
    quote: str
    file: str | None
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Check:
    """One question of the audit and what it found."""

    name: str
    vi: str
    en: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class AuditReport:
    """All checks in the order of ``CHECKS``, those that found nothing too."""

    checks: tuple[Check, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for check in self.checks for finding in check.findings)

    def as_json(self) -> dict[str, object]:
        """Plain values for ``json.dumps``."""
        return {
            "findings": len(self.findings),
            "checks": [{**asdict(check), "count": len(check.findings)} for check in self.checks],
        }

    def lines(self) -> Iterator[str]:
        """The report for a terminal, in Vietnamese with English."""
        yield f"Rà soát / audit: {len(self.findings)} điều / findings"
        unled: dict[str, list[str]] = {}
        for check in self.checks:
            if check.name == "provision-without-lead":
                for finding in check.findings:
                    unled.setdefault(finding.document, []).append(finding.path)
        for check in self.checks:
            mark = "✗" if check.findings else "✓"
            yield ""
            yield f"{mark} {check.vi} / {check.en} ({check.name}): {len(check.findings)}"
            for _, rows in _grouped(check.findings, lambda finding: finding.document):
                yield f"  {rows[0].document_label}: {len(rows)}"
                if check.name in GATHERED:
                    yield from _gathered(rows, unled.get(rows[0].document, []))
                else:
                    yield from (f"    {_told(row)}" for row in rows)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """One thing that was seen and not resolved; offsets count code points of ``file``."""

    subject: str
    surface: str
    note: str
    rule: str
    document: str
    document_label: str
    path: str
    file: str | None
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why things are unresolved, and which."""

    name: str
    vi: str
    en: str
    items: tuple[Unresolved, ...]


@dataclass(frozen=True, slots=True)
class RuleConfidence:
    """How confident the assertions of one rule are (0 to 1)."""

    kind: str
    rule: str
    assertions: int
    below80: int
    below90: int
    least: float
    mean: float
    most: float


@dataclass(frozen=True, slots=True)
class UnresolvedReport:
    """Everything unresolved by reason, and the assertions by the rule that made them."""

    reasons: tuple[Reason, ...]
    rules: tuple[RuleConfidence, ...]

    def as_json(self) -> dict[str, object]:
        """Plain values for ``json.dumps``."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """The report for a terminal, in Vietnamese with English."""
        total = sum(len(reason.items) for reason in self.reasons)
        yield f"Chưa xác định / unresolved: {total}"
        for reason in self.reasons:
            yield ""
            yield f"✗ {reason.vi} / {reason.en} ({reason.name}): {len(reason.items)}"
            for _, items in _grouped(reason.items, lambda item: item.document):
                yield f"  {items[0].document_label}: {len(items)}"
                for item in items:
                    told = [item.path or "–", f"“{_short(item.surface)}”", item.note]
                    yield f"    {'  '.join(filter(None, told))}"
        yield ""
        count = sum(rule.assertions for rule in self.rules)
        yield f"Độ tin cậy theo quy tắc / confidence by rule: {count} khẳng định / assertions"
        width = max((len(rule.rule) for rule in self.rules), default=0)
        for kind, rules in _grouped(self.rules, lambda rule: rule.kind):
            below = sum(rule.below80 for rule in rules)
            number = sum(rule.assertions for rule in rules)
            yield f"  {kind}: {number} (dưới / below 0.8: {below})"
            for rule in sorted(rules, key=lambda rule: (rule.mean, rule.rule)):
                yield (
                    f"    {rule.rule:<{width}}  {rule.assertions:>4}  "
                    f"{rule.least:.2f} – {rule.mean:.2f} – {rule.most:.2f}"
                )


def audit(
    snapshot: Engine,
    known: Mapping[str, CannedQuery],
    document: str | None = None,
    lang: str = "vi",
) -> AuditReport:
    """Run every check over the graph, or over one document ("2358/KH-UBND")."""
    found: dict[str, list[Finding]] = {name: [] for name in CHECKS}
    for row in run(snapshot, known, "audit", {"lang": lang, **_asked(document)}):
        finding = _finding(row)
        found[finding.check].append(finding)
    concepts = {concept.name: concept for concept in vocab.CHECK_CONCEPTS}
    return AuditReport(
        tuple(
            Check(name, concepts[name].vi, concepts[name].en, tuple(findings))
            for name, findings in found.items()
        )
    )


def report(
    snapshot: Engine,
    known: Mapping[str, CannedQuery],
    document: str | None = None,
    lang: str = "vi",
) -> UnresolvedReport:
    """List what is unresolved, by reason, and how confident each rule is."""
    concepts = {concept.name: concept for concept in vocab.REASON_CONCEPTS}
    found: dict[str, list[Unresolved]] = {}
    for row in run(snapshot, known, "unresolved", {"lang": lang, **_asked(document)}):
        found.setdefault(_words(row, "reason").rpartition("/")[2], []).append(_unresolved(row))
    reasons = [
        Reason(name, concepts[name].vi, concepts[name].en, tuple(items))
        for name, items in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]
    rules = [
        RuleConfidence(
            _words(row, "kind"),
            _words(row, "rule"),
            _count(row, "assertions"),
            _count(row, "below80"),
            _count(row, "below90"),
            _share(row, "least"),
            _share(row, "mean"),
            _share(row, "most"),
        )
        for row in run(snapshot, known, "assertions-by-rule", _asked(document))
    ]
    return UnresolvedReport(tuple(reasons), tuple(rules))


def _asked(document: str | None) -> dict[str, str]:
    return {"document": document} if document else {}


def _finding(row: Record) -> Finding:
    return Finding(
        _words(row, "check"),
        _words(row, "subject"),
        _words(row, "label"),
        _words(row, "document"),
        _words(row, "documentLabel"),
        _words(row, "path"),
        _words(row, "detail"),
        _words(row, "quote"),
        _words(row, "file") or None,
        _offset(row, "start"),
        _offset(row, "end"),
    )


def _unresolved(row: Record) -> Unresolved:
    return Unresolved(
        _words(row, "unresolved"),
        _words(row, "surface"),
        _words(row, "note"),
        _words(row, "rule"),
        _words(row, "document"),
        _words(row, "documentLabel"),
        _words(row, "path"),
        _words(row, "file") or None,
        _offset(row, "start"),
        _offset(row, "end"),
    )


def _words(row: Record, column: str) -> str:
    value = row[column]
    return "" if value is None else str(value)


def _offset(row: Record, column: str) -> int | None:
    value = row[column]
    return value if isinstance(value, int) else None


def _count(row: Record, column: str) -> int:
    return _offset(row, column) or 0


def _share(row: Record, column: str) -> float:
    value = row[column]
    return float(value) if isinstance(value, int | float) else 0.0


def _grouped(rows: Iterable[T], key: Callable[[T], str]) -> Iterator[tuple[str, list[T]]]:
    """Neighbours of one key; the queries give their rows in the order of their documents."""
    for name, members in groupby(rows, key):
        yield name, list(members)


def _told(row: Finding) -> str:
    """One finding in a line: where, what, and what is wrong with it."""
    if row.check == "provision-without-lead":
        tasks = f"{row.detail} nhiệm vụ / tasks"
        return f"{row.path or '–'}  {_short(row.quote or row.label)}  ({tasks})"
    label = "" if row.label == row.detail else _short(row.label)
    return "  ".join(filter(None, (row.path, label, row.detail and f"→ {row.detail}")))


def _short(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= _QUOTE else plain[:_QUOTE].rsplit(" ", 1)[0] + " …"


def _gathered(rows: Sequence[Finding], unled: Sequence[str]) -> Iterator[str]:
    """Paths by chapter: ``B/II (5): 1/1–3, 2, 3/1``.

    The chapter is the highest part without any lead, else the first segment of the path.  A
    dotted number takes its parent's place, so "III/5.1/1" stands under "III/5".
    """
    chapters: dict[str, list[str]] = {}
    for row in rows:
        above = [p for p in unled if row.path == p or row.path.startswith((p + "/", p + "."))]
        chapter = above[0] if above else row.path.partition("/")[0]
        rest = row.path[len(chapter) :]
        dotted = chapter.rpartition("/")[2] + rest if rest.startswith(".") else rest[1:]
        chapters.setdefault(chapter, []).append(dotted)
    for chapter, paths in chapters.items():
        head = f"    {chapter or '–'} ({len(paths)})"
        listed = folded([path for path in paths if path])
        yield from _wrapped(f"{head}: " if listed else head, listed)


def folded(paths: Sequence[str]) -> list[str]:
    """Paths without repetition, neighbours with consecutive numbers as one.

    >>> folded(["1/1", "1/2", "1/3", "2", "a/1", "a/1"])
    ['1/1–3', '2', 'a/1']
    """
    runs: list[tuple[str, str, str]] = []
    for path in dict.fromkeys(paths):
        parent, _, last = path.rpartition("/")
        if runs:
            above, first, latest = runs[-1]
            if above == parent and _follows(latest, last):
                runs[-1] = (parent, first, last)
                continue
        runs.append((parent, last, last))
    return [
        (f"{parent}/" if parent else "") + (first if first == last else f"{first}–{last}")
        for parent, first, last in runs
    ]


def _follows(earlier: str, later: str) -> bool:
    return earlier.isdecimal() and later.isdecimal() and int(later) == int(earlier) + 1


def _wrapped(head: str, words: Sequence[str]) -> Iterator[str]:
    line = head
    for number, word in enumerate(words):
        piece = word + ("," if number + 1 < len(words) else "")
        if len(line) + len(piece) > _LINE and line.strip():
            yield line.rstrip()
            line = " " * 6
        line += piece + " "
    yield line.rstrip()
