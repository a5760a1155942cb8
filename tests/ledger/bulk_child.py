"""A process that registers a file of payments, or looks into what became of them; it may be killed at any time."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import anyio

from ropo_async import Credentials, Journal, PaymentLedger, RetryPolicy, RopoClient, Timeouts

TIMES = Timeouts(connect=10, read=10, write=10, pool=10, total=20)
EAGER = RetryPolicy(base=0.001, throttled_base=0.001)


async def main(*told: str) -> None:
    task, url, cid, apicode, journal_url, source, later = told

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(later))

    credentials = Credentials(cid, apicode)
    async with (
        RopoClient(url, credentials, timeouts=TIMES, retries=EAGER, hooks=()) as ropo,
        Journal.open(journal_url, clock=lambda: now().timestamp()) as journal,
    ):
        ledger = PaymentLedger(ropo, journal, now=now)
        became = Counter[str]()
        if task == "register":
            async with ledger.register_many(source) as run:
                async for result in run:
                    became[str(result.booking.state) if result.booking else type(result.error).__name__] += 1
            assert run.progress.done == run.progress.total == became.total()
        else:
            became.update(str(booking.state) for booking in await ledger.verify_due())
        print(json.dumps(became))  # noqa: T201 - what its parent reads


if __name__ == "__main__":
    anyio.run(main, *sys.argv[1:])
