"""Every error the package raises on purpose, and what each one means.

    PolicyGraphError                 shown to people as it is, never with a traceback
    ├── SourceError                  a text that cannot be read (not UTF-8, empty, too large)
    ├── DataError                    a lexicon, register, query or Turtle file that is wrong
    ├── StoreError                   a store that is missing, unfinished or not writable
    ├── QueryError                   a query or a parameter that cannot be carried out
    │   ├── UnknownThing             nothing has that number, name or IRI
    │   └── AmbiguousThing           more than one thing has it
    └── CheckError                   a check of the ontology or of the built graph failed

Messages say what, where and what to do.  A place in a file is written ``path:line``.
"""

from __future__ import annotations

from collections.abc import Sequence


class PolicyGraphError(Exception):
    """Base of all; ``str()`` is a message that can be shown to a user."""


class SourceError(PolicyGraphError):
    """A source text cannot be read; the other texts are not affected."""


class DataError(PolicyGraphError):
    """A data file of the project is wrong; carries its path and, if known, the line."""

    def __init__(self, path: object, message: str, line: int | None = None) -> None:
        self.path, self.line = str(path), line
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")


class StoreError(PolicyGraphError):
    """The store is missing, unfinished, or cannot be written."""


class QueryError(PolicyGraphError):
    """A query or one of its parameters cannot be carried out; ``said`` tells it in vi and in en,
    each by itself."""

    def __init__(self, message: str, said: tuple[str, str] | None = None) -> None:
        self.said = said
        super().__init__(message)

    @classmethod
    def told(cls, vi: str, en: str) -> QueryError:
        """One that is told in both languages."""
        return QueryError(f"{vi} / {en}", (vi, en))


class UnknownThing(QueryError):
    """No thing answers to what was asked for; ``nearest`` lists what comes close, which ``said``
    leaves out."""

    def __init__(
        self, message: str, nearest: Sequence[str] = (), said: tuple[str, str] | None = None
    ) -> None:
        self.nearest = tuple(nearest)
        super().__init__(message, said)


class AmbiguousThing(QueryError):
    """Several things answer to what was asked for; ``candidates`` lists their IRIs, which ``said``
    leaves out."""

    def __init__(
        self, message: str, candidates: Sequence[str], said: tuple[str, str] | None = None
    ) -> None:
        self.candidates = tuple(candidates)
        super().__init__(message, said)


class CheckError(PolicyGraphError):
    """The ontology or the built graph does not hold what it promises."""
