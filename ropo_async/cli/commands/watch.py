"""`ropo watch`."""

from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from ropo_async.cli.options import Cid, Every, JournalUrl, Json, Yes, examples

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples(
            "ropo watch --once --journal sqlite:///ropo.db",
            "ropo watch --once --json --journal sqlite:///ropo.db",
            "ropo watch --every 5m --journal sqlite:///ropo.db",
        )
    )(watch)


def watch(
    context: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Ask until there is no more, print what came, and end.")] = False,
    every: Every = 60,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The day from which on nothing may be missing."),
    ] = None,
    cid: Cid = None,
    journal: JournalUrl = None,
    as_json: Json = False,
    yes: Yes = False,
) -> None:
    """Poll status updates into a journal, and print them.

    The server hands out an update once. So each answer is stored in the journal before it is read, an answer that goes
    missing is read again, and an update counts as delivered when it was printed and not before: it may be printed
    twice, and it is not lost. What is printed here, no other consumer of the same journal gets.

    With --once the exit status is 3 while a gap is open: updates may be missing that are going to be read again.
    Without it, Ctrl-C ends it.
    """
    from ropo_async.cli.work import watch as work
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, as_json=as_json, journal=journal)
    feed = work.Feed(cid, None if since is None else since.date())
    work.ask_first(desk, feed, yes=yes)
    desk.end(partial(work.once, feed=feed) if once else partial(work.forever, feed=feed, every=every))
