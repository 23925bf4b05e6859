"""Every entry of every lexicon against its own examples, and the loader against bad files."""

from __future__ import annotations

from importlib import resources

import pytest

from policygraph import lexicon
from policygraph.errors import DataError

ANCHORED = {"marks", "zones"}
"""Lexicons whose patterns are tried at the start of a line only."""

STRUCTURE = ("marks", "zones", "topics", "columns")
NAMES = sorted(
    entry.name.removesuffix(".toml")
    for entry in resources.files("policygraph.lexicon").iterdir()
    if entry.name.endswith(".toml")
)
ENTRIES = [(name, entry) for name in NAMES for entry in lexicon.load(name).entries]


def found(name: str, entry: lexicon.Entry, text: str) -> bool:
    search = entry.pattern.match if name in ANCHORED else entry.pattern.search
    return search(text) is not None


def ids(case: object) -> str:
    return getattr(case, "name", str(case))


def test_structure_has_its_lexicons():
    assert set(STRUCTURE) <= set(NAMES)


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=ids)
def test_entry_matches_its_examples_and_nothing_that_it_should_not(name, entry):
    assert entry.examples, f"{name}: {entry.name} has no examples"
    assert entry.non_examples, f"{name}: {entry.name} has no non_examples"
    for example in entry.examples:
        assert found(name, entry, example), f"{entry.name} misses {example!r}"
    for example in entry.non_examples:
        assert not found(name, entry, example), f"{entry.name} takes {example!r}"


@pytest.mark.parametrize(
    ("name", "entry"), [case for case in ENTRIES if case[0] in STRUCTURE], ids=ids
)
def test_no_earlier_entry_takes_the_examples(name, entry):
    """Entries are tried in file order: an example that an earlier one takes shows a dead entry."""
    for example in entry.examples:
        first = lexicon.load(name).first(example, anchored=name in ANCHORED)
        assert first is not None
        assert first.value == entry.value, f"{example!r} is taken by {first.name}"


def test_an_unknown_entry_is_a_key_error():
    with pytest.raises(KeyError):
        lexicon.load("marks").named("mark.none")


GOOD = '[[entry]]\nname = "a"\npattern = "x"\n'


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (GOOD + "[[entry", 4, "Expected"),
        (GOOD + '[[entry]]\nname = "b"\n', 5, "needs a name and a pattern"),
        (GOOD + '[[entry]]\npattern = "x"\n', None, "entry 2 needs a name"),
        (GOOD + '[[entry]]\nname = "b"\npattern = "(x"\n', 5, "'b'"),
        (GOOD + GOOD, 5, "two entries are named 'a'"),
    ],
)
def test_a_broken_file_names_its_line(content, line, words):
    with pytest.raises(DataError) as caught:
        lexicon.parse("lexicon/broken.toml", content)
    assert caught.value.line == line
    assert words in str(caught.value)
    assert str(caught.value).startswith("lexicon/broken.toml")


def test_definitions_are_filled_in_and_may_use_one_another():
    content = (
        '[define]\nDIGIT = "[0-9]"\nYEAR = "{DIGIT}{4}"\n'
        '[[entry]]\nname = "year"\npattern = "năm {YEAR}"\nextra = 3\n'
    )
    (entry,) = lexicon.parse("lexicon/small.toml", content).entries
    assert entry.pattern.fullmatch("năm 2025")
    assert entry.value == "year"
    assert entry.extra == {"extra": 3}
