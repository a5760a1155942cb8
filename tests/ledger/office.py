"""An office that registers payments: a vendor who keeps the truth, a clock that is set by hand, a journal, a ledger."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from inspect import iscoroutinefunction
from typing import Any

from attrs import define, field

from ropo_async import Credentials, RetryPolicy, RopoClient, Timeouts
from ropo_async.journal import Booking, BookingState, Journal
from ropo_async.ledger import LedgerPolicy, PaymentLedger
from ropo_async.postings import CreditNote, Payment
from ropo_async.simulator import Running, Simulator, serve

PAY, CREDIT, LOGIN = "POST /jobs/payment", "POST /jobs/creditnote", "POST /token"
READ, JOB = "GET /jobs/statusupdates", "GET /jobs"
BILLNUM = "R-4711"
ID = "op-1"
NOON = datetime(2026, 3, 11, 10, tzinfo=UTC)
TODAY = date(2026, 3, 11)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PATIENT = Timeouts(connect=10, read=10, write=10, pool=10, total=20)
QUICK = Timeouts(connect=0.2, read=0.2, write=0.2, pool=0.2, total=0.5)
"""For answers that never come, or never end."""
EAGER = RetryPolicy(base=0.001, throttled_base=0.001)

Act = Callable[[], Awaitable[None]]


@define
class Clock:
    """What time it is, for everybody."""

    time: datetime = NOON

    def __call__(self) -> datetime:
        return self.time

    def seconds(self) -> float:
        return self.time.timestamp()

    def pass_(self, span: timedelta) -> None:
        self.time += span


@define(eq=False)
class Watched:
    """A journal, before and after each call of which something may happen."""

    inner: Any
    traps: dict[tuple[str, str], tuple[int, Act]] = field(factory=dict)
    calls: list[str] = field(factory=list[str])
    dead: BaseException | None = None
    """What every call raises once its process has died."""

    def trap(self, name: str, when: str, act: Act, *, skip: int = 0) -> None:
        """Let `act` happen once, before or after the call of a method, when `skip` calls have passed."""
        self.traps[name, when] = skip, act

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        return partial(self._call, name, found) if iscoroutinefunction(found) else found

    async def _call(self, name: str, method: Callable[..., Awaitable[Any]], *args: Any, **options: Any) -> Any:
        self.calls.append(name)
        await self._reach(name, "before")
        result = await method(*args, **options)
        await self._reach(name, "after")
        return result

    async def _reach(self, name: str, when: str) -> None:
        if self.dead is not None:
            raise self.dead
        skip, act = self.traps.pop((name, when), (0, None))
        if act is not None and skip:
            self.traps[name, when] = skip - 1, act
        elif act is not None:
            await act()


@define(eq=False)
class Office:
    """One process that registers payments, and the world around it."""

    clock: Clock
    simulator: Simulator
    running: Running
    ropo: RopoClient
    journal: Watched
    events: list[Any]
    ledger: PaymentLedger
    options: dict[str, Any]
    closing: AsyncExitStack

    @property
    def booked(self) -> int:
        """How many payments and credit notes of ours are booked in truth."""
        return len(self.simulator.truth.payments) + len(self.simulator.truth.credit_notes)

    @property
    def sent(self) -> int:
        """How many have arrived."""
        return self.simulator.truth.count(PAY) + self.simulator.truth.count(CREDIT)

    def another(self, journal: Any = None, **options: Any) -> PaymentLedger:
        """Return a ledger that shares nothing but the journal."""
        through: Any = journal or self.journal
        defaults: dict[str, Any] = {"now": self.clock}
        return PaymentLedger(self.ropo, through, **defaults | self.options | options)

    async def handle(self, url: str) -> Watched:
        """Open the journal once more, as another process does."""
        opening = Journal.open(url, clock=self.clock.seconds)
        return Watched(await self.closing.enter_async_context(opening))

    async def client(self, **options: Any) -> RopoClient:
        """Connect once more, with options that differ."""
        return await self.closing.enter_async_context(connected(self.running, self.events, **options))

    async def pays(self, operation_id: str = ID, **fields: Any) -> Booking:
        return await self.ledger.register(operation_id, payment(**fields))

    async def is_state(self, operation_id: str = ID) -> BookingState | None:
        booking = await self.ledger.booking(operation_id)
        return None if booking is None else booking.state

    async def verified(self, operation_id: str = ID, ledger: PaymentLedger | None = None) -> Booking:
        """Let time pass from look to look, until one is no longer in flight."""
        ledger = ledger or self.ledger
        for _ in range(20):
            booking = await ledger.booking(operation_id)
            assert booking is not None
            if not booking.state.in_flight:
                return booking
            assert booking.due is not None
            self.clock.time = max(self.clock.time, booking.due)
            await ledger.verify_due()
        raise AssertionError("it is in flight for ever")

    async def doubtful(self, operation_id: str = ID, *, booked: bool = False, **fields: Any) -> Booking:
        """Have one whose outcome is unknown."""
        self.simulator.payment_status(statusid=0, booked=booked)
        booking = await self.pays(operation_id, **fields)
        assert booking.state is BookingState.UNKNOWN
        self.simulator.verdicts.clear()
        return booking

    async def absent(self, operation_id: str = ID, **fields: Any) -> Booking:
        """Have one that is probably absent, a day later."""
        await self.doubtful(operation_id, **fields)
        booking = await self.verified(operation_id)
        assert booking.state is BookingState.PROBABLY_ABSENT
        return booking


def payment(**fields: Any) -> Payment:
    named = {"billnum": BILLNUM} if not {"billnum", "billcode", "jobid"} & fields.keys() else {}
    defaults: dict[str, Any] = {"amount": Decimal("10.50"), "paydate": TODAY}
    return Payment(**defaults | named | fields)


def credit_note(**fields: Any) -> CreditNote:
    named = {"billnum": BILLNUM} if not {"billnum", "billcode", "jobid"} & fields.keys() else {}
    defaults: dict[str, Any] = {"amount": Decimal("10.50"), "date": TODAY}
    return CreditNote(**defaults | named | fields)


def connected(running: Running, events: list[Any], **options: Any) -> RopoClient:
    account = running.simulator
    defaults: dict[str, Any] = {"timeouts": PATIENT, "retries": EAGER, "hooks": [events.append]}
    return RopoClient(running.url, Credentials(account.cid, account.apicode), **defaults | options)


@asynccontextmanager
async def opened(
    url: str = "memory:", *, policy: LedgerPolicy | None = None, timeouts: Timeouts = PATIENT, **vendor: Any
) -> AsyncIterator[Office]:
    """Open an office, with one invoice that it knows."""
    clock = Clock()
    simulator, events = Simulator(now=clock, **vendor), list[Any]()
    simulator.add_invoice(billnum=BILLNUM, amount="9000.00", jobid=1500, billcode="12344")
    async with AsyncExitStack() as closing:
        running = await closing.enter_async_context(serve(simulator))
        ropo = await closing.enter_async_context(connected(running, events, timeouts=timeouts))
        journal = Watched(await closing.enter_async_context(Journal.open(url, clock=clock.seconds)))
        options: dict[str, Any] = {"policy": policy or LedgerPolicy()}
        through: Any = journal
        ledger = PaymentLedger(ropo, through, now=clock, **options)
        yield Office(clock, simulator, running, ropo, journal, events, ledger, options, closing)
