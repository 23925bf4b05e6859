"""The blocks of a text: together they are the text; tables, headings and the outline."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policygraph import iri, layout
from policygraph.layout import Block, Part, Section, Table

TEXT = (
    "\nKẾ HOẠCH\n\nI. NHIỆM VỤ\n\n1. Xây dựng\nhạ tầng.\n\n"
    "TT\tNội dung\tChủ trì\n1\tĐào tạo\tSở A\n\n\tcán bộ\t\nNơi nhận:\n"
)


def part(name, start, end, within="", path=None, heading=None, kind=None):
    return Part(
        iri.thing(iri.Kind.PART, "vn.cp.kh.2021.1", name),
        name,
        within and iri.thing(iri.Kind.PART, "vn.cp.kh.2021.1", within),
        path,
        kind and iri.concept("part-kind", kind),
        None,
        None,
        heading,
        None,
        start,
        end,
        None,
        len(within.split(".")) if within else 0,
    )


def at(words):
    return TEXT.index(words)


PARTS = (
    part("dau", 0, at("I. N")),
    part("I", at("I. N"), len(TEXT), path="I", heading="NHIỆM VỤ"),
    part("I.t1", at("I. N"), at("1. X"), within="I"),
    part("I.1", at("1. X"), at("TT\t"), within="I", path="I/1"),
    part("I.b", at("TT\t"), at("Nơi"), within="I"),
    part("I.b.1", at("1\tĐ"), at("Nơi"), within="I.b", path="I/b/1", kind="dong"),
)


def flat(blocks):
    return [b for block in blocks for b in (block.rows if isinstance(block, Table) else (block,))]


def words(block):
    return TEXT[block.start : block.end]


def test_blocks_are_paragraphs_headings_and_tables():
    head, chapter, item, table, end = layout.lay_out(TEXT, PARTS)
    assert isinstance(chapter, Block)
    assert isinstance(item, Block)
    assert words(head) == "\nKẾ HOẠCH\n\n"
    assert (chapter.names, chapter.level) == (("I", "I.t1"), 0)
    assert words(item) == "1. Xây dựng\nhạ tầng.\n\n"
    assert (item.names, item.level, item.cells) == (("I.1",), None, ())
    assert isinstance(table, Table)
    assert table.has_head
    assert words(end) == "Nơi nhận:\n"


def test_a_row_that_a_page_cut_stays_in_its_table():
    table = next(b for b in layout.lay_out(TEXT, PARTS) if isinstance(b, Table))
    cells = [[TEXT[start:end] for start, end in row.cells] for row in table.rows]
    assert cells == [
        ["TT\t", "Nội dung\t", "Chủ trì\n"],
        ["1\t", "Đào tạo\t", "Sở A\n\n"],
        ["\t", "cán bộ\t", "\n"],
    ]
    assert [row.names for row in table.rows] == [("I.b",), ("I.b.1",), ()]


def test_a_table_that_begins_with_a_row_of_its_own_has_no_head():
    text = "1\tĐào tạo\n2\tHội thi\n"
    (table,) = layout.lay_out(text, [part("1", 0, 10, path="1", kind="dong")])
    assert isinstance(table, Table)
    assert not table.has_head


@given(
    st.text("ab \n\t\r\u2028\x0b", max_size=80),
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), max_size=8),
)
def test_blocks_and_cells_tile_any_text(text, spans):
    parts = [part(f"p{n}", *sorted(span)) for n, span in enumerate(spans)]
    blocks = flat(layout.lay_out(text, parts))
    assert "".join(text[b.start : b.end] for b in blocks) == text
    assert all(b.start < b.end for b in blocks)
    for block in filter(lambda b: b.cells, blocks):
        assert block.cells[0][0] == block.start
        assert block.cells[-1][1] == block.end
        assert all(a[1] == b[0] for a, b in zip(block.cells, block.cells[1:], strict=False))


def test_the_outline_nests_what_has_a_number():
    (top,) = layout.outline(PARTS)
    assert top == Section(PARTS[1], (Section(PARTS[3], ()), Section(PARTS[5], ())))


def test_rows_of_the_query_become_parts_with_their_depth():
    document, above = "https://x/id/doc/a.b.c.d.e", "https://x/id/part/a.b.c.d.e.II"
    row = dict.fromkeys(
        ("path", "kind", "kindLabel", "label", "heading", "text", "start", "end", "saidAt")
    )
    first, second = layout.parts_of(
        [
            {**row, "part": above, "within": document, "start": 3, "end": 9, "saidAt": 5},
            {**row, "part": above + ".1_2", "within": above, "path": "II/1.2"},
        ]
    )
    assert (first.name, first.depth, first.start, first.end, first.said_at) == ("II", 0, 3, 9, 5)
    assert (second.name, second.depth, second.path) == ("II.1_2", 1, "II/1.2")


def test_a_block_knows_how_deep_it_stands():
    blocks = flat(layout.lay_out(TEXT, PARTS))
    assert [block.depth for block in blocks] == [0, 1, 1, 1, 2, 0, 0]
    assert isinstance(blocks[0], Block)
