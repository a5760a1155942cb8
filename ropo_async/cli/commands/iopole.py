"""`ropo iopole ...`: the statuses of French invoices."""

from functools import partial
from typing import Annotated

import typer

from ropo_async.cli.options import Every, JournalUrl, Json, Yes, examples, group

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    iopole = group(
        "Iopole: what has become of French invoices. The account is named by IOPOLE_SERVER, IOPOLE_CLIENT_ID and "
        "IOPOLE_CLIENT_SECRET or IOPOLE_CLIENT_SECRET_FILE."
    )
    iopole.command(epilog=examples("ropo iopole history 00000000-0000-4000-8000-000000000001"))(history)
    iopole.command(
        epilog=examples(
            "ropo iopole watch --once --journal sqlite:///ropo.db",
            "ropo iopole watch --once --json --journal sqlite:///ropo.db",
            "ropo iopole watch --every 5m --journal sqlite:///ropo.db",
        )
    )(watch)
    app.add_typer(iopole, name="iopole")


def history(
    context: typer.Context,
    invoice_id: Annotated[str, typer.Argument(metavar="INVOICE_ID", help="Iopole's own id of the invoice.")],
    *,
    as_json: Json = False,
) -> None:
    """Show all statuses of an invoice. Not for polling, which Iopole forbids: use `ropo iopole watch`."""
    from ropo_async.cli.work import iopole as work
    from ropo_async.cli.work.desk import desk_of

    desk_of(context, as_json=as_json, account=False).end(partial(work.history, invoice_id=invoice_id))


def watch(
    context: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Ask until there is no more, print what came, and end.")] = False,
    every: Every = 60,
    journal: JournalUrl = None,
    as_json: Json = False,
    yes: Yes = False,
) -> None:
    """Poll unseen statuses into a journal, and print them.

    The server hands out a status until it is marked as seen, which is done when it is in the journal and not before. It
    counts as delivered when it was printed: it may be printed twice, and it is not lost. What is printed here, no other
    consumer of the same journal gets.

    Without --once, Ctrl-C ends it.
    """
    from ropo_async.cli.work import watch as work
    from ropo_async.cli.work.desk import desk_of
    from ropo_async.cli.work.iopole import Statuses

    desk, feed = desk_of(context, as_json=as_json, journal=journal, account=False), Statuses()
    work.ask_first(desk, feed, yes=yes)
    desk.end(partial(work.once, feed=feed) if once else partial(work.forever, feed=feed, every=every))
