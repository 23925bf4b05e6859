"""Numbers of lists as word processors and browsers print them."""

from __future__ import annotations

_ROMAN = ((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_LETTERS = 26
_MOST_ROMAN = 89


def numeral(number: int, style: str) -> str:
    """A number of a list; ``style`` is one of Word's ("decimal", "lowerLetter", "upperRoman")."""
    if style.endswith("Letter") and number > 0:
        # After z come aa, bb: the letter is doubled.
        times, place = divmod(number - 1, _LETTERS)
        found = chr(ord("a") + place) * (times + 1)
    elif style.endswith("Roman") and 0 < number <= _MOST_ROMAN:
        found, rest = "", number
        for value, sign in _ROMAN:
            count, rest = divmod(rest, value)
            found += sign * count
    elif style == "decimalZero":
        found = f"{number:02}"
    else:
        found = str(number)
    return found.upper() if style.startswith("upper") else found
