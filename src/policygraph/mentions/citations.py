"""Citations: every mention of an official document, with the relation that its words say."""

from __future__ import annotations

from collections.abc import Iterable

from policygraph.mentions.congresses import RULES as RULES_OF_CONGRESSES
from policygraph.mentions.documents import Found, find_documents, type_code
from policygraph.mentions.relations import Governed, govern
from policygraph.mentions.view import View, is_fragment, own_views
from policygraph.model import CitationMention, Tree, Zone

LEGISLATION = frozenset({"HP", "BL", "L", "PL", "NQ", "NĐ", "QĐ", "TT", "TTLT"})
"""Kinds of legal acts (Luật 80/2015/QH13, điều 4), by the notation of the type."""
_SILENT_ZONES = {Zone.SIGNATURE}


def find_citations(
    tree: Tree, own_number: str | None, programmes: Iterable[str] = ()
) -> tuple[CitationMention, ...]:
    """Citations of a document in reading order.

    ``own_number`` is the document's own: its mention is "self" unless it is said that
    something is issued with it.  ``programmes`` are names that stand for a document.
    """
    names = tuple(programmes)
    citations: list[CitationMention] = []
    for part in tree.parts:
        if part.zone in _SILENT_ZONES or is_fragment(part) or part.kind in {"dau-bang", "trang"}:
            continue
        for view in own_views(tree, part):
            citations.extend(_in_view(view, part.index, own_number, names, len(citations)))
    return tuple(citations)


def _in_view(
    view: View, part: int, own_number: str | None, names: tuple[str, ...], offset: int
) -> list[CitationMention]:
    found = find_documents(view.text, names)
    if not found:
        return []
    governed = govern(view, found)
    return [
        _mention(view, part, item, rule, own_number, offset)
        for item, rule in zip(found, governed, strict=True)
    ]


def _mention(
    view: View, part: int, item: Found, rule: Governed, own_number: str | None, offset: int
) -> CitationMention:
    relation, of = rule.relation, rule.of
    if own_number and item.reference.number == own_number and relation != "issuedWith":
        relation, of = "self", None
    return CitationMention(
        pieces=view.spans(item.start, item.end),
        reference=item.reference,
        relation=relation,
        of=None if of is None else of + offset,
        part=part,
        rule=f"{item.rule}+{rule.rule}",
        confidence=round(item.confidence * rule.confidence, 3),
    )


def sentence_spans(text: str) -> list[tuple[int, int, str]]:
    """Start, end and type of the legal acts that a sentence names, as annotators mark them.

    A span runs from the type's word to the end of number and date, without the issuer; the word
    decides the type ("Quyết định số 73/2008/TT-BTC" is QĐ); numbers that share a word are one
    span with it, and a name inside another's name has none.  What a congress or a plenum of the
    Party resolved is no legal act.

    >>> sentence_spans("Căn cứ Luật Đất đai ngày 29/11/2013;")
    [(7, 35, 'L')]
    """
    spans: list[tuple[int, int, str]] = []
    reach = 0
    for item in find_documents(text):
        if item.start < reach or item.rule in RULES_OF_CONGRESSES:
            continue
        reach = item.end
        word = item.reference.type_word
        code = type_code(word) if word else item.reference.type_code
        if code not in LEGISLATION:
            continue
        if item.rule == "citation.list":
            spans[-1] = (spans[-1][0], item.core_end, code)
        else:
            spans.append((item.start, item.core_end, code))
    return spans
