"""The tree of every text: exact to the character, and drawn as a careful reader would draw it.

``tests/cases/structure`` holds the reviewed outlines: ``<corpus text>.paths`` for the texts of
the corpus, and beside each made-up ``<case>.txt`` of a hard layout its ``<case>.outline``.
"""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.model import Part, Source, Tree
from policygraph.structure import parse
from policygraph.text import decode, read

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "cases" / "structure"
CORPUS = sorted((ROOT / "data" / "texts").glob("*.txt"))
HARD = sorted(CASES.glob("*.txt"))
SHOWN = 60


def outline(tree: Tree) -> str:
    """One line a part: depth, kind, path (or name), topic, heading or not, first words."""
    lines = []
    for part in tree.parts[1:]:
        if part.kind == "doan" and not part.is_heading:
            continue
        depth = "  " * (len(tree.ancestors(part)) - 1)
        heading = " #" if part.is_heading else ""
        place = part.path or f"<{part.name}>"
        words = _cells(tree, part) if part.cells else tree.own_text(part)[:SHOWN]
        lines.append(f"{depth}{part.kind} {place} [{part.topic}]{heading} {words}".rstrip())
    return "\n".join(lines) + "\n"


def _cells(tree: Tree, part: Part) -> str:
    return " | ".join(f"{c.column}={tree.join(c.pieces)[:28]}".rstrip() for c in part.cells)


def assert_sound(tree: Tree) -> None:
    """What holds for the tree of any text whatever."""
    text = tree.source.text
    leaves = sorted((p for p in tree.parts if not p.children), key=lambda p: p.start)
    position = 0
    for leaf in leaves:
        assert leaf.start == position, leaf
        position = leaf.end
    assert position == len(text)
    names = [p.name for p in tree.parts]
    assert len(set(names)) == len(names)
    paths = [p.path for p in tree.parts if p.path]
    assert len(set(paths)) == len(paths)
    for index, part in enumerate(tree.parts):
        assert part.index == index
        assert part.parent < index
        spans = [*part.pieces, *(s for c in part.cells for s in c.pieces)]
        for before, after in zip(part.pieces, part.pieces[1:], strict=False):
            assert before.end <= after.start
        for span in spans:
            assert part.start <= span.start <= span.end <= part.end
        if part.parent >= 0:
            above = tree.parts[part.parent]
            assert above.start <= part.start <= part.end <= above.end
            assert index in above.children
    assert [p.index for p in tree.descendants(tree.parts[0])] == list(range(len(tree.parts)))


@pytest.mark.parametrize("path", [*CORPUS, *HARD], ids=lambda p: p.stem)
def test_leaves_tile_the_text(path):
    assert_sound(parse(read(path)))


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
def test_corpus_is_drawn_as_reviewed(path):
    expected = (CASES / f"{path.stem}.paths").read_text(encoding="utf-8")
    assert outline(parse(read(path))) == expected


@pytest.mark.parametrize("path", HARD, ids=lambda p: p.stem)
def test_hard_layout_is_drawn_as_reviewed(path):
    expected = path.with_suffix(".outline").read_text(encoding="utf-8")
    assert outline(parse(read(path))) == expected


def test_every_outline_has_its_text():
    stems = {p.stem for p in CORPUS} | {p.stem for p in HARD}
    assert {p.stem for p in CASES.glob("*.paths")} == {p.stem for p in CORPUS}
    assert {p.stem for p in CASES.glob("*.outline")} == stems - {p.stem for p in CORPUS}


def test_gold_tasks_are_parts_with_the_same_span(gold):
    for doc, name in gold.files.items():
        tree = parse(read(gold.texts / name))
        for row in gold.rows("tasks", doc):
            part = tree.by_path.get(row["path"])
            assert part is not None, row["path"]
            if "more" in row:
                spans = [(row["start"], row["end"]), *map(tuple, row["more"])]
                assert [(s.start, s.end) for s in part.pieces] == spans, row["path"]
            else:
                span = (part.pieces[0].start, part.pieces[-1].end)
                assert span == (row["start"], row["end"]), row["path"]


# --- totality: no text is refused, and every character is in the tree ----------------------------

LINES = [
    line
    for path in [*CORPUS, *HARD]
    for line in path.read_text(encoding="utf-8").split("\n")
    if len(line) < 400
]
SPLINTERS = st.sampled_from(
    ["I.", "II. MỤC TIÊU", "1.", "1.1.", "a)", "đ)", "-", "+ x", "|", "||", "| 1 | x |", "---|---",
     "TT\tNhiệm vụ\tChủ trì", "1\tx\ty", "\t\t", "TT", "Nhiệm vụ", "Chủ trì", "Thời gian", "1",
     "PHỤ LỤC", "PHỤ LỤC 2**A", "Điều 1.", "Chương I", "Phần thứ nhất", "Nơi nhận:\tTM. ỦY BAN",
     "- Lưu: VT.\tA", "KẾ HOẠCH", "QUYẾT ĐỊNH", "(Kèm theo Kế hoạch", "Tải về", "7", "¹ x", "**",
     "**I. A**1. B", "*", "\\", "Kính gửi:", "V/v x", "", "", "tiếp theo", "Trên đây là x", "x:",
     "Cơ quan chủ trì: x", "<br>", "<p>", "\ufeff", "\r", "\u200b", "a.", "theo khoản", "“"]
)  # fmt: skip


def tree_of(text: str) -> Tree:
    return parse(Source("case.txt", "0" * 64, unicodedata.normalize("NFC", text)))


@given(st.lists(st.one_of(SPLINTERS, st.sampled_from(LINES)), max_size=40))
def test_any_lines_in_any_order(lines):
    assert_sound(tree_of("\n".join(lines)))


@given(st.text(max_size=300))
def test_any_characters(text):
    assert_sound(tree_of(text))


@given(
    st.sampled_from([*CORPUS, *HARD]),
    st.integers(0, 2**32),
    st.sampled_from(["cut", "shuffle", "double blanks", "lose diacritics", "lose blanks"]),
)
def test_damaged_texts(path, seed, damage):
    chance = random.Random(seed)
    text = read(path).text
    start = chance.randrange(len(text))
    text = text[start : start + 6000]
    match damage:
        case "shuffle":
            lines = text.split("\n")
            chance.shuffle(lines)
            text = "\n".join(lines)
        case "double blanks":
            text = text.replace("\n", "\n\n")
        case "lose blanks":
            text = text.replace("\n\n", "\n")
        case "lose diacritics":
            text = "".join(_bare(c) if chance.random() < 0.01 else c for c in text)
    assert_sound(tree_of(text))


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
@pytest.mark.parametrize("change", ["crlf", "bom", "nfd"])
def test_bytes_of_another_system_give_the_same_tree(path, change):
    """Windows line ends, a byte order mark and decomposed letters change no path."""
    text = read(path).text
    changed = {
        "crlf": text.replace("\n", "\r\n"),
        "bom": "\ufeff" + text,
        "nfd": unicodedata.normalize("NFD", text),
    }[change]
    tree = parse(decode(changed.encode("utf-8"), "case.txt"))
    assert_sound(tree)
    assert outline(tree) == outline(parse(read(path)))


def test_twenty_copies_hold_twenty_times_the_tasks():
    """Copies of one text stay apart: no path is given twice, no text is lost."""
    text = read(CORPUS[-1]).text
    one, many = tree_of(text), tree_of((text + "\n\n") * 20)
    assert_sound(many)
    points = [sum(p.kind == "diem" for p in tree.parts) for tree in (one, many)]
    assert points[1] == 20 * points[0]


@pytest.mark.parametrize(
    "unit",
    [
        "- a:\n",
        "a) b:\n1. c:\n- d:\n",
        "I. A\n1. B\n1.1. C\n1.1.1. D\na) E\n- F\n+ G\n",
        "đoạn văn kết thúc bằng:\n",
        "|\n",
        "| a | b |\n",
        "TT\nNhiệm vụ\nChủ trì\n1\nx\ny\n",
        "TT\tNhiệm vụ\tChủ trì\n1\tx\ty\nTT\tNội dung\tThời gian\n1\tx\ty\n",
        "A**B",
        "(",
        "<a",
        "PHỤ LỤC 1\n",
        "1\n",
        "mục tiêu nhiệm vụ ",
    ],
)
def test_ten_thousand_of_anything(unit):
    """No recursion that the text can drive, and no work that grows with its square."""
    assert_sound(tree_of(unit * (10_000 // (unit.count("\n") or 1))))


def test_only_furniture():
    assert_sound(tree_of("7\n\n8\n\nTải về\n"))


def test_empty_text_has_only_the_document():
    (part,) = tree_of("").parts
    assert (part.start, part.end, part.path) == (0, 0, "")


# --- one table, four forms ----------------------------------------------------------------------

WITH_TABLES = next(path for path in CORPUS if "2358" in path.stem)


def in_pipes(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def in_bars(cells: list[str]) -> str:
    return "|\n" + "".join(f"{cell}\n|\n" if cell else "|\n" for cell in cells).rstrip("\n")


@pytest.mark.parametrize("form", [in_pipes, in_bars])
def test_a_table_is_the_same_however_it_came(form):
    """The appendices of a real plan, their rows written another way: same rows, same cells."""
    text = read(WITH_TABLES).text
    lines = [form(line.split("\t")) if "\t" in line else line for line in text.split("\n")]
    tree, other = tree_of(text), tree_of("\n".join(lines))
    assert_sound(other)
    assert _rows(other) == _rows(tree)


def _rows(tree: Tree) -> dict[str, list[tuple[str, str]]]:
    return {
        part.path: [(cell.column, tree.join(cell.pieces)) for cell in part.cells]
        for part in tree.parts
        if part.cells
    }
