"""`ropo job ...`: jobs looked up, submitted and changed."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ropo_async.cli.options import Json, examples, group

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    job = group("Look jobs up, submit and change them.")
    job.command(epilog=examples("ropo job get 7000001", "ropo job get 7000001 --json"))(get)
    job.command(epilog=examples("ropo job submit job.json --check", "ropo job submit job.json"))(submit)
    job.command(epilog=examples("ropo job modify change.json --billnum R123467"))(modify)
    app.add_typer(job, name="job")


def get(
    context: typer.Context,
    jobid: Annotated[int, typer.Argument(metavar="JOBID", help="Ropo's id of the job.")],
    *,
    as_json: Json = False,
) -> None:
    """Show a job as it stands."""
    from ropo_async.cli.work import jobs as work
    from ropo_async.cli.work.desk import desk_of

    desk_of(context, as_json=as_json).end(partial(work.get, jobid=jobid))


def submit(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON: the data of a job, a list of such, or the API's own envelope.")
    ],
    *,
    check: Annotated[bool, typer.Option("--check", help="Say what is wrong with it, and send nothing.")] = False,
    allow_known: Annotated[
        bool, typer.Option("--allow-known", help="Let the server take an invoice number that it has already.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Submit the jobs in a file, in one request. Everything that is wrong with any of them is told at once.

    Nothing but the invoice number guards against submitting a job twice: the server is asked to refuse one that it has.
    """
    from ropo_async.cli.work import jobs as work
    from ropo_async.cli.work.desk import desk_of

    desk = desk_of(context, as_json=as_json, account=not check)
    desk.end(partial(work.check, file=file) if check else partial(work.submit, file=file, checkbillnum=not allow_known))


def modify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON: the data of the job, all of it, without rows.")],
    *,
    jobid: Annotated[int | None, typer.Option(metavar="ID", help="Ropo's id of the job. Exactly one of the two.")] = (
        None
    ),
    billnum: Annotated[str | None, typer.Option(metavar="NUMBER", help="The invoice number.")] = None,
) -> None:
    """Change a job.

    The vendor does not say whether the data replaces the job's, so give all of it.
    """
    from ropo_async.cli.work import jobs as work
    from ropo_async.cli.work.desk import desk_of

    desk_of(context).end(partial(work.modify, file=file, jobid=jobid, billnum=billnum))
