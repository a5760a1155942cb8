"""Serve a simulator from the command line: `python -m ropo_async.simulator --help`."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio

from ropo_async.simulator.archive import DAYS, Rereads
from ropo_async.simulator.plan import CATALOGUE
from ropo_async.simulator.server import serve
from ropo_async.simulator.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_EXAMPLES = """examples:
  python -m ropo_async.simulator
  python -m ropo_async.simulator --port 8080 --updates 2500 --seed 1
  python -m ropo_async.simulator --updates 50000 --fault-rate 0.05
  python -m ropo_async.simulator --updates 5000 --fault-rate 0.2 --fault drop_after --fault cut
  python -m ropo_async.simulator --updates 5000 --reread-limit 1000 --reread-by paydate
  python -m ropo_async.simulator --list-faults
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C; return 0, or 1 where the address cannot be had."""
    options = _parser().parse_args(arguments)
    if options.list_faults:
        sys.stdout.writelines(f"{name}\n" for name in CATALOGUE)
        return 0
    try:
        anyio.run(_serve, _simulator(options), options.host, options.port)
    except KeyboardInterrupt:
        pass
    except OSError as error:
        sys.stderr.write(f"cannot listen on {options.host} port {options.port}: {os.strerror(error.errno or 0)}\n")
        return 1
    return 0


def _simulator(options: argparse.Namespace) -> Simulator:
    simulator = Simulator(
        cid=options.cid,
        apicode=options.apicode,
        token_life=options.token_life,
        page_size=options.page_size,
        rereads=Rereads(
            limit=options.reread_limit,
            consume=options.reread_consume,
            by=options.reread_by,
            lag=timedelta(seconds=options.reread_lag),
            only_recorded=options.reread_only_recorded,
        ),
        payments_lag=timedelta(seconds=options.payments_lag),
        pdf_bytes=options.pdf_bytes,
    )
    for _ in range(options.invoices):
        simulator.add_invoice(amount="710.00", interest="1.50", noticefee="5.00")
    simulator.add_updates(count=options.updates, seed=options.seed)
    simulator.faults.random(rate=options.fault_rate, seed=options.seed, kinds=options.fault)
    return simulator


async def _serve(simulator: Simulator, host: str, port: int) -> None:
    async with serve(simulator, host=host, port=port) as running:
        billnums = [invoice.billnum for invoice in simulator.truth.invoices.values()]
        shown = f"{billnums[0]} to {billnums[-1]}" if billnums else "none"
        sys.stdout.write(
            f"url       {running.url}\n"
            f"cid       {simulator.cid}\n"
            f"apicode   {simulator.apicode}\n"
            f"invoices  {shown}\n"
            f"updates   {len(simulator.truth.pending)}\n"
            "Stop with Ctrl-C.\n"
        )
        sys.stdout.flush()
        # Cancelled by Ctrl-C, which leaves the block and so closes every connection.
        await anyio.sleep_forever()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ropo_async.simulator",
        description="Serve a pretended Ropo One on this machine: jobs, status updates, payments, documents, faults.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=0, help="port to listen on; 0 takes a free one (default: %(default)s)")
    add("--cid", default="1000011", help="customer number to accept (default: %(default)s)")
    add("--apicode", default="made-up-apicode", help="secret to accept; make one up (default: %(default)s)")
    add(
        "--token-life",
        type=float,
        default=7200.0,
        metavar="SECONDS",
        help="how long a token lives (default: %(default)s)",
    )
    add("--page-size", type=int, default=1000, metavar="N", help="status updates per answer (default: %(default)s)")
    add("--reread-limit", type=int, metavar="N", help="status updates per answer to date or billnum (default: all)")
    add("--reread-consume", action="store_true", help="let reads by date or billnum record what they answer")
    add(
        "--reread-by",
        choices=DAYS,
        default=DAYS[0],
        help="which day of a status update date means (default: %(default)s)",
    )
    add(
        "--reread-lag",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="how long date and billnum do not find what was handed out or added (default: %(default)s)",
    )
    add("--reread-only-recorded", action="store_true", help="let date and billnum find only what is recorded")
    add(
        "--payments-lag",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="how long booked payments and credit notes do not show as updates (default: %(default)s)",
    )
    add("--pdf-bytes", type=int, default=0, metavar="N", help="how large a PDF is at least (default: %(default)s)")
    add("--invoices", type=int, default=20, metavar="N", help="open invoices to pay (default: %(default)s)")
    add(
        "--updates", type=int, default=0, metavar="N", help="status updates waiting to be polled (default: %(default)s)"
    )
    add("--seed", type=int, default=0, help="which updates and which faults (default: %(default)s)")
    add("--fault-rate", type=float, default=0.0, metavar="SHARE", help="share of requests that go wrong, 0 to 1")
    add("--fault", action="append", choices=CATALOGUE, metavar="NAME", help="only this fault; may be repeated")
    add("--list-faults", action="store_true", help="print the names of the faults and stop")
    return parser


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
