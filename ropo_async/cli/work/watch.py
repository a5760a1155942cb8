"""A feed, polled into a journal and printed: of Ropo's updates, and of whatever else an inbox can follow."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import anyio
from attrs import frozen

from ropo_async import Delivery, Inbox, Journal, RopoClient, Round, StatusUpdate
from ropo_async.cli.work.screen import as_it_came, cell
from ropo_async.cli.work.status import Status

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from contextlib import AbstractAsyncContextManager

    from ropo_async.cli.work.desk import Desk

__all__ = ["Feed", "Watched", "ask_first", "drained", "forever", "once"]


class Watched(Protocol):
    """What is watched."""

    def is_production(self, desk: Desk) -> bool:
        """Whether it is followed in earnest."""
        ...

    def opened(self, desk: Desk) -> AbstractAsyncContextManager[tuple[Inbox[Any], Journal]]:
        """Open its inbox, and the journal that this is on."""
        ...

    def line(self, record: Any) -> str:
        """Return a record on one line, in columns."""
        ...


@frozen
class Feed:
    """Ropo's status updates, and what is said of them on the command line."""

    cid: str | None = None
    since: date | None = None

    def is_production(self, desk: Desk) -> bool:
        """Whether the server is none for tests."""
        return desk.is_production

    def inbox(self, desk: Desk, ropo: RopoClient, journal: Journal) -> Inbox:
        """Return its inbox."""
        return Inbox(ropo.status_updates, journal, cid=desk.cid(self.cid), since=self.since)

    @asynccontextmanager
    async def opened(self, desk: Desk) -> AsyncGenerator[tuple[Inbox, Journal]]:
        """Open its inbox, and the journal that this is on."""
        async with desk.both() as (ropo, journal):
            yield self.inbox(desk, ropo, journal), journal

    def line(self, record: StatusUpdate) -> str:
        """Return an update on one line, in columns."""
        what = record.statusref or record.statustext or ""
        return (
            f"{cell(record.statustime):19}  {cell(record.statustype):8}  {cell(record.billnum):12}  "
            f"{cell(record.amount):>12}  open {cell(record.openamount):>12}  {cell(what)}"
        ).rstrip()


def ask_first(desk: Desk, feed: Watched, *, yes: bool) -> None:
    """Ask before a production server is polled into a journal that has never seen it: it may be the wrong journal."""

    async def is_first(desk: Desk) -> bool:
        if not feed.is_production(desk):
            return False
        async with feed.opened(desk) as (inbox, journal):
            return (await journal.state(inbox.account)).began is None

    if not yes and desk.run(is_first):
        desk.ask(
            "This journal is new, and the server is production: what it hands out is marked there as handed out, and "
            "no other program gets it. Go on?",
            yes=yes,
        )


async def once(desk: Desk, feed: Watched) -> Status:
    """Do one round, and print what waits."""
    async with feed.opened(desk) as (inbox, _):
        status = drained(desk, await inbox.drain())
        try:
            async for delivery in inbox.deliveries(forever=False):
                async with delivery as record:
                    _print(desk, feed, delivery, record)
        finally:
            with anyio.CancelScope(shield=True):
                await inbox.give_back()
        if (await inbox.health()).open_gaps:
            desk.screen.note("ropo: a gap is open: its days are read again by the next rounds; see `ropo journal gaps`")
            return Status.OPEN
        return status


async def forever(desk: Desk, feed: Watched, every: int) -> Status:
    """Poll in the background, and print what comes."""
    async with feed.opened(desk) as (inbox, _):
        desk.screen.note(f"ropo: watching the feed of {inbox.account.name}; Ctrl-C ends it, and loses nothing")
        async with inbox.polling(timedelta(seconds=every)):
            async for delivery in inbox:
                async with delivery as record:
                    _print(desk, feed, delivery, record)
    return Status.DONE


def drained(desk: Desk, done: Round) -> Status:
    """Say what a round has brought."""
    desk.screen.note(
        f"ropo: pages: {done.pages}, updates: {done.records} (new: {done.new}, known already: {done.duplicates}, "
        f"unreadable: {done.quarantined})",
    )
    for trouble in (done.trouble, done.recovery):
        if trouble is not None:
            desk.screen.note(f"ropo: {trouble}")
    return Status.OPEN if done.trouble else Status.DONE


def _print(desk: Desk, feed: Watched, delivery: Delivery[Any], record: Any) -> None:
    if desk.screen.as_json:
        desk.screen.record(_record(delivery, record.raw))
    else:
        desk.screen.line(feed.line(record))


def _record(delivery: Delivery[Any], raw: bytes) -> dict[str, Any]:
    return {
        "key": delivery.key,
        "cid": delivery.account.cid,
        "source": delivery.source,
        "attempt": delivery.attempt,
        "revision": delivery.revision,
        "update": as_it_came(raw),
    }
