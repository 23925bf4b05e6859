"""What a document says of itself, against the gold and on other letterheads of the genre."""

from __future__ import annotations

from pathlib import Path

import pytest

from policygraph import registers, resources
from policygraph.mentions.metadata import read_metadata
from policygraph.model import Metadata
from policygraph.structure import parse
from policygraph.text import decode, read


@pytest.fixture(scope="module")
def known() -> registers.Registers:
    return registers.load(resources.directory("data/registers"))


def metadata_of(text: str, known: registers.Registers) -> Metadata:
    return read_metadata(parse(decode(text.encode(), "test.txt")), known)


def values(said: Metadata) -> dict[str, str | None]:
    names = ("type", "number", "date", "title", "issuer", "place", "signer", "signer_position")
    return {n: getattr(said, n).value if getattr(said, n) else None for n in names}


def test_gold(gold, texts_dir: Path, known: registers.Registers) -> None:
    for row in gold.rows("meta"):
        said = read_metadata(parse(read(texts_dir / gold.files[row["doc"]])), known)
        expected = {name: row[name] for name in values(said)}
        assert values(said) == expected, row["doc"]
        assert [r.value for r in said.recipients] == row["recipients"]
        assert said.jurisdiction is not None
        place = known.place(said.jurisdiction.value)
        assert place is not None
        assert place.short == row["province"]


def test_every_field_quotes_its_place(texts_dir: Path, known: registers.Registers) -> None:
    for path in sorted(texts_dir.glob("*.txt")):
        source = read(path)
        said = read_metadata(parse(source), known)
        for recipient in said.recipients:
            quote = source.text[recipient.span.start : recipient.span.end]
            assert " ".join(quote.split()) == recipient.value
        if said.signer:
            assert source.text[said.signer.span.start : said.signer.span.end] == said.signer.value


PLAN = """ỦY BAN NHÂN DÂN
TỈNH BẮC GIANG
Số: 145/KH-UBND

Bắc Giang, ngày 12 tháng 3 năm 2022

KẾ HOẠCH
Chuyển đổi số ngành y tế tỉnh Bắc Giang giai đoạn 2022 - 2025

Căn cứ Quyết định số 749/QĐ-TTg ngày 03/6/2020 của Thủ tướng Chính phủ;

I. MỤC ĐÍCH, YÊU CẦU
1. Mục đích
Nâng cao chất lượng khám chữa bệnh.

Nơi nhận:
- Bộ Y tế;
- Lưu: VT.

KT. CHỦ TỊCH
PHÓ CHỦ TỊCH

Mai Sơn
"""

DECISION = """THỦ TƯỚNG CHÍNH PHỦ
Số: 411/QĐ-TTg

Hà Nội, ngày 31 tháng 3 năm 2022

QUYẾT ĐỊNH
Phê duyệt Chiến lược quốc gia phát triển kinh tế số

Căn cứ Luật Tổ chức Chính phủ ngày 19 tháng 6 năm 2015;

QUYẾT ĐỊNH:

Điều 1. Phê duyệt Chiến lược.
"""


def test_a_plan_with_a_full_letterhead(known: registers.Registers) -> None:
    said = metadata_of(PLAN, known)
    found = values(said)
    assert found["number"] == "145/KH-UBND"
    assert found["date"] == "2022-03-12"
    assert found["type"] == "Kế hoạch"
    assert found["issuer"] == "Ủy ban nhân dân tỉnh Bắc Giang"
    assert found["signer"] == "Mai Sơn"
    assert found["signer_position"] == "Phó Chủ tịch"
    assert said.jurisdiction is not None
    assert said.jurisdiction.value == "VN-54"
    assert [r.value for r in said.recipients] == ["Bộ Y tế", "Lưu: VT"]


def test_a_central_decision_belongs_to_the_country(known: registers.Registers) -> None:
    said = metadata_of(DECISION, known)
    assert values(said)["number"] == "411/QĐ-TTg"
    assert values(said)["issuer"] == "Thủ tướng Chính phủ"
    assert said.jurisdiction is not None
    assert said.jurisdiction.value == "VN"


def test_a_text_that_says_nothing_says_nothing(known: registers.Registers) -> None:
    said = metadata_of("một dòng chữ thường", known)
    assert values(said) == dict.fromkeys(values(said))
    assert said.recipients == ()


def test_another_documents_number_is_not_the_own_one(known: registers.Registers) -> None:
    text = PLAN.replace("145", "").replace(
        "Mai Sơn\n", "Mai Sơn\n\nPHỤ LỤC\n(Kèm theo Quyết định số 9/QĐ-UBND)\n"
    )
    assert values(metadata_of(text, known))["number"] is None


def test_page_of_a_law_site(known: registers.Registers) -> None:
    """The site's own table is not the letterhead; who issued a cited text did not issue this."""
    path = Path(__file__).parent / "cases/structure/trang-luat-bang-thuoc-tinh.txt"
    assert values(read_metadata(parse(read(path)), known)) == {
        "type": "Kế hoạch",
        "number": "77/KH-UBND",
        "date": "2024-03-04",
        "title": "Kế hoạch trồng cây xanh đô thị tỉnh Tuyên Quang đến năm 2026",
        "issuer": "Ủy ban nhân dân tỉnh Tuyên Quang",
        "place": "Tuyên Quang",
        "signer": None,
        "signer_position": None,
    }


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("VỀ PHÒNG CHỐNG CHÁY RỪNG MÙA KHÔ", "Chỉ thị về phòng chống cháy rừng mùa khô"),
        ("Về việc phòng chống cháy rừng mùa khô", "Chỉ thị về việc phòng chống cháy rừng mùa khô"),
        ("VỀ DU LỊCH TỈNH THỪA THIÊN HUẾ", "Chỉ thị về du lịch tỉnh Thừa Thiên Huế"),
    ],
)
def test_title_ends_before_a_sentence(subject: str, title: str, known: registers.Registers) -> None:
    text = (
        f"CHỈ THỊ\n{subject}\nThời gian qua, tình hình diễn biến phức tạp. Tuy nhiên còn chủ quan."
    )
    said = metadata_of(f"{text}\n1. Các sở, ban, ngành tuyên truyền.\n", known).title
    assert said is not None
    assert said.value == title


SIDE_BY_SIDE = """UBND TỈNH LẠNG SƠN             CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
SỞ Y TẾ                        Độc lập - Tự do - Hạnh phúc
Số: 88/KH-SYT                  Lạng Sơn, ngày 20 tháng 02 năm 2021

KẾ HOẠCH
THỰC HIỆN NGHỊ QUYẾT SỐ 20-NQ/TW
-----
I. MỤC TIÊU
Nâng cao sức khỏe.
Nơi nhận:                                 KT. GIÁM ĐỐC
- UBND tỉnh;                             PHÓ GIÁM ĐỐC
- Lưu: VT.

                                         Nguyễn Văn Nam
"""


def test_letterhead_in_two_columns(known: registers.Registers) -> None:
    """The organ that signs the number issues, not the one above it; the date stands beside."""
    said = values(metadata_of(SIDE_BY_SIDE, known))
    assert said["issuer"] == "Sở Y tế tỉnh Lạng Sơn"
    assert said["date"] == "2021-02-20"
    assert said["number"] == "88/KH-SYT"
    assert said["title"] == "Kế hoạch thực hiện Nghị quyết số 20-NQ/TW"
    assert (said["signer"], said["signer_position"]) == ("Nguyễn Văn Nam", "Phó Giám đốc")
    recipients = metadata_of(SIDE_BY_SIDE, known).recipients
    assert [r.value for r in recipients] == ["UBND tỉnh", "Lưu: VT"]


def test_letterhead_whose_capitals_were_lost(known: registers.Registers) -> None:
    """A page that sets capitals by its style is copied without them."""
    text = (
        "Ủy ban nhân dân tỉnh Phú Yên\nSố: 98/KH-UBND\nĐộc lập – Tự do – Hạnh phúc\n"
        "Phú Yên, ngày 12 tháng 05 năm 2022\nKế hoạch\nPhòng chống hạn hán năm 2022\n"
        "UBND tỉnh ban hành kế hoạch:\n1. Sở Y tế chuẩn bị thuốc.\n"
    )
    said = values(metadata_of(text, known))
    assert (said["type"], said["number"], said["date"]) == ("Kế hoạch", "98/KH-UBND", "2022-05-12")
    assert said["title"] == "Kế hoạch Phòng chống hạn hán năm 2022"
    assert said["issuer"] == "Ủy ban nhân dân tỉnh Phú Yên"


@pytest.mark.parametrize(
    "line",
    ["Kính gửi: Ủy ban nhân dân các tỉnh, thành phố.", "Kính gửi:\n- UBND tỉnh;\n- Bộ Y tế."],
)
def test_a_letter_to_one_body_names_it_on_the_line(known: registers.Registers, line: str) -> None:
    text = f"""BỘ NỘI VỤ
Số: 12/BNV-CCHC
V/v rà soát biên chế
Hà Nội, ngày 10 tháng 9 năm 2025

{line}

Bộ Nội vụ đề nghị các cơ quan thực hiện.
"""
    said = metadata_of(text, known)
    one = ["Ủy ban nhân dân các tỉnh, thành phố"]
    assert [r.value for r in said.recipients] == (
        one if "tỉnh, " in line else ["UBND tỉnh", "Bộ Y tế"]
    )


def test_an_office_that_makes_known_what_another_concluded(known: registers.Registers) -> None:
    text = """VĂN PHÒNG CHÍNH PHỦ
Số: 608/TB-VPCP
Hà Nội, ngày 08 tháng 11 năm 2025

THÔNG BÁO

KẾT LUẬN CỦA THỦ TƯỚNG CHÍNH PHỦ TẠI PHIÊN HỌP LẦN THỨ NĂM

Thủ tướng Chính phủ kết luận như sau:

1. Giao Bộ Công an rà soát dữ liệu.
"""
    said = metadata_of(text, known)
    assert said.issuer is not None
    assert said.issuer.value == "Văn phòng Chính phủ"


STEERING = (
    "Ban Chỉ đạo Trung ương về phát triển khoa học, công nghệ, đổi mới sáng tạo và chuyển đổi số"
)
CENTRAL = """{head}
Hà Nội, ngày 19 tháng 02 năm 2025

{title}

Căn cứ Hiến pháp;

Điều 1. Phạm vi điều chỉnh

Văn bản này quy định một số cơ chế.

{signature}
"""


@pytest.mark.parametrize(
    ("head", "title", "signature", "expected"),
    [
        (
            "QUỐC HỘI\nNghị quyết số: 193/2025/QH15",
            "NGHỊ QUYẾT\nVỀ THÍ ĐIỂM MỘT SỐ CƠ CHẾ\nQUỐC HỘI",
            "CHỦ TỊCH QUỐC HỘI\n(đã ký)\nTrần Thanh Mẫn",
            ("193/2025/QH15", "Quốc hội", "Trần Thanh Mẫn", "Nghị quyết về thí điểm một số cơ chế"),
        ),
        (
            f"BAN CHẤP HÀNH TRUNG ƯƠNG\n{STEERING.upper()}\nSố 02-KH/BCĐTW",
            "KẾ HOẠCH\nthúc đẩy chuyển đổi số",
            "T/M BAN CHỈ ĐẠO\nPHÓ TRƯỞNG BAN\n\nNguyễn Duy Ngọc",
            (
                "02-KH/BCĐTW",
                STEERING,
                "Nguyễn Duy Ngọc",
                "Kế hoạch thúc đẩy chuyển đổi số",
            ),
        ),
        (
            "BAN CHẤP HÀNH TRUNG ƯƠNG\nSố 221-KL/TW",
            "KẾT LUẬN\nCỦA BỘ CHÍNH TRỊ, BAN BÍ THƯ\nVỀ HỘI NGHỊ TRUNG ƯƠNG KHOÁ XIV",
            "T/M BỘ CHÍNH TRỊ\n\nTrần Cẩm Tú",
            (
                "221-KL/TW",
                "Bộ Chính trị",
                "Trần Cẩm Tú",
                "Kết luận của Bộ Chính trị, Ban Bí thư về hội nghị Trung ương khoá XIV",
            ),
        ),
        (
            "BỘ KHOA HỌC VÀ CÔNG NGHỆ\nSố: 2749/QĐ-BKHCN",
            "QUYẾT ĐỊNH\n\nBAN HÀNH KẾ HOẠCH CHÍNH PHỦ SỐ\n\nBỘ TRƯỞNG BỘ KHOA HỌC VÀ CÔNG NGHỆ",
            "KT. BỘ TRƯỞNG\nTHỨ TRƯỞNG\n\nVũ Hải Quân",
            (
                "2749/QĐ-BKHCN",
                "Bộ Khoa học và Công nghệ",
                "Vũ Hải Quân",
                "Quyết định ban hành kế hoạch Chính phủ số",
            ),
        ),
    ],
)
def test_organs_of_the_country_sit_in_the_capital(
    head: str, title: str, signature: str, expected: tuple[str, ...], known: registers.Registers
) -> None:
    said = metadata_of(CENTRAL.format(head=head, title=title, signature=signature), known)
    assert said.jurisdiction is not None
    assert said.jurisdiction.value == "VN"
    fields = (said.number, said.issuer, said.signer, said.title)
    assert tuple(field.value if field else None for field in fields) == expected


def test_the_body_that_signs_the_number_goes_before_the_one_above(
    known: registers.Registers,
) -> None:
    text = (
        "UBND TỈNH QUẢNG BÌNH\nBAN CHỈ ĐẠO CẢI CÁCH HÀNH CHÍNH\n\nSố: 15/KH-BCĐ\n\n"
        "Quảng Bình, ngày 10 tháng 01 năm 2023\n\nKẾ HOẠCH\nCải cách hành chính năm 2023\n\n"
        "I. NHIỆM VỤ\n\n1. Rà soát văn bản.\n"
    )
    issuer = metadata_of(text, known).issuer
    assert issuer is not None
    assert issuer.value == "Ban Chỉ đạo Cải cách hành chính tỉnh Quảng Bình"


def test_number_and_date_on_one_line(known: registers.Registers) -> None:
    text = (
        "ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
        "THÀNH PHỐ CẦN THƠ Độc lập - Tự do - Hạnh phúc\n"
        "Số: 97/KH-UBND Cần Thơ, ngày 13 tháng 5 năm 2021\n\n"
        "KẾ HOẠCH\nPhòng, chống bệnh không lây nhiễm\n\nI. MỤC TIÊU\n\n1. Kiểm soát nguy cơ.\n"
    )
    said = values(metadata_of(text, known))
    assert (said["number"], said["date"], said["place"]) == ("97/KH-UBND", "2021-05-13", "Cần Thơ")


@pytest.mark.parametrize("name", ["Phạm Đức Ấn", "Ỷ Lan", "Lò Thị Hà"])
def test_a_signer_whose_name_begins_with_any_letter(name: str, known: registers.Registers) -> None:
    text = f"UBND TỈNH CÀ MAU\nSố: 14/KH-UBND\n\nKẾ HOẠCH\nX\n\nI. MỤC TIÊU\n\nCHỦ TỊCH\n{name}\n"
    signer = metadata_of(text, known).signer
    assert signer is not None
    assert signer.value == name


def test_letters_that_a_scan_made_of_digits_in_the_own_number(known: registers.Registers) -> None:
    text = "UBND TỈNH CÀ MAU\nSố: l4O/KH-UBND\n\nKẾ HOẠCH\nPhòng, chống sạt lở\n\nI. MỤC TIÊU\n"
    number = metadata_of(text, known).number
    assert number is not None
    assert (number.value, number.confidence) == ("140/KH-UBND", 0.85)


@pytest.mark.parametrize(
    ("lines", "number", "issuer"),
    [
        ("BAN QUẢN LÝ DỰ ÁN\nCÁC CÔNG TRÌNH GIAO THÔNG", "77/TB-BQLDA", None),
        ("", "77/TB-UBND", "Ủy ban nhân dân tỉnh Quảng Ngãi"),
        ("VĂN PHÒNG", "77/TB-UBND", "Ủy ban nhân dân tỉnh Quảng Ngãi"),
    ],
)
def test_the_organ_above_is_not_the_issuer(
    lines: str, number: str, issuer: str | None, known: registers.Registers
) -> None:
    text = (
        f"UBND TỈNH QUẢNG NGÃI\n{lines}\n\nSố: {number}\nQuảng Ngãi, ngày 5 tháng 5 năm 2026\n\n"
        "THÔNG BÁO\nVề tiến độ các dự án\n\nI. NHIỆM VỤ\n\n1. Rà soát.\n"
    )
    found = metadata_of(text, known).issuer
    assert (found.value if found else None) == issuer


def test_a_letterhead_of_two_cells_between_bars(known: registers.Registers) -> None:
    text = (
        "| ỦY BAN NHÂN DÂN TỈNH BẮC NINH | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM |\n|---|---|\n"
        "| Số: 66/KH-UBND | Bắc Ninh, ngày 14 tháng 01 năm 2026 |\n\n"
        "**KẾ HOẠCH**\n\n**Cải thiện môi trường kinh doanh**\n\n## I. MỤC TIÊU\n\n1. Tăng 3 bậc.\n"
    )
    said = values(metadata_of(text, known))
    assert (said["number"], said["date"], said["place"]) == ("66/KH-UBND", "2026-01-14", "Bắc Ninh")
