"""Cancelled at any await, a payment is either not sent, or carried to its end; and the journal says which."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import anyio
import pytest

from ropo_async.journal import BookingState
from ropo_async.simulator import Fault
from tests.ledger.office import ID, PAY, Office, opened

pytestmark = pytest.mark.anyio

PREPARED, APPLIED = BookingState.PREPARED, BookingState.APPLIED
BEFORE = ["add_booking", "bookings", "intend", "settle"]
"""Calls of the journal before the intent; from there on it is carried to its end."""


async def by_scope(act: Callable[[], Awaitable[Any]], reached: anyio.Event) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(_quietly, act)
        await reached.wait()
        group.cancel_scope.cancel()


async def _quietly(act: Callable[[], Awaitable[Any]]) -> None:
    await act()


async def by_task(act: Callable[[], Coroutine[Any, Any, Any]], reached: anyio.Event) -> None:
    task = asyncio.ensure_future(act())
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def by_timeout(act: Callable[[], Coroutine[Any, Any, Any]], reached: anyio.Event) -> None:
    async def limited() -> None:
        async with asyncio.timeout(None) as timeout:

            async def expire() -> None:
                await reached.wait()
                timeout.reschedule(0)

            helper = asyncio.ensure_future(expire())
            try:
                await act()
            finally:
                helper.cancel()

    with pytest.raises(TimeoutError):
        await limited()


async def by_wait_for(act: Callable[[], Coroutine[Any, Any, Any]], reached: anyio.Event) -> None:
    await by_task(lambda: asyncio.wait_for(act(), 60), reached)


WAYS = [by_scope, by_task, by_timeout, by_wait_for]


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def cancelled(request: pytest.FixtureRequest, anyio_backend: str) -> Callable[..., Awaitable[None]]:
    if anyio_backend != "asyncio" and request.param is not by_scope:
        pytest.skip("only asyncio has it")
    return request.param  # type: ignore[no-any-return]


def reaching(office: Office, name: str, when: str, *, skip: int = 0) -> anyio.Event:
    """Stay at a call of the journal until the caller is cancelled, or for a while where that does not reach it."""
    reached = anyio.Event()

    async def stay() -> None:
        reached.set()
        with suppress(TimeoutError), anyio.fail_after(0.3):
            await anyio.sleep_forever()

    office.journal.trap(name, when, stay, skip=skip)
    return reached


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", BEFORE)
async def test_before_the_intent_nothing_is_sent(
    name: str, when: str, cancelled: Callable[..., Awaitable[None]], office: Office
) -> None:
    await cancelled(office.pays, reaching(office, name, when))
    assert office.sent == 0
    assert await office.is_state() in (PREPARED, None)
    assert (await office.pays()).state is APPLIED
    assert office.booked == 1


@pytest.mark.parametrize(
    ("name", "when", "skip"),
    [
        ("sender", "before", 0),
        ("save_booking", "before", 0),
        ("save_booking", "after", 0),
        ("save_booking", "before", 1),
        ("save_booking", "after", 1),
    ],
)
async def test_from_the_intent_on_it_is_carried_to_its_end(
    name: str, when: str, skip: int, cancelled: Callable[..., Awaitable[None]], office: Office
) -> None:
    await cancelled(office.pays, reaching(office, name, when, skip=skip))
    assert (await office.is_state(), office.booked) == (APPLIED, 1)
    assert (await office.pays()).state is APPLIED
    assert office.sent == 1


async def test_on_its_way_it_is_carried_to_its_end(cancelled: Callable[..., Awaitable[None]], office: Office) -> None:
    office.simulator.fail(Fault.delay(0.3), operation=PAY)
    reached = anyio.Event()

    async def watch() -> None:
        await office.simulator.truth.until(lambda truth: truth.count(PAY) > 0)
        reached.set()

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        await cancelled(office.pays, reached)
    assert (await office.is_state(), office.booked) == (APPLIED, 1)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", ["booking", "bookings", "intend", "receive", "merge", "save_booking"])
async def test_a_look_that_is_cut_short_changes_nothing_or_all(
    name: str, when: str, cancelled: Callable[..., Awaitable[None]], office: Office
) -> None:
    await office.doubtful(booked=True)

    async def look() -> None:
        await office.ledger.verify(ID)

    await cancelled(look, reaching(office, name, when))
    assert await office.is_state() in (BookingState.UNKNOWN, BookingState.VERIFIED_APPLIED)
    assert (await office.verified()).state is BookingState.VERIFIED_APPLIED
    assert office.sent == 1


@pytest.mark.parametrize("skip", range(3))
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_resending_that_is_cut_short_sends_once_or_not_at_all(
    when: str, skip: int, cancelled: Callable[..., Awaitable[None]], office: Office
) -> None:
    await office.absent()

    async def resend() -> None:
        await office.ledger.resend_after_verification(ID)

    await cancelled(resend, reaching(office, "save_booking", when, skip=skip))
    booking = await office.verified()
    assert (booking.state is APPLIED) == bool(office.booked)
    if not office.booked:
        assert booking.state is BookingState.PROBABLY_ABSENT
        assert (await office.ledger.resend_after_verification(ID)).state is APPLIED
    assert office.booked == 1


async def test_leaving_the_block_ends_the_looking(anyio_backend: str) -> None:
    async with opened() as office:
        await office.doubtful(booked=True)
        reached = reaching(office, "intend", "before")
        office.clock.time = (await office.ledger.bookings())[0].due or office.clock.time
        with anyio.fail_after(10):
            async with office.ledger.verifying():
                await reached.wait()
        assert (await office.verified()).state is BookingState.VERIFIED_APPLIED
