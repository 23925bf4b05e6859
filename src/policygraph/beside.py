"""SQLite files that stand beside the store of a build, made of it and read with it.

They live and die with their build, so the two are never out of step.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from policygraph.errors import StoreError


@contextmanager
def writing(path: Path, tables: str) -> Iterator[sqlite3.Connection]:
    """A new file with these tables, in place of one that is there.  Raises StoreError where it
    cannot be written; a build that is broken off leaves nothing, so nothing is journalled."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(tables)
        with connection:
            yield connection
    except sqlite3.OperationalError as error:
        raise StoreError(f"{path}: không ghi được / cannot be written: {error}") from error
    finally:
        connection.close()


def reading(path: Path, version: int) -> sqlite3.Connection | None:
    """An open file, for any thread; None where there is none of this version (``user_version``).
    Raises StoreError on one that is broken."""
    if not path.is_file():
        return None
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False)
    try:
        if connection.execute("PRAGMA user_version").fetchone() == (version,):
            return connection
    except sqlite3.DatabaseError as error:
        connection.close()
        raise broken(path, error) from error
    connection.close()
    return None


def broken(path: Path, error: sqlite3.DatabaseError) -> StoreError:
    """What to say of a file that cannot be read."""
    return StoreError(
        f"{path}: tệp hỏng; hãy dựng lại kho / the file is broken ({error}); build the store again"
    )
