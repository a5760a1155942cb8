"""`ropo check`."""

import typer

from ropo_async.cli.options import Json, examples

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=examples("ropo check", "ropo check --json"))(check)


def check(context: typer.Context, *, as_json: Json = False) -> None:
    """Try the server, the credentials and the clock. Nothing is changed, and no status update is taken."""
    from ropo_async.cli.work import check as work
    from ropo_async.cli.work.desk import desk_of

    desk_of(context, as_json=as_json).end(work.check)
