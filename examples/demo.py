"""See it work, on a real socket, against the simulator: payments, and a feed that loses nothing when much goes wrong.

The server keeps back answers on purpose, and the service that follows the feed (service.py, beside this file) is killed
in the middle of one. At the end the service's ledger is held against the server's own books.
"""

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill
from threading import Thread
from typing import IO

import anyio
from attrs import define, field, frozen
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ropo_async import (
    Credentials,
    Gap,
    GapState,
    Health,
    Inbox,
    InboxPolicy,
    Journal,
    OutcomeUnknown,
    PaymentRejected,
    RopoClient,
)
from ropo_async.simulator import Fault, Simulator, Truth, serve

SERVICE = Path(__file__).with_name("service.py")
PAID = ("open", "open", "closed", "unknown", "open, answer lost")
"""The invoices that are paid here."""
PAGE = 60
"""Updates on a page, where the vendor has up to 1000."""
HELD = Fault.hang(processed=True)
TROUBLES: tuple[tuple[Fault | None, str], ...] = (
    (Fault.drop(processed=True), "the second one is dropped."),
    (HELD, "the second one is held back, and ..."),
    (Fault.cut(), "the second one breaks off in the middle."),
    (None, "both arrive."),
)
"""What happens to answers. What they hold counts as handed out at the server, which never does so again."""
LATER = timedelta(days=3)
PATIENCE = 90.0
"""Seconds for all of it."""


@frozen
class Booked:
    """One line of the service's ledger."""

    statusid: str
    amount: Decimal
    source: str
    """How it came: from the feed, from an answer that broke off, or because its day was read again."""
    times: int
    """How often it was delivered."""


@define
class Service:
    """The process that follows the feed."""

    environment: dict[str, str] = field(repr=False)
    console: Console
    _process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and show what it logs."""
        self.console.print("The service starts.", style="bold")
        self._process = subprocess.Popen(  # noqa: S603 - the file beside this one
            [sys.executable, str(SERVICE)], env=self.environment, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        assert self._process.stderr is not None
        Thread(target=self._show, args=(self._process.stderr,)).start()

    def kill(self) -> None:
        """End it without a chance to do anything about that."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def check(self) -> None:
        """End the demonstration if the service has ended by itself."""
        if self._process is None or self._process.poll() is not None:
            raise SystemExit("The service has ended by itself: that is a bug.")

    def booked(self) -> list[Booked]:
        """Return what is in its ledger."""
        with closing(sqlite3.connect(self.environment["LEDGER"], timeout=30)) as ledger:
            try:
                rows = ledger.execute("SELECT statusid, amount, source, times FROM booked").fetchall()
            except sqlite3.OperationalError:  # the service has not made it yet
                return []
        return [Booked(statusid, Decimal(amount or 0), source, times) for statusid, amount, source, times in rows]

    def _show(self, log: IO[str]) -> None:
        with log:
            for line in log:
                told = fill(line, self.console.width, initial_indent="  service: ", subsequent_indent=" " * 11)
                self.console.print(told, style="dim", markup=False)


async def pay(simulator: Simulator, ropo: RopoClient) -> Counter[str]:
    """Register a payment for each invoice, once, and count what became of them."""
    outcomes = Counter[str]()
    for number, fate in enumerate(PAID):
        billnum, amount = f"R{1000 + number}", Decimal(f"{25 + number}.50")
        if fate != "unknown":
            simulator.add_invoice(billnum=billnum, amount=amount, closed=fate == "closed")
        if fate == "open, answer lost":
            simulator.fail(Fault.drop(processed=True), operation="POST /jobs/payment")
        try:
            await ropo.payments.register(amount=amount, paydate=datetime.now(UTC).date(), billnum=billnum)
            outcomes["booked"] += 1
        except PaymentRejected as rejected:
            outcomes[f"rejected as {rejected.statusid.name}"] += 1
        except OutcomeUnknown:
            # Never again blindly: look whether it is there.
            seen = await ropo.status_updates.of_invoice(billnum)
            booked = any(update.amount == amount for update in seen)
            outcomes[f"without an answer (a look shows that it {'is' if booked else 'is not'} booked)"] += 1
    return outcomes


async def play(simulator: Simulator, service: Service, inbox: Inbox, show: Callable[[int, int], None]) -> None:
    """Let updates come, and things go wrong with them, until the service has booked all of them."""
    truth, tell = simulator.truth, service.console.print

    def handed_out() -> int:
        return len(truth.recorded)

    def emptied() -> int:
        return sum(exchange.status == 204 and not exchange.query for exchange in truth.requests)

    def booked() -> int:
        return len(service.booked())

    async def until(number: Callable[[], int], goal: int) -> None:
        while number() < goal:
            service.check()
            show(handed_out(), booked())
            await anyio.sleep(0.02)

    service.start()
    await until(emptied, 1)
    for number, (fault, story) in enumerate(TROUBLES):
        rounds, before = emptied(), booked()
        tell(f"{2 * PAGE} updates come in two answers: {story}")
        simulator.add_updates(count=2 * PAGE, days=2, seed=number)
        if fault is not None:
            simulator.fail(fault, operation="GET /jobs/statusupdates", query=(), skip=1)
        await until(handed_out, len(truth.updates))
        if fault is HELD:
            await until(booked, before + 1)  # so that it is in the middle of its work on the first answer, too
            service.kill()
            tell("... the service is killed: that answer is lost for good.", style="bold red")
            service.start()
            rounds += 1  # what this one reads again, at its end, would show the next updates before their time
        await until(emptied, rounds + 1)
    await until(booked, len(truth.updates))
    while (await inbox.health()).waiting:  # the last ones are booked, and not acknowledged yet
        service.check()
        await anyio.sleep(0.02)


def books(truth: Truth, booked: list[Booked]) -> tuple[Table, bool]:
    """Hold the ledger against the server's own books, and tell whether they agree."""
    theirs, ours = truth.recorded, [line.statusid for line in booked]
    paid = sum((record["amount"] for record in truth.updates if record["statustype"] == "payment"), Decimal(0))
    received = sum((line.amount for line in booked), Decimal(0))
    table = Table("", "the server", "the service", title="The books", title_justify="left", title_style="bold")
    table.add_row("status updates", f"{len(theirs):,}", f"{len(ours):,}")
    table.add_row("paid in them, EUR", f"{paid:,}", f"{received:,}")
    return table, Counter(theirs) == Counter(ours) and paid == received and not truth.pending


def ways(truth: Truth, booked: list[Booked], health: Health) -> Table:
    """Tell how the updates came."""
    came = Counter(line.source for line in booked)
    pages, updates = Counter[bool | None](), Counter[bool | None]()
    for page in truth.handed_out:
        pages[page.delivered] += 1
        updates[page.delivered] += len(page.records)

    table = Table(show_header=False, title="How they came", title_justify="left", title_style="bold")
    table.add_row("pages handed out", str(pages.total()))
    table.add_row("  that never arrived", f"{pages[False]}, with {updates[False]} updates")
    table.add_row("  that broke off", f"{pages[None]}, with {updates[None]} updates")
    table.add_row("updates that arrived", str(came["drain"] + came["salvage"]))
    table.add_row("updates found by reading their days again", str(came["backfill"] + came["sweep"]))
    table.add_row("known ones seen on the way, and dropped", f"{health.duplicates:,}")
    table.add_row("delivered again, and recognised by their key", str(sum(line.times - 1 for line in booked)))
    return table


def doubts(then: list[Gap], now: list[Gap]) -> Table:
    """Tell what the journal says about what may be missing."""
    table = Table(show_header=False, title="What may be missing", title_justify="left", title_style="bold")
    for early, late in zip(then, now, strict=True):
        table.add_row("lost answers", Text("\n".join(f"- {cause}" for cause in early.causes)))
        for when, gap in (("when all was booked", early), ("three days later", late)):
            words = gap.reason.removeprefix("; ".join(gap.causes) + ". ")
            table.add_row(when, Text.assemble((gap.state, "bold"), ": ", words))
    return table


def later() -> datetime:
    """Tell the time of three days on."""
    return datetime.now(UTC) + LATER


async def main() -> None:
    """Run the demonstration; it fails where the client's account is not the server's."""
    console = Console(highlight=False)
    simulator = Simulator(page_size=PAGE)
    truth = simulator.truth
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=console, disable=not console.is_terminal)
    with TemporaryDirectory(prefix="ropo-", ignore_cleanup_errors=True) as folder:
        url = f"sqlite:///{folder}/journal.db"
        credentials = Credentials(simulator.cid, simulator.apicode)
        async with serve(simulator) as running, RopoClient(running.url, credentials) as ropo:
            console.print(f"A pretended Ropo One listens on [bold]{running.url}[/]")
            outcomes = await pay(simulator, ropo)
            console.print(f"Payments registered: {', '.join(f'{count} {what}' for what, count in outcomes.items())}.")
            service = Service(
                {name: text for name, text in os.environ.items() if not name.startswith("ROPO_")}
                | {"ROPO_SERVER": running.url, "ROPO_CID": simulator.cid, "ROPO_APICODE": simulator.apicode}
                | {"JOURNAL": url, "LEDGER": f"{folder}/ledger.db"},
                console,
            )
            expected = len(truth.updates) + 2 * PAGE * len(TROUBLES)
            bars = [progress.add_task(name, total=expected) for name in ("handed out", "booked")]

            def show(*counts: int) -> None:
                for bar, count in zip(bars, counts, strict=True):
                    progress.update(bar, completed=count)

            async with Journal.open(url) as journal:
                inbox = Inbox(ropo.status_updates, journal)
                with progress, anyio.move_on_after(PATIENCE):
                    try:
                        await play(simulator, service, inbox, show)
                    finally:
                        service.kill()
                then, health = await inbox.gaps(), await inbox.health()
                console.print("The service is stopped. One more round, by clocks that are three days ahead.")
                simulator.now, hasty = later, InboxPolicy(pace=timedelta(0))
                inbox = Inbox(ropo.status_updates, journal, policy=hasty, now=later)
                await inbox.drain()
                now = await inbox.gaps()
            booked = service.booked()

    table, agree = books(truth, booked)
    for part in (ways(truth, booked, health), doubts(then, now), table):
        console.print(part)
    paid = sum(count for what, count in outcomes.items() if not what.startswith("rejected"))
    if not agree or len(truth.payments) != paid or not all(gap.state is GapState.CLOSED for gap in now):
        raise SystemExit("The client's account differs from the server's: that is a bug.")
    console.print("Nothing is lost, nothing is booked twice.", style="bold green")


if __name__ == "__main__":
    anyio.run(main)
