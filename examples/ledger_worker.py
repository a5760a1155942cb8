"""A worker that keeps a ledger in PostgreSQL: each update is booked there exactly once, however many workers run.

ROPO_SERVER, ROPO_CID and ROPO_APICODE name the account, DATABASE_URL the database, which holds journal and ledger.
"""

import asyncio
import os
from datetime import timedelta

import psycopg

from ropo_async import Delivery, Inbox, Journal, RopoClient, StatusUpdate

EVERY = timedelta(minutes=1)
TABLE = """
    CREATE TABLE IF NOT EXISTS ledger (
        key text PRIMARY KEY, statusid text, revision integer NOT NULL,
        billnum text, kind text, day date, amount numeric
    )
"""
BOOK = """
    INSERT INTO ledger (key, statusid, revision, billnum, kind, day, amount)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


async def book(connection: psycopg.AsyncConnection, delivery: Delivery, update: StatusUpdate) -> None:
    """Write one line into the ledger."""
    day = None if update.statustime is None else update.statustime.date()
    line = (delivery.key, update.statusid, delivery.revision, update.billnum, update.statustype, day, update.amount)
    await connection.execute(BOOK, line)


async def consume(inbox: Inbox, connection: psycopg.AsyncConnection) -> None:
    """Book one update after the other, each in a transaction of its own."""
    async for delivery in inbox:
        async with delivery as update, connection.transaction():
            await book(connection, delivery, update)
            await delivery.ack(using=connection)  # the line and the acknowledgement: both happen, or neither


async def main() -> None:
    """Poll, or stand by while another worker does, and consume, until somebody ends the process."""
    database = os.environ["DATABASE_URL"]
    async with (
        RopoClient.from_env() as ropo,
        Journal.open(database) as journal,
        await psycopg.AsyncConnection.connect(database, autocommit=True) as connection,
    ):
        await connection.execute(TABLE)
        inbox = Inbox(ropo.status_updates, journal)
        async with inbox.polling(every=EVERY):
            await consume(inbox, connection)


if __name__ == "__main__":
    asyncio.run(main())
