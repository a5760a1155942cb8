"""`ropo journal ...`: what the journal knows, and its care."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ropo_async.cli.options import Cid, JournalUrl, Json, Yes, examples, group

__all__ = ["add_to"]

_JOURNAL = "--journal sqlite:///ropo.db"
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    journal = group("Look at a journal, and after it.")
    journal.command(epilog=examples(f"ropo journal status {_JOURNAL}"))(status)
    journal.command(epilog=examples(f"ropo journal gaps {_JOURNAL}", f"ropo journal gaps --all --json {_JOURNAL}"))(
        gaps
    )
    journal.command(epilog=examples(f"ropo journal backfill 2026-11-18 2026-11-20 {_JOURNAL}"))(backfill)
    journal.command(
        epilog=examples(f"ropo journal quarantine {_JOURNAL}", f"ropo journal quarantine --read-again {_JOURNAL}")
    )(quarantine)
    journal.command(epilog=examples(f"ropo journal requeue --list {_JOURNAL}", f"ropo journal requeue {_JOURNAL}"))(
        requeue
    )
    journal.command(epilog=examples(f"ropo journal export {_JOURNAL}"))(export)
    journal.command(epilog=examples(f"ropo journal purge --older-than 400 --yes {_JOURNAL}"))(purge)
    journal.command(epilog=examples(f"ropo journal report --html report.html {_JOURNAL}"))(report)
    app.add_typer(journal, name="journal")


def status(context: typer.Context, *, journal: JournalUrl = None, as_json: Json = False) -> None:
    """Tell how the journal is doing. The exit status is 3 while a gap is open."""
    from ropo_async.cli.work import journal as work
    from ropo_async.cli.work.desk import desk_of

    desk_of(context, as_json=as_json, journal=journal, account=False).end(work.status)


def gaps(
    context: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Those that are closed, too.")] = False,
    journal: JournalUrl = None,
    as_json: Json = False,
) -> None:
    """Tell where updates may be missing, and why. The exit status is 3 while one of them is being read again."""
    from ropo_async.cli.work import journal as work
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, as_json=as_json, journal=journal, account=False)
    desk.end(partial(work.gaps, everything=everything))


def backfill(
    context: typer.Context,
    first: Day,
    last: Annotated[
        datetime | None, typer.Argument(formats=["%Y-%m-%d"], metavar="[YYYY-MM-DD]", help="By default today.")
    ] = None,
    *,
    cid: Cid = None,
    journal: JournalUrl = None,
    as_json: Json = False,
    yes: Yes = False,
) -> None:
    """Read days again, and merge what they show.

    From the first to the last. It is a round of polling as well.
    """
    from ropo_async.cli.work import journal as work
    from ropo_async.cli.work import watch
    from ropo_async.cli.work.desk import desk_of

    desk, feed = desk_of(context, as_json=as_json, journal=journal), watch.Feed(cid)
    watch.ask_first(desk, feed, yes=yes)
    days = (first.date(), None if last is None else last.date())
    desk.end(partial(work.backfill, feed=feed, first=days[0], last=days[1]))


def quarantine(
    context: typer.Context,
    *,
    read_again: Annotated[bool, typer.Option("--read-again", help="Try to read them, as after an upgrade.")] = False,
    content: Annotated[bool, typer.Option("--content", help="Show the records, which may hold personal data.")] = False,
    cid: Cid = None,
    journal: JournalUrl = None,
    as_json: Json = False,
) -> None:
    """List records that could not be read.

    They are kept as they came.
    """
    from ropo_async.cli.work import journal as work
    from ropo_async.cli.work import watch
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, as_json=as_json, journal=journal, account=read_again)
    if read_again:
        desk.end(partial(work.read_again, feed=watch.Feed(cid)))
    desk.end(partial(work.quarantine, content=content))


def requeue(
    context: typer.Context,
    seqs: Annotated[list[int] | None, typer.Argument(metavar="[SEQ]...", help="Which; by default all.")] = None,
    *,
    listed: Annotated[bool, typer.Option("--list", help="List them, and change nothing.")] = False,
    journal: JournalUrl = None,
    as_json: Json = False,
) -> None:
    """Let updates that were tried too often be delivered again."""
    from ropo_async.cli.work import journal as work
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, as_json=as_json, journal=journal, account=False)
    desk.end(work.dead if listed else partial(work.requeue, seqs=seqs or None))


def export(context: typer.Context, *, journal: JournalUrl = None) -> None:
    """Print what is in the journal as JSON.

    One object a line: updates, gaps, and what could not be read; `ropo pay status --json` prints payments. It holds
    personal data. An update whose content was purged is told by its key alone.
    """
    from ropo_async.cli.work import journal as work
    from ropo_async.cli.work.desk import desk_of

    desk_of(context, as_json=True, journal=journal, account=False).end(work.export)


def purge(
    context: typer.Context,
    *,
    older_than: Annotated[int, typer.Option(min=0, metavar="DAYS", help="Since they came to rest.")],
    journal: JournalUrl = None,
    yes: Yes = False,
) -> None:
    """Remove the content of what was dealt with long ago. What tells records apart stays, and so do ids and states."""
    from ropo_async.cli.work import journal as work
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, journal=journal, account=False)
    desk.ask(f"Remove the content of what was dealt with more than {older_than} days ago? It is gone then.", yes=yes)
    desk.end(partial(work.purge, days=older_than))


def report(
    context: typer.Context,
    *,
    html: Annotated[Path, typer.Option("--html", metavar="FILE", help="The page to write; what is there is replaced.")],
    days: Annotated[int, typer.Option(min=1, max=3660, metavar="N", help="How many days, today included.")] = 90,
    journal: JournalUrl = None,
) -> None:
    """Write a page of figures: updates, gaps, payments.

    It stands by itself and holds no personal data, but customer ids.
    """
    from ropo_async.cli.work import journal as work
    from ropo_async.cli.work.desk import desk_of

    desk_of(context, journal=journal, account=False).end(partial(work.report, html=html, days=days))
