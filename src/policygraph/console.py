"""What the commands print to: answers to standard output, progress and errors to the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

out = Console()
err = Console(stderr=True)


class Report(Protocol):
    """Told what is being done, how many steps are done and how many there are."""

    def __call__(self, what: str, done: int, total: int) -> None: ...


@contextmanager
def progress(title: str) -> Iterator[Report]:
    """A bar on a terminal; nothing where the output is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def report(what: str, done: int, total: int) -> None:
            bar.update(task, description=f"{title} {what}".strip(), completed=done, total=total)

        yield report
