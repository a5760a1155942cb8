"""`ropo dispute ...`."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ropo_async.cli.options import Json, examples, group

__all__ = ["add_to"]

JobidOption = Annotated[int | None, typer.Option(metavar="ID", help="Ropo's id of the job. Exactly one of the two.")]
InvoiceNumber = Annotated[str | None, typer.Option(metavar="NUMBER", help="The invoice number.")]
Details = Annotated[
    Path | None, typer.Option(metavar="FILE", help="JSON object with further fields; ask Ropo which there are.")
]


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    dispute = group("Dispute jobs, and resolve that.")
    dispute.command("open", epilog=examples("ropo dispute open --jobid 7000001"))(begin)
    dispute.command(epilog=examples("ropo dispute resolve --jobid 7000001"))(resolve)
    app.add_typer(dispute, name="dispute")


def begin(
    context: typer.Context,
    *,
    jobid: JobidOption = None,
    invoice_number: InvoiceNumber = None,
    details: Details = None,
    as_json: Json = False,
) -> None:
    """Dispute a job."""
    from ropo_async.cli.work import disputes as work
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, as_json=as_json)
    desk.end(partial(work.begin, jobid=jobid, invoice_number=invoice_number, details=details))


def resolve(
    context: typer.Context,
    *,
    jobid: JobidOption = None,
    invoice_number: InvoiceNumber = None,
    details: Details = None,
    as_json: Json = False,
) -> None:
    """Resolve the dispute of a job."""
    from ropo_async.cli.work import disputes as work
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, as_json=as_json)
    desk.end(partial(work.resolve, jobid=jobid, invoice_number=invoice_number, details=details))
