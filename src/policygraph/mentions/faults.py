"""Usual faults of scans in the words of an indicator: "vãn bản mật" is "văn bản mật".

The source stays as it is: only wordings that name a measure are mended, so that one measure has
one name in all documents.
"""

from __future__ import annotations

from functools import lru_cache

from policygraph import lexicon


@lru_cache(maxsize=512)
def mended(words: str) -> str:
    """The words with the faults of ``lexicon/faults.toml`` set right, the longest phrase first."""
    found = [
        (match, entry.value)
        for entry in lexicon.load("faults").entries
        for match in entry.pattern.finditer(words)
    ]
    found.sort(key=lambda fault: fault[0].start() - fault[0].end())
    chosen: list[tuple[int, int, str]] = []
    for match, value in found:
        start, end = match.span("f" if "f" in match.re.groupindex else 0)
        if all(end <= first or last <= start for first, last, _ in chosen):
            chosen.append((start, end, value))
    for start, end, value in sorted(chosen, reverse=True):
        meant = value[0].upper() + value[1:] if words[start].isupper() else value
        words = words[:start] + meant + words[end:]
    return words
