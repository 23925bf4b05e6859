"""The page that publishes how good the graph is: written by program, never by hand."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from string import Template

from policygraph.evaluate.scoreboard import Scoreboard
from policygraph.evaluate.sentences import SentenceScores

TEMPLATE = "quality.template.md"
NOT_MEASURED = "Chưa đo ở lần này. / Not measured this time.\n"


def write_quality(
    path: Path, scoreboard: Scoreboard, sentences: SentenceScores | None = None
) -> bool:
    """Write the page; True if its bytes changed.  The same scores give the same bytes."""
    content = quality(scoreboard, sentences).encode()
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True


def quality(scoreboard: Scoreboard, sentences: SentenceScores | None = None) -> str:
    """The page as Markdown: method and sources from the template, figures from the scores."""
    template = resources.files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8")
    return Template(template).substitute(
        tables=scoreboard.tables().strip(),
        faults=scoreboard.fault_list().strip(),
        sentences=(sentences.markdown() if sentences else NOT_MEASURED).strip(),
        size=f"{sentences.sentences:,}" if sentences else "-",
    )
