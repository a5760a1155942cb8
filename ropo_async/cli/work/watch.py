"""The feed of an account, polled into a journal and printed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import anyio
from attrs import frozen

from ropo_async import Delivery, Inbox, Journal, RopoClient, Round, StatusUpdate
from ropo_async.cli.work.screen import as_it_came, cell
from ropo_async.cli.work.status import Status

if TYPE_CHECKING:
    from ropo_async.cli.work.desk import Desk

__all__ = ["Feed", "ask_first", "drained", "forever", "once"]


@frozen
class Feed:
    """What is said of the feed on the command line."""

    cid: str | None = None
    since: date | None = None

    def inbox(self, desk: Desk, ropo: RopoClient, journal: Journal) -> Inbox:
        """Return its inbox."""
        return Inbox(ropo.status_updates, journal, cid=desk.cid(self.cid), since=self.since)


def ask_first(desk: Desk, feed: Feed, *, yes: bool) -> None:
    """Ask before a production server is polled into a journal that has never seen it: it may be the wrong journal."""

    async def is_first(desk: Desk) -> bool:
        if not desk.is_production:
            return False
        async with desk.both() as (ropo, journal):
            return (await journal.state(feed.inbox(desk, ropo, journal).account)).began is None

    if not yes and desk.run(is_first):
        desk.ask(
            "This journal is new, and the server is production: what it hands out is marked as recorded there, and "
            "no other program gets it. Go on?",
            yes=yes,
        )


async def once(desk: Desk, feed: Feed) -> Status:
    """Do one round, and print what waits."""
    async with desk.both() as (ropo, journal):
        inbox = feed.inbox(desk, ropo, journal)
        status = drained(desk, await inbox.drain())
        try:
            async for delivery in inbox.deliveries(forever=False):
                async with delivery as update:
                    _print(desk, delivery, update)
        finally:
            with anyio.CancelScope(shield=True):
                await inbox.give_back()
        if (await inbox.health()).open_gaps:
            desk.screen.note("ropo: a gap is open: its days are read again by the next rounds; see `ropo journal gaps`")
            return Status.OPEN
        return status


async def forever(desk: Desk, feed: Feed, every: int) -> Status:
    """Poll in the background, and print what comes."""
    async with desk.both() as (ropo, journal):
        inbox = feed.inbox(desk, ropo, journal)
        desk.screen.note(f"ropo: watching customer id {inbox.account.cid}; Ctrl-C ends it, and loses nothing")
        async with inbox.polling(timedelta(seconds=every)):
            async for delivery in inbox:
                async with delivery as update:
                    _print(desk, delivery, update)
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


def _print(desk: Desk, delivery: Delivery, update: StatusUpdate) -> None:
    if desk.screen.as_json:
        desk.screen.record(_record(delivery, update))
    else:
        desk.screen.line(_line(update))


def _record(delivery: Delivery, update: StatusUpdate) -> dict[str, Any]:
    return {
        "key": delivery.key,
        "cid": delivery.account.cid,
        "source": delivery.source,
        "attempt": delivery.attempt,
        "revision": delivery.revision,
        "update": as_it_came(update.raw),
    }


def _line(update: StatusUpdate) -> str:
    """Return an update on one line, in columns."""
    what = update.statusref or update.statustext or ""
    return (
        f"{cell(update.statustime):19}  {cell(update.statustype):8}  {cell(update.billnum):12}  "
        f"{cell(update.amount):>12}  open {cell(update.openamount):>12}  {cell(what)}"
    ).rstrip()
