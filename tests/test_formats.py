"""Files as people have them: each is made here, read, and its text is what a reader sees."""

from __future__ import annotations

import hashlib
import unicodedata
import zlib
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from policygraph import formats
from policygraph.errors import SourceError
from policygraph.formats import layout
from policygraph.formats.numbering import numeral
from policygraph.structure import parse
from policygraph.text import read


def lines(path: Path) -> list[str]:
    return formats.to_text(path).text.splitlines()


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


# --- plain text and Markdown --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.txt", "a.md", "A.MD"])
def test_plain_texts_are_taken_as_they_are(tmp_path, name):
    content = unicodedata.normalize("NFD", "\ufeff# KẾ HOẠCH\r\n\r\n**1.** Mục đích\r\n")
    extracted = formats.to_text(write(tmp_path / name, content))
    assert extracted.text == unicodedata.normalize("NFC", content)
    assert extracted.original_sha256 == hashlib.sha256(content.encode()).hexdigest()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.odt", b"x", "a.odt: files of this form cannot be read"),
        ("a", b"x", "a: files of this form cannot be read"),
        ("a.txt", b" \n", "a.txt: the file has no text"),
        ("a.html", b"<html><body><script>x</script></body></html>", "a.html: the file has no text"),
        ("a.html", b"<meta charset=utf-8><p>\xff", "a.html: the page is not in"),
        ("a.docx", b"no zip", "a.docx: this is no Word file"),
        ("a.docx", b"PK\x03\x04 broken", "a.docx: this is no Word file"),
        ("a.docx", b"\xd0\xcf\x11\xe0", "a.docx: an old or an encrypted Word file"),
        ("a.pdf", b"no pdf", "a.pdf: the PDF is broken"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, name, content, words):
    with pytest.raises(SourceError) as caught:
        formats.to_text(write(tmp_path / name, content))
    assert str(caught.value).startswith(words)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"a\.pdf: cannot be read"):
        formats.to_text(tmp_path / "a.pdf")


# --- web pages ----------------------------------------------------------------------------------

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Thư viện</title>
<style>p {color: red}</style></head><body>
<nav><a href="/">Trang chủ</a> <a href="/vb">Văn bản</a></nav>
<div class="menu"><ul><li><a href="/1">Giáo dục</a></li><li><a href="/2">Y tế</a></li></ul></div>
<div id="noi-dung">
<table><tr><td>ỦY BAN NHÂN DÂN<br>TỈNH TÂY NINH</td>
<td>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập - Tự do - Hạnh phúc</td></tr></table>
<p align="center"><b>KẾ HO<i>ẠCH</i></b><br>Chăm sóc sức khỏe bà mẹ, trẻ em
năm 2022 trên địa bàn tỉnh</p>
<p>I. NHIỆM   VỤ</p>
<ol><li>Khám thai định kỳ cho phụ nữ mang thai tại tất cả các xã, phường, thị trấn
<ul><li>Vùng biên giới;</li><li>Vùng sâu</li></ul></li><li>Tiêm chủng</li></ol>
<ol type="a" start="3"><li>Tập huấn</li></ol>
<table border="1">
<thead><tr><th>TT</th><th>Nhiệm vụ</th><th>Chủ trì</th><th>Thời gian</th></tr></thead>
<tr><td>1</td><td><p>Cấp viên sắt</p><p>- 5.000 hộp</p></td>
<td rowspan="2">Sở Y tế</td><td>Quý I</td></tr>
<tr><td>2</td><td>Sàng lọc sơ sinh</td><td></td></tr>
<tr><td>3</td><td colspan="2">Truyền thông</td><td>Hằng năm</td></tr></table>
<p>Nơi nhận &amp; lưu</p>
</div>
<footer>Bản quyền © 2022</footer><script>track()</script></body></html>"""


def test_a_page_is_its_main_text(tmp_path):
    assert lines(write(tmp_path / "a.html", PAGE)) == [
        "ỦY BAN NHÂN DÂN\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "TỈNH TÂY NINH\tĐộc lập - Tự do - Hạnh phúc",
        "KẾ HOẠCH",
        "Chăm sóc sức khỏe bà mẹ, trẻ em năm 2022 trên địa bàn tỉnh",
        "I. NHIỆM VỤ",
        "1. Khám thai định kỳ cho phụ nữ mang thai tại tất cả các xã, phường, thị trấn",
        "- Vùng biên giới;",
        "- Vùng sâu",
        "2. Tiêm chủng",
        "c) Tập huấn",
        "TT\tNhiệm vụ\tChủ trì\tThời gian",
        "1\tCấp viên sắt - 5.000 hộp\tSở Y tế\tQuý I",
        "2\tSàng lọc sơ sinh\tSở Y tế\t",
        "3\tTruyền thông\t\tHằng năm",
        "Nơi nhận & lưu",
    ]


def test_a_page_in_an_older_encoding(tmp_path):
    content = '<meta charset="windows-1258"><p>Ke hoach nam 2022 – Tinh</p>'
    assert lines(write(tmp_path / "a.htm", content.encode("windows-1258"))) == [
        "Ke hoach nam 2022 – Tinh"
    ]


def test_a_page_nested_without_end(tmp_path):
    depth = 5_000
    content = "<div>" * depth + "Kế hoạch" + "</div>" * depth
    assert lines(write(tmp_path / "a.html", content)) == ["Kế hoạch"]


# --- Word ---------------------------------------------------------------------------------------


def numbering(document, number: int, levels: list[tuple[str, str]]) -> None:
    """Define list ``number`` with (numFmt, lvlText) for each level."""
    root = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), str(100 + number))
    for depth, (style, pattern) in enumerate(levels):
        level = OxmlElement("w:lvl")
        level.set(qn("w:ilvl"), str(depth))
        for tag, value in (("w:start", "1"), ("w:numFmt", style), ("w:lvlText", pattern)):
            element = OxmlElement(tag)
            element.set(qn("w:val"), value)
            level.append(element)
        abstract.append(level)
    root.insert(0, abstract)
    num = OxmlElement("w:num")
    num.set(qn("w:numId"), str(number))
    link = OxmlElement("w:abstractNumId")
    link.set(qn("w:val"), str(100 + number))
    num.append(link)
    root.append(num)


def numbered(document, words: str, number: int, depth: int) -> None:
    properties = document.add_paragraph(words)._p.get_or_add_pPr()
    numbers = OxmlElement("w:numPr")
    for tag, value in (("w:ilvl", depth), ("w:numId", number)):
        element = OxmlElement(tag)
        element.set(qn("w:val"), str(value))
        numbers.append(element)
    properties.append(numbers)


def test_word_keeps_order_numbers_and_tables(tmp_path):
    document = docx.Document()
    head = document.add_table(rows=1, cols=2)
    head.cell(0, 0).text = "ỦY BAN NHÂN DÂN\nTỈNH LONG AN"
    head.cell(0, 1).text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"
    document.add_paragraph("KẾ HOẠCH")
    numbering(document, 71, [("upperRoman", "%1."), ("decimal", "%2."), ("decimal", "%2.%3.")])
    numbering(document, 72, [("lowerLetter", "%1)"), ("bullet", "\uf0b7")])
    numbered(document, "MỤC TIÊU", 71, 0)
    numbered(document, "Mục tiêu chung", 71, 1)
    numbered(document, "Mục tiêu cụ thể", 71, 1)
    numbered(document, "Đến năm 2025", 71, 2)
    numbered(document, "NHIỆM VỤ", 71, 0)
    numbered(document, "Trồng cây", 71, 1)
    numbered(document, "Ven đường", 72, 0)
    numbered(document, "Cây bóng mát", 72, 1)
    numbered(document, "Ven kênh", 72, 0)
    document.add_paragraph("Danh mục nhiệm vụ:")
    table = document.add_table(rows=3, cols=4)
    for at, row in enumerate(
        [["TT", "Nhiệm vụ", "Chủ trì", "Thời gian"], ["1", "Ươm cây", "Sở Xây dựng", "2022"],
         ["2", "Giao cây", "", "2023"]]
    ):  # fmt: skip
        for column, words in enumerate(row):
            table.cell(at, column).text = words
    table.cell(1, 2).merge(table.cell(2, 2))
    path = tmp_path / "ke-hoach.docx"
    document.save(str(path))
    assert lines(path) == [
        "ỦY BAN NHÂN DÂN\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "TỈNH LONG AN\tĐộc lập - Tự do - Hạnh phúc",
        "KẾ HOẠCH",
        "I. MỤC TIÊU",
        "1. Mục tiêu chung",
        "2. Mục tiêu cụ thể",
        "2.1. Đến năm 2025",
        "II. NHIỆM VỤ",
        "1. Trồng cây",
        "a) Ven đường",
        "+ Cây bóng mát",
        "b) Ven kênh",
        "Danh mục nhiệm vụ:",
        "TT\tNhiệm vụ\tChủ trì\tThời gian",
        "1\tƯơm cây\tSở Xây dựng\t2022",
        "2\tGiao cây\tSở Xây dựng\t2023",
    ]


def test_word_drops_what_was_deleted_and_keeps_what_was_inserted(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("Giao ")
    for tag, inner, words in (("w:del", "w:delText", "Sở Y tế"), ("w:ins", "w:t", "Sở Nội vụ")):
        change, run, text = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(inner)
        text.text = words
        run.append(text)
        change.append(run)
        paragraph._p.append(change)
    paragraph.add_run(" chủ trì").add_break()
    path = tmp_path / "a.docx"
    document.save(str(path))
    assert lines(path) == ["Giao Sở Nội vụ chủ trì"]


def test_a_word_file_becomes_the_tree_of_its_text(tmp_path):
    document = docx.Document()
    numbering(document, 71, [("upperRoman", "%1."), ("decimal", "%2.")])
    document.add_paragraph("KẾ HOẠCH")
    numbered(document, "NHIỆM VỤ", 71, 0)
    numbered(document, "Trồng cây ven kênh.", 71, 1)
    path = tmp_path / "a.docx"
    document.save(str(path))
    extracted = formats.extract(path)
    source = read(formats.beside(path))
    assert source.text == extracted.text
    assert (source.original, source.original_sha256) == ("a.docx", extracted.original_sha256)
    part = parse(source).by_path["I/1"]
    assert source.text[part.pieces[0].start : part.pieces[0].end] == "Trồng cây ven kênh."


def test_the_text_beside_is_written_only_if_it_changes(tmp_path):
    path = write(tmp_path / "a.md", "# KẾ HOẠCH\n")
    formats.extract(path)
    kept = formats.beside(path)
    assert kept.name == "a.md.txt"
    before = kept.stat().st_mtime_ns
    formats.extract(path)
    assert kept.stat().st_mtime_ns == before
    write(path, "# QUYẾT ĐỊNH\n")
    formats.extract(path)
    assert kept.read_text(encoding="utf-8") == "# QUYẾT ĐỊNH\n"


def test_a_text_is_its_own_text(tmp_path):
    path = write(tmp_path / "a.txt", "KẾ HOẠCH\n")
    formats.extract(path)
    assert formats.beside(path) == path
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


# --- PDF ----------------------------------------------------------------------------------------

TO_UNICODE = (
    b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> "
    b"endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap"
)

FONT = (
    b"<</Type/Font/Subtype/Type0/BaseFont/F/Encoding/Identity-H/DescendantFonts[5 0 R]"
    b"/ToUnicode 6 0 R>>"
)
GLYPHS = (
    b"<</Type/Font/Subtype/CIDFontType2/BaseFont/F/CIDSystemInfo<</Registry(Adobe)"
    b"/Ordering(Identity)/Supplement 0>>/DW 500/FontDescriptor 7 0 R>>"
)
DESCRIPTOR = (
    b"<</Type/FontDescriptor/FontName/F/Flags 4/FontBBox[0 -200 1000 800]/Ascent 800"
    b"/Descent -200/CapHeight 700/ItalicAngle 0/StemV 80>>"
)
IMAGE = (
    b"/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8"
    b"/Filter/FlateDecode"
)


def pdf(path: Path, pages: list[str]) -> Path:
    """A PDF by hand: ``pages`` are content streams; font F writes code points of two bytes,
    X is a picture."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<<>>", FONT, GLYPHS]
    objects += [stream(TO_UNICODE), DESCRIPTOR, stream(zlib.compress(b"\xff"), IMAGE)]
    kids = []
    for page in pages:
        objects.append(stream(page.encode("ascii")))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R"
            b"/Resources<</Font<</F 4 0 R>>/XObject<</X 8 0 R>>>>>>" % len(objects)
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(kids)}]>>".encode()
    content = b"%PDF-1.7\n"
    places = []
    for number, found in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, found)
    table = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, table)
    return write(path, content)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def words(x: int, y: int, text: str) -> str:
    return f"BT /F 10 Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET\n"


def test_a_pdf_gives_its_lines_and_its_tables(tmp_path):
    rows = [["TT", "Nhiệm vụ", "Chủ trì"], ["1", "Khám sức khỏe", "Sở Y tế"]]
    table = ""
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            x, y = (50, 100, 300)[column], 640 - 30 * at
            table += f"{x} {y} {(50, 200, 200)[column]} 30 re S\n" + words(x + 5, y + 10, cell)
    first = words(50, 750, "KẾ HOẠCH") + words(50, 720, "I. NHIỆM VỤ") + table
    first += words(50, 500, "1. Sở Y tế theo dõi việc thực")
    path = pdf(tmp_path / "a.pdf", [first, words(50, 750, "hiện Kế hoạch.")])
    assert lines(path) == [
        "KẾ HOẠCH",
        "I. NHIỆM VỤ",
        "TT\tNhiệm vụ\tChủ trì",
        "1\tKhám sức khỏe\tSở Y tế",
        "1. Sở Y tế theo dõi việc thực",
        "",
        "hiện Kế hoạch.",
    ]


PICTURE = "q 600 0 0 800 0 0 cm /X Do Q\n"


def test_a_scan_is_named_as_one(tmp_path):
    with pytest.raises(SourceError, match=r"a\.pdf: the PDF is a scan: .*OCR"):
        formats.to_text(pdf(tmp_path / "a.pdf", [PICTURE, PICTURE]))


def test_scanned_pages_among_others_are_noted(tmp_path):
    path = pdf(tmp_path / "a.pdf", [words(50, 750, "KẾ HOẠCH"), PICTURE])
    assert formats.to_text(path).notes == ("pages without text: 2",)


# --- small parts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "style", "expected"),
    [
        (4, "upperRoman", "IV"), (49, "lowerRoman", "xlix"), (90, "upperRoman", "90"),
        (3, "lowerLetter", "c"), (28, "upperLetter", "BB"), (0, "lowerLetter", "0"),
        (7, "decimal", "7"), (7, "decimalZero", "07"), (7, "unknown", "7"),
    ],
)  # fmt: skip
def test_numerals(number, style, expected):
    assert numeral(number, style) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], []),
        ([["", " "]], []),
        ([["a\n b  c "], ["d"]], ["a", "b c", "d"]),
        ([["a\nb", "c"]], ["a\tc", "b"]),
        ([["Nhiệm vụ", "Chủ trì"], ["x", "y"]], ["Nhiệm vụ\tChủ trì", "x\ty"]),
        ([["1", "a\nb", "c"]], ["1\ta b\tc"]),
    ],
)
def test_tables_become_lines(rows, expected):
    assert layout.lines(rows) == expected
