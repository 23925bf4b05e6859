"""What passes between the service and its workers: a query, and what became of it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

MB = 1024 * 1024
RECORDS = "application/json"
SPOOLED = MB // 4
"""Bytes of an answer that are kept in memory."""
QUICK = 0.1
"""Seconds a look-up may take; what runs longer is a long query."""

LENGTH = struct.Struct("!I")
"""Before a job on its way to a worker: its length."""
HEAD = struct.Struct("!c??IQ")
"""Of a worker's message: its kind, whether the worker leaves, whether the query was long by the
worker's own clock, lengths of note and body."""
READY, ANSWER, SPOOL, REFUSAL = b"W", b"A", b"F", b"R"


class Job(NamedTuple):
    """A query with its dataset and what the client accepts; ``max_bytes`` bounds the answer,
    ``services`` are the beginnings of IRIs that SERVICE may call.  With ``records``, a JSON object,
    the answer is that object with the rows as plain records in it, ``limit`` of them at most (0:
    all).  ``listed`` are the parts of a ``cards.Wanted``, the same question to a build that has
    cards."""

    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    accept: str | None
    max_bytes: int
    services: tuple[str, ...] = ()
    records: str | None = None
    limit: int = 0
    listed: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class Spool:
    """An answer in a file that has no name any more; ``size`` in bytes."""

    file: BinaryIO
    size: int

    def chunks(self, size: int = SPOOLED) -> Iterator[bytes]:
        with self.file:
            while chunk := self.file.read(size):
                yield chunk


@dataclass(frozen=True, slots=True)
class Answer:
    media_type: str
    body: bytes | Spool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A query that was not answered; ``kind`` is a kind of problem."""

    kind: str
    detail: str


Result = Answer | Refusal
