"""The command line `ropo`.

`ropo --help` and the completion of a shell, which runs the program at every press of the key, need not wait for the
library: `commands` says what there is, and `work`, which does it, is imported when a command runs.
"""

import sys
from importlib.util import find_spec

__all__ = ["main"]

NEEDED = ("typer", "rich")


def main() -> None:
    """Run the program; ends with an exit status, see `ropo_async.cli.work.status`."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        sys.exit(
            f"ropo: {' and '.join(missing)} cannot be found; the command line needs: pip install 'ropo-async[cli]'"
        )
    from ropo_async.cli.app import app  # noqa: PLC0415 - it cannot be imported before they are there

    app(prog_name="ropo")
