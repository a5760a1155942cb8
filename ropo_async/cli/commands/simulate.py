"""`ropo simulate`."""

import typer

from ropo_async.cli.options import examples

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command, whose options are the simulator's own."""
    app.command(
        add_help_option=False,
        epilog=examples("ropo simulate --list-faults"),
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(simulate)


def simulate(context: typer.Context) -> None:
    """Serve a pretended Ropo One on this machine."""
    from ropo_async.simulator.__main__ import main

    raise typer.Exit(main(context.args, prog="ropo simulate"))
