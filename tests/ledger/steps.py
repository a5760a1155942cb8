"""What may be asked of a ledger, and what may happen meanwhile: the steps of its model."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from attrs import evolve, frozen
from hypothesis import strategies as st

from ropo_async.errors import JournalError, JournalProblem
from ropo_async.ledger.sending import digest_of
from ropo_async.postings import Posting
from ropo_async.simulator import Fault
from tests.inbox.lives import Crash
from tests.ledger.office import CREDIT, HOUR, MINUTE, PAY, credit_note, payment

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
        books.asked[digest_of(posting)] = posting
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


@frozen
class Forgets:
    """Somebody removes what may be removed of an invoice, or of everything."""

    invoice: int | None

    async def happen(self, books: Any, *, who: int) -> None:
        journal = books.journals[who]
        if self.invoice is None:
            forget = partial(journal.purge, acked_older_than=books.office.clock() + MINUTE)
        else:
            forget = partial(journal.erase, billnum=f"R-{self.invoice}")
        await books.attempt(who, forget)


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
    st.builds(Forgets, st.sampled_from((None, 1, 2))),
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
