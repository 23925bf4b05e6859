"""Which document is meant: number, issuer and year together; more than one candidate is none."""

from __future__ import annotations

import pytest

from policygraph import pipeline, registers, resources
from policygraph.resolve import CorpusFacts, DocumentFacts, ResolvedCitation, resolve
from policygraph.text import decode


@pytest.fixture(scope="module")
def known() -> registers.Registers:
    return registers.load(resources.directory("data/registers"))


HEAD = """ỦY BAN NHÂN DÂN
TỈNH LẠNG SƠN
Số: {number}

Lạng Sơn, ngày {date}

KẾ HOẠCH
{title}

{preamble}

I. NHIỆM VỤ VÀ GIẢI PHÁP
{body}
"""


def plan(
    preamble: str = "",
    body: str = "1. Xây dựng cơ sở dữ liệu dùng chung của tỉnh.",
    number: str = "77/KH-UBND",
    date: str = "05 tháng 4 năm 2022",
    title: str = "Chuyển đổi số tỉnh Lạng Sơn",
) -> str:
    return HEAD.format(number=number, date=date, title=title, preamble=preamble, body=body)


def facts(known: registers.Registers, *texts: str) -> CorpusFacts:
    readings = [
        pipeline.read_text(decode(text.encode(), f"{n}.txt"), known) for n, text in enumerate(texts)
    ]
    return resolve(readings, known)


def one(known: registers.Registers, text: str) -> DocumentFacts:
    return facts(known, text).documents[0]


def others(document: DocumentFacts) -> list[ResolvedCitation]:
    """Its citations of other documents."""
    return [c for c in document.citations if c.mention.relation != "self"]


def cited(document: DocumentFacts) -> list[str]:
    return [c.cited.local for c in others(document)]


def test_own_key_is_number_issuer_and_year(known: registers.Registers) -> None:
    assert one(known, plan()).key.local == "vn-09.ubnd.kh.2022.77"


def test_a_text_without_number_is_named_by_what_it_implements(known: registers.Registers) -> None:
    text = plan(
        number="", title="Thực hiện Nghị quyết số 36-NQ/TW, ngày 01/7/2014 của Bộ Chính trị"
    )
    local = one(known, text).key.local
    assert local.endswith(".thuc-hien-36-nq-tw")
    assert local.startswith("vn-09.")


def test_one_number_in_two_years_is_two_documents(known: registers.Registers) -> None:
    document = one(
        known,
        plan(
            "Thực hiện Nghị quyết số 50/NQ-CP ngày 17/4/2020 của Chính phủ; "
            "Nghị quyết số 50/NQ-CP ngày 20/5/2021 của Chính phủ."
        ),
    )
    assert cited(document) == ["vn.cp.nq.2020.50", "vn.cp.nq.2021.50"]


def test_a_number_that_two_documents_bear_is_not_guessed(known: registers.Registers) -> None:
    document = one(known, plan("Thực hiện Nghị quyết số 50/NQ-CP của Chính phủ."))
    assert cited(document) == []
    (left,) = [u for u in document.unresolved if u.reason == "ambiguous-document"]
    assert "vn.cp.nq.2020.50" in left.detail
    assert "vn.cp.nq.2021.50" in left.detail


def test_the_day_of_the_text_rules_out_what_came_later(known: registers.Registers) -> None:
    text = plan("Thực hiện Nghị quyết số 50/NQ-CP của Chính phủ.", date="01 tháng 9 năm 2020")
    assert cited(one(known, text)) == ["vn.cp.nq.2020.50"]


def test_the_same_text_settles_a_mention_without_a_year(known: registers.Registers) -> None:
    document = one(
        known,
        plan(
            "Thực hiện Nghị quyết số 50/NQ-CP ngày 20/5/2021 của Chính phủ.",
            "1. Triển khai thực hiện Nghị quyết số 50/NQ-CP của Chính phủ.",
        ),
    )
    assert cited(document) == ["vn.cp.nq.2021.50"] * 2


def test_two_dates_in_one_year_are_one_document_and_a_conflict(known: registers.Registers) -> None:
    document = one(
        known,
        plan("Thực hiện Nghị quyết số 36/NQ/TW, ngày 01/4/2014 của Bộ Chính trị."),
    )
    assert cited(document) == ["vn.tw.nq.2014.36"]
    (conflict,) = document.conflicts
    assert (conflict.kept, conflict.conflicting) == ("2014-07-01", "2014-04-01")


def test_a_committees_number_belongs_to_its_province(known: registers.Registers) -> None:
    document = one(
        known,
        plan(
            "Căn cứ Quyết định số 12/QĐ-UBND ngày 03/01/2021 của UBND tỉnh; Quyết định số "
            "12/QĐ-UBND ngày 09/02/2021 của UBND tỉnh Cao Bằng."
        ),
    )
    assert cited(document) == ["vn-09.ubnd.qd.2021.12", "vn-04.ubnd.qd.2021.12"]


def test_a_law_by_name_is_the_one_in_force_that_day(known: registers.Registers) -> None:
    then = one(known, plan("Căn cứ Luật Giao dịch điện tử;"))
    now = one(known, plan("Căn cứ Luật Giao dịch điện tử;", date="05 tháng 8 năm 2024"))
    assert cited(then) == ["vn.qh11.l.2005.51"]
    assert cited(now) == ["vn.qh15.l.2023.20"]


def test_a_programme_is_the_decision_that_approves_it(known: registers.Registers) -> None:
    document = one(known, plan("Thực hiện Chương trình chuyển đổi số quốc gia."))
    assert cited(document) == ["vn.ttg.qd.2020.749"]


def test_a_name_in_quotation_marks_is_the_document_that_bears_it(
    known: registers.Registers,
) -> None:
    document = one(
        known,
        plan(
            "Thực hiện Nghị quyết số 16-NQ/TU ngày 02/3/2021 của Tỉnh ủy về “Phát triển kinh tế "
            "cửa khẩu đến năm 2030”;",
            "1. Tuyên truyền Nghị quyết “Phát triển kinh tế cửa khẩu đến năm 2030”.",
        ),
    )
    assert cited(document) == ["vn-09.tu.nq.2021.16"] * 2
    assert others(document)[1].mention.relation == "disseminates"


def test_who_has_the_relation(known: registers.Registers) -> None:
    document = one(
        known,
        plan(
            "Thực hiện Nghị quyết số 52-NQ/TW ngày 27/9/2019 của Bộ Chính trị.",
            "1. Triển khai thực hiện Quyết định số 942/QĐ-TTg ngày 15/6/2021 của Thủ tướng Chính "
            "phủ.\n2. Triển khai Nghị quyết số 26/NQ-CP ngày 15/4/2015 của Chính phủ về Chương "
            "trình hành động thực hiện Nghị quyết số 36-NQ/TW ngày 01/7/2014 của Bộ Chính trị.",
        ),
    )
    subjects = [(c.subject.kind, c.subject.local) if c.subject else None for c in others(document)]
    assert subjects[0] == ("document", document.key.local)
    assert subjects[1] is not None
    assert subjects[1][0] == "task"
    assert subjects[3] == ("document", "vn.cp.nq.2015.26")


def test_a_mention_in_a_chapter_on_the_situation_gives_no_relation(
    known: registers.Registers,
) -> None:
    text = plan().replace(
        "I. NHIỆM VỤ VÀ GIẢI PHÁP",
        "I. THỰC TRẠNG\nĐã thực hiện Nghị quyết số 52-NQ/TW ngày 27/9/2019 của Bộ Chính trị.\n\n"
        "II. NHIỆM VỤ VÀ GIẢI PHÁP",
    )
    (citation,) = others(one(known, text))
    assert citation.cited.local == "vn.tw.nq.2019.52"
    assert citation.subject is None


def test_one_document_in_two_texts_is_told(known: registers.Registers) -> None:
    found = facts(known, plan(), plan())
    assert len(found.documents) == 1
    assert found.duplicates == (("0.txt", "1.txt"),)


def test_documents_known_only_from_citations_are_listed(known: registers.Registers) -> None:
    found = facts(known, plan("Căn cứ Quyết định số 12/QĐ-UBND ngày 03/01/2021 của UBND tỉnh;"))
    assert [k.key.local for k in found.cited if not k.registered] == ["vn-09.ubnd.qd.2021.12"]


def test_a_districts_number_is_not_the_provinces(known: registers.Registers) -> None:
    document = one(
        known,
        plan(
            "Căn cứ Quyết định số 12/QĐ-UBND ngày 03/01/2021 của UBND tỉnh; Quyết định số "
            "12/QĐ-UBND ngày 09/02/2021 của UBND huyện Cao Lộc."
        ),
    )
    assert cited(document) == [
        "vn-09.ubnd.qd.2021.12",
        "vn-09.uy-ban-nhan-dan-huyen-cao-loc.qd.2021.12",
    ]


def test_a_districts_own_plan_is_its_own(known: registers.Registers) -> None:
    text = (
        plan()
        .replace("TỈNH LẠNG SƠN\nSố", "HUYỆN CAO LỘC\nSố")
        .replace("Lạng Sơn, ng", "Cao Lộc, ng")
    )
    document = one(known, text)
    said = document.reading.metadata
    assert said.issuer is not None
    assert said.issuer.value == "Ủy ban nhân dân huyện Cao Lộc"
    assert document.key.local == "vn-09.uy-ban-nhan-dan-huyen-cao-loc.kh.2022.77"


def test_a_congress_names_its_resolution(known: registers.Registers) -> None:
    """Whatever words name the congress; a province's own is the text's province's."""
    said = (
        "Thực hiện Nghị quyết Đại hội XIII của Đảng; Nghị quyết Đại hội Đảng bộ tỉnh lần thứ XVII;"
    )
    again = "Căn cứ Nghị quyết Đại hội đại biểu toàn quốc lần thứ XIII của Đảng;"
    elsewhere = "Căn cứ Nghị quyết Đại hội đại biểu Đảng bộ tỉnh Lạng Sơn lần thứ XVII;"
    for text in (plan(preamble=said), plan(preamble=f"{again}\n{elsewhere}")):
        assert cited(one(known, text)) == [
            "vn.nq.nq.nd.nghi-quyet-dai-hoi-dai-bieu-toan-quoc-lan-thu-xiii-cua-dang",
            "vn-09.nq.nq.nd.nghi-quyet-dai-hoi-dai-bieu-dang-bo-tinh-lang-son-lan-thu-xvii",
        ]


def test_a_plenum_names_no_one_resolution(known: registers.Registers) -> None:
    document = one(known, plan(preamble="Thực hiện Nghị quyết Trung ương 6 khoá XII;"))
    assert cited(document) == []
    assert [u.reason for u in document.unresolved] == ["ambiguous-name"]


def test_a_number_in_a_programmes_short_name_is_part_of_it(known: registers.Registers) -> None:
    document = one(known, plan(body="1. Đẩy mạnh triển khai Đề án 06 trên địa bàn tỉnh."))
    assert cited(document) == ["vn.ttg.qd.2022.06"]
    assert cited(one(known, plan(body="1. Triển khai Đề án 06/CP."))) == ["vn.ttg.qd.2022.06"]
    assert cited(one(known, plan(body="1. Triển khai Đề án 07 trên địa bàn tỉnh."))) == []
    (own,) = others(one(known, plan(body="1. Triển khai Đề án 06-ĐA/TU của Tỉnh ủy.")))
    assert own.mention.reference.number == "06-ĐA/TU"


def test_what_the_text_itself_puts_out_of_force(known: registers.Registers) -> None:
    """Whether alone or in a list; a decree that is yet to be written replaces nothing."""
    text = plan(
        body="1. Sở Tư pháp xây dựng nghị quyết thay thế Nghị quyết số 9/2020/NQ-HĐND.\n\n"
        "Kế hoạch này thay thế Kế hoạch số 5/KH-UBND ngày 02/01/2021 và Kế hoạch số 6/KH-UBND "
        "ngày 03/02/2021 của Ủy ban nhân dân tỉnh."
    )
    found = [(c.mention.reference.number, c.subject) for c in others(one(known, text))]
    kinds = {number: subject.kind if subject else None for number, subject in found}
    assert kinds == {
        "9/2020/NQ-HĐND": "task",
        "5/KH-UBND": "document",
        "6/KH-UBND": "document",
    }


def test_a_body_that_there_was_none_of_is_not_named(known: registers.Registers) -> None:
    """ "Thuế tỉnh" of 2022 is not the tax office of July 2025."""
    body = "1. Công an tỉnh phối hợp với Thuế tỉnh kết nối dữ liệu."
    for day, named in (("05 tháng 4 năm 2022", False), ("05 tháng 8 năm 2025", True)):
        document = one(known, plan(body=body, date=day))
        agencies = {a.agency.local for a in document.reading.assignments}
        assert ("vn-09.thue" in agencies) is named


def test_items_of_a_notice_of_conclusions_are_orders(known: registers.Registers) -> None:
    text = """TỈNH ỦY LẠNG SƠN
Số 112-TB/TU
Lạng Sơn, ngày 03 tháng 10 năm 2025

THÔNG BÁO
{title}

1. Giao Ban Tổ chức Tỉnh ủy rà soát biên chế.

2. Ghi nhận, biểu dương các cấp ủy đã triển khai Nghị quyết.
"""
    for title, tasks in (
        ("KẾT LUẬN CỦA BAN THƯỜNG VỤ TỈNH ỦY\nvề biên chế", 1),
        ("về lịch nghỉ lễ", 0),
    ):
        reading = one(known, text.format(title=title)).reading
        assert len(reading.tasks) == tasks


def test_a_sign_that_many_committees_have_names_none_of_them(known: registers.Registers) -> None:
    """ "07-CTr/ĐU" of the Government's Party committee is not a ministry's."""
    text = """BAN CHẤP HÀNH TRUNG ƯƠNG
{organ}
Số 07-CTr/ĐU
Hà Nội, ngày 18 tháng 8 năm 2025

CHƯƠNG TRÌNH HÀNH ĐỘNG
thực hiện Nghị quyết số 59-NQ/TW

{announced} ban hành Chương trình hành động như sau:

1. Văn phòng Đảng uỷ Chính phủ theo dõi, đôn đốc thực hiện.
"""
    above = text.format(organ="ĐẢNG UỶ CHÍNH PHỦ", announced="Đảng uỷ Chính phủ")
    below = text.format(organ="ĐẢNG UỶ BỘ TÀI CHÍNH", announced="Đảng uỷ Bộ Tài chính")
    found = facts(known, above, below).documents
    assert [d.key.local for d in found] == [
        "vn.dang-uy-chinh-phu.ctr.2025.07",
        "vn.dang-uy-bo-tai-chinh.ctr.2025.07",
    ]
    issuers = [d.reading.metadata.issuer_agency for d in found]
    assert [i.canonical if i else None for i in issuers] == [
        "Đảng ủy Chính phủ",
        "Đảng ủy Bộ Tài chính",
    ]
    assert not issuers[1].is_registered if issuers[1] else False


def test_a_law_that_was_not_there_yet_is_not_meant(known: registers.Registers) -> None:
    """A text of 2022 that asks for a law on digital transformation does not name that of 2025."""
    body = "1. Đề xuất xây dựng Luật Chuyển đổi số."
    later = "05 tháng 4 năm 2026"
    assert cited(one(known, plan(body=body))) == ["vn.l.l.nd.luat-chuyen-doi-so"]
    assert cited(one(known, plan(body=body, date=later))) == ["vn.qh15.l.2025.148"]
