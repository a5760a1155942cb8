"""`ropo pay ...`: payments on the ledger."""

from functools import partial
from pathlib import Path
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
    Yes,
    examples,
    group,
)

__all__ = ["add_to"]

_JOURNAL = "--journal sqlite:///ropo.db"


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    pay = group("Register payments once each, and find out what became of them.")
    pay.command(
        epilog=examples(
            f"ropo pay one bank-0017 --billnum R123467 --amount 10.00 --paydate 2026-11-20 {_JOURNAL}",
        )
    )(one)
    pay.command("file", epilog=examples(f"ropo pay file payments.csv {_JOURNAL}"))(from_file)
    pay.command(
        epilog=examples(
            f"ropo pay status {_JOURNAL}",
            f"ropo pay status --state unknown --state escalated --json {_JOURNAL}",
        )
    )(status)
    pay.command(epilog=examples(f"ropo pay verify {_JOURNAL}"))(verify)
    pay.command(epilog=examples(f"ropo pay resend bank-0020 --yes {_JOURNAL}"))(resend)
    pay.command(
        epilog=examples(f'ropo pay resolve bank-0019 --absent --note "M.M. has looked in Ropo One" {_JOURNAL}')
    )(resolve)
    app.add_typer(pay, name="pay")


def one(
    context: typer.Context,
    operation_id: OperationId,
    *,
    amount: Amount,
    paydate: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="The day on which the debtor paid.")],
    billnum: Billnum = None,
    billcode: Billcode = None,
    jobid: Jobid = None,
    invoice_billnum: InvoiceBillnum = None,
    kind: Kind = None,
    identifier: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Steers what the payment is allocated to.")
    ] = None,
    creditnotebillnum: Annotated[str | None, typer.Option(metavar="NUMBER", help="Of a credit note.")] = None,
    description: Description = None,
    cid: Cid = None,
    journal: JournalUrl = None,
    as_json: Json = False,
) -> None:
    """Register one payment under an id of yours.

    The same id with the same payment is sent once, however often you ask: after whatever ended the first call, ask
    again. The exit status is 0 when it is booked, 1 when it is not, and 3 while nobody knows.
    """
    from ropo_async.cli.work import pay as work
    from ropo_async.cli.work.desk import desk_of

    row = {
        "operation_id": operation_id,
        "amount": amount,
        "paydate": paydate,
        "billnum": billnum,
        "billcode": billcode,
        "jobid": jobid,
        "invoice_billnum": invoice_billnum,
        "type": kind,
        "identifier": identifier,
        "creditnotebillnum": creditnotebillnum,
        "description": description,
    }
    desk_of(context, as_json=as_json, journal=journal).end(partial(work.one, row=row, cid=cid))


def from_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a header, or JSON Lines, in UTF-8.")],
    *,
    concurrency: Annotated[
        int, typer.Option(min=1, max=100, metavar="N", help="Payments under way at the same time.")
    ] = 8,
    cid: Cid = None,
    journal: JournalUrl = None,
    as_json: Json = False,
) -> None:
    """Register the payments and credit notes of a file.

    Its columns are operation_id, amount, paydate, one of billnum, billcode and jobid, and whatever else the API has.
    With the kind "credit note", which has date for paydate, it is one. The file is checked whole before anything is
    sent. Run it again after whatever ended it: what was sent is not sent again. What is not booked is listed; --json
    lists everything.
    """
    from ropo_async.cli.work import pay as work
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, as_json=as_json, journal=journal)
    desk.end(partial(work.from_file, file=file, concurrency=concurrency, cid=cid))


def status(
    context: typer.Context,
    operation_id: Annotated[
        str | None, typer.Argument(metavar="[OPERATION_ID]", help="Whose; without it all are listed.")
    ] = None,
    *,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help="Only those in it, such as unknown; may be repeated."),
    ] = None,
    cid: Cid = None,
    journal: JournalUrl = None,
    as_json: Json = False,
) -> None:
    """Tell what is known, from the journal alone.

    Of one payment the exit status is 0 when it is booked, 1 when it is not, and 3 while nobody knows.
    """
    from ropo_async.cli.work import pay as work
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, as_json=as_json, journal=journal)
    if operation_id is None:
        desk.end(partial(work.listed, states=state or [], cid=cid))
    desk.end(partial(work.known, operation_id=operation_id, cid=cid))


def verify(
    context: typer.Context,
    operation_id: Annotated[
        str | None, typer.Argument(metavar="[OPERATION_ID]", help="Which; without it all that are due.")
    ] = None,
    *,
    cid: Cid = None,
    journal: JournalUrl = None,
    as_json: Json = False,
) -> None:
    """Look at the invoice of a payment whose outcome is unknown. Nothing is sent."""
    from ropo_async.cli.work import pay as work
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, as_json=as_json, journal=journal)
    desk.end(partial(work.verified, operation_id=operation_id, cid=cid))


def resend(
    context: typer.Context,
    operation_id: OperationId,
    *,
    cid: Cid = None,
    journal: JournalUrl = None,
    as_json: Json = False,
    yes: Yes = False,
) -> None:
    """Send a payment once more that never showed on its invoice. The invoice is looked at once more before."""
    from ropo_async.cli.work import pay as work
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, as_json=as_json, journal=journal)
    desk.ask(f"Send {operation_id!r} once more? If it was booked after all, it is booked twice.", yes=yes)
    desk.end(partial(work.resent, operation_id=operation_id, cid=cid))


def resolve(
    context: typer.Context,
    operation_id: OperationId,
    *,
    applied: Annotated[bool, typer.Option("--applied/--absent", help="Whether it is booked.")],
    note: Annotated[str, typer.Option(metavar="TEXT", help="Who has found out, and how; without personal data.")],
    cid: Cid = None,
    journal: JournalUrl = None,
    as_json: Json = False,
) -> None:
    """Write down what somebody has found out.

    For a payment whose outcome is unknown, or that could not be verified: look in Ropo One first.
    """
    from ropo_async.cli.work import pay as work
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, as_json=as_json, journal=journal)
    desk.end(partial(work.resolved, operation_id=operation_id, applied=applied, note=note, cid=cid))
