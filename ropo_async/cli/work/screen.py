"""What is printed: data on stdout, everything else on stderr, and on neither what could steer a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import msgspec
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
    from typing import TextIO

    from rich.console import Console

__all__ = ["Screen", "as_it_came", "cell", "span"]

WIDE = 10_000
"""Columns where nobody looks: nothing is cut that another program is going to read."""
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_STYLES = {
    "accepted": "green",
    "applied": "green",
    "verified_applied": "green",
    "closed": "green",
    "saved": "green",
    "rejected": "red",
    "dead": "red",
    "unresolved": "red",
    "escalated": "red",
    "unknown": "yellow",
    "sending": "yellow",
    "open": "yellow",
    "backfilled": "yellow",
    "probably_absent": "yellow",
}
"""Words that have a colour, where there is colour."""


def as_it_came(raw: bytes) -> Any:
    """Return a record's own JSON, to be put into other JSON digit for digit; as text, where it is none."""
    try:
        return msgspec.Raw(msgspec.json.format(raw, indent=-1))
    except msgspec.DecodeError:
        return raw.decode("utf-8", "replace")


def cell(value: object) -> str:
    """Return a value as people read it, on one line, without what could steer a terminal."""
    match value:
        case None:
            text = "-"
        case datetime(tzinfo=None):
            text = value.isoformat(" ", "seconds")
        case datetime():
            text = f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
        case date():
            text = value.isoformat()
        case Decimal():
            text = f"{value:f}"
        case bool():
            text = "yes" if value else "no"
        case timedelta():
            text = span(value.total_seconds())
        case _:
            text = str(value)
    return "".join(letter if letter.isprintable() else " " for letter in text)


_UNITS = (("d", 86400), ("h", 3600), ("min", 60))


def span(seconds: float) -> str:
    """Return a span of time in the largest unit that fits, such as `2 h`, with one more where it says more."""
    for place, (unit, size) in enumerate(_UNITS):
        if abs(seconds) >= size:
            whole, rest = divmod(round(abs(seconds)), size)
            smaller, part = _UNITS[place + 1] if place + 1 < len(_UNITS) else ("s", 1)
            more = f" {rest // part} {smaller}" if rest // part else ""
            return f"{whole} {unit}{more}"
    return f"{round(abs(seconds))} s"


@frozen
class Screen:
    """Where one command prints to."""

    as_json: bool = False

    def show(self, facts: Mapping[str, object], record: Any = None) -> None:
        """Print one thing: its facts below each other, or as JSON `record`, if that differs from them."""
        if self.as_json:
            self._print_json(facts if record is None else record)
            return
        table = _table(("", ""), header=False)
        for name, value in facts.items():
            table.add_row(name, _styled(value, justify="left"))
        self._print(table)

    def list(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        records: Iterable[Any] | None = None,
        none: str = "",
    ) -> None:
        """Print many things: as a table, or as JSON line by line, by default from the same columns.

        Args:
            columns: what stands above the table.
            rows: its cells.
            records: what is printed as JSON, if it is not the same.
            none: what is said on stderr where there is nothing.
        """
        given = list(rows)
        if self.as_json:
            for record in [dict(zip(columns, row, strict=True)) for row in given] if records is None else records:
                self._print_json(record)
        elif given:
            table = _table(columns)
            for row in given:
                table.add_row(*(_styled(value, justify=_side(value)) for value in row))
            self._print(table)
        elif none:
            self.note(none)

    def record(self, record: Any) -> None:
        """Print one JSON object on a line of its own."""
        self._print_json(record)

    def line(self, text: str) -> None:
        """Print one line of data; it is handed over before this returns."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """Say something that is no data."""
        sys.stderr.write(f"{cell(text)}\n")
        sys.stderr.flush()

    def _print_json(self, record: Any) -> None:
        self.line(_ENCODER.encode(record).decode())

    def _print(self, table: Any) -> None:
        screen = console(sys.stdout)
        if screen.is_terminal:
            screen.print(table)
            return
        with screen.capture() as capture:
            screen.print(table)
        for row in capture.get().splitlines():  # without the spaces that only fill up a column
            sys.stdout.write(f"{row.rstrip()}\n")

    @contextmanager
    def progress(self, words: str, total: int | None) -> Generator[Callable[[int, int | None], None]]:
        """Show how far something has come while the block runs, on a terminal; elsewhere nothing.

        Yields:
            what to call with how many are done, and of how many, None where that is not known.
        """
        if not sys.stderr.isatty():
            yield lambda _done, _total: None
            return
        from rich.progress import (  # noqa: PLC0415 - only a terminal needs it
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console(sys.stderr), transient=True) as bar:
            task = bar.add_task(words, total=total)
            yield lambda done, of: bar.update(task, completed=done, total=of)


def console(stream: TextIO) -> Console:
    """Return rich's console on a stream: colour on a terminal alone, and not with NO_COLOR."""
    from rich.console import Console  # noqa: PLC0415 - JSON and plain lines need none

    return Console(file=stream, highlight=False, width=None if stream.isatty() else WIDE)


def _table(columns: Sequence[str], *, header: bool = True) -> Any:
    from rich import box  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415 - as above

    table = Table(box=box.SIMPLE_HEAD if header else None, show_header=header, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _side(value: object) -> str:
    return "right" if isinstance(value, Decimal | int) and not isinstance(value, bool) else "left"


def _styled(value: object, *, justify: str) -> Any:
    from rich.text import Text  # noqa: PLC0415 - as above

    text = cell(value)
    # Not as markup: what stands in a record must not decide how it looks.
    return Text(text, style=_STYLES.get(text, ""), justify=cast("Any", justify))
