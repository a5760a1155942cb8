"""A process killed at any step of a payment: at most one booking, and what the journal says of it is true."""

import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

from ropo_async import Credentials, RopoClient
from ropo_async.errors import RopoError
from ropo_async.journal import BookingState, Journal
from ropo_async.journal._sql import SqlJournal
from ropo_async.journal.sqlite import SqliteEngine
from ropo_async.ledger import PaymentLedger
from ropo_async.payments import Payments
from ropo_async.simulator import Fault
from tests.inbox.desk import process
from tests.ledger.office import ID, NOON, PAY, Office, opened, payment

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal"),
]

STEPS = ("add_booking", "bookings", "booking", "intend", "receive", "merge", "sender", "save_booking", "settle")
PREPARED, SENDING = BookingState.PREPARED, BookingState.SENDING
APPLIED, VERIFIED, ABSENT = BookingState.APPLIED, BookingState.VERIFIED_APPLIED, BookingState.PROBABLY_ABSENT


async def lives(server: str, url: str, later: str, act: str, die: str) -> None:
    """Do something with a payment, as a process that ends at the step of that number, or at a line from outside."""
    passed = 0

    def at(_: str) -> None:
        nonlocal passed
        passed += 1
        if str(passed) == die:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(name: str, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def stepped(*args: Any, **options: Any) -> Any:
            at(f"before {name}")
            result = await method(*args, **options)
            at(f"after {name}")
            return result

        return stepped

    for owner, names in ((SqlJournal, STEPS), (Payments, ("ask",))):
        for name in names:
            setattr(owner, name, watched(name, getattr(owner, name)))
    run = SqliteEngine.run

    async def within(engine: Any, work: Callable[[Any], Any]) -> Any:
        def watched_work(tx: Any) -> Any:
            result = work(tx)
            at("within")
            return result

        return await run(engine, watched_work)

    SqliteEngine.run = within  # type: ignore[method-assign, assignment]
    async with (
        RopoClient(server, Credentials("1000011", "made-up-apicode"), hooks=()) as ropo,
        Journal.open(url) as journal,
    ):
        ledger = PaymentLedger(ropo, journal, now=partial(_later, timedelta(seconds=float(later))))
        acts = {
            "register": partial(ledger.register, ID, payment()),
            "verify": partial(ledger.verify, ID),
            "resend": partial(ledger.resend_after_verification, ID),
        }
        sys.stdout.write("begins\n")
        sys.stdout.flush()
        with suppress(RopoError):
            await acts[act]()


def _later(span: timedelta) -> datetime:
    return NOON + span


async def ended(office: Office, url: str, backend: str, act: str, die: int | str) -> int:
    """Let a process live to its end, and return how it ended."""
    later = (office.clock.time - NOON).total_seconds()
    with process(backend, lives, office.running.url, url, later, act, die) as child:
        await anyio.to_thread.run_sync(child.communicate)
        return child.returncode


async def judged(office: Office, url: str) -> None:
    """See that what is left behind is true, that it is known at once, and that all can be brought to its end."""
    async with Journal.open(url, clock=office.clock.seconds) as journal:
        ledger = office.another(journal)
        found = await ledger.booking(ID)
        booked = office.booked
        assert booked <= 1
        if found is None:
            assert booked == 0
            return
        assert not (found.state is PREPARED and booked)
        assert (found.state is APPLIED) <= bool(booked)
        # Its sender is dead, and nobody has to wait to know that.
        assert (await ledger.verify(ID)).state is not SENDING
        booking = await office.verified(ledger=ledger)
        if booking.state is PREPARED:
            booking = await ledger.register(ID, payment())
        elif booking.state is ABSENT:
            booking = await ledger.resend_after_verification(ID)
        assert booking.state in (APPLIED, VERIFIED), booking
        assert office.booked == 1


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[], str]:
    numbers = count()
    return lambda: f"sqlite:///{tmp_path}/journal-{next(numbers)}.db"


async def prepares(office: Office, url: str, act: str, fault: Fault | None) -> None:
    """Bring a payment to where `act` begins."""
    if act == "register":
        return
    async with Journal.open(url, clock=office.clock.seconds) as journal:
        ledger = office.another(journal)
        office.simulator.payment_status(statusid=0, booked=act == "verify" and fault is None)
        await ledger.register(ID, payment())
        office.simulator.verdicts.clear()
        if act == "resend":
            assert (await office.verified(ledger=ledger)).state is ABSENT


async def killed_at(act: str, fault: Fault | None, die: int, fresh: Callable[[], str], backend: str) -> bool:
    """Kill a process at one step; return False where it has not so many."""
    async with opened() as office:
        url = fresh()
        await prepares(office, url, act, fault)
        if fault is not None:
            office.simulator.fail(fault, operation=PAY)
        code = await ended(office, url, backend, act, die)
        assert code in (0, -signal.SIGKILL)
        office.simulator.faults.clear()
        await judged(office, url)
        return code != 0


SCENARIOS: dict[str, tuple[str, Fault | None, int]] = {
    "register": ("register", None, 24),
    "register, and the answer goes missing": ("register", Fault.drop(processed=True), 22),
    "register, and nothing arrives": ("register", Fault.drop(processed=False), 22),
    "verify": ("verify", None, 22),
    "verify what is not booked": ("verify", Fault.drop(processed=False), 15),
    "resend": ("resend", None, 32),
}
SOME = {"register": (19, 21), "resend": (30,)}


@pytest.mark.parametrize("name", SOME)
async def test_killed_at_some_steps(name: str, fresh: Callable[[], str], anyio_backend: str) -> None:
    act, fault, _ = SCENARIOS[name]
    for die in SOME[name]:
        assert await killed_at(act, fault, die, fresh, anyio_backend)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", SCENARIOS)
async def test_killed_at_every_step(name: str, fresh: Callable[[], str], anyio_backend: str) -> None:
    act, fault, least = SCENARIOS[name]
    # The steps are those of the journal and the server, the same on trio, where some of them are enough.
    die, each = 1, 1 if anyio_backend == "asyncio" else 5
    while await killed_at(act, fault, die, fresh, anyio_backend):
        die += each
    assert die >= least


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_killed_at_any_time(fresh: Callable[[], str], anyio_backend: str) -> None:
    chance = random.Random(4711)
    for _ in range(25 if anyio_backend == "asyncio" else 5):
        async with opened() as office:
            url = fresh()
            office.simulator.fail(Fault.delay(0.02), operation=PAY)
            with process(anyio_backend, lives, office.running.url, url, 0, "register", 0) as child:
                assert child.stdout is not None
                await anyio.to_thread.run_sync(child.stdout.readline)
                await anyio.sleep(chance.random() * 0.3)
                child.kill()
                await anyio.to_thread.run_sync(child.wait)
            office.simulator.faults.clear()
            await judged(office, url)
