"""Every storage of ours keeps what any journal promises."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import anyio
import pytest

from ropo_async.journal import Account, AccountState, Entry, Journal, Lent, Merged, Received, Source
from ropo_async.journal.conformance import Clock, JournalConformance


class TestConformance(JournalConformance):
    @pytest.fixture
    async def handles(self, clock: Clock, journal_url: str) -> AsyncIterator[tuple[Journal, Journal]]:
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(Journal.open(journal_url, clock=clock))
            if journal_url == "memory:":
                yield first, first
            else:
                yield first, await stack.enter_async_context(Journal.open(journal_url, clock=clock))


@pytest.mark.anyio
async def test_many_can_open_a_new_journal_at_once(journal_url: str) -> None:
    account = Account("https://one.example", "1001")
    states = list[AccountState]()

    async def start() -> None:
        async with Journal.open(journal_url) as journal:
            states.append(await journal.state(account))

    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(start)
    assert states == [AccountState()] * 6


@pytest.mark.anyio
async def test_what_was_stored_outlives_the_handle(journal_url: str) -> None:
    if journal_url == "memory:":
        pytest.skip("it is gone when it is closed, as it says")
    account = Account("https://one.example", "1001")
    now = datetime.now(UTC)
    async with Journal.open(journal_url) as journal:
        turn = await journal.take_turn(account)
        assert turn is not None
        poll = await journal.intend(account, turn.epoch, Source.DRAIN, "", at=now)
        await journal.receive(poll, Received(200, b"as it came"), at=now)
    async with Journal.open(journal_url) as journal:
        later = await journal.take_turn(account)
        assert later is not None
        assert later.epoch > turn.epoch
        assert [left.received for left in await journal.unfinished(account, later.epoch)] == [
            Received(200, b"as it came")
        ]
        assert await journal.merge(poll, [Entry("id:2:1", b"A", b"{}")], source=Source.DRAIN, at=now) == Merged(new=1)
    async with Journal.open(journal_url) as journal:
        (leased,) = (await journal.lease(None, limit=9, seconds=60, attempts=9)).leases
        await journal.ack(leased)
    async with Journal.open(journal_url) as journal:
        assert await journal.lease(None, limit=9, seconds=60, attempts=9) == Lent([])
        assert (await journal.health(now=now)).records == 1
