"""Every entry of every lexicon against its own examples, and the loader against bad files."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from importlib import resources
from typing import Any

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


# --- gates ------------------------------------------------------------------------------------

GATED = [(name, entry) for name, entry in ENTRIES if entry.gate]
MOST_READINGS = 64
"""Ways to read a run of letters with classes in it ("h[ằà]ng"), beyond which it is cut."""


class Runs:
    """Runs of letters that stand side by side in every match of a parsed pattern, in small
    letters; a run that any match may lack is not among them, so that what is proved holds."""

    def __init__(self, gate: tuple[str, ...]) -> None:
        self.gate = gate
        self.open = {""}

    def holds(self) -> bool:
        return all(any(word in run for word in self.gate) for run in self.open)

    def sequence(self, nodes: Iterable[Any]) -> bool:
        """Whether every match of the nodes in a row has a word of the gate."""
        return any(self.node(str(kind), value) or self.holds() for kind, value in nodes)

    def node(self, kind: str, value: Any) -> bool:
        """Whether every match of one node has such a word; goes on with the runs."""
        if kind == "LITERAL":
            self.open = {run + chr(value).lower() for run in self.open}
        elif kind == "IN" and all(str(k) == "LITERAL" for k, _ in value):
            letters = {chr(code).lower() for _, code in value}
            self.open = {run + letter for run in self.open for letter in letters}
            if len(self.open) > MOST_READINGS:
                self.open = {""}
        elif kind == "SUBPATTERN":
            return self.sequence(value[3])
        elif kind == "BRANCH":
            before, after, all_hold = self.open, set(), True
            for branch in value[1]:
                self.open = set(before)
                held = self.sequence(branch)
                all_hold &= held
                after |= set() if held else self.open
            self.open = after if 0 < len(after) <= MOST_READINGS else {""}
            return all_hold
        elif kind == "MAX_REPEAT" and value[0] >= 1:
            held = self.sequence(value[2])
            self.open = {""}
            return held
        elif kind not in {"AT", "ASSERT", "ASSERT_NOT"}:
            self.open = {""}
        return False


def proves(pattern: str, gate: tuple[str, ...]) -> bool:
    """Whether the parsed pattern shows that no match is without a word of the gate."""
    parse = importlib.import_module("re._parser").parse
    return Runs(gate).sequence(parse(pattern))


@pytest.mark.parametrize(("name", "entry"), GATED, ids=ids)
def test_no_match_is_without_a_word_of_the_gate(name, entry):
    assert proves(entry.pattern.pattern, entry.gate), f"{name}: {entry.name}"
    assert all(word == word.lower() for word in entry.gate)
    assert all(entry.may_be_in(example.lower()) for example in entry.examples)


@pytest.mark.parametrize(
    ("pattern", "gate", "is_proved"),
    [
        ("abc", ("b",), True),
        ("(?i:ABC)", ("abc",), True),
        ("a(?:b|c)d", ("ab", "ac"), True),
        ("a(?:b|c)d", ("abd", "acd"), True),
        ("a(?:b|c)d", ("ab",), False),
        ("h[àằ]ng", ("hàng", "hằng"), True),
        ("h[àằ]ng", ("hàng",), False),
        ("h[^à]ng", ("h",), True),
        ("h.ng", ("hng",), False),
        ("(?:ab)?c", ("ab",), False),
        ("(?:ab)*c", ("ab",), False),
        ("(?:ab)+c", ("ab",), True),
        ("(?:ab)+c", ("bc",), False),
        ("(?=ab)c", ("ab",), False),
        ("(?:ab|)c", ("ab",), False),
        ("ab|cd", ("ab", "cd"), True),
        ("ab|cd", ("ab",), False),
        (r"a\s+b", ("a b",), False),
    ],
)
def test_the_proof_of_a_gate_is_sound(pattern, gate, is_proved):
    assert proves(pattern, gate) is is_proved


@pytest.mark.parametrize("name", NAMES)
def test_any_of_matches_where_some_entry_does(name):
    data = lexicon.load(name)
    for entry in data.entries:
        for text in (*entry.examples, *entry.non_examples, f"… {entry.name}"):
            found_one = any(e.pattern.search(text) for e in data.entries)
            assert bool(data.any_of.search(text)) is found_one, text
            opens = any(e.pattern.match(text) for e in data.entries)
            assert bool(data.any_of.match(text)) is opens, text
