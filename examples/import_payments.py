"""Imports a file of payments: `python import_payments.py payments.csv`. Run it again after whatever ended it.

The file has a header and a line per payment: operation_id,billnum,amount,paydate. An operation id is sent once, however
often it is imported, as long as the journal is the same: ROPO_JOURNAL, such as sqlite:////var/lib/ropo/journal.db.
ROPO_SERVER, ROPO_CID and ROPO_APICODE name the account.

It ends with 0 where every payment is booked or clearly rejected, with 2 where the file was refused and nothing was
sent, and with 1 otherwise: run it again later.
"""

import asyncio
import os
import sys
from collections import Counter

from ropo_async import BookingState, BulkProgress, InvalidFile, Journal, PaymentLedger, RopoClient

SETTLED = {BookingState.APPLIED, BookingState.VERIFIED_APPLIED, BookingState.REJECTED}


def show(progress: BulkProgress) -> None:
    """Tell how far it has come, now and then."""
    if progress.done % 100 == 0:
        print(f"{progress.done} of {progress.total}")


async def run(ledger: PaymentLedger, path: str) -> int:
    """Import a file, print what needs a look, and return how many payments that is."""
    states = Counter[str]()
    unsettled = 0
    async with ledger.register_many(path, on_progress=show) as results:
        async for result in results:
            booking = result.booking
            states["not sent" if booking is None else booking.state] += 1
            if booking is None or booking.state not in SETTLED:
                unsettled += 1
                why = result.error if booking is None else booking.reason
                print(f"line {result.line}: {result.operation_id}: {why}")
    print(", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "the file has no payments")
    return unsettled


async def main(path: str) -> int:
    """Import a file, and return the exit code."""
    async with RopoClient.from_env() as ropo, Journal.open(os.environ["ROPO_JOURNAL"]) as journal:
        ledger = PaymentLedger(ropo, journal)
        await ledger.verify_due()  # what an earlier run has left in doubt
        try:
            return min(await run(ledger, path), 1)
        except InvalidFile as refused:
            print(*refused.problems, sep="\n")
            return 2


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
