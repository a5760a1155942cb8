"""Acknowledging within the consumer's own transaction: the effect and the acknowledgement happen both, or neither."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import psycopg
import pytest

from ropo_async.errors import InvalidInput, LeaseLost
from ropo_async.inbox import Delivery
from tests.inbox.desk import (  # noqa: F401
    EFFECT,
    Beats,
    Clock,
    Desk,
    a_clock,
    a_desk,
    a_storage,
    effects,
    key,
    own,
    payments,
    some_beats,
)

pytestmark = pytest.mark.anyio

POSTGRES = pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
LONG = 400 * 24 * 3600.0


@asynccontextmanager
async def connection_of(kind: str, url: str) -> AsyncIterator[Any]:
    """Open a connection of one kind, with a transaction around the block."""
    own(url).close()
    address, _, schema = url.partition("&schema=")
    options = f"-c search_path={schema}_consumer"
    if kind == "Connection":
        with psycopg.connect(address, options=options) as connection, connection.transaction():
            yield connection
    else:
        async with (
            await psycopg.AsyncConnection.connect(address, options=options) as aconnection,
            aconnection.transaction(),
        ):
            yield aconnection


async def act(connection: Any, delivery: Delivery) -> None:
    """Have an effect."""
    done = connection.execute(EFFECT, (delivery.key,))
    if isinstance(connection, psycopg.AsyncConnection):
        await done


KINDS = pytest.mark.parametrize(
    ("anyio_backend", "kind"),
    [("asyncio", "Connection"), ("trio", "Connection"), ("asyncio", "AsyncConnection")],
)
"""psycopg's own asynchronous connections are for asyncio alone."""


@POSTGRES
@KINDS
async def test_both_or_neither(desk: Desk, clock: Clock, kind: str) -> None:
    """A transaction that commits settles the update; one that is rolled back leaves it for later."""
    await desk.put(payments(1))
    for attempt, fails in enumerate([True, True, False], start=1):
        with suppress(ArithmeticError):
            async with (delivery := await desk.one()), connection_of(kind, desk.url) as connection:
                assert delivery.attempt == attempt
                await act(connection, delivery)
                await delivery.ack(using=connection)
                assert effects(desk.url) == Counter()
                if fails:
                    raise ArithmeticError
        assert effects(desk.url) == Counter([] if fails else [key(1)])
        clock.advance(61)
    clock.advance(LONG)
    assert await desk.left() == []
    assert (await desk.inbox.health()).waiting == 0


@POSTGRES
@KINDS
async def test_until_it_commits_nobody_else_has_it(desk: Desk, clock: Clock, kind: str) -> None:
    """Nor waits for it: not those that look for work, whatever the clock says, nor the heart of its own process."""
    await desk.put(payments(3))
    iteration = desk.inbox.deliveries(lease=60, forever=False)
    async with await anext(iteration) as update, connection_of(kind, desk.url) as connection:
        assert update.statusid == "P1"
        await connection_ack(desk, iteration, connection)
        clock.advance(59)
        with anyio.fail_after(5):
            assert await desk.left() == [key(3)]
    await clean(desk)


async def connection_ack(desk: Desk, iteration: Any, connection: Any) -> None:
    delivery = await anext(iteration)
    await act(connection, delivery)
    await delivery.ack(using=connection)
    await desk.inbox.give_back()


async def clean(desk: Desk) -> None:
    assert effects(desk.url) == Counter([key(2)])
    assert (await desk.inbox.health()).waiting == 0


@POSTGRES
async def test_a_heart_beats_on_beside_the_transaction(desk: Desk, clock: Clock, beats: Beats) -> None:
    """It does not wait for the row that the transaction has, and keeps what else was lent."""
    await desk.put(payments(2))
    iteration = desk.inbox.deliveries(lease=0.06, forever=False)
    async with (delivery := await anext(iteration)), connection_of("Connection", desk.url) as connection:
        await act(connection, delivery)
        await delivery.ack(using=connection)
        with anyio.fail_after(10):
            for _ in range(5):
                await beats.more()
                clock.advance(0.05)
                assert await desk.left() == []
    assert effects(desk.url) == Counter([key(1)])
    assert await desk.left(desk.inbox, lease=0.06) == [key(2)]


@POSTGRES
@KINDS
async def test_who_comes_too_late_has_no_effect(desk: Desk, clock: Clock, kind: str) -> None:
    """The error ends its transaction; the other's effect is the one."""
    await desk.put(payments(1))
    ours = await desk.one(lease=60)
    with pytest.raises(LeaseLost):  # noqa: PT012 - what happens in the block is the test
        async with ours, connection_of(kind, desk.url) as connection:
            await act(connection, ours)
            clock.advance(61)
            async with (theirs := await desk.one()), connection_of(kind, desk.url) as another:
                await act(another, theirs)
                await theirs.ack(using=another)
            await ours.ack(using=connection)
    assert effects(desk.url) == Counter([key(1)])
    clock.advance(LONG)
    assert await desk.left() == []


@POSTGRES
@KINDS
async def test_many_in_one_transaction(desk: Desk, kind: str) -> None:
    await desk.put(payments(20))
    async with connection_of(kind, desk.url) as connection:
        async for delivery in desk.inbox.deliveries(forever=False):
            async with delivery:
                await act(connection, delivery)
                await delivery.ack(using=connection)
    assert effects(desk.url) == Counter(key(number) for number in range(1, 21))
    assert (await desk.inbox.health()).waiting == 0


@POSTGRES
async def test_a_connection_without_a_transaction_is_refused(desk: Desk) -> None:
    """It would be settled at once, whatever became of the effect."""
    await desk.put(payments(1))
    delivery = await desk.one()
    with own(desk.url, autocommit=True) as connection, pytest.raises(InvalidInput):
        await delivery.ack(using=connection)
    with pytest.raises(InvalidInput):
        await delivery.ack(using=object())
    with own(desk.url) as connection:
        await delivery.ack(using=connection)
    assert (await desk.inbox.health()).waiting == 0


@pytest.mark.parametrize("storage", ["memory", "sqlite"], indirect=True)
async def test_other_journals_cannot(desk: Desk, clock: Clock) -> None:
    """It says so, and the update comes again."""
    await desk.put(payments(1))
    with pytest.raises(InvalidInput):
        async with (delivery := await desk.one()):
            await delivery.ack(using=object())
    clock.advance(61)
    assert await desk.left() == [key(1)]
