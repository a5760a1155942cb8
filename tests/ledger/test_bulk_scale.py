"""Ten thousand payments from a file, a vendor who misbehaves, and a process that is killed: all are accounted for."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import pytest
from anyio.abc import Process
from attrs import define

from ropo_async import BookingState, Journal
from ropo_async.journal import Booking
from ropo_async.journal.values import Account
from ropo_async.simulator import Fault, Running, Simulator, serve
from tests.ledger.office import PAY

ROOT = Path(__file__).parents[2]
SEED = 20261121
RATE = 0.05
KINDS = [
    *(make(processed=processed) for make in (Fault.drop, Fault.reset) for processed in (False, True)),
    *(Fault.status(500, processed=processed) for processed in (False, True)),
    Fault.html(502, processed=True),
    Fault.cut(),
    Fault.status_line(),
    Fault.status(401),
    Fault.status(403),
    Fault.status(429),
    Fault.status(503),
]
STRANGE_EVERY = 97
"""So often a payment is for an invoice that there is not."""
LOOKS = (60.0, 2 * 3600.0, 2 * 86400.0)
"""Seconds after sending at which to look into what is unknown: the last is after the last look of the policy."""
ROUNDS = 8


@define
class Scene:
    """The vendor, in this process, and where the children find everything."""

    simulator: Simulator
    running: Running
    journal: str
    source: Path
    later: float = 0.0

    @asynccontextmanager
    async def child(self, task: str) -> AsyncIterator[Process]:
        account = self.simulator
        arguments = [self.running.url, account.cid, account.apicode, self.journal, str(self.source), str(self.later)]
        command = [sys.executable, "-m", "tests.ledger.bulk_child", task, *arguments]
        async with await anyio.open_process(command, cwd=ROOT, stderr=subprocess.PIPE) as process:
            yield process

    async def killed(self, task: str, attempts: int) -> None:
        """Let a child work until the vendor has judged so many payments, and kill it in the middle of it."""
        async with self.child(task) as process:
            with anyio.fail_after(600):
                await self.simulator.truth.until(lambda truth: len(truth.payment_attempts) >= attempts)
            process.kill()
            assert await process.wait() == -9

    async def lives(self, task: str) -> Counter[str]:
        """Let a child work to its end, and return what it says."""
        async with self.child(task) as process:
            assert process.stdout is not None
            said = b"".join([piece async for piece in process.stdout])
            assert await process.wait() == 0
        return Counter(json.loads(said.splitlines()[-1]))  # before it, what is logged of attempts


@pytest.fixture
def fast(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, if there is one: a killed process, unlike a power cut, leaves it as it is."""
    memory = Path("/dev/shm")  # a folder of its own is made in it
    with TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(("storage", "size"), [("sqlite", 10_000), ("postgresql", 3_000)])
async def test_every_payment_of_a_file_is_accounted_for_and_none_is_booked_twice(
    anyio_backend: str, storage: str, size: int, fast: Path, request: pytest.FixtureRequest
) -> None:
    began, chance = time.monotonic(), random.Random(SEED)
    journal = f"sqlite:///{fast / 'journal.db'}" if storage == "sqlite" else request.getfixturevalue("postgres_url")
    scene = None
    simulator = Simulator(
        now=lambda: datetime.now(UTC) + timedelta(seconds=scene.later if scene else 0),
        payments_lag=timedelta(seconds=30),
        payment_comments=False,
    )
    ids = written(fast / "payments.csv", size, simulator)
    simulator.faults.random(rate=RATE, seed=SEED, kinds=KINDS, operation=PAY)
    async with serve(simulator) as running:
        scene = Scene(simulator, running, journal, fast / "payments.csv")
        for attempts in sorted(chance.sample(range(size // 20, size * 17 // 20), 3)):
            await scene.killed("register", attempts)
        first = await scene.lives("register")
        passed, rounds = time.monotonic() - began, 1
        simulator.faults.clear()  # so that it comes to an end soon
        while True:
            sent_by = scene.later
            for look in LOOKS:
                scene.later = sent_by + look
                await scene.lives("verify")
            # What was refused without being looked at, or had to wait for another one, goes on.
            rounds += 1
            again = await scene.lives("register")
            if again.keys() <= {state.value for state in BookingState if state.settled}:
                break
            assert rounds < ROUNDS, again
    async with Journal.open(journal) as opened:
        bookings = [one async for one in every(opened, Account(running.url, simulator.cid))]
    seconds = time.monotonic() - began
    truth = Counter(str(payment.details["description"]) for payment in simulator.truth.payments)
    states = Counter(booking.state.value for booking in bookings)
    doubted = sum(count for state, count in first.items() if state == BookingState.UNKNOWN)
    print(  # noqa: T201 - what it is run for
        f"{storage}: {size} payments, sent {sum(booking.sent for booking in bookings)}, "
        f"arrived {simulator.truth.count(PAY)}, in doubt after the first pass {doubted}, booked {truth.total()}, "
        f"{dict(states)}, {rounds} passes, {passed:.0f} s for the first, {seconds:.0f} s in all"
    )
    assert [booking.operation_id for booking in bookings] == ids
    assert max(truth.values()) == 1, "booked twice"
    assert truth.keys() <= set(ids)
    assert {booking.state for booking in bookings} <= {state for state in BookingState if state.settled}
    known = [booking for booking in bookings if booking.state is not BookingState.ESCALATED]
    assert [booking.operation_id for booking in known if booking.applied != (booking.operation_id in truth)] == []
    assert states[BookingState.VERIFIED_APPLIED] > 0
    assert states[BookingState.PROBABLY_ABSENT] > 0
    assert states[BookingState.ESCALATED] == 0
    assert states[BookingState.REJECTED] > 0


def written(path: Path, size: int, simulator: Simulator) -> list[str]:
    """Write a file of payments, two or three for each invoice and one after the other, and return their ids."""
    for number in range(size * 2 // 5 + 1):
        simulator.add_invoice(billnum=f"R-{number}", amount="9000.00")
    ids = [f"bank-{number:06d}" for number in range(size)]
    with path.open("w", encoding="utf-8") as file:
        file.write("operation_id;amount;paydate;billnum;description\n")
        for number, operation_id in enumerate(ids):
            billnum = f"none-{number}" if number % STRANGE_EVERY == 0 else f"R-{number * 2 // 5}"
            file.write(f"{operation_id};{number % 5 + 1}.{number % 100:02d};2026-11-20;{billnum};{operation_id}\n")
    return ids


async def every(journal: Journal, account: Account) -> AsyncIterator[Booking]:
    after = ""
    while page := await journal.bookings(account, after=after, limit=1000):
        after = page[-1].operation_id
        for booking in page:
            yield booking
