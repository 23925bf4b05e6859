"""What is read as a text, and what is refused with its name, its fault and what to do."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest

from policygraph import text
from policygraph.errors import SourceError
from policygraph.text import decode, read

TCVN3 = "Céng hßa x· héi chñ nghÜa ViÖt Nam, §éc lËp - Tù do - H¹nh phóc. KÕ ho¹ch ph¸t triÓn. " * 5
VNI = "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam, Ñoäc laäp - Töï do - Haïnh phuùc. Keá hoaïch. " * 5


def test_bytes_are_hashed_and_letters_composed(tmp_path):
    content = unicodedata.normalize("NFD", "Kế hoạch số 12/KH-UBND").encode()
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    source = read(path, "tinh/a.txt")
    assert source.path == "tinh/a.txt"
    assert source.text == "Kế hoạch số 12/KH-UBND"
    assert source.sha256 == hashlib.sha256(content).hexdigest()
    assert source.original is None


@pytest.mark.parametrize("content", ["\ufeffKế hoạch\r\n1. Một\r\n", "một dòng", "Kế hoạch\n"])
def test_marks_and_line_ends_stay(content):
    assert decode(content.encode(), "a.txt").text == content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "a.txt: the file has no text"),
        ("\ufeff \r\n\t\u00a0".encode(), "a.txt: the file has no text"),
        ("dòng một\ndòng hai ".encode() + b"\xf0\x28", "a.txt:2: byte 22 is not UTF-8"),
        ("Kế hoạch".encode("utf-16"), "a.txt: the text is UTF-16"),
        (b"%PDF-1.7 ...", "a.txt: this is a PDF"),
        (b"PK\x03\x04....", "a.txt: this is a Word or ZIP file"),
        (b"\xd0\xcf\x11\xe0....", "a.txt: this is a Word file"),
        (b"K\x00e\x00", "a.txt: the file has NUL bytes"),
        (TCVN3.encode(), "a.txt: the letters are those of an old TCVN3"),
        (VNI.encode(), "a.txt: the letters are those of an old VNI"),
    ],
)
def test_what_is_no_text_is_named(content, words):
    with pytest.raises(SourceError) as caught:
        decode(content, "a.txt")
    assert str(caught.value).startswith(words)


def test_texts_without_diacritics_or_in_another_language_are_read():
    plain = "Ke hoach phat trien kinh te so tren dia ban tinh giai doan 2021-2025. " * 10
    french = "Décret relatif à la qualité de l'eau: théâtre, forêt, à côté, où, ça, Noël. " * 10
    for words in (plain, french):
        assert decode(words.encode(), "a.txt").text == words


def test_a_file_that_is_too_large_or_gone_is_named(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    with pytest.raises(SourceError, match=r"a\.txt: cannot be read"):
        read(path)
    path.write_text("mười chữ cái", encoding="utf-8")
    monkeypatch.setattr(text, "MAX_BYTES", 10)
    with pytest.raises(SourceError, match=r"a\.txt: 18 bytes, more than the 10"):
        read(path)


def test_a_text_names_the_file_it_was_taken_out_of(tmp_path):
    (tmp_path / "plan.docx").write_bytes(b"original")
    (tmp_path / "plan.docx.txt").write_text("Kế hoạch", encoding="utf-8")
    source = read(tmp_path / "plan.docx.txt", "2021/plan.docx.txt")
    assert source.original == "2021/plan.docx"
    assert source.original_sha256 == hashlib.sha256(b"original").hexdigest()
