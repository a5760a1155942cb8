"""The ledger as a machine that anything may happen to, in any order; and what is true of it all the same."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import pytest
from attrs import evolve, frozen
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ropo_async.errors import JournalError, JournalProblem, RopoError
from ropo_async.journal import Booking, BookingState, Journal
from ropo_async.ledger import PaymentLedger, registering
from ropo_async.ledger.sending import posting_of
from ropo_async.postings import Posting
from ropo_async.simulator import Fault
from tests.inbox.lives import Crash
from tests.inbox.test_model import _inline, _is_crash, examples
from tests.inbox.troubles import MOMENTS
from tests.ledger.office import CREDIT, HOUR, MINUTE, PAY, TODAY, Office, Watched, credit_note, opened, payment

T = TypeVar("T")

IDS = ("op-1", "op-2", "op-3", "op-4")
AMOUNTS = (Decimal("10.50"), Decimal(7))
UNNAMED = Decimal("3.33")
"""Of payments whose invoice nobody can name: no other has it, as nobody could tell them apart."""
LONGEST_WAIT = 1000
"""Looks at what another one is sending, 20 s apart, after which this is no waiting but a hang."""
LAGS = (0 * MINUTE, timedelta(seconds=20), 5 * MINUTE, 50 * MINUTE, 6 * HOUR)
SPANS = (timedelta(seconds=5), timedelta(seconds=40), 3 * MINUTE, 15 * MINUTE, 2 * HOUR, 9 * HOUR, 24 * HOUR)
PAUSES = st.sampled_from((timedelta(0), timedelta(0), *SPANS))
FAULTS = {
    fault.name: fault
    for fault in (
        *(make(processed=processed) for make in (Fault.drop, Fault.reset) for processed in (False, True)),
        *(Fault.status(code) for code in (401, 403, 404, 408, 503)),
        *(Fault.cut(), Fault.html(502), Fault.html(200), Fault.body(b"{}"), Fault.status(502, processed=True)),
        Fault.status(429, headers={"Retry-After": "9999"}),
    )
}


@frozen
class Strikes:
    """A fault strikes what is sent, or what is read before and after."""

    fault: str
    reads: bool

    def arm(self, books: Any, who: int) -> None:
        operations = ["GET /jobs/statusupdates"] if self.reads else [PAY, CREDIT]
        for operation in operations:
            books.office.simulator.fail(FAULTS[self.fault], operation=operation, times=2)


@frozen
class Says:
    """The server answers with a code, and does something or not."""

    statusid: int
    status: int
    booked: bool

    def arm(self, books: Any, who: int) -> None:
        script: dict[str, Any] = {"statusid": self.statusid, "http_status": self.status, "booked": self.booked}
        books.office.simulator.payment_status(**script)
        books.office.simulator.credit_note_status(**script)


@frozen
class Dies:
    """The process dies before or after a call of the journal."""

    seam: str
    when: str
    skip: int

    def arm(self, books: Any, who: int) -> None:
        journal = books.journals[who]

        async def die() -> None:
            journal.dead = Crash()
            raise Crash

        journal.trap(self.seam, self.when, die, skip=self.skip)


@frozen
class CannotWrite:
    """The journal fails before or after a call."""

    seam: str
    when: str
    skip: int

    def arm(self, books: Any, who: int) -> None:
        async def fail() -> None:
            raise JournalError(JournalProblem.FULL)

        books.journals[who].trap(self.seam, self.when, fail, skip=self.skip)


@frozen
class Meanwhile:
    """The other process does something of its own at some call of the journal."""

    seam: str
    skip: int
    act: Any

    def arm(self, books: Any, who: int) -> None:
        journal = books.journals[who]
        journal.trap(self.seam, "before", partial(self.act.happen, books, who=1 - who), skip=self.skip)


@frozen
class Registers:
    """Somebody asks for a payment or a credit note."""

    operation: str
    posting: Posting
    billnum: str | None

    async def happen(self, books: Any, *, who: int) -> None:
        ledger = books.ledgers[who]
        ask = ledger.credit if self.posting.noun == "credit note" else ledger.register
        posting = described(self.posting, self.operation)
        await books.attempt(who, partial(ask, self.operation, posting, billnum=self.billnum))


@frozen
class Verifies:
    """Somebody looks at what is due."""

    async def happen(self, books: Any, *, who: int) -> None:
        await books.attempt(who, books.ledgers[who].verify_due)


@frozen
class LooksAt:
    """Somebody looks at one."""

    operation: str

    async def happen(self, books: Any, *, who: int) -> None:
        await books.attempt(who, partial(books.ledgers[who].verify, self.operation))


@frozen
class Resends:
    """Somebody sends once more what is absent."""

    operation: str

    async def happen(self, books: Any, *, who: int) -> None:
        await books.attempt(who, partial(books.ledgers[who].resend_after_verification, self.operation))


@frozen
class Resolves:
    """Somebody has looked, and tells the truth."""

    operation: str

    async def happen(self, books: Any, *, who: int) -> None:
        applied = books.booked(self.operation) > 0
        resolve = partial(books.ledgers[who].resolve, self.operation, applied=applied, note="Maija has looked")
        await books.attempt(who, resolve)


def described(posting: Posting, operation: str) -> Posting:
    """Return a posting by which the truth can be asked whose it is."""
    return evolve(posting, description=operation)


def _order(invoice: int, amount: Decimal, name: str, make: Callable[..., Posting]) -> tuple[Posting, str | None]:
    billnum = f"R-{invoice}"
    match name:
        case "jobid":
            return make(jobid=1500 + invoice, amount=amount), None
        case "billcode":
            return make(billcode=f"1234{invoice}", amount=amount), billnum
        case "unnamed":
            return payment(billcode=f"1234{invoice}", amount=UNNAMED), None
        case _:
            return make(billnum=billnum, amount=amount), None


ORDERS = st.builds(
    _order,
    st.integers(1, 2),
    st.sampled_from(AMOUNTS),
    st.sampled_from(("billnum", "billnum", "jobid", "billcode", "unnamed")),
    st.sampled_from((payment, payment, payment, credit_note)),
)
OPERATIONS = st.sampled_from(IDS)
REGISTERS = st.builds(lambda operation, order: Registers(operation, *order), OPERATIONS, ORDERS)
ACTS = st.one_of(
    REGISTERS,
    REGISTERS,
    st.builds(Verifies),
    st.builds(LooksAt, OPERATIONS),
    st.builds(Resends, OPERATIONS),
    st.builds(Resolves, OPERATIONS),
)
SEAMS = ("add_booking", "bookings", "intend", "receive", "merge", "sender", "save_booking", "save_booking", "booking")
WHEN, SKIP = st.sampled_from(("before", "after")), st.integers(0, 2)
TROUBLE = st.one_of(
    st.none(),
    st.builds(Strikes, st.sampled_from(sorted(FAULTS)), st.booleans()),
    st.builds(Strikes, st.sampled_from(sorted(FAULTS)), reads=st.just(value=False)),
    st.builds(Says, st.sampled_from((0, 2, 7)), st.sampled_from((400, 201)), st.booleans()),
    st.builds(Says, st.sampled_from((1, 5)), st.just(400), st.just(value=False)),
    st.builds(Dies, st.sampled_from(SEAMS), WHEN, SKIP),
    st.builds(Dies, st.just("save_booking"), WHEN, st.integers(0, 1)),
    st.builds(Dies, st.just("save_booking"), st.just("before"), st.just(1)),  # when it was answered
    st.builds(CannotWrite, st.sampled_from(SEAMS), WHEN, SKIP),
    st.builds(Meanwhile, st.sampled_from(SEAMS), SKIP, ACTS),
)


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
        posting = posting_of(booking)
        ask = self.ledgers[0].credit if booking.kind == "credit note" else self.ledgers[0].register
        if booking.state is BookingState.PREPARED:
            ended = await ask(booking.operation_id, posting)  # type: ignore[arg-type]
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
