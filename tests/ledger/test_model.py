"""The ledger as a machine that anything may happen to, in any order; and what is true of it all the same."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ropo_async.errors import RopoError
from ropo_async.journal import Booking, BookingState, Journal
from ropo_async.ledger import PaymentLedger, registering
from ropo_async.ledger.sending import posting_of
from ropo_async.postings import Posting
from tests.inbox.test_model import _inline, _is_crash, examples
from tests.inbox.troubles import MOMENTS
from tests.ledger.office import HOUR, TODAY, Office, Watched, opened
from tests.ledger.steps import (
    ACTS,
    AMOUNTS,
    LAGS,
    LONGEST_WAIT,
    PAUSES,
    SPANS,
    TROUBLE,
)

T = TypeVar("T")


class Books(RuleBasedStateMachine):
    """Two processes with one journal, faults, crashes, time, and a bank."""

    twins = False
    """Whether the bank brings payments that equal ours."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        # What runs in the event loop's own thread runs in the same order each time, and sooner.
        self.patch.setattr(anyio.to_thread, "run_sync", _inline)
        # Whoever waits for another one waits by the made-up clock.
        self.patch.setattr(registering, "anyio", SimpleNamespace(sleep=self.waits))
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.url = f"sqlite:///{self.folder.name}/journal.db"
        self.closing = AsyncExitStack()
        self.handles = [AsyncExitStack(), AsyncExitStack()]
        self.journals = list[Watched]()
        self.ledgers = list[PaymentLedger]()
        self.tainted = set[str]()
        """What an equal payment from the bank may be taken for."""
        self.asked = dict[bytes, Posting]()
        """What was registered, also where the journal has it no longer."""
        self.waited = 0

    @initialize(moment=st.sampled_from(sorted(MOMENTS)), lag=st.sampled_from(LAGS))
    def begin(self, *, moment: str, lag: timedelta) -> None:
        self.run(self.begins(MOMENTS[moment], lag))

    async def begins(self, moment: datetime, lag: timedelta) -> None:
        self.office: Office = await self.closing.enter_async_context(opened(payments_lag=lag))
        self.office.clock.time = moment
        for number in (1, 2):
            names = {"billnum": f"R-{number}", "jobid": 1500 + number, "billcode": f"1234{number}"}
            self.office.simulator.truth.invoices.pop(1500, None)
            self.office.simulator.add_invoice(amount=9000, **names)  # type: ignore[arg-type]
        for who in (0, 1):
            await self.live(who)

    async def live(self, who: int) -> None:
        """Start a process: on a handle of its own, without anything that an earlier one had in memory."""
        await self.handles[who].aclose()
        opening = Journal.open(self.url, clock=self.office.clock.seconds)
        journal = Watched(await self.handles[who].enter_async_context(opening))
        self.journals[who : who + 1], self.ledgers[who : who + 1] = [journal], [self.office.another(journal)]

    async def waits(self, _: float) -> None:
        self.waited += 1
        assert self.waited < LONGEST_WAIT, "somebody waits for ever"
        self.office.clock.pass_(timedelta(seconds=20))
        await anyio.lowlevel.checkpoint()

    # --- what happens -------------------------------------------------------------------------------------------

    @rule(scenes=st.lists(st.tuples(st.integers(0, 1), ACTS, TROUBLE, PAUSES), min_size=2, max_size=6))
    def things_happen(self, *, scenes: list[tuple[int, Any, Any, timedelta]]) -> None:
        for who, act, trouble, span in scenes:
            self.run(self.acts(who, act, trouble))
            self.office.clock.pass_(span)

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, *, span: timedelta) -> None:
        self.office.clock.pass_(span)

    @rule(invoice=st.integers(1, 2), amount=st.sampled_from(AMOUNTS))
    def the_bank_pays(self, *, invoice: int, amount: Decimal) -> None:
        billnum = f"R-{invoice}"
        if self.twins:
            self.run(self.taints(billnum))
        else:
            amount += Decimal("0.01")
        self.office.simulator.add_bank_payment(amount=amount, paydate=f"{TODAY}", billnum=billnum)

    async def taints(self, billnum: str) -> None:
        bookings = await self.ledgers[0].bookings()
        self.tainted |= {one.operation_id for one in bookings if one.state is not BookingState.PREPARED}

    async def acts(self, who: int, act: Any, trouble: Any) -> None:
        if trouble is not None:
            trouble.arm(self, who)
        self.waited = 0
        await act.happen(self, who=who)
        self.office.simulator.faults.clear()
        for verdicts in self.office.simulator.verdicts.values():
            verdicts.clear()
        await self.check()

    async def attempt(self, who: int, act: Callable[[], Awaitable[Any]]) -> None:
        journal = self.journals[who]
        try:
            await act()
        except RopoError:
            pass
        except BaseException as error:
            if not _is_crash(error):
                raise
            await self.live(who)
        finally:
            journal.traps.clear()

    # --- what is true all the same ------------------------------------------------------------------------------

    def booked(self, operation: str) -> int:
        truth = self.office.simulator.truth
        details = [*(one.details for one in truth.payments), *(one.details for one in truth.credit_notes)]
        return sum(detail["description"] == operation for detail in details)

    async def check(self) -> None:
        for booking in await self.ledgers[0].bookings():
            self.judge(booking, self.booked(booking.operation_id))

    def judge(self, booking: Booking, booked: int) -> None:
        told = (booking.operation_id, booking.state.value, booking.reason)
        assert booked <= 1, told
        match booking.state:
            case BookingState.APPLIED:
                assert booked, told
            case BookingState.VERIFIED_APPLIED:
                assert booked or booking.operation_id in self.tainted, told
            case BookingState.PREPARED | BookingState.REJECTED | BookingState.PROBABLY_ABSENT:
                assert not booked, told
            case _:
                pass

    def teardown(self) -> None:
        try:
            # Where something has failed already, that is the news.
            if self.ledgers and sys.exception() is None:
                self.run(self.end())
        finally:
            self.run(self.close())
            self.runner.close()
            self.folder.cleanup()
            self.patch.undo()

    async def end(self) -> None:
        """Let all be well from now on: then nothing stays in flight, and everything can be asked for again."""
        for _ in range(9):
            self.office.clock.pass_(5 * HOUR)
            await self.ledgers[1].verify_due()
        await self.check()
        for booking in await self.ledgers[0].bookings():
            assert not booking.state.in_flight, booking
            if booking.state is BookingState.PREPARED or booking.state is BookingState.PROBABLY_ABSENT:
                await self.ends(booking)
        await self.check()

    async def ends(self, booking: Booking) -> None:
        posting = self.asked[booking.digest]
        ask = self.ledgers[0].credit if booking.kind == "credit note" else self.ledgers[0].register
        if booking.state is BookingState.PREPARED:
            ended = await ask(booking.operation_id, posting)  # type: ignore[arg-type]
        elif booking.body is None:
            return  # somebody has removed it, so it is not sent again
        else:
            ended = await self.ledgers[0].resend_after_verification(booking.operation_id)
        if (
            ended.state is BookingState.ESCALATED
        ):  # what the invoice shows may be one like it that waits for somebody, too
            others = await self.ledgers[0].bookings({BookingState.ESCALATED})
            assert booking.operation_id in self.tainted or any(_are_alike(ended, other) for other in others), ended
        else:
            assert ended.state is BookingState.APPLIED or booking.operation_id in self.tainted, ended

    async def close(self) -> None:
        for handle in self.handles:
            await handle.aclose()
        await self.closing.aclose()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)


def _are_alike(one: Booking, other: Booking) -> bool:
    """Return whether two postings of one invoice differ by nothing that an invoice shows."""
    if other.body is None:
        return True  # nobody knows any more
    amounts = {posting_of(one).amount, posting_of(other).amount}
    same = (one.kind, one.billnum) == (other.kind, other.billnum) and len(amounts) == 1
    return one.operation_id != other.operation_id and same


class BooksWithTwins(Books):
    """Payments from the bank may equal ours: what came since may be taken for ours, and nothing else differs."""

    twins = True


def longer(count: int, steps: int = 6, **options: Any) -> settings:
    return settings(examples(count, **options), stateful_step_count=steps)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("machine", "count"), [(Books, 25), (BooksWithTwins, 10)])
def test_no_payment_is_made_twice_or_told_wrong_whatever_happens(machine: type[Books], count: int) -> None:
    run_state_machine_as_test(machine, settings=longer(count))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("machine", [Books, BooksWithTwins])
def test_no_payment_is_made_twice_or_told_wrong_whatever_happens_for_long(machine: type[Books]) -> None:
    run_state_machine_as_test(machine, settings=longer(120, 10))
