"""`ropo credit`."""

from functools import partial
from typing import Annotated

import typer

from ropo_async.cli.options import (
    Amount,
    Billcode,
    Billnum,
    Cid,
    Description,
    InvoiceBillnum,
    Jobid,
    JournalUrl,
    Json,
    Kind,
    OperationId,
    examples,
)

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples(
            "ropo credit note-0001 --billnum R123467 --amount 5.00 --date 2026-11-20 --journal sqlite:///ropo.db"
        )
    )(credit)


def credit(
    context: typer.Context,
    operation_id: OperationId,
    *,
    amount: Amount,
    date: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="The day of the credit note.")],
    billnum: Billnum = None,
    billcode: Billcode = None,
    jobid: Jobid = None,
    invoice_billnum: InvoiceBillnum = None,
    kind: Kind = None,
    creditnotebillnum: Annotated[str | None, typer.Option(metavar="NUMBER", help="Its own number.")] = None,
    description: Description = None,
    cid: Cid = None,
    journal: JournalUrl = None,
    as_json: Json = False,
) -> None:
    """Register one credit note under an id of yours.

    As `ropo pay one` in all else: the same id is sent once, and the exit status says what became of it.
    `ropo pay status`, `verify`, `resend` and `resolve` are for credit notes too.
    """
    from ropo_async.cli.work import pay as work
    from ropo_async.cli.work.desk import desk_of

    row = {
        "kind": "credit note",
        "operation_id": operation_id,
        "amount": amount,
        "date": date,
        "billnum": billnum,
        "billcode": billcode,
        "jobid": jobid,
        "invoice_billnum": invoice_billnum,
        "type": kind,
        "creditnotebillnum": creditnotebillnum,
        "description": description,
    }
    desk_of(context, as_json=as_json, journal=journal).end(partial(work.one, row=row, cid=cid))
