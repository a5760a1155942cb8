"""The journal on any SQL database: each method one transaction, whose SQL is in the rooms beside this one."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from attrs import define, field

from ropo_async._values import storable
from ropo_async.errors import InvalidInput, JournalError
from ropo_async.journal import _activity, _bookings, _care, _gaps, _leases, _merge, _polls, _schema
from ropo_async.journal._acks import Acks
from ropo_async.journal.base import Journal
from ropo_async.journal.bookings import Saved

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date, datetime

    import anyio

    from ropo_async.journal.activity import Activity
    from ropo_async.journal.base import Turn
    from ropo_async.journal.bookings import Booking, BookingState
    from ropo_async.journal.engine import Engine, Lock
    from ropo_async.journal.gaps import Gap, Loss
    from ropo_async.journal.values import (
        Account,
        AccountState,
        DeadLetter,
        Entry,
        Health,
        Leased,
        Lent,
        Merged,
        PollState,
        Quarantined,
        Received,
        Source,
        StoredPoll,
        StoredRecord,
        Unreadable,
    )

__all__ = ["SqlJournal"]


@define
class _Turn:
    epoch: int
    _lock: Lock

    async def release(self) -> None:
        await self._lock.release()


@define(eq=False)
class SqlJournal(Journal):
    """A journal on a database engine."""

    engine: Engine
    _indexed: set[str] = field(factory=set[str], init=False, repr=False)
    _sender: str | None = field(default=None, init=False, repr=False)
    _ids: dict[Account, int] = field(factory=dict["Account", int], init=False, repr=False)
    _acks: Acks = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._acks = Acks(self.engine)

    async def take_turn(self, account: Account) -> Turn | None:
        lock = await self.engine.try_lock(f"{account.server} {account.cid}")
        if lock is None:
            return None
        try:
            epoch = await self.engine.run(partial(_polls.next_epoch, account=await self._id(account)))
        except BaseException:
            await lock.release()
            raise
        return _Turn(epoch, lock)

    async def state(self, account: Account) -> AccountState:
        return await self.engine.run(partial(_polls.state, account=await self._id(account)))

    async def check_room(self) -> None:
        await self.engine.check_room()

    async def intend(self, account: Account, epoch: int, source: Source, param: str, *, at: datetime) -> int:
        number = await self._id(account)
        return await self.engine.run(
            lambda tx: _polls.intend(tx, number, epoch, source, storable(param), at=at.timestamp())
        )

    async def receive(self, poll: int, received: Received, *, at: datetime) -> None:
        await self.engine.run(lambda tx: _polls.receive(tx, poll, received, at.timestamp()))

    async def merge(
        self,
        poll: int,
        entries: Sequence[Entry],
        unreadable: Sequence[Unreadable] = (),
        *,
        source: Source,
        at: datetime,
        loss: Loss | None = None,
    ) -> Merged:
        return await self.engine.run(
            lambda tx: _merge.merge(tx, poll, entries, unreadable, source=source, at=at.timestamp(), loss=loss)
        )

    async def settle(
        self,
        poll: int,
        state: PollState,
        *,
        at: datetime,
        loss: Loss | None = None,
        clean_since: datetime | None = None,
    ) -> None:
        since = None if clean_since is None else clean_since.timestamp()
        await self.engine.run(lambda tx: _polls.settle(tx, poll, state, at=at.timestamp(), loss=loss, since=since))

    async def unfinished(self, account: Account, epoch: int) -> list[StoredPoll]:
        number = await self._id(account)
        return await self.engine.run(lambda tx: _polls.unfinished(tx, number, epoch))

    async def lose(self, account: Account, loss: Loss) -> None:
        number = await self._id(account)
        await self.engine.run(lambda tx: _gaps.lose(tx, number, loss, loss.until.timestamp()))

    async def gaps(self, account: Account | None = None, *, unclosed: bool = False) -> list[Gap]:
        number = await self._id(account)
        return await self.engine.run(lambda tx: _gaps.gaps(tx, number, unclosed=unclosed))

    async def save_gap(self, gap: Gap) -> bool:
        return await self.engine.run(lambda tx: _gaps.save(tx, gap))

    async def keys_on(self, account: Account, day: date, *, before: datetime) -> set[str]:
        number = await self._id(account)
        return await self.engine.run(lambda tx: _care.keys_on(tx, number, day.isoformat(), before.timestamp()))

    async def open_invoices(self, account: Account, *, limit: int) -> list[str]:
        number = await self._id(account)
        return await self.engine.run(lambda tx: _care.open_invoices(tx, number, limit))

    async def note_sweep(self, account: Account, sweep: str, day: date) -> None:
        number = await self._id(account)
        await self.engine.run(lambda tx: _polls.note_sweep(tx, number, sweep, day.isoformat()))

    async def lease(
        self,
        accounts: Collection[Account] | None,
        *,
        limit: int,
        seconds: float,
        attempts: int,
        grouped: bool = False,
    ) -> Lent:
        numbers = None if accounts is None else [await self._id(account) for account in accounts]
        for delivery in (*(("by invoice",) if grouped else ()), *(("of all",) if accounts is None else ())):
            if delivery not in self._indexed:
                await self.engine.run(partial(_schema.index_for, delivery=delivery))
                self._indexed.add(delivery)
        return await self._acks.run(lambda tx: _leases.lease(tx, numbers, limit, seconds, attempts, grouped=grouped))

    async def extend(self, leases: Sequence[Leased], seconds: float) -> set[int]:
        return await self._acks.run(lambda tx: _leases.extend(tx, leases, seconds))

    async def ack(self, leased: Leased) -> None:
        await self._acks.run(lambda tx: _leases.ack(tx, leased))

    async def ack_soon(self, leased: Leased, late: Callable[[Leased], None]) -> None:
        if self._acks.add(leased, late):
            await self._acks.settle()

    async def ack_using(self, leased: Leased, connection: Any) -> None:
        if not await self.engine.run_using(connection, _leases.ACK, (time.time(), leased.seq, leased.token)):
            raise _leases.lost(leased)

    async def put_off(self, leased: Leased, *, seconds: float, attempts: int, error: str) -> bool:
        return await self.engine.run(lambda tx: _leases.put_off(tx, leased, seconds, attempts, storable(error)))

    async def give_back(self, leases: Sequence[Leased]) -> None:
        await self._acks.run(lambda tx: _leases.give_back(tx, leases))

    def bell(self) -> anyio.Event:
        return self.engine.bell()

    async def wait(self, bell: anyio.Event, seconds: float) -> None:
        await self.engine.wait(bell, seconds)

    async def dead(self, account: Account | None = None) -> list[DeadLetter]:
        which = "" if account is None else " AND r.account = ?"
        values = () if account is None else (await self._id(account),)
        return await self._acks.run(lambda tx: _leases.dead(tx, which, values))

    async def requeue(self, account: Account | None = None, *, seqs: Collection[int] | None = None) -> int:
        number = await self._id(account)
        listed = None if seqs is None else sorted(seqs)
        return await self._acks.run(lambda tx: _leases.requeue(tx, number, listed))

    async def quarantined(
        self, account: Account | None = None, *, after: int = 0, limit: int = 100
    ) -> list[Quarantined]:
        number = await self._id(account)
        return await self.engine.run(lambda tx: _care.quarantined(tx, number, after, limit))

    async def records(self, account: Account | None = None, *, after: int = 0, limit: int = 1000) -> list[StoredRecord]:
        number = await self._id(account)
        return await self._acks.run(lambda tx: _care.records(tx, number, after, limit))

    async def release_quarantined(self, quarantined: Quarantined, entry: Entry, *, at: datetime) -> Merged:
        return await self.engine.run(lambda tx: _care.release_quarantined(tx, quarantined, entry, at.timestamp()))

    async def add_booking(self, booking: Booking) -> Booking:
        number = await self._id(booking.account)
        return await self.engine.run(lambda tx: _bookings.add(tx, booking.account, number, booking))

    async def save_booking(self, booking: Booking) -> Saved:
        number = await self._id(booking.account)
        try:
            return await self.engine.run(lambda tx: _bookings.save(tx, number, booking))
        except _bookings.BusyError:
            return Saved.BUSY

    async def sender(self) -> str:
        if self._sender is None:
            name = uuid4().hex
            await self.engine.try_lock(f"sender {name}", once=True)
            self._sender = self._sender or name  # another task may have been faster
        return self._sender

    async def is_gone(self, sender: str) -> bool:
        lock = await self.engine.try_lock(f"sender {sender}", once=True)
        if lock is None:
            return False
        await lock.release()
        return True

    async def booking(self, account: Account, operation_id: str) -> Booking | None:
        number = await self._id(account)
        return await self.engine.run(lambda tx: _bookings.find(tx, account, number, operation_id))

    async def bookings(
        self,
        account: Account,
        *,
        states: Collection[BookingState] | None = None,
        keys: Collection[str] | None = None,
        due: datetime | None = None,
        after: str = "",
        limit: int = 100,
    ) -> list[Booking]:
        number = await self._id(account)
        return await self.engine.run(lambda tx: _bookings.several(tx, account, number, states, keys, due, after, limit))

    async def health(self, account: Account | None = None, *, now: datetime) -> Health:
        number = await self._id(account)
        return await self._acks.run(lambda tx: _care.health(tx, number, now))

    async def activity(self, *, since: datetime) -> list[Activity]:
        return await self._acks.run(lambda tx: _activity.activity(tx, since.timestamp()))

    async def purge(self, *, acked_older_than: datetime) -> int:
        return await self._acks.run(lambda tx: _care.purge(tx, acked_older_than.timestamp()))

    async def erase(self, *, billnum: str, account: Account | None = None) -> int:
        if not isinstance(billnum, str) or not billnum.strip():
            raise InvalidInput("billnum must be text, and not empty")
        number = await self._id(account)
        return await self._acks.run(lambda tx: _care.erase(tx, number, storable(billnum)))

    async def aclose(self) -> None:
        try:
            with suppress(JournalError):  # what is not settled is delivered again
                await self._acks.settle()
        finally:
            await self.engine.aclose()

    async def _id(self, account: Account | None) -> Any:
        """Return the number of an account, None for all of them."""
        if account is not None and account not in self._ids:
            self._ids[account] = await self.engine.run(partial(_polls.account_id, account=account))
        return None if account is None else self._ids[account]
