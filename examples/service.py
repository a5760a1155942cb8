"""A service that follows the feed: each update comes into its ledger once, whatever happens to the service.

The server and the credentials come from the environment: ROPO_SERVER, ROPO_CID, ROPO_APICODE.
"""

import logging
import os
import sqlite3
from datetime import timedelta

import anyio

from ropo_async import Delivery, Inbox, Journal, RopoClient, StatusUpdate

EVERY = timedelta(seconds=0.3)
"""The pause between two looks at the feed: short for a demonstration, a minute or more elsewhere."""
LEASE = 2.0
"""Seconds until an update whose consumer has died is delivered again; 60 if you say nothing."""
CONSUMERS = 3


class Ledger:
    """Where the updates go: here a small database, elsewhere your ERP."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA synchronous = OFF")  # a power cut is no part of the demonstration
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS booked (key TEXT PRIMARY KEY, statusid TEXT, amount TEXT, source TEXT, "
            "times INTEGER NOT NULL DEFAULT 1)"
        )

    def book(self, delivery: Delivery, update: StatusUpdate) -> None:
        """Book it, unless that was done: an update may be delivered again, and then it has the same key."""
        amount = None if update.amount is None else str(update.amount)
        with self._db:
            self._db.execute(
                "INSERT INTO booked (key, statusid, amount, source) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET times = times + 1",
                (delivery.key, update.statusid, amount, delivery.source),
            )


async def consume(inbox: Inbox, ledger: Ledger) -> None:
    """Book one update after the other."""
    async for delivery in inbox.deliveries(lease=LEASE):
        async with delivery as update:  # left normally: never again; by an exception: delivered again later
            ledger.book(delivery, update)  # takes a millisecond; what takes longer belongs into a thread


async def main() -> None:
    """Follow the feed until somebody ends the process, in whatever way."""
    logging.basicConfig(format="%(message)s")  # the library tells of losses and failures as warnings
    ledger = Ledger(os.environ["LEDGER"])
    async with RopoClient.from_env() as ropo, Journal.open(os.environ["JOURNAL"]) as journal:
        inbox = Inbox(ropo.status_updates, journal)
        async with inbox.polling(every=EVERY), anyio.create_task_group() as consumers:
            for _ in range(CONSUMERS):
                consumers.start_soon(consume, inbox, ledger)


if __name__ == "__main__":
    anyio.run(main)
