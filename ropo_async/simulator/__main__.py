"""Serve a simulator from the command line: `python -m ropo_async.simulator --help`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from ropo_async.simulator.archive import DAYS, Rereads
from ropo_async.simulator.plan import CATALOGUE, named
from ropo_async.simulator.scenario import play
from ropo_async.simulator.server import serve
from ropo_async.simulator.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["main"]

_PROGRAM = "python -m ropo_async.simulator"
_EXAMPLES = """examples:
  python -m ropo_async.simulator
  python -m ropo_async.simulator --port 8080 --updates 2500 --seed 1
  python -m ropo_async.simulator --updates 50000 --fault-rate 0.05
  python -m ropo_async.simulator --updates 5000 --fault-rate 0.2 --fault drop_after --fault cut
  python -m ropo_async.simulator --fault drop_after=0.1 --fault status_503_before=0.05 --fault-limit 20 --seed 7
  python -m ropo_async.simulator --fault drop_after=0.5 --fault-operation "POST /jobs/payment"
  python -m ropo_async.simulator --now 2026-11-20T23:59:00+02:00 --speed 60 --token-life 600
  python -m ropo_async.simulator --updates 5000 --reread-limit 1000 --reread-by paydate
  python -m ropo_async.simulator --list-faults
  python -m ropo_async.simulator --scenario scenario.json

a scenario holds lists of calls, with the arguments of the Python functions of the simulator:
  {
    "invoices": [{"billnum": "R1", "amount": "710.00"}, {"billnum": "R2", "amount": 25.5, "closed": true}],
    "updates": [{"count": 500, "seed": 3}, {"records": [{"statusid": "P1", "billnum": "R1", "amount": 10.00}]}],
    "bank_payments": [{"billnum": "R1", "amount": "10.00", "paydate": "2026-11-20"}],
    "payment_statuses": [{"statusid": 11, "billnum": "R2"}],
    "credit_note_statuses": [{"statusid": 5}],
    "faults": [{"fault": "drop_after", "operation": "POST /jobs/payment", "skip": 1, "times": 2}],
    "random": [{"rate": {"cut": 0.1, "delay": 0.2}, "operation": "GET /jobs/statusupdates", "seed": 7, "limit": 50}]
  }
"""


def main(arguments: Sequence[str] | None = None, *, prog: str = _PROGRAM) -> int:
    """Serve until Ctrl-C; return 0, or 1 where the address cannot be had. `prog` is how the command is called."""
    parser = _parser(prog)
    options = parser.parse_args(arguments)
    if options.list_faults:
        sys.stdout.writelines(f"{name}\n" for name in CATALOGUE)
        return 0
    try:
        simulator = _simulator(options)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    try:
        anyio.run(_serve, simulator, options.host, options.port)
    except KeyboardInterrupt:
        pass
    except OSError as error:
        sys.stderr.write(f"cannot listen on {options.host} port {options.port}: {os.strerror(error.errno or 0)}\n")
        return 1
    return 0


def _simulator(options: argparse.Namespace) -> Simulator:
    clock, now = _clocks(options.now, options.speed)
    simulator = Simulator(
        cid=options.cid,
        apicode=options.apicode,
        token_life=options.token_life,
        clock=clock,
        now=now,
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
    _leave_to_chance(simulator, options)
    if options.scenario is not None:
        play(simulator, options.scenario.read_text(encoding="utf-8"))
    return simulator


def _clocks(start: datetime | None, speed: float) -> tuple[Callable[[], float], Callable[[], datetime]]:
    """Clocks that begin at `start`, by default now, and pass `speed` seconds in each."""
    began, start = time.monotonic(), start or datetime.now(UTC)

    def passed() -> float:
        return (time.monotonic() - began) * speed

    return passed, lambda: start + timedelta(seconds=passed())


def _leave_to_chance(simulator: Simulator, options: argparse.Namespace) -> None:
    shares: dict[str, float | None] = dict(options.fault or ())
    given = {name: share for name, share in shares.items() if share is not None}
    if given and len(given) < len(shares):
        raise ValueError("give each --fault a share, or none of them")
    if not options.fault_rate and shares and not given:
        raise ValueError("--fault needs a share, or --fault-rate")
    simulator.faults.random(
        rate=given or options.fault_rate,
        seed=options.seed,
        kinds=None if given or not shares else list(shares),
        operation=options.fault_operation,
        limit=options.fault_limit,
    )


def _share(text: str) -> tuple[str, float | None]:
    """Read `NAME` or `NAME=SHARE`."""
    name, said, share = text.rpartition("=")
    known = name if said else text
    named(known)
    return known, float(share) if said else None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone")
    return moment


async def _serve(simulator: Simulator, host: str, port: int) -> None:
    async with serve(simulator, host=host, port=port, page=0) as running:
        billnums = [invoice.billnum for invoice in simulator.truth.invoices.values()]
        shown = f"{billnums[0]} to {billnums[-1]}" if billnums else "none"
        sys.stdout.write(
            f"url       {running.url}\n"
            f"page      {running.page}\n"
            f"cid       {simulator.cid}\n"
            f"apicode   {simulator.apicode}\n"
            f"invoices  {shown}\n"
            f"updates   {len(simulator.truth.pending)}\n"
            "Stop with Ctrl-C.\n"
        )
        sys.stdout.flush()
        # Cancelled by Ctrl-C, which leaves the block and so closes every connection.
        await anyio.sleep_forever()


def _parser(prog: str = _PROGRAM) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Serve a pretended Ropo One on this machine: jobs, status updates, payments, documents, faults.",
        epilog=_EXAMPLES.replace(_PROGRAM, prog),
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
    add(
        "--fault",
        action="append",
        type=_share,
        metavar="NAME[=SHARE]",
        help="only this fault, with this share of requests; may be repeated",
    )
    add("--fault-operation", metavar="OPERATION", help='only requests such as "POST /jobs/payment" go wrong')
    add("--fault-limit", type=int, metavar="N", help="how many faults there are at most (default: any number)")
    add("--now", type=_moment, metavar="TIME", help="time of day to start at, with zone (default: the present)")
    add("--speed", type=float, default=1.0, metavar="N", help="seconds that pass in a second (default: %(default)s)")
    add("--scenario", type=Path, metavar="FILE", help="JSON file with data, faults and answers, as shown below")
    add("--list-faults", action="store_true", help="print the names of the faults and stop")
    return parser


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
