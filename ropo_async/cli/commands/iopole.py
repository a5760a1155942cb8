"""`ropo iopole ...`: the statuses of French invoices."""

from functools import partial
from typing import Annotated

import typer

from ropo_async.cli.options import Every, Json, examples, group

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    iopole = group(
        "Iopole: what has become of French invoices. The account is named by IOPOLE_SERVER, IOPOLE_CLIENT_ID and "
        "IOPOLE_CLIENT_SECRET or IOPOLE_CLIENT_SECRET_FILE."
    )
    iopole.command(epilog=examples("ropo iopole history 00000000-0000-4000-8000-000000000001"))(history)
    iopole.command(epilog=examples("ropo iopole watch --once", "ropo iopole watch --once --json"))(watch)
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
    once: Annotated[bool, typer.Option("--once", help="Print what is new, and end.")] = False,
    every: Every = 60,
    as_json: Json = False,
) -> None:
    """Print statuses that were not seen yet.

    Each is marked as seen when it was printed, and not before: it may be printed twice, and it is not lost.
    """
    from ropo_async.cli.work import iopole as work
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, as_json=as_json, account=False)
    desk.end(work.once if once else partial(work.forever, every=every))
