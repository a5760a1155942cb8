"""Finding out what became of what was sent, by what its invoice shows. It never sends."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from attrs import define, evolve

from ropo_async import codec
from ropo_async.journal import Booking, BookingState
from ropo_async.ledger import rules
from ropo_async.ledger.sending import UNVERIFIABLE, Sending, posting_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ropo_async.journal import Account
    from ropo_async.postings import Posting

__all__ = ["Verification", "explained"]

BOOKED = [state for state in BookingState if state.booked]
DOUBTFUL = [BookingState.ESCALATED]
WITNESSES = 3
"""Booked payments that are looked for before one is called absent."""
RIVAL = "the invoice shows it or an equal one that nobody has decided yet; look in Ropo One"
AGAIN = timedelta(minutes=15)
"""Until another try, where the last look failed."""
UNREADABLE = "some updates of the invoice cannot be read; look at them, or in Ropo One"
BLIND = "it never showed on the invoice, and neither do payments that are known to be booked; look in Ropo One"


@define
class Verification:
    """Looks at the invoices of bookings whose outcome is unknown."""

    sending: Sending

    async def look(self, booking: Booking, *, at_last: bool = False) -> Booking:
        """Look at the invoice of one that may be booked, and return what is known now.

        `at_last` says that it was found to be absent before: only what the invoice shows can change that.

        Raises:
            TransportError, StatusError, DecodeError: the invoice could not be read; nothing has changed.
        """
        sending = self.sending
        if booking.state is BookingState.SENDING:
            booking = await self.given_up(booking)
        if booking.state is not BookingState.UNKNOWN:
            return booking
        began, posting, billnum = sending.now(), posting_of(booking), booking.billnum or ""
        page = await sending.inbox.read_invoice(billnum)
        following = None if at_last else sending.policy.next_check(booking.sent_at or began, began)
        finding = rules.finding_of(
            posting,
            page.updates,
            baseline=booking.baseline,
            others=await self._equal(booking, posting, BOOKED),
            last=following is None,
            claimed=booking.http_status == 201,
        )
        if finding.state is BookingState.VERIFIED_APPLIED and await self._equal(booking, posting, DOUBTFUL):
            finding = rules.Finding(BookingState.ESCALATED, RIVAL, finding.evidence)
        if finding.state is BookingState.PROBABLY_ABSENT and not at_last:
            doubt = UNREADABLE if page.undecoded else await self._doubt(booking)
            finding = rules.Finding(BookingState.ESCALATED, doubt) if doubt else finding

        def found(current: Booking) -> Booking | None:
            if current.state is not BookingState.UNKNOWN or current.sent_at != booking.sent_at:
                return None
            return evolve(
                current,
                state=finding.state,
                reason=finding.reason,
                evidence=tuple(update.raw for update in finding.evidence),
                due=following if finding.state is BookingState.UNKNOWN else None,
                checks=current.checks + 1,
            )

        return await sending.store(booking, found)

    async def put_off(self, booking: Booking) -> None:
        """Let one whose invoice could not be read wait for the next look, or for a while after the last."""
        now = self.sending.now()
        following = self.sending.policy.next_check(booking.sent_at or now, now) or now + AGAIN

        def later(current: Booking) -> Booking | None:
            return evolve(current, due=following) if current.state is BookingState.UNKNOWN else None

        await self.sending.store(booking, later)

    async def give_up_the_dead(self, account: Account) -> None:
        """Take those whose sender has ended for unknown, at once."""
        after = ""
        while sending := await self.sending.journal.bookings(account, states=[BookingState.SENDING], after=after):
            after = sending[-1].operation_id
            for booking in sending:
                await self.given_up(booking)

    async def given_up(self, booking: Booking) -> Booking:
        """Return one that was being sent as unknown, if its sender has ended, or must have by now."""
        overdue = booking.due is not None and booking.due <= self.sending.now()
        if overdue or (booking.sender is not None and await self.sending.journal.is_gone(booking.sender)):
            return await self.sending.store(booking, partial(self._without_sender, sent_at=booking.sent_at))
        return booking

    def _without_sender(self, booking: Booking, *, sent_at: datetime | None) -> Booking | None:
        if booking.state is not BookingState.SENDING or booking.sent_at != sent_at:
            return None
        now = self.sending.now()
        reason = "the process ended while it was being sent"
        if booking.billnum is None:
            return evolve(booking, state=BookingState.ESCALATED, reason=f"{reason}; {UNVERIFIABLE}", due=None)
        return evolve(booking, state=BookingState.UNKNOWN, reason=reason, due=now)

    async def _equal(self, booking: Booking, posting: Posting, states: Sequence[BookingState]) -> int:
        """Return how many equal ones for the same invoice are in these states."""
        known = await self._others(booking, states, keys=booking.keys)
        return sum(_same(posting, posting_of(one)) for one in known)

    async def _others(
        self, booking: Booking, states: Sequence[BookingState], *, keys: Sequence[str] | None = None
    ) -> list[Booking]:
        found = await self.sending.journal.bookings(booking.account, states=states, keys=keys, limit=1000)
        others = [one for one in found if one.operation_id != booking.operation_id and one.body is not None]
        return [one for one in others if one.kind == booking.kind]

    async def _doubt(self, booking: Booking) -> str:
        """Return why not showing proves nothing, where what is surely booked does not show either."""
        sent_at = booking.sent_at or booking.changed
        booked = await self._others(booking, BOOKED)
        witnesses = [one for one in booked if one.billnum and _before(one, sent_at)]
        for witness in witnesses[:WITNESSES]:
            page = await self.sending.inbox.read_invoice(witness.billnum or "")
            if rules.candidates(posting_of(witness), page.updates):
                return ""
        return BLIND if witnesses else ""


def explained(booking: Booking) -> tuple[str, ...] | None:
    """Return the baseline of one whose evidence somebody has found to be something else."""
    if booking.baseline is None and not booking.evidence:
        return None
    return (*(booking.baseline or ()), *(rules.key_of(codec.read_update(record)) for record in booking.evidence))


def _same(one: Posting, other: Posting) -> bool:
    return one.amount == other.amount and one.day == other.day


def _before(booking: Booking, moment: datetime) -> bool:
    return booking.sent_at is not None and booking.sent_at <= moment
