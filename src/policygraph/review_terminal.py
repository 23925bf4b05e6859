"""The review on a terminal: one assertion after the other, with its quotes in context."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.prompt import Prompt
from rich.text import Text

from policygraph import text as texts
from policygraph.decisions import Decision, short, value_of
from policygraph.errors import PolicyGraphError
from policygraph.review import Quote
from policygraph.reviewing import CONTEXT_WORDS, Answer, Item, around, fields


def context(texts_dir: Path, quote: Quote, words: int = CONTEXT_WORDS) -> tuple[str, str, str]:
    """The words before a quote, the quote, and the words after it, each in one line.

    Raises SourceError where the text cannot be read; UnknownThing where the quote does not
    stand at its place.
    """
    return around(texts.read(texts_dir / quote.file, quote.file).text, quote, words)


class Terminal:
    """Asks a person on a terminal, in Vietnamese with English beside it."""

    def __init__(self, console: Console, texts_dir: Path) -> None:
        self._console, self._texts = console, texts_dir

    def ask(self, item: Item, number: int, count: int) -> Answer | None:
        self._show(item, number, count)
        choices = ["a", "r", "s", "q"]
        if fields(item):
            choices.insert(2, "c")
        chosen = Prompt.ask(
            "a chấp nhận / accept · r bác bỏ / reject"
            + (" · c sửa / correct" if "c" in choices else "")
            + " · s bỏ qua / skip · q dừng / quit",
            choices=choices,
            show_choices=False,
            console=self._console,
        )
        if chosen == "q":
            return None
        if chosen == "s":
            return Answer(None)
        if chosen == "a":
            return Answer(Decision.ACCEPT)
        if chosen == "r":
            return Answer(Decision.REJECT, reason=self._reason())
        return self._correction(item)

    def _show(self, item: Item, number: int, count: int) -> None:
        body = Text()
        for predicate, value in item.values:
            body.append(f"{predicate} ", style="cyan")
            body.append(f"{value}\n")
        for quote in item.quotes:
            before, words, after = self._context(quote)
            body.append(f"\n{quote.file}:{quote.start}-{quote.end}\n", style="dim")
            body.append(f"… {before} ")
            body.append(words, style="bold reverse")
            body.append(f" {after} …\n")
        title = f"{number}/{count} · {short(item.assertion)}"
        state = f"{item.rule} · độ tin cậy / confidence {item.confidence:.2f}"
        self._console.print(Panel(body, title=Text(title), subtitle=Text(state)))

    def _context(self, quote: Quote) -> tuple[str, str, str]:
        try:
            return context(self._texts, quote)
        except PolicyGraphError as error:
            self._console.print(f"! {error}", style="yellow", highlight=False, markup=False)
            return "", quote.quote, ""

    def _reason(self) -> str:
        while True:
            reason = Prompt.ask("Lý do / reason", console=self._console).strip()
            if reason:
                return reason

    def _correction(self, item: Item) -> Answer:
        """Ask until the field and the value fit each other."""
        while True:
            field = Prompt.ask("Mục / field", choices=fields(item), console=self._console)
            value = Prompt.ask(
                "Giá trị, để trống nếu không có / value, empty for none",
                default="",
                show_default=False,
                console=self._console,
            ).strip()
            try:
                value_of(item.kind, field, value)
            except ValueError as error:
                self._console.print(f"✗ {error}", style="red", highlight=False, markup=False)
                continue
            return Answer(Decision.CORRECT, field, value, self._reason())
