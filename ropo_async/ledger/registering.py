"""From a registration to its outcome: written down, sent when nothing is in the way, or waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from attrs import evolve, frozen

from ropo_async.errors import InvalidInput, InvoiceBusy, OperationIdReused
from ropo_async.journal import Booking, BookingState
from ropo_async.ledger.sending import content_of, digest_of, names_of

if TYPE_CHECKING:
    from ropo_async.journal import Account
    from ropo_async.ledger.registrations import Registration
    from ropo_async.ledger.sending import Sending
    from ropo_async.ledger.verification import Verification

__all__ = ["Registering"]

PAUSES = (0.05, 1.0)
"""Seconds between two looks at what another task or process is sending: the first, and the longest."""


@frozen
class Registering:
    """Registers what is asked for, for one account."""

    account: Account
    sending: Sending
    verification: Verification

    async def post(self, asked: Registration) -> Booking:
        """Return what became of a registration: sent now, or known before; see `PaymentLedger.register`."""
        new = self._new(asked)
        booking = _filled(await self.sending.journal.add_booking(new), new)
        if booking.digest != digest_of(asked.posting):
            raise OperationIdReused(asked.operation_id)
        pause, longest = PAUSES
        while booking.state in (BookingState.PREPARED, BookingState.SENDING):
            if booking.state is BookingState.SENDING:
                booking = await self.verification.given_up(booking)
            try:
                if booking.state is BookingState.PREPARED:
                    booking = await self.sending.send(booking)
                    continue
            except InvoiceBusy as error:
                if not await self._ends_soon(error.other):
                    raise
            if booking.state is BookingState.PREPARED or booking.state is BookingState.SENDING:
                await anyio.sleep(pause)
                pause = min(2 * pause, longest)
                booking = _filled(await self.known(asked.operation_id, content=False), new)
        return booking

    async def _ends_soon(self, other: str | None) -> bool:
        """Return whether what is in the way is being sent right now, or has just ended."""
        booking = None if other is None else await self.sending.journal.booking(self.account, other)
        if booking is not None and booking.state is BookingState.SENDING:
            booking = await self.verification.given_up(booking)
        return booking is None or booking.state is not BookingState.UNKNOWN

    def _new(self, asked: Registration) -> Booking:
        now, posting = self.sending.now(), asked.posting
        return Booking(
            account=self.account,
            operation_id=asked.operation_id,
            kind=posting.noun,
            digest=digest_of(posting),
            body=content_of(posting),
            billnum=asked.billnum or posting.billnum,
            keys=names_of(posting, asked.billnum),
            created=now,
            changed=now,
        )

    async def known(self, operation_id: str, *, content: bool = True) -> Booking:
        """Return the booking of that id, which must be there, and have its content unless that does not matter.

        Raises:
            InvalidInput: it is not, or has not.
        """
        booking = await self.sending.journal.booking(self.account, operation_id)
        if booking is None:
            raise InvalidInput(
                f"there is no operation {operation_id!r} of this account in this journal; register it first"
            )
        if content and booking.body is None:
            raise InvalidInput(
                f"the content of operation {operation_id!r} was removed from the journal, so it is not sent again"
            )
        return booking


def _filled(booking: Booking, new: Booking) -> Booking:
    """Return one that was never sent, and lost its content meanwhile, with the same content as it is asked for now."""
    if booking.body is not None or booking.state is not BookingState.PREPARED:
        return booking
    return evolve(booking, body=new.body, billnum=new.billnum, keys=new.keys)
