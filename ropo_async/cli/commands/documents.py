"""`ropo pdf`."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ropo_async.cli.options import Json, examples

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples("ropo pdf 7000001", "ropo pdf --billnum R123467", "ropo pdf --from jobids.txt --into invoices")
    )(pdf)


def pdf(
    context: typer.Context,
    jobids: Annotated[list[int] | None, typer.Argument(metavar="[JOBID]...", help="Ropo's ids of the jobs.")] = None,
    *,
    billnum: Annotated[str | None, typer.Option(metavar="NUMBER", help="The one with this invoice number.")] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="File with one job id a line; - reads them from stdin."),
    ] = None,
    into: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to save them; it is made if need be.")] = Path(),
    concurrency: Annotated[
        int, typer.Option(min=1, max=50, metavar="N", help="Documents fetched at the same time.")
    ] = 4,
    original: Annotated[
        bool | None, typer.Option("--original/--current", help="As they were at first, or as they are now.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Save invoices as PDF: whole files, or none.

    Run again, it goes on: a file that is there and whole is not fetched again. One failure does not stop the others.
    """
    from ropo_async.cli.work import documents as work
    from ropo_async.cli.work.desk import desk_of

    wanted = work.Wanted(tuple(jobids or ()), billnum, source, into, concurrency, original)
    desk_of(context, as_json=as_json).end(partial(work.save, wanted=wanted))
