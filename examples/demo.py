"""See it work: drain a feed and register payments against the simulator, over a real socket, in a few seconds."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import anyio
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ropo_async import Credentials, OutcomeUnknown, PaymentRejected, RopoClient
from ropo_async.simulator import Fault, Simulator, serve

if TYPE_CHECKING:
    from ropo_async import StatusUpdate

UPDATES = 2500
PAID = ("booked", "booked", "closed", "nowhere", "doubtful")
"""What becomes of the invoices that are paid here, by turns."""


def prepare() -> tuple[Simulator, dict[str, Decimal]]:
    """Return a pretended Ropo One with a backlog of updates, and what is about to be paid, by invoice number."""
    simulator = Simulator()
    payments = dict[str, Decimal]()
    for number, fate in enumerate(PAID * 4):
        billnum, amount = f"R{1000 + number}", Decimal(f"{25 + number}.50")
        if fate != "nowhere":
            simulator.add_invoice(billnum=billnum, amount=amount, closed=fate == "closed")
        payments[billnum] = amount
    simulator.add_updates(count=UPDATES, seed=1)
    # One payment is booked, and its answer never arrives.
    simulator.fail(Fault.drop(processed=True), operation="POST /jobs/payment", skip=PAID.index("doubtful"))
    return simulator, payments


async def drain(ropo: RopoClient, progress: Progress) -> list[StatusUpdate]:
    """Take the backlog; in a service, each update would go to a store of yours here."""
    bar = progress.add_task("status updates", total=UPDATES)
    updates: list[StatusUpdate] = []
    async for update in ropo.status_updates.drain():
        updates.append(update)
        progress.update(bar, completed=len(updates))
    return updates


async def pay(ropo: RopoClient, payments: dict[str, Decimal], progress: Progress) -> Counter[str]:
    """Register every payment once and count what became of it."""
    outcomes = Counter[str]()
    today = datetime.now(UTC).date()
    for billnum, amount in progress.track(payments.items(), description="payments"):
        try:
            await ropo.payments.register(amount=amount, paydate=today, billnum=billnum)
            outcomes["booked"] += 1
        except PaymentRejected as rejected:
            outcomes[f"rejected: statusid {int(rejected.statusid)}, {rejected.statusid.name}"] += 1
        except OutcomeUnknown:
            # Never again blindly: look whether it is there.
            seen = await ropo.status_updates.of_invoice(billnum)
            booked = any(update.amount == amount for update in seen)
            outcomes[f"answer lost; looked, and it {'is' if booked else 'is not'} booked"] += 1
    return outcomes


async def main() -> None:
    """Run the demonstration and hold what the client saw against what happened at the server."""
    simulator, payments = prepare()
    console = Console()
    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with serve(simulator) as running:
        console.print(f"A pretended Ropo One listens on [bold]{running.url}[/bold]")
        async with RopoClient(running.url, Credentials(simulator.cid, simulator.apicode)) as ropo:
            with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
                updates = await drain(ropo, progress)
                outcomes = await pay(ropo, payments, progress)

    kinds = Counter(str(update.statustype) for update in updates)
    paid = sum((update.amount for update in updates if update.amount is not None), Decimal(0))
    truth = simulator.truth
    same = [update.statusid for update in updates] == truth.recorded
    booked = len(truth.payments)

    table = Table(title="What happened", title_justify="left", show_header=False, title_style="bold")
    table.add_row("status updates drained", f"{len(updates):,} in {len(truth.handed_out)} pages")
    for kind, count in sorted(kinds.items()):
        table.add_row(f"  of them {kind}s", f"{count:,}")
    table.add_row("  payments in them, to the cent", f"{paid:,} EUR")
    table.add_row("payments registered", str(len(payments)))
    for outcome, count in outcomes.most_common():
        table.add_row(f"  {outcome}", str(count))
    table.add_row("the server's own books", f"{len(truth.recorded):,} updates handed out, {booked} payments booked")
    console.print(table)
    if not same or booked != len(payments) - sum(n for name, n in outcomes.items() if name.startswith("rejected")):
        raise SystemExit("The client's account differs from the server's: that is a bug.")
    console.print("The client's account and the server's agree: nothing lost, nothing booked twice.")


if __name__ == "__main__":
    anyio.run(main)
