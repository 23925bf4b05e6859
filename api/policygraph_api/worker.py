"""The life of a worker: a process that opens the store read-only, bounds its own memory, leaves the
network where the system lets it, and answers one query after the other."""

from __future__ import annotations

import ctypes
import marshal
import os
import resource
import signal
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from typing_extensions import Buffer

from policygraph import cards, matches, search
from policygraph.engine import Found
from policygraph.errors import QueryError, StoreError
from policygraph.queries import write_records
from policygraph.store import Snapshot, media_types, open_read_only, serialize
from policygraph_api import guard, mistakes
from policygraph_api.jobs import (
    ANSWER,
    HEAD,
    LENGTH,
    MB,
    QUICK,
    READY,
    RECORDS,
    REFUSAL,
    SPOOL,
    SPOOLED,
    Job,
)
from policygraph_api.negotiation import choose

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CHUNK = 64 * 1024
"""Bytes asked of the socket at once; a larger buffer costs more than it takes to fill it."""


class _Sink:
    """Takes an answer: into memory first, into a file of the spool beyond ``SPOOLED``."""

    __slots__ = ("_file", "_limit", "_parts", "_size", "_spool", "is_full", "name")

    def __init__(self, spool: str, limit: int) -> None:
        self._spool, self._limit = spool, limit
        self._size = 0
        self._parts: list[bytes] = []
        self._file: BinaryIO | None = None
        self.name = ""
        self.is_full = False

    @property
    def memory(self) -> bytes:
        return b"".join(self._parts)

    def write(self, data: bytes, /) -> int:
        size = len(data)
        self._size += size
        if self._size > self._limit:
            self.is_full = True
            raise OSError("the answer is larger than allowed")
        if self._file is not None:
            self._file.write(data)
        elif self._size <= SPOOLED:
            self._parts.append(data)
        else:
            handle, path = tempfile.mkstemp(dir=self._spool)
            self.name = Path(path).name
            self._file = os.fdopen(handle, "wb", buffering=MB)
            self._file.writelines((*self._parts, data))
            self._parts.clear()
        return size

    def flush(self) -> None:
        """Nothing is held back but what ``end`` closes."""

    def end(self, keep: bool) -> None:
        if self._file is not None:
            self._file.close()
            if not keep:
                (Path(self._spool) / self.name).unlink()


def work(link: socket.socket, store: str, memory_mb: int, spool: str, connected: bool) -> None:
    """A worker's life: answer queries until the service is gone or memory does not come back."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    cut_off = not connected and _leave_network(libc)
    snapshot = open_read_only(Path(store))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit = _pages(0) + memory_mb * MB
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    recycled_at = _pages(1) + memory_mb * MB // 4
    _say(link, READY, "", b"1" if cut_off else b"0")
    for packed in _listen(link):
        started, worked = time.monotonic(), time.process_time()
        job = Job(*marshal.loads(packed))
        sink = _Sink(spool, job.max_bytes)
        kind, note, body = _answer(snapshot, job, sink, connected)
        # Only a query that took a while can have taken much memory.
        took = time.monotonic() - started
        leaves = took > QUICK / 2 and _pages(1) > recycled_at
        sink.end(keep=kind == SPOOL)
        was_long = took > QUICK and time.process_time() - worked > QUICK
        _say(link, kind, note, body, leaves=leaves, was_long=was_long)
        if leaves:
            return


def _leave_network(libc: ctypes.CDLL) -> bool:
    """Move into a network namespace of its own, which has no way out; False if not allowed."""
    return any(libc.unshare(f) == 0 for f in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))


def _pages(column: int) -> int:
    """Bytes of address space (0) or resident memory (1)."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[column]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _listen(link: socket.socket) -> Iterator[bytes]:
    """Jobs as they were packed, until the service is gone."""
    data = b""
    while more := link.recv(_CHUNK):
        data += more
        while len(data) >= LENGTH.size:
            end = LENGTH.size + LENGTH.unpack_from(data)[0]
            if len(data) < end:
                break
            job, data = data[LENGTH.size : end], data[end:]
            yield job


def _say(
    link: socket.socket,
    kind: bytes,
    note: str,
    body: Buffer,
    *,
    leaves: bool = False,
    was_long: bool = False,
) -> None:
    words, content = note.encode("utf-8"), memoryview(body)
    head = HEAD.pack(kind, leaves, was_long, len(words), content.nbytes)
    link.sendall(b"".join((head, words, content)))


def _answer(
    snapshot: Snapshot, job: Job, sink: _Sink, connected: bool
) -> tuple[bytes, str, Buffer]:
    """Check for SERVICE, evaluate, serialise; gives the kind of message, its note and body."""
    for called in guard.called_services(job.query):
        if not (job.services and called.startswith(job.services)):
            return REFUSAL, "service-refused", called.encode("utf-8")
        if not connected:
            return REFUSAL, "service-allowed", b""

    try:
        found = _found(snapshot, job)
        if job.records is not None:
            media_type = RECORDS
            write_records(found, job.records, sink, job.limit)
        else:
            offered = media_types(found)
            chosen = choose(job.accept, offered)
            if chosen is None:
                return REFUSAL, "not-acceptable", ", ".join(offered).encode("ascii")
            media_type = chosen
            serialize(found, media_type, sink)
    except QueryError as error:
        return _misread(job.query, str(error))
    except StoreError as error:
        return REFUSAL, "engine", str(error).encode("utf-8", "replace")
    except MemoryError:
        return REFUSAL, "worker-died", b""
    except (OSError, RuntimeError, ValueError) as error:
        if sink.is_full:
            return REFUSAL, "answer-too-large", str(job.max_bytes // MB).encode("ascii")
        return REFUSAL, "evaluation", str(error).encode("utf-8", "replace")
    if sink.name:
        return SPOOL, media_type, os.fsencode(sink.name)
    return ANSWER, media_type, sink.memory


def _found(snapshot: Snapshot, job: Job) -> Found:
    if job.listed is not None:
        listed = cards.answer(snapshot, cards.Wanted(*job.listed))
        if listed is not None:
            return listed

    def find(question: str, limit: int, kinds: Sequence[str]) -> Sequence[tuple[str, float]]:
        return search.index_of(snapshot).matching(question, limit, kinds)

    return matches.query(snapshot, job.query, find, job.default_graphs, job.named_graphs)


def _misread(query: str, said: str) -> tuple[bytes, str, Buffer]:
    """Why a query cannot be read; ``pg:matches`` tells its place already."""
    mistake = None if "pg:matches:" in said else mistakes.explain(query, said)
    if mistake is not None:
        return REFUSAL, "mistake", mistake.packed()
    return REFUSAL, "syntax", said.encode("utf-8", "replace")
