"""Content negotiation by Accept and Accept-Language with q-values (RFC 9110, 12.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

ALIASES = {"application/sparql-results+json": ("application/json",)}
"""Names that clients use for a format beside its own; they count where named exactly."""

_EXACT = 3


@dataclass(frozen=True, slots=True)
class Range:
    """One media range of an Accept header."""

    type: str
    subtype: str
    quality: float

    def specificity(self, media_type: str) -> int:
        """0 where it does not match, else 1 (``*/*``) to 3 (exact)."""
        kind, _, sub = media_type.partition("/")
        if self.type == "*":
            return 1
        if self.type != kind:
            return 0
        return 2 if self.subtype == "*" else _EXACT * (self.subtype == sub)


def parse(accept: str) -> list[Range]:
    """Ranges of a header; one that cannot be read is left out, as the client cannot mean it."""
    ranges = []
    for item in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in item.split(";"))
        # Some clients write "*" and mean anything.
        kind, slash, subtype = (name if name != "*" else "*/*").partition("/")
        quality = _quality(parameters)
        if slash and kind and subtype and quality is not None:
            ranges.append(Range(kind, subtype, quality))
    return ranges


@lru_cache(maxsize=256)
def choose(accept: str | None, offered: tuple[str, ...]) -> str | None:
    """The offered media type the client likes best; the first on a tie; None if it likes none."""
    if accept is None or not accept.strip():
        return offered[0]
    ranges = parse(accept)
    best: tuple[float, int] = (0.0, 0)
    chosen = None
    for media_type in offered:
        aliases = (_liking(name, ranges) for name in ALIASES.get(media_type, ()))
        exact = (liking for liking in aliases if liking[1] == _EXACT)
        liking = max((_liking(media_type, ranges), *exact))
        if liking[0] > 0 and liking > best:
            best, chosen = liking, media_type
    return chosen


def language(accept: str | None) -> str:
    """ "en" for who likes English better than Vietnamese, else "vi"."""
    liked = {"vi": 0.0, "en": 0.0}
    for item in (accept or "").split(","):
        name, *parameters = (piece.strip().lower() for piece in item.split(";"))
        spoken = name.partition("-")[0]
        if spoken in liked:
            liked[spoken] = max(liked[spoken], _quality(parameters) or 0.0)
    return "en" if liked["en"] > liked["vi"] else "vi"


def _liking(media_type: str, ranges: Sequence[Range]) -> tuple[float, int]:
    """Quality and specificity of the most specific range that matches."""
    matches = [(r.specificity(media_type), r.quality) for r in ranges]
    specificity, quality = max(matches, default=(0, 0.0))
    return (quality, specificity) if specificity else (0.0, 0)


def _quality(parameters: Sequence[str]) -> float | None:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return None
            return quality if 0 <= quality <= 1 else None
    return 1.0
