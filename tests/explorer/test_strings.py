"""What pages say: every string that is used is there in both languages, and every one is used."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from policygraph.errors import DataError
from policygraph_api.explorer import strings

API = Path(strings.__file__).parent.parent
IN_TEMPLATE = re.compile(r"\bt\(\s*'([^']+)'(\s*~)?")


@pytest.fixture(scope="module")
def known():
    return strings.load()


def in_python(tree):
    """(key or its beginning, how it is used) for what may be a key in a module."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="t"), args=[ast.Constant(value=key), *_]):
                yield key, "used"
            case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]) if "." in start:
                yield start, "begun"
            case ast.Constant(value=str(text)):
                yield text, "named"


def test_every_string_is_there_and_used(known):
    found: dict[str, set[str]] = {"used": set(), "begun": set(), "named": set()}
    for path in sorted((API / "templates").glob("*.html")):
        for key, goes_on in IN_TEMPLATE.findall(path.read_text(encoding="utf-8")):
            found["begun" if goes_on else "used"].add(key)
    assert all(any(key.startswith(start) for key in known) for start in found["begun"])
    for path in sorted((API / "explorer").glob("*.py")):
        for key, how in in_python(ast.parse(path.read_text(encoding="utf-8"))):
            found[how].add(key)
    assert found["used"] <= known.keys()
    idle = known.keys() - found["used"] - found["named"]
    assert not {key for key in idle if not key.startswith(tuple(found["begun"]))}


def test_both_languages_take_the_same_values(known):
    def fields(pattern):
        return {name for _, name, _, _ in string.Formatter().parse(pattern) if name}

    for key, text in known.items():
        assert fields(text.vi) == fields(text.en), key
        assert text.en_one is None or fields(text.en_one) <= fields(text.en), key


def test_a_count_is_written_as_the_language_does():
    text = strings.Text("{n} nhiệm vụ", "{n} tasks", "{n} task")
    assert text.say("vi", {"n": 1234}) == "1.234 nhiệm vụ"
    assert text.say("en", {"n": 1234}) == "1,234 tasks"
    assert text.say("en", {"n": 1}) == "1 task"
    assert strings.number(1234.5, "vi") == "1.234,5"
    assert strings.number(0.1 + 0.2, "en") == "0.3"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('[a]\nvi = "x"\n', "a needs vi and en"),
        ('[a]\nvi = "x"\nen = ""\n', "a needs vi and en"),
        ('[a]\nvi = "x"\nen = "y"\nfr = "z"\n', "a needs vi and en"),
        ("a = 1\n", "a is no table"),
        ("[a\n", "page.toml"),
    ],
)
def test_a_bad_file_stops_the_start(tmp_path, monkeypatch, content, told):
    (tmp_path / "strings").mkdir()
    (tmp_path / "strings" / "page.toml").write_text(content, encoding="utf-8")
    monkeypatch.setattr(strings, "files", lambda package: tmp_path)
    with pytest.raises(DataError, match=told):
        strings.load()


def test_no_string_is_there_twice(tmp_path, monkeypatch):
    (tmp_path / "strings").mkdir()
    for name in ("a.toml", "b.toml"):
        text = '[x.y]\nvi = "x"\nen = "y"\n'
        (tmp_path / "strings" / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(strings, "files", lambda package: tmp_path)
    with pytest.raises(DataError, match="twice"):
        strings.load()
