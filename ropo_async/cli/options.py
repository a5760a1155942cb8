"""What commands have in common: options, and how examples are shown."""

import re
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

__all__ = [
    "Amount",
    "Billcode",
    "Billnum",
    "Cid",
    "Description",
    "Every",
    "Given",
    "InvoiceBillnum",
    "Jobid",
    "JournalUrl",
    "Json",
    "Kind",
    "OperationId",
    "Yes",
    "examples",
    "group",
    "seconds",
]


class Given(NamedTuple):
    """What stands before the command. No attrs here, which would have to be imported first."""

    config: Path | None
    verbose: int


def examples(*lines: str) -> str:
    """Return what stands below a help; the mark in front keeps its lines as they are."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


def group(words: str) -> typer.Typer:
    """Return a group of commands."""
    return typer.Typer(help=words, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_SPAN = re.compile(r"([0-9]{1,9})([smhd]?)", re.ASCII)


def seconds(text: str | int) -> int:
    """Read a span of time such as `60s`, `5m` or `1h`."""
    found = _SPAN.fullmatch(str(text))
    if found is None or not int(found[1]):
        raise typer.BadParameter("a span of time is a number with s, m, h or d, such as 60s")
    return int(found[1]) * _UNITS[found[2]]


Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line, with the wire's own digits.")]
JournalUrl = Annotated[
    str | None,
    typer.Option("--journal", metavar="URL", help="sqlite:///file.db or postgresql://...; by default ROPO_JOURNAL."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Every = Annotated[
    int, typer.Option(parser=seconds, metavar="SPAN", show_default="60s", help="Pause between two rounds: 60s, 5m, 1h.")
]
Cid = Annotated[
    str | None, typer.Option("--cid", metavar="ID", help="Whose; by default ROPO_CID, needed beside a token alone.")
]
OperationId = Annotated[
    str, typer.Argument(metavar="OPERATION_ID", help="An id of yours that tells it from every other; no personal data.")
]
Amount = Annotated[str, typer.Option(metavar="EUROS", help="With a decimal point; sent digit for digit.")]
Billnum = Annotated[str | None, typer.Option(metavar="NUMBER", help="The invoice number. Exactly one of the three.")]
Billcode = Annotated[str | None, typer.Option(metavar="REFERENCE", help="The invoice's payment reference.")]
Jobid = Annotated[str | None, typer.Option(metavar="ID", help="Ropo's id of the job.")]
InvoiceBillnum = Annotated[
    str | None, typer.Option(metavar="NUMBER", help="The invoice number beside a billcode or jobid, to verify it by.")
]
Kind = Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Such as directpayment or allocated.")]
Description = Annotated[str | None, typer.Option(metavar="TEXT", help="Free text.")]
