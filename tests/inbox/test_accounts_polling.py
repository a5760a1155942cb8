"""Many accounts polled at once: fairly, so many at a time, and none later because another is in trouble."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from attrs import define

from ropo_async import Credentials, RetryPolicy, RopoClient, Timeouts
from ropo_async.hooks import PollFailed
from ropo_async.inbox import Inboxes, InboxPolicy, inboxes
from ropo_async.journal import Journal
from ropo_async.simulator import Fault, Simulator, serve
from ropo_async.simulator.messages import Request

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

POLL = "GET /jobs/statusupdates"
EVERY = 0.2
SLACK = 1.0
"""Seconds by which a busy machine may be late."""
QUICK = Timeouts(connect=2, read=2, write=2, pool=2, total=3, poll_read=1.5, poll_total=2)


class Timed(Simulator):
    """A simulator that remembers when it was asked for its feed."""

    def __init__(self, number: int) -> None:
        super().__init__(cid=f"{1_000_000 + number}", apicode=f"made-up-{number}", page_size=10)
        self.polled = list[float]()

    def receive(self, *args: Any) -> Request:
        request = super().receive(*args)
        if request.operation == POLL and not request.query:
            self.polled.append(anyio.current_time())
        return request

    def fails(self, fault: Fault, times: int = 10_000) -> None:
        self.fail(fault, operation=POLL, query=(), times=times)

    @property
    def latest(self) -> float:
        """By how many seconds a poll came later than it was due, at worst; with a tenth for chance."""
        return max(later - earlier - 1.1 * EVERY for earlier, later in pairwise(self.polled))


@define
class Fleet:
    """Accounts behind one socket, and their inboxes."""

    accounts: list[Timed]
    inboxes: Inboxes
    client: RopoClient
    events: list[Any]

    def told(self, account: Timed) -> list[PollFailed]:
        return [event for event in self.events if isinstance(event, PollFailed) and event.cid == account.cid]

    async def poll(self, seconds: float, **options: Any) -> float:
        """Poll for so long, and return when that began."""
        async with self.inboxes.polling(every=timedelta(seconds=EVERY), **options):
            began = anyio.current_time()
            await anyio.sleep(seconds)
        return began


@asynccontextmanager
async def fleet(count: int, *, refused: int | None = None) -> AsyncIterator[Fleet]:
    """Serve accounts whose feeds are empty; one may have the wrong credentials."""
    accounts, events = [Timed(number) for number in range(count)], list[Any]()
    first = Credentials(accounts[0].cid, accounts[0].apicode)
    policy = RetryPolicy(base=0.001, throttled_base=0.001)
    async with (
        serve(*accounts) as running,
        RopoClient(running.url, first, timeouts=QUICK, retries=policy, hooks=[events.append]) as client,
        Journal.open("memory:") as journal,
    ):
        followed = Inboxes(journal)
        for number, account in enumerate(accounts):
            apicode = "wrong" if number == refused else account.apicode
            updates = client.for_account(Credentials(account.cid, apicode)).status_updates
            followed.add(updates, policy=InboxPolicy(pace=timedelta(0)))
        yield Fleet(accounts, followed, client, events)


async def test_none_is_late_because_of_another() -> None:
    """Whose server hangs, fails, is slow, or refuses its credentials."""
    async with fleet(8, refused=3) as ships:
        hangs, fails, slow, refused, *healthy = ships.accounts
        hangs.fails(Fault.hang(processed=False))
        fails.fails(Fault.status(500))
        slow.fails(Fault.delay(1.0))
        began = await ships.poll(4)
        for account in healthy:
            assert account.polled[0] - began < EVERY + SLACK
            assert account.latest < SLACK
            assert len(account.polled) >= 4 / (1.1 * EVERY + SLACK)
        assert not refused.polled
        assert ships.told(hangs)
        assert ships.told(fails)
        assert not ships.told(slow)
        assert not any(ships.told(account) for account in healthy)


async def test_a_failing_account_is_asked_less_and_less_often() -> None:
    async with fleet(2) as ships:
        failing, healthy = ships.accounts
        failing.fails(Fault.status(500))
        await ships.poll(3)
        waits = [event.wait for event in ships.told(failing)]
        assert all(1.7 * one < other < 2.3 * one for one, other in pairwise(waits))
        assert len(failing.polled) < len(healthy.polled)


async def test_one_that_recovers_is_asked_as_often_as_before() -> None:
    async with fleet(2) as ships:
        failing, _ = ships.accounts
        failing.fails(Fault.status(500), times=2)
        await ships.poll(3)
        assert [event.cid for event in ships.told(failing)] == [failing.cid] * 2
        assert failing.polled[-1] - failing.polled[-2] < EVERY + SLACK


async def test_refused_credentials_are_tried_again_now_and_then() -> None:
    """A customer may mend them, and one that is refused is no reason to end."""
    async with fleet(2, refused=1) as ships:
        healthy, refused = ships.accounts
        await ships.poll(3)
        told = ships.told(refused)
        assert len(told) >= 3
        assert {event.error for event in told} == {"AuthenticationError"}
        assert healthy.latest < SLACK


async def test_so_many_at_a_time_and_each_in_its_turn() -> None:
    """Rounds that take a while wait for each other, and nobody is passed over."""
    async with fleet(9) as ships:
        for account in ships.accounts:
            account.fails(Fault.delay(0.1))
        await ships.poll(3, concurrency=3)
        begun = sorted(moment for account in ships.accounts for moment in account.polled)
        # The server takes a tenth of a second for each; the one that follows three begins when one of them has ended.
        assert all(later - earlier > 0.09 for earlier, later in zip(begun, begun[3:], strict=False))
        counts = [len(account.polled) for account in ships.accounts]
        assert max(counts) - min(counts) <= 2


async def test_one_that_waits_for_long_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one at a time, and one whose server is silent: the others wait for it a moment, not until it gives up."""
    monkeypatch.setattr(inboxes, "PATIENCE", 0.3)
    async with fleet(4) as ships:
        silent, *healthy = ships.accounts
        silent.fails(Fault.hang(processed=False))
        began = await ships.poll(1.3, concurrency=1)
        assert len(silent.polled) == 1
        for account in healthy:
            assert account.polled[0] - began < 0.3 + EVERY + SLACK
            assert account.latest < 0.3 + SLACK


class Vault:
    """A provider of tokens that is down."""

    async def token(self, *, rejected: str | None, valid_for: float) -> str:
        await anyio.lowlevel.checkpoint()
        raise OSError("the vault is down")


async def test_a_provider_that_raises_is_its_accounts_trouble() -> None:
    async with fleet(2) as ships:
        ships.inboxes.add(ships.client.for_account(Vault()).status_updates, cid="1999999")
        await ships.poll(1)
        assert all(account.latest < SLACK for account in ships.accounts)
        told = [event for event in ships.events if isinstance(event, PollFailed)]
        assert {(event.cid, event.error) for event in told} == {("1999999", "OSError")}
