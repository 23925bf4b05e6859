"""Numbers of documents: forms of both families, faults, keys, properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.numbers import (
    canonical_number,
    document_key_for,
    lookup_form,
    parse_number,
)

CANONICAL = {
    "52-NQ/TW": [
        "52-NQ/TW",
        "52 - NQ/TW",
        "52–NQ/TW",
        "52/NQ/TW",
        "52/NQ-TW",
        "52-NQ/TƯ",
    ],
    "06-NQ/TU": ["06-NQ/TU", "06/NQ-TU", "06-NQ-TU", "06 -NQ/ TU"],
    "39-CT/TU": ["39 - CT/TU", "39-CT/TU", "39-ct/TU"],
    "02-CTr/TU": ["02-CTr/TU", "02-CTR/TU"],
    "36-HD/VPTW": ["36-HD/VPTW"],
    "1527-TB/TU": ["1527-TB/TU"],
    "749/QĐ-TTg": [
        "749/QĐ-TTg",
        "749/QĐ- TTg",
        "749/QÐ-TTg",
        "749/QD-TTG",
        "749-QĐ/TTg",
    ],
    "50/NQ-CP": ["50/NQ-CP", "50-NQ/CP", "50 / NQ - CP"],
    "20/2020/QĐ-TTg": ["20/2020/QĐ-TTg", "20/2020/QĐ–TTg."],
    "47/2020/NĐ-CP": ["47/2020/NĐ-CP", "47/2020/ND-CP", "47 /2020 /NĐ- CP"],
    "08/2020/NQ-HĐND": ["08/2020/NQ-HĐND"],
    "30a/2008/NQ-CP": ["30a/2008/NQ-CP"],
    "66.10/2025/NQ-CP": ["66.10/2025/NQ-CP", "66.10/2025/NQ- CP"],
    "24/2018/QH14": ["24/2018/QH14", "24/2018/QH14,"],
    "1670/NQ-UBTVQH15": ["1670/NQ-UBTVQH15"],
    "01/2019/TTLT-BTC-BNV": ["01/2019/TTLT-BTC-BNV"],
    "654/TTr-STTTT": ["654/TTr-STTTT"],
    "1234/BTTTT-THH": ["1234/BTTTT-THH"],
    "1955/QĐ-UBND.HC": ["1955/QĐ-UBND.HC"],
    "12/KH-BCĐTW": ["12/KH-BCĐTW"],
}


@pytest.mark.parametrize(
    ("printed", "canonical"),
    [(p, c) for c, spellings in CANONICAL.items() for p in spellings],
)
def test_spellings_have_one_canonical_form(printed: str, canonical: str) -> None:
    assert canonical_number(printed) == canonical


@pytest.mark.parametrize(
    "text",
    ["", "1431", "24/7", "12/2021", "25/6/2021", "IPv4/IPv6", "18/18", "số", "QĐ-TTg"],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None


def test_parts() -> None:
    parts = parse_number("08/2020/NQ-HĐND")
    assert parts is not None
    assert (parts.serial, parts.year, parts.type_code) == ("08", 2020, "NQ")
    dispatch = parse_number("1234/BTTTT-THH")
    assert dispatch is not None
    assert (dispatch.type_code, dispatch.organ_sign, dispatch.unit) == (
        None,
        "BTTTT",
        "THH",
    )


@pytest.mark.parametrize(
    ("number", "type_code", "jurisdiction", "year", "local"),
    [
        ("52-NQ/TW", "NQ", "VN", 2019, "vn.tw.nq.2019.52"),
        ("749/QĐ-TTg", None, "VN", 2020, "vn.ttg.qd.2020.749"),
        ("08/2020/NQ-HĐND", "NQ", "VN-61", 2020, "vn-61.hdnd.nq.2020.08"),
        ("08/2020/NQ-HĐND", None, "VN-61", None, "vn-61.hdnd.nq.2020.08"),
        ("24/2018/QH14", "L", "VN", 2018, "vn.qh14.l.2018.24"),
        ("16/2021/QH15", "NQ", "VN", None, "vn.qh15.nq.2021.16"),
        ("654/TTr-STTTT", "TTr", "VN-61", 2021, "vn-61.stttt.ttr.2021.654"),
        ("01/2019/TTLT-BTC-BNV", None, "VN", None, "vn.btc-bnv.ttlt.2019.01"),
        ("1234/BTTTT-THH", None, "VN", 2021, "vn.btttt.cv.2021.1234"),
        ("1955/QĐ-UBND.HC", None, "VN-45", 2021, "vn-45.ubnd.qd.2021.1955"),
        ("6-NQ/TU", None, "VN-61", None, "vn-61.tu.nq.nd.06"),
    ],
)
def test_keys(
    number: str, type_code: str | None, jurisdiction: str, year: int | None, local: str
) -> None:
    assert document_key_for(number, type_code, jurisdiction, year).local == local


def test_no_key_without_a_number() -> None:
    with pytest.raises(ValueError, match="1431"):
        document_key_for("1431", "QĐ", "VN", 2018)


def test_leading_zeros_do_not_make_two_documents() -> None:
    assert lookup_form("6-NQ/TU") == lookup_form("06/NQ-TU")


@pytest.mark.parametrize("sign", ["TTG", "HDND", "ubnd"])
def test_misspelt_organs_are_repaired(sign: str) -> None:
    parts = parse_number(f"12/QD-{sign}")
    assert parts is not None
    assert parts.canonical in ("12/QĐ-TTg", "12/QĐ-HĐND", "12/QĐ-UBND")


serials = st.integers(1, 99999).map(lambda n: f"{n:02d}")
types = st.sampled_from(["NQ", "QĐ", "CT", "KH", "CTr", "TB", "KL", "TTr", "BC"])
party = st.sampled_from(["TW", "TU", "HU", "VPTW"])
state = st.sampled_from(["CP", "TTg", "UBND", "HĐND", "BTTTT", "STTTT"])
blanks = st.sampled_from(["", " ", "  "])
dashes = st.sampled_from("-–—")


@given(serials, types, party, blanks, dashes, st.sampled_from("-/"))
def test_party_numbers_survive_blanks_and_separators(
    serial: str, kind: str, organ: str, blank: str, dash: str, other: str
) -> None:
    printed = f"{serial}{blank}{dash}{blank}{kind}{other}{blank}{organ}"
    assert canonical_number(printed) == f"{serial}-{kind}/{organ}"


@given(serials, st.none() | st.integers(1990, 2035), types, state, blanks, dashes)
def test_state_numbers_survive_blanks_and_dashes(
    serial: str, year: int | None, kind: str, organ: str, blank: str, dash: str
) -> None:
    head = f"{serial}/{year}" if year else serial
    printed = f"{head}{blank}/{kind}{blank}{dash}{blank}{organ}"
    parts = parse_number(printed)
    assert parts is not None
    assert parts.canonical == f"{head}/{kind}-{organ}"
    assert parts.year == year


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    parts = parse_number(text)
    if parts is not None:
        assert canonical_number(parts.canonical) == parts.canonical


@given(st.text(alphabet="0123456789/-–. NQĐTWUg", max_size=20))
def test_canonical_forms_are_fixed_points(text: str) -> None:
    parts = parse_number(text)
    if parts is not None:
        again = parse_number(parts.canonical)
        assert again is not None
        assert again.canonical == parts.canonical
