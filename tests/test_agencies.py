"""Agencies in texts: the gold's names, the lexicon's groups, faults, lists, properties."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygraph import lexicon
from policygraph.mentions.agencies import find_agencies
from policygraph.model import AgencyMention
from policygraph.registers import load

ROOT = Path(__file__).resolve().parent.parent
GOLD = Path(__file__).resolve().parent / "gold" / "assignments.jsonl"
REGISTERS = load(ROOT / "data" / "registers")
TEXTS = sorted((ROOT / "data" / "texts").glob("*.txt"))
PLACES = {"Hải Dương": "VN-61", "Thanh Hóa": "VN-21", "Lai Châu": "VN-01"}


def find(text: str, jurisdiction: str | None = "VN-61") -> list[AgencyMention]:
    return find_agencies(text, 0, len(text), jurisdiction, REGISTERS)


def names(text: str, jurisdiction: str | None = "VN-61") -> list[str]:
    return [m.canonical for m in find(text, jurisdiction)]


def gold_pairs() -> list[tuple[str, str, str]]:
    """(surface, agency, code of the document's province), each once."""
    rows = [json.loads(line) for line in GOLD.read_text("utf-8").splitlines()]
    province = {
        row["doc"]: code
        for row in rows
        for name, code in PLACES.items()
        if row["agency"].endswith(f"tỉnh {name}")
    }
    return sorted({(r["surface"], r["agency"], province[r["doc"]]) for r in rows})


@pytest.mark.parametrize(("surface", "agency", "jurisdiction"), gold_pairs())
def test_every_surface_of_the_gold_is_its_agency(
    surface: str, agency: str, jurisdiction: str
) -> None:
    (mention,) = find(surface, jurisdiction)
    assert mention.canonical == agency
    assert mention.surface == surface
    assert mention.is_registered


# ---- groups of the lexicon, both ways --------------------------------------------------------

GROUPS = lexicon.load("agencies").tables["group"]


@pytest.mark.parametrize(
    ("canonical", "example"), [(g["canonical"], e) for g in GROUPS for e in g["examples"]]
)
def test_groups_match_their_examples(canonical: str, example: str) -> None:
    (mention,) = find(example)
    assert mention.is_group
    assert mention.canonical == canonical.format(place="tỉnh Hải Dương")
    assert mention.surface == example
    assert mention.local.startswith("vn-61.")


@pytest.mark.parametrize(
    ("canonical", "text"), [(g["canonical"], t) for g in GROUPS for t in g["non_examples"]]
)
def test_groups_do_not_match_their_non_examples(canonical: str, text: str) -> None:
    assert canonical.format(place="tỉnh Hải Dương") not in names(text)


# ---- single agencies -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling",
    [
        "Sở Văn hóa, Thể thao và Du lịch",
        "Sở Văn hoá, Thể thao và Du lịch",
        "Sở VH-TT-DL",
        "Sở VH TTDL",
        "Sở VHTTDL",
        "Sở VHTT&DL",
        "SỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH",
        "Sở Văn hóa,\nThể thao và  Du lịch",
        "Sở Văn hoa, Thể thao và Du lịch",
        "Sở Vănhóa, Thể thao và Du lịch",
    ],
)
def test_spellings_of_one_agency_are_one_node(spelling: str) -> None:
    (mention,) = find(spelling)
    assert mention.local == "vn-61.so-van-hoa-the-thao-va-du-lich"
    assert find(spelling, "VN-21")[0].local == "vn-21.so-van-hoa-the-thao-va-du-lich"


@pytest.mark.parametrize(
    ("text", "locals_"),
    [
        (
            "Sở Tài chính, Sở Kế hoạch và Đầu tư và các đơn vị liên quan",
            ["so-tai-chinh", "so-ke-hoach-va-dau-tu", "cac-don-vi-lien-quan"],
        ),
        ("các Sở: Tài chính, Nội vụ và Xây dựng", ["so-tai-chinh", "so-noi-vu", "so-xay-dung"]),
        ("các sở Tài chính, Nội vụ, Công an tỉnh", ["so-tai-chinh", "so-noi-vu", "cong-an"]),
        (
            "Cục Thuế tỉnh; Chi cục Hải quan; Kho bạc nhà nước tỉnh",
            ["cuc-thue", "chi-cuc-hai-quan", "kho-bac-nha-nuoc"],
        ),
        ("VP UBND tỉnh Sở KHĐT", ["van-phong-uy-ban-nhan-dan", "so-ke-hoach-va-dau-tu"]),
        ("HĐND, UBND tỉnh", ["hoi-dong-nhan-dan", "uy-ban-nhan-dan"]),
        (
            "UBND thành phố Hải Dương; UBND TP Chí Linh; UBND các huyện",
            [
                "uy-ban-nhan-dan-thanh-pho-hai-duong",
                "uy-ban-nhan-dan-thanh-pho-chi-linh",
                "uy-ban-nhan-dan-cac-huyen",
            ],
        ),
        (
            "các cấp uỷ, chính quyền, Mặt trận Tổ quốc và các đoàn thể chính trị - xã hội",
            [
                "cac-cap-uy-chinh-quyen",
                "mat-tran-to-quoc-viet-nam",
                "cac-doan-the-chinh-tri-xa-hoi",
            ],
        ),
        ("Sở Tài chính, xây dựng kế hoạch", ["so-tai-chinh"]),
        ("KHĐT; VH-TT-DL", ["so-ke-hoach-va-dau-tu", "so-van-hoa-the-thao-va-du-lich"]),
        ("các đơn vị thuộc UBND tỉnh", ["cac-don-vi-thuoc-uy-ban-nhan-dan"]),
        ("Mặt trận Tổ quốc tỉnh", ["uy-ban-mat-tran-to-quoc-viet-nam"]),
        (
            "Ban Tổ chức, Ban Tuyên giáo và Văn phòng Tỉnh ủy",
            ["ban-to-chuc-tinh-uy", "ban-tuyen-giao-tinh-uy", "van-phong-tinh-uy"],
        ),
        ("Ban Tổ chức, Sở Y tế", ["ban-to-chuc", "so-y-te"]),
        ("Ban Tổ chức, Văn phòng Thành ủy", ["ban-to-chuc", "van-phong-thanh-uy"]),
        ("Viện Công nghệ và Sở Y tế", ["vien-cong-nghe", "so-y-te"]),
        ("Tổ đại biểu HĐND và Sở Y tế", ["cac-to-dai-bieu-hoi-dong-nhan-dan", "so-y-te"]),
    ],
)
def test_runs_of_names(text: str, locals_: list[str]) -> None:
    assert [m.local for m in find(text)] == [f"vn-61.{name}" for name in locals_]


@pytest.mark.parametrize(
    "text",
    [
        "bố trí kinh phí",
        "Ban hành kế hoạch số 2358/KH-UBND",
        "Chính phủ số và Chính phủ điện tử",
        "các đồng chí Tỉnh ủy viên",
        "các ngành, lĩnh vực",
        "NHIỆM VỤ VÀ GIẢI PHÁP",
        "Hội nghị trực tuyến; Báo cáo; Bộ chỉ số",
        "trụ sở, ban hành",
        "Bí thư chi bộ Nguyễn Văn A",
        "",
    ],
)
def test_no_agency(text: str) -> None:
    assert find(text) == []


def test_a_province_that_is_named_goes_before_the_documents_own() -> None:
    assert names("UBND tỉnh Thanh Hóa và UBND tỉnh") == [
        "Ủy ban nhân dân tỉnh Thanh Hóa",
        "Ủy ban nhân dân tỉnh Hải Dương",
    ]


def test_municipalities() -> None:
    assert names("Sở Y tế; Thành ủy; UBND thành phố; UBND quận Hoàn Kiếm", "VN-HN") == [
        "Sở Y tế thành phố Hà Nội",
        "Thành ủy Hà Nội",
        "Ủy ban nhân dân thành phố Hà Nội",
        "Ủy ban nhân dân quận Hoàn Kiếm",
    ]


def test_without_a_place_provincial_bodies_stay_unplaced() -> None:
    department, central = find("Sở Tài chính và Bộ Tài chính", None)
    assert (department.local, central.local) == ("x.so-tai-chinh", "vn.bo-tai-chinh")
    assert department.confidence <= 0.5 < central.confidence


@pytest.mark.parametrize(
    ("text", "surface", "local"),
    [
        (
            "Người đứng đầu cơ quan, đơn vị, địa phương chịu trách nhiệm trực tiếp",
            "Người đứng đầu cơ quan, đơn vị, địa phương",
            "nguoi-dung-dau-co-quan-don-vi-dia-phuong",
        ),
        (
            "Người đứng đầu cấp ủy, chính quyền các cấp chịu trách nhiệm",
            "Người đứng đầu cấp ủy, chính quyền các cấp",
            "nguoi-dung-dau-cap-uy-chinh-quyen-cac-cap",
        ),
        (
            "Các trường cao đẳng, trung cấp triển khai công tác dạy và học từ xa",
            "Các trường cao đẳng, trung cấp",
            "cac-truong-cao-dang-trung-cap",
        ),
        (
            "sự tham gia của các tổ chức chính trị, tổ chức chính trị – xã hội và xây dựng",
            "các tổ chức chính trị, tổ chức chính trị – xã hội",
            "cac-to-chuc-chinh-tri-to-chuc-chinh-tri-xa-hoi",
        ),
        (
            "Trung tâm Y tế các huyện, thành phố tổ chức tiêm chủng",
            "Trung tâm Y tế các huyện, thành phố",
            "trung-tam-y-te-cac-huyen-thanh-pho",
        ),
        (
            "các cơ quan báo chí, trang thông tin điện tử, đài truyền thanh cơ sở đưa tin",
            "các cơ quan báo chí, trang thông tin điện tử, đài truyền thanh cơ sở",
            "cac-co-quan-bao-chi-trang-thong-tin-dien-tu-dai-truyen-thanh-co-so",
        ),
        (
            "Các doanh nghiệp cung cấp nước sạch đẩy mạnh đầu tư",
            "Các doanh nghiệp cung cấp nước sạch",
            "cac-doanh-nghiep-cung-cap-nuoc-sach",
        ),
        (
            "phối hợp với các đơn vị kinh doanh vận tải trong việc bảo đảm an toàn",
            "các đơn vị kinh doanh vận tải",
            "cac-don-vi-kinh-doanh-van-tai",
        ),
        (
            "Các doanh nghiệp cung cấp nước sạch, phối hợp kiểm tra chất lượng",
            "Các doanh nghiệp",
            "cac-doanh-nghiep",
        ),
        (
            "Các doanh nghiệp cung cấp thông tin cho báo chí triển khai tuyên truyền",
            "Các doanh nghiệp",
            "cac-doanh-nghiep",
        ),
        (
            "các Ban của Hội đồng nhân dân giám sát việc thực hiện",
            "các Ban của Hội đồng nhân dân",
            "cac-ban-cua-hoi-dong-nhan-dan",
        ),
    ],
)
def test_groups_in_running_text(text: str, surface: str, local: str) -> None:
    (mention,) = find(text)
    assert (mention.surface, mention.local) == (surface, f"vn-61.{local}")
    assert mention.is_group


def test_a_group_with_an_owner_needs_the_owners_own_level() -> None:
    locals_ = [m.local for m in find("các Ban của Hội đồng nhân dân cấp huyện giám sát")]
    assert locals_ == ["vn-61.hoi-dong-nhan-dan-cap-huyen"]


def test_levels_of_government_in_a_text_of_the_country() -> None:
    text = "Ủy ban nhân dân cấp tỉnh, cấp huyện và Ủy ban nhân dân cấp tỉnh chủ trì"
    assert [m.local for m in find(text, "VN")] == [
        "vn.uy-ban-nhan-dan-cap-tinh-cap-huyen",
        "vn.uy-ban-nhan-dan-cap-tinh",
    ]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("UBND cấp tỉnh chủ trì", "Ủy ban nhân dân tỉnh Hải Dương"),
        ("Hội đồng nhân dân cấp tỉnh quyết định", "Hội đồng nhân dân tỉnh Hải Dương"),
        ("UBND cấp tỉnh, cấp huyện", "Ủy ban nhân dân cấp tỉnh, cấp huyện tỉnh Hải Dương"),
        ("UBND cấp huyện", "Ủy ban nhân dân cấp huyện tỉnh Hải Dương"),
    ],
)
def test_a_province_has_one_body_of_its_own_level(text: str, canonical: str) -> None:
    assert names(text) == [canonical]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("các tổ chức, cá nhân", "Các tổ chức, cá nhân"),
        ("Người dân, doanh nghiệp", "Người dân, doanh nghiệp"),
        ("Các cơ quan, doanh nghiệp liên quan", "Các cơ quan, doanh nghiệp liên quan"),
        ("Các doanh nghiệp của tỉnh", "Các doanh nghiệp tỉnh Hải Dương"),
        (
            "Các trường đại học trên địa bàn tỉnh",
            "Các trường đại học trên địa bàn tỉnh Hải Dương",
        ),
        (
            "Các huyện ủy, đảng ủy trực thuộc Tỉnh ủy",
            "Các huyện ủy, đảng ủy trực thuộc Tỉnh ủy Hải Dương",
        ),
    ],
)
def test_a_group_with_private_members_is_the_provinces_only_by_its_words(
    text: str, canonical: str
) -> None:
    assert names(text) == [canonical]


def test_central_groups_belong_to_the_country() -> None:
    (mention,) = find("các bộ, ngành, địa phương")
    assert (mention.canonical, mention.local) == (
        "Các bộ, ngành, địa phương",
        "vn.cac-bo-nganh-dia-phuong",
    )


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Hội Tin học tỉnh", "Hội Tin học tỉnh Hải Dương"),
        ("Trung tâm Chuyển đổi số", "Trung tâm Chuyển đổi số tỉnh Hải Dương"),
        ("Công ty TNHH ABC", "Công ty TNHH ABC"),
        ("Trung tâm Dữ liệu quốc gia", "Trung tâm Dữ liệu quốc gia"),
    ],
)
def test_names_in_no_register_are_proposed(text: str, canonical: str) -> None:
    (mention,) = find(text)
    assert mention.canonical == canonical
    assert not mention.is_registered
    assert mention.confidence <= 0.5


def test_a_proposed_name_ends_before_the_verb() -> None:
    mentions = find("Viện Công nghệ thông tin và Kinh tế số chủ trì, phối hợp với Sở Y tế")
    assert [m.surface for m in mentions] == ["Viện Công nghệ thông tin và Kinh tế số", "Sở Y tế"]


# ---- properties ------------------------------------------------------------------------------


def holds(text: str, start: int, end: int) -> None:
    mentions = find_agencies(text, start, end, "VN-61", REGISTERS)
    last = start
    for mention in mentions:
        span = mention.span
        assert last <= span.start < span.end <= end
        assert text[span.start : span.end] == mention.surface
        assert mention.local.count(".") == 1
        assert mention.canonical
        assert 0 < mention.confidence <= 1
        last = span.end


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: p.stem)
def test_spans_hold_in_the_corpus(path: Path) -> None:
    text = path.read_text("utf-8")
    holds(text, 0, len(text))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_spans_hold_in_any_cut(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([p.read_text("utf-8") for p in TEXTS]))
    start = data.draw(st.integers(0, len(text)))
    holds(text, start, min(len(text), start + data.draw(st.integers(0, 400))))


PIECES = ["Sở ", "các ", "UBND ", "tỉnh ", "cấp ", "huyện", ", ", "; ", "\n", "\t", "và ", "TT&TT "]
PIECES += ["Hải Dương ", "ban ", "Bộ", ": ", "Trung tâm ", "thành phố ", "của ", "liên quan ", "-"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join))
def test_any_words_are_read(text: str) -> None:
    holds(text, 0, len(text))


def test_bodies_of_the_youth_union_are_its_own() -> None:
    """ "Tỉnh" may open "Tỉnh đoàn", and in a province "Thành đoàn" is the union of a town."""
    names_ = ("Ban Tuyên giáo Tỉnh đoàn", "Văn phòng Tỉnh đoàn", "Tỉnh đoàn")
    found = [m.local for name in names_ for m in find(f"{name} tuyên truyền.", "VN-27")]
    assert found == [
        "vn-27.ban-tuyen-giao-tinh-doan",
        "vn-27.van-phong-tinh-doan",
        "vn-27.tinh-doan",
    ]
    assert not find("Thành đoàn", "VN-27")


@pytest.mark.parametrize(
    ("text", "jurisdiction", "expected"),
    [
        # bodies of several provinces are none of the province's
        ("Kho bạc Nhà nước khu vực VIII chủ trì", "VN-68", ["Kho bạc Nhà nước khu vực VIII"]),
        (
            "phối hợp với Thuế tỉnh, Ngân hàng Nhà nước chi nhánh Khu vực 4",
            "VN-68",
            ["Thuế tỉnh Phú Thọ", "Ngân hàng Nhà nước chi nhánh Khu vực 4"],
        ),
        ("nguồn thu thuế tỉnh Phú Thọ", "VN-68", []),
        # the armed forces' committees are no district's ("Quận ủy")
        ("phối hợp với Quân uỷ Trung ương", "VN", ["Quân ủy Trung ương"]),
        # a verb in small letters ends no name
        ("Các đơn vị thuộc Bộ xây dựng chiến lược", "VN", ["Các đơn vị thuộc Bộ"]),
        ("Các đơn vị trực thuộc Bộ Y tế", "VN", ["Các đơn vị trực thuộc Bộ Y tế"]),
        ("Sở xây dựng chủ trì", "VN-61", ["Sở Xây dựng tỉnh Hải Dương"]),
        # a cell may hold a name with "và"
        (
            "Trường Cán bộ quản lý nông nghiệp và phát triển nông thôn I",
            "VN",
            ["Trường Cán bộ quản lý nông nghiệp và phát triển nông thôn I"],
        ),
        ("Các tỉnh uỷ, thành uỷ ban hành kế hoạch", "VN", ["Các tỉnh ủy, thành ủy"]),
        ("Ủy ban nhân dân các cấp", "VN", ["Ủy ban nhân dân các cấp"]),
        ("Văn phòng Đảng uỷ Chính phủ theo dõi", "VN", ["Văn phòng Đảng ủy Chính phủ"]),
        (
            "Chủ tịch UBND các tỉnh, thành phố: Đà Nẵng, Gia Lai và Lâm Đồng:",
            "VN",
            ["Ủy ban nhân dân các tỉnh, thành phố: Đà Nẵng, Gia Lai, Lâm Đồng"],
        ),
        (
            "Chủ tịch Ủy ban nhân dân các tỉnh Khánh Hòa, Gia Lai thống kê thiệt hại",
            "VN",
            ["Ủy ban nhân dân các tỉnh Khánh Hòa, Gia Lai"],
        ),
        ("UBND các tỉnh, thành phố tổ chức", "VN", ["Ủy ban nhân dân các tỉnh, thành phố"]),
        (
            "Sở Y tế các tỉnh, thành phố trực thuộc Trung ương chỉ đạo",
            "VN",
            ["Sở Y tế các tỉnh, thành phố trực thuộc Trung ương"],
        ),
        ("Cục Công nghệ thông tin làm đầu mối", "VN", ["Cục Công nghệ thông tin"]),
        (
            "phối hợp với các ban đảng Tỉnh ủy theo dõi",
            "VN-61",
            ["Các ban đảng của Tỉnh ủy Hải Dương"],
        ),
        ("chỉ đạo Quân khu 5 điều động lực lượng", "VN", ["Quân khu 5"]),
        (
            "Các đảng uỷ xã, phường, đặc khu tổ chức thực hiện",
            "VN-61",
            ["Các đảng ủy xã, phường, đặc khu tỉnh Hải Dương"],
        ),
    ],
)
def test_agencies_of_the_mergers_of_2025(text: str, jurisdiction: str, expected: list[str]) -> None:
    assert names(text, jurisdiction) == expected


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Sở Văn hóa và Thể thao", "Sở Văn hóa và Thể thao tỉnh Hải Dương"),
        ("CDC tỉnh", "Trung tâm Kiểm soát bệnh tật tỉnh Hải Dương"),
        (
            "Đảng ủy Khối các cơ quan và doanh nghiệp tỉnh",
            "Đảng ủy Khối các cơ quan và doanh nghiệp tỉnh Hải Dương",
        ),
        (
            "Thủ trưởng các phòng, ban chuyên môn thuộc UBND huyện",
            "Các phòng, ban chuyên môn thuộc Ủy ban nhân dân huyện tỉnh Hải Dương",
        ),
        (
            "Các cơ quan chuyên môn thuộc UBND huyện Gia Lộc",
            "Các cơ quan chuyên môn thuộc Ủy ban nhân dân huyện Gia Lộc",
        ),
        (
            "UBND các huyện: Gia Lộc, Tứ Kỳ và Ninh Giang tổ chức thực hiện",
            "Ủy ban nhân dân các huyện: Gia Lộc, Tứ Kỳ, Ninh Giang tỉnh Hải Dương",
        ),
        ("UBND các huyện: Tổ chức thực hiện", "Ủy ban nhân dân các huyện tỉnh Hải Dương"),
        (
            "Các Ban Quản lý rừng phòng hộ, đặc dụng",
            "Các ban quản lý rừng phòng hộ, đặc dụng tỉnh Hải Dương",
        ),
        ("Các đơn vị y tế trực thuộc", "Các đơn vị y tế trực thuộc tỉnh Hải Dương"),
        (
            "Trung tâm Văn hóa, Thông tin và Thể thao huyện",
            "Trung tâm Văn hóa, Thông tin và Thể thao huyện tỉnh Hải Dương",
        ),
        ("Bảo hiểm xã hội huyện Gia Lộc", "Bảo hiểm xã hội huyện Gia Lộc"),
    ],
)
def test_names_of_other_fields_are_whole(text: str, canonical: str) -> None:
    assert [m.canonical for m in find(text)] == [canonical]


def test_a_name_does_not_go_over_a_comma_to_another_actor() -> None:
    found = find("Trung tâm Văn hóa, Thông tin và Thể thao, Công an huyện Gia Lộc")
    assert [m.surface for m in found] == [
        "Trung tâm Văn hóa, Thông tin và Thể thao",
        "Công an huyện Gia Lộc",
    ]


def test_the_youth_union_of_a_municipality_has_its_name() -> None:
    assert [m.canonical for m in find("Thành đoàn", "VN-CT")] == ["Thành đoàn Cần Thơ"]


def test_a_body_of_each_district_is_a_group_of_its_own() -> None:
    (found,) = find("Trung tâm Dịch vụ nông nghiệp các huyện, thị xã")
    assert found.canonical == "Trung tâm Dịch vụ nông nghiệp các huyện, thị xã tỉnh Hải Dương"
    assert found.is_group


@pytest.mark.parametrize(
    ("text", "jurisdiction", "expected"),
    [
        # a list that says its head once, also where a member is a body of its own name
        (
            "các bộ: Công an, Quốc phòng; Ngân hàng Nhà nước",
            "VN",
            ["Bộ Công an", "Bộ Quốc phòng", "Ngân hàng Nhà nước Việt Nam"],
        ),
        ("Các Bộ Công an, Quốc phòng chỉ đạo", "VN", ["Bộ Công an", "Bộ Quốc phòng"]),
        (
            "các Sở Tài chính, Y tế, Công an tỉnh",
            "VN-22",
            ["Sở Tài chính tỉnh Nghệ An", "Sở Y tế tỉnh Nghệ An", "Công an tỉnh Nghệ An"],
        ),
        (
            "Các Tập đoàn VNPT, Viettel đầu tư",
            "VN-22",
            [
                "Tập đoàn Bưu chính Viễn thông Việt Nam",
                "Tập đoàn Công nghiệp - Viễn thông Quân đội",
            ],
        ),
        (
            "Các Tập đoàn: FPT, VNPT",
            "VN",
            ["Tập đoàn FPT", "Tập đoàn Bưu chính Viễn thông Việt Nam"],
        ),
        ("Các Vụ, Cục liên quan", "VN", ["Các vụ, cục liên quan"]),
        (
            "Cục Khoa học, Công nghệ và Thông tin",
            "VN",
            ["Cục Khoa học, Công nghệ và Thông tin"],
        ),
        (
            "phối hợp với Công ty Cổ phần Môi trường và Công trình Đô thị Huế tổ chức",
            "VN-26",
            ["Công ty Cổ phần Môi trường và Công trình Đô thị Huế"],
        ),
        ("Các trường tiểu học mở lớp", "VN-22", ["Các trường tiểu học"]),
        (
            "Các huyện đoàn, thành đoàn, đoàn trực thuộc",
            "VN-22",
            ["Các huyện đoàn, thành đoàn, đoàn trực thuộc tỉnh Nghệ An"],
        ),
        ("Ban Phong trào Tỉnh đoàn", "VN-22", ["Ban Phong trào Tỉnh đoàn Nghệ An"]),
        # a body of one area is not the province's body of all
        (
            "Ban Quản lý Khu kinh tế Vân Phong chủ trì",
            "VN-34",
            ["Ban Quản lý Khu kinh tế Vân Phong tỉnh Khánh Hòa"],
        ),
        (
            "Ban Quản lý Khu kinh tế Khánh Hòa",
            "VN-34",
            ["Ban Quản lý Khu kinh tế tỉnh Khánh Hòa"],
        ),
        ("Thường trực HĐND xã", "VN-22", ["Thường trực Hội đồng nhân dân xã tỉnh Nghệ An"]),
        ("đại biểu HĐND xã giám sát", "VN-22", ["Hội đồng nhân dân xã tỉnh Nghệ An"]),
        # bodies of the country that a province's text names
        ("Đề nghị Vùng 5 Hải quân tuần tra", "VN-22", ["Bộ Tư lệnh Vùng 5 Hải quân"]),
        (
            "Cục Quản lý Khám, chữa bệnh; Vụ Bảo hiểm y tế",
            "VN-22",
            ["Cục Quản lý Khám, chữa bệnh", "Vụ Bảo hiểm y tế"],
        ),
        ("Cục Phòng, chống tham nhũng phối hợp", "VN-22", ["Cục Phòng, chống tham nhũng"]),
        # a name that is a verb or a common noun elsewhere
        ("Thống kê tỉnh cung cấp số liệu", "VN-22", ["Thống kê tỉnh Nghệ An"]),
        ("số liệu thống kê tỉnh Nghệ An", "VN-22", []),
        ("Thống kê tình hình thiệt hại", "VN-22", []),
        ("Thống kê tỉnh hình thiệt hại", "VN-22", []),
    ],
)
def test_lists_under_one_head_and_bodies_of_the_country(
    text: str, jurisdiction: str, expected: list[str]
) -> None:
    assert names(text, jurisdiction) == expected
