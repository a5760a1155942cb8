"""All commands, put together."""

from pathlib import Path
from typing import Annotated

import typer

from ropo_async.cli.commands import check, credit, disputes, documents, iopole, jobs, journal, pay, simulate, watch
from ropo_async.cli.options import Given, examples

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    # A help that is plain text wraps everywhere, and is there in half the time.
    rich_markup_mode=None,
    # Their boxes would show the values of variables.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("ropo check", "ropo watch --once --journal sqlite:///ropo.db", "ropo pay --help"),
)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        from ropo_async import __version__  # noqa: PLC0415 - only who asks waits for the import

        typer.echo(f"ropo {__version__}")
        raise typer.Exit


@app.callback()
def _ropo(
    context: typer.Context,
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            envvar="ROPO_CONFIG", metavar="FILE", help="TOML file with ROPO_SERVER, ROPO_CID and so on; see the docs."
        ),
    ] = None,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose", "-v", count=True, show_default=False, help="Say more of what is done; -vv says still more."
        ),
    ] = 0,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it and exit.")] = (
        False
    ),
) -> None:
    """Ropo One from the command line: status updates, payments, jobs and documents.

    The account is named by ROPO_SERVER, and ROPO_CID with ROPO_APICODE or ROPO_APICODE_FILE (or ROPO_TOKEN), in the
    environment or in a TOML file.

    Exit status: 0 done, 1 failed, 2 wrong usage, 3 an outcome is unknown or a gap is open, 130 interrupted.
    """
    del version  # its callback has done it
    context.obj = Given(config, verbose)


for room in (check, watch, pay, credit, jobs, documents, disputes, journal, iopole, simulate):
    room.add_to(app)
