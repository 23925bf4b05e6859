"""Citations of whole documents: the reviewed list of each corpus text, and the gold."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.mentions.citations import LEGISLATION, find_citations, sentence_spans
from policygraph.structure import parse
from policygraph.text import decode, read

CASES = Path(__file__).parent / "cases" / "citations"
FILE = CASES / "relations.toml"
SENTENCES = tomllib.loads(FILE.read_text(encoding="utf-8"))["case"]
WORDS = sorted({word for case in SENTENCES for word in case["text"].split(" ")})
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
NAMES = sorted(path.stem for path in CASES.glob("*.tsv"))
OWN = {
    "hai-duong-chi-thi-39-ct-tu": "39-CT/TU",
    "lai-chau-nghi-quyet-09-nq-tu": "09-NQ/TU",
    "hai-duong-ke-hoach-2358-kh-ubnd": "2358/KH-UBND",
}
RELATIONS = {
    "implements": "implements",
    "basedOn": "based_on",
    "proposedBy": "proposed_by",
    "issuedWith": "issued_with",
}
ALL_CITED = ("001", "003")
"""Documents of the gold whose every citation is annotated."""


def citations(path: Path):
    tree = parse(read(path))
    programmes = ["Chương trình chuyển đổi số quốc gia"]
    return tree, find_citations(tree, OWN.get(path.stem), programmes)


def test_every_corpus_text_is_reviewed(texts_dir):
    assert sorted(path.stem for path in texts_dir.glob("*.txt")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_corpus_text(name, texts_dir):
    tree, found = citations(texts_dir / f"{name}.txt")
    rows = ["part\trelation\tof\tnumber\tdate\tissuer\tquote"]
    for citation in found:
        reference = citation.reference
        fields = (
            tree.parts[citation.part].name,
            citation.relation,
            citation.of,
            reference.number,
            reference.date,
            reference.issuer,
            tree.join(citation.pieces),
        )
        rows.append("\t".join("" if field is None else str(field) for field in fields))
    assert rows == (CASES / f"{name}.tsv").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("doc", ["001", "003", "004"])
def test_gold(doc, gold, texts_dir):
    _, found = citations(texts_dir / gold.files[doc])
    left = dict(enumerate(found))
    for row in gold.rows("citations", doc):
        end = row["more"][-1][1] if "more" in row else row["end"]
        size = end - row["start"]
        match = next(
            index
            for index, citation in left.items()
            if 2 * (min(citation.span.end, end) - max(citation.span.start, row["start"])) >= size
        )
        citation = left.pop(match)
        whose = None if citation.of is None else found[citation.of].reference.number
        assert RELATIONS.get(citation.relation, citation.relation) == row["relation"], row
        assert citation.reference.number == row["number"], row
        assert whose == row.get("of"), row
    if doc in ALL_CITED:
        assert not left


def test_the_document_itself_is_no_source_of_its_own():
    tree = parse(decode("Thực hiện Kế hoạch số 12/KH-UBND của UBND tỉnh.\n".encode(), "a.txt"))
    (other,) = find_citations(tree, None)
    (own,) = find_citations(tree, "12/KH-UBND")
    assert (other.relation, own.relation) == ("implements", "self")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Căn cứ Luật Đất đai ngày 29/11/2013 của Quốc hội;",
            [("Luật Đất đai ngày 29/11/2013", "L")],
        ),
        ("Quyết định số 73/2008/TT-BTC", [("Quyết định số 73/2008/TT-BTC", "QĐ")]),
        (
            "Quyết định 65/2009/QĐ-TTg, 66/2009/QĐ-TTg",
            [("Quyết định 65/2009/QĐ-TTg, 66/2009/QĐ-TTg", "QĐ")],
        ),
        (
            "Luật sửa đổi, bổ sung một số điều của Luật Báo chí",
            [("Luật sửa đổi, bổ sung một số điều của Luật Báo chí", "L")],
        ),
        ("Chỉ thị số 14/CT-TTg và Kế hoạch số 1/KH-UBND", []),
    ],
)
def test_sentence_spans(text, expected):
    assert [(text[s:e], kind) for s, e, kind in sentence_spans(text)] == expected


@given(TEXTS)
def test_sentence_spans_lie_in_the_sentence_apart(text):
    reach = 0
    for start, end, kind in sentence_spans(text):
        assert reach <= start < end <= len(text)
        assert kind in LEGISLATION
        reach = end


@given(TEXTS)
def test_quotes_of_citations_lie_in_the_source(text):
    text = text.replace("\x00", "") + "Nghị quyết này."
    tree = parse(decode(text.encode("utf-8", "replace"), "a.txt"))
    for citation in find_citations(tree, None):
        assert citation.pieces
        assert citation.span.end <= len(tree.source.text)
        for piece in citation.pieces:
            assert tree.source.text[piece.start : piece.end].strip()
