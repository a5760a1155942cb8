"""Reconciliation, for a nightly job: holds the ledger of ledger_worker.py against what Ropo One says of a day.

`python reconcile.py 2026-11-20`, or without a day for yesterday. It changes nothing, and ends with 1 where they differ.
"""

import asyncio
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import psycopg
from attrs import frozen

from ropo_async import RopoClient, StatusUpdate

CAP = 1000
"""So many updates of a day may mean that there are more of them."""
LINES = """
    SELECT DISTINCT ON (statusid) statusid, billnum, amount
    FROM ledger WHERE day = %s AND statusid IS NOT NULL ORDER BY statusid, revision DESC
"""


@frozen
class Line:
    """What one side says of an update."""

    statusid: str
    billnum: str | None
    amount: Decimal | None


async def ours(database: str, day: date) -> list[Line]:
    """Return what the ledger has of a day, in its latest revision."""
    async with await psycopg.AsyncConnection.connect(database) as connection:
        cursor = await connection.execute(LINES, (day,))
        return [Line(statusid, billnum, amount) for statusid, billnum, amount in await cursor.fetchall()]


async def theirs(ropo: RopoClient, day: date, billnums: Iterable[str]) -> list[Line]:
    """Return what Ropo One has of a day; where that may be capped, also of each of these invoices."""
    page = await ropo.status_updates.on(day)
    updates = list(page)
    if len(page) + len(page.undecoded) >= CAP:
        for billnum in billnums:
            updates += [update for update in await ropo.status_updates.of_invoice(billnum) if _is_of(day, update)]
    return list({line.statusid: line for line in map(_line, updates) if line is not None}.values())


def differences(ours: Iterable[Line], theirs: Iterable[Line]) -> Iterator[str]:
    """Say in words where the two sides differ."""
    here, there = ({line.statusid: line for line in side} for side in (ours, theirs))
    for statusid in sorted(here.keys() | there.keys()):
        match here.get(statusid), there.get(statusid):
            case None, _:
                yield f"{statusid}: is missing here"
            case _, None:
                yield f"{statusid}: is not known there"
            case mine, other if mine != other:
                yield f"{statusid}: differs in invoice or amount"
            case _:
                pass


async def main(day: date) -> int:
    """Print the differences of a day, and return how many there are."""
    booked = await ours(os.environ["DATABASE_URL"], day)
    async with RopoClient.from_env() as ropo:
        known = await theirs(ropo, day, sorted({line.billnum for line in booked if line.billnum}))
    found = list(differences(booked, known))
    print(*found, f"{day}: {len(booked)} here, {len(known)} there, {len(found)} differences", sep="\n")
    return len(found)


def _line(update: StatusUpdate) -> Line | None:
    return None if update.statusid is None else Line(update.statusid, update.billnum, update.amount)


def _is_of(day: date, update: StatusUpdate) -> bool:
    return update.statustime is not None and update.statustime.date() == day


if __name__ == "__main__":
    yesterday = datetime.now(ZoneInfo("Europe/Helsinki")).date() - timedelta(days=1)
    asked = date.fromisoformat(sys.argv[1]) if sys.argv[1:] else yesterday
    sys.exit(bool(asyncio.run(main(asked))))
