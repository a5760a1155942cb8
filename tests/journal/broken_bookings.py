"""Journals that forget one rule of the bookings each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from ropo_async.journal import Account, Booking, BookingState, Journal, Saved
from ropo_async.journal.bookings import key_of
from ropo_async.journal.conformance._stage import MINE
from tests.journal.broken import Broken

if TYPE_CHECKING:
    from datetime import datetime


class ReplacesBookings(Broken):
    async def add_booking(self, booking: Booking) -> Booking:
        await self.inner.add_booking(booking)
        return booking


class OverwritesBookings(Broken):
    async def save_booking(self, booking: Booking) -> Saved:
        now = await self.inner.booking(booking.account, booking.operation_id)
        return await self.inner.save_booking(booking if now is None else evolve(booking, version=now.version))


class ForgetsTheBaseline(Broken):
    async def save_booking(self, booking: Booking) -> Saved:
        return await self.inner.save_booking(evolve(booking, baseline=booking.baseline or None))


class LetsEveryoneSend(Broken):
    """By names of their own, which are not the invoice's."""

    async def save_booking(self, booking: Booking) -> Saved:
        return await self.inner.save_booking(evolve(booking, keys=(f"own:{booking.operation_id}",)))


class GuardsOneName(Broken):
    async def save_booking(self, booking: Booking) -> Saved:
        return await self.inner.save_booking(evolve(booking, keys=booking.keys[:1]))


class GuardsWhatIsAtRest(Broken):
    async def save_booking(self, booking: Booking) -> Saved:
        saved = await self.inner.save_booking(booking)
        if saved is Saved.YES and not booking.state.in_flight:
            held = evolve(booking, state=BookingState.SENDING, version=booking.version + 1)
            await self.inner.save_booking(held)
        return saved


class FindsBookingsOfAnyState(Broken):
    async def bookings(self, account: Account, *, states: Any = None, **filters: Any) -> list[Booking]:
        return await self.inner.bookings(account, **filters)


class StartsOver(Broken):
    async def bookings(self, account: Account, *, after: str = "", **filters: Any) -> list[Booking]:
        return await self.inner.bookings(account, after="op-2" if after else "", **filters)


class TakesEverybodyForDead(Broken):
    async def is_gone(self, sender: str) -> bool:
        return True


class TakesNobodyForDead(Broken):
    async def is_gone(self, sender: str) -> bool:
        return False


class KeepsBookings(Broken):
    async def purge(self, *, acked_older_than: datetime) -> int:
        return 0


class ErasesWhatIsNeeded(Broken):
    async def erase(self, *, billnum: str, account: Account | None = None) -> int:
        return await _emptied(self.inner, await self.inner.bookings(MINE, keys=[key_of("billnum", billnum)]))


class PurgesWhatIsYoung(Broken):
    async def purge(self, *, acked_older_than: datetime) -> int:
        return await _emptied(self.inner, await self.inner.bookings(MINE))


async def _emptied(journal: Journal, found: list[Booking]) -> int:
    for one in found:
        await journal.save_booking(evolve(one, body=None))
    return len(found)
