"""The background poller: its pauses, what it goes on after and what ends it, and how the block around it ends."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from attrs import define, field, frozen

from ropo_async import Credentials, StaticToken
from ropo_async.errors import (
    AuthenticationError,
    InvalidInput,
    JournalError,
    JournalProblem,
    PermissionDenied,
    RopoError,
)
from ropo_async.hooks import PollFailed
from ropo_async.inbox import Inbox, InboxPolicy, rounds
from ropo_async.journal._sql import SqlJournal
from ropo_async.simulator import Fault
from tests.inbox.feeds import PAGE, POLL, Clock, World, world

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)
LONGEST = InboxPolicy().longest_pause.total_seconds()


@define
class Pauses:
    """The pauses of pollers, which take no time but that of the clock; after so many they do not end."""

    clock: Clock
    most: int = 0
    taken: list[float] = field(factory=list[float])
    reached: anyio.Event = field(factory=anyio.Event)

    def __getattr__(self, name: str) -> Any:
        return getattr(anyio, name)  # it stands for that in a room

    async def sleep(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.clock.advance(seconds=seconds)
        if len(self.taken) == self.most:
            self.reached.set()
            await anyio.sleep_forever()
        await anyio.lowlevel.checkpoint()


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> Callable[[World], Pauses]:
    def paused(feed: World) -> Pauses:
        pauses = Pauses(feed.clock)
        monkeypatch.setattr(rounds, "anyio", pauses)
        return pauses

    return paused


async def poll(inbox: Inbox, pauses: Pauses, times: int) -> list[float]:
    """Poll every minute, so many times, and return the pauses in minutes."""
    pauses.taken.clear()
    pauses.most, pauses.reached = times, anyio.Event()
    with anyio.fail_after(30):
        async with inbox.polling(MINUTE):
            await pauses.reached.wait()
    return [pause / 60 for pause in pauses.taken]


async def test_its_pauses_jitter(paused: Any) -> None:
    async with world("memory:") as feed:
        asked = feed.polls
        pauses = await poll(feed.inbox, paused(feed), 40)
        assert feed.polls - asked == 40
        assert all(0.95 <= pause <= 1.05 for pause in pauses)
        assert len(set(pauses)) > 30
        assert max(pauses) - min(pauses) > 0.05


# --- What it goes on after -------------------------------------------------------------------------------------------


def failing(method: str, problem: JournalProblem) -> Callable[..., Any]:
    def strike(feed: World, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
        sound, left = getattr(SqlJournal, method), itertools.repeat(None, times)

        async def broken(self: Any, *args: Any, **options: Any) -> Any:
            for _ in left:
                raise JournalError(problem)
            return await sound(self, *args, **options)

        monkeypatch.setattr(SqlJournal, method, broken)

    return strike


def answering(fault: Fault) -> Callable[..., Any]:
    def strike(feed: World, times: int, _: Any) -> None:
        feed.simulator.fail(fault, operation=POLL, query=(), times=times)

    return strike


@frozen
class Outage:
    """What keeps a poller from polling for a while, and what it is called in events."""

    strike: Callable[..., Any]
    error: str

    def __str__(self) -> str:
        return self.error


OUTAGES = {
    "server error": Outage(answering(Fault.status(503)), "OutcomeUnknown"),
    "dropped": Outage(answering(Fault.drop(processed=False)), "OutcomeUnknown"),
    "portal": Outage(answering(Fault.html(200)), "DecodeError"),
    "throttled": Outage(answering(Fault.status(429, headers={"Retry-After": "1000000"})), "RateLimited"),
    "refused": Outage(answering(Fault.status(404)), "NotFound"),
    "disk full": Outage(failing("check_room", JournalProblem.FULL), "JournalError"),
    "journal busy": Outage(failing("take_turn", JournalProblem.BUSY), "JournalError"),
    "database away": Outage(failing("intend", JournalProblem.UNREACHABLE), "JournalError"),
    "journal broken": Outage(failing("receive", JournalProblem.BROKEN), "PageNotStored"),
}


@pytest.mark.parametrize("name", OUTAGES)
async def test_it_goes_on_after_an_outage_with_longer_pauses(
    name: str, paused: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    outage, times = OUTAGES[name], 7
    async with world("memory:") as feed:
        feed.add(PAGE)
        outage.strike(feed, times, monkeypatch)
        pauses = await poll(feed.inbox, paused(feed), times + 3)
        told = feed.told(PollFailed)
        failures = 1 if outage.error == "PageNotStored" else times
        assert [event.error for event in told[:failures]] == [outage.error] * failures
        assert [event.wait / 60 for event in told] == pauses[: len(told)]
        assert len(told) == times
        expected = [min(2.0**failures, LONGEST / 60) for failures in range(1, times + 1)] + [1.0] * 3
        assert pauses == pytest.approx(expected, rel=0.051)
        feed.clock.advance(days=3)
        assert (await feed.inbox.drain()).drained
        await feed.complete()


async def test_it_goes_on_when_the_server_is_back(paused: Any) -> None:
    async with world("memory:") as feed:
        feed.add(PAGE)
        pauses = paused(feed)
        async with feed.away():
            assert await poll(feed.inbox, pauses, 4) == pytest.approx([2, 4, 8, 15], rel=0.051)
        assert {event.error for event in feed.told(PollFailed)} == {"TransportError"}
        assert await poll(feed.inbox, pauses, 2) == pytest.approx([1, 1], rel=0.051)
        assert await feed.inbox.gaps() == []
        await feed.complete()


async def test_a_round_is_left_out_where_another_poller_has_just_drained(paused: Any) -> None:
    async with world("memory:") as feed:
        pauses, other = paused(feed), await feed.another()
        feed.clock.advance(minutes=5)
        await feed.inbox.drain()
        asked = feed.polls
        assert len(await poll(other, pauses, 1)) == 1
        assert feed.polls == asked
        feed.clock.advance(seconds=31 - 60 * 1.05)
        await feed.inbox.drain()
        asked = feed.polls
        feed.clock.advance(seconds=31)
        await poll(other, pauses, 1)
        assert feed.polls == asked + 1


# --- What ends it ----------------------------------------------------------------------------------------------------


async def ended(inbox: Inbox) -> BaseException:
    """Poll until that raises, and return what."""
    with pytest.raises(RopoError) as caught, anyio.fail_after(30):
        async with inbox.polling(MINUTE):
            await anyio.sleep_forever()
    return caught.value


LASTING = set(JournalProblem) - {
    JournalProblem.BROKEN,
    JournalProblem.BUSY,
    JournalProblem.FULL,
    JournalProblem.UNREACHABLE,
}


@pytest.mark.parametrize("problem", sorted(LASTING), ids=lambda problem: problem.name)
async def test_a_journal_that_stays_unusable_ends_it(problem: JournalProblem, monkeypatch: pytest.MonkeyPatch) -> None:
    async with world("memory:") as feed:
        asked = feed.polls
        failing("take_turn", problem)(feed, 1, monkeypatch)
        error = await ended(feed.inbox)
        assert isinstance(error, JournalError)
        assert error.problem is problem
        assert feed.told(PollFailed) == []
        assert feed.polls == asked


async def test_three_refusals_in_a_row_end_it_and_two_do_not(paused: Any) -> None:
    async with world("memory:") as feed:
        pauses = paused(feed)
        for _ in range(2):
            feed.simulator.fail(Fault.status(403), operation=POLL, query=(), times=2)
            await poll(feed.inbox, pauses, 3)
        asked = feed.polls
        feed.simulator.fail(Fault.status(403), operation=POLL, query=(), times=9)
        pauses.most = 0
        assert type(await ended(feed.inbox)) is PermissionDenied
        assert feed.polls - asked == 3


async def test_other_failures_between_them_begin_the_count_anew(paused: Any) -> None:
    async with world("memory:") as feed:
        for code in (403, 403, 404, 403, 403, 500, 403, 403):
            feed.simulator.fail(Fault.status(code), operation=POLL, query=())
        await poll(feed.inbox, paused(feed), 9)
        assert len(feed.told(PollFailed)) == 8


async def test_a_token_that_is_refused_ends_it(paused: Any) -> None:
    async with world("memory:") as feed:
        client = await feed.connect(auth=StaticToken("made-up-token"))
        stranger = Inbox(client.status_updates, feed.journal, cid=feed.simulator.cid, now=feed.clock)
        paused(feed)
        feed.clock.advance(hours=1)
        asked = feed.polls
        assert type(await ended(stranger)) is AuthenticationError
        assert feed.polls - asked == 3
        assert await feed.inbox.gaps() == []


async def test_credentials_that_are_refused_end_it_and_are_shown_to_the_server_once(paused: Any) -> None:
    async with world("memory:") as feed:
        stranger = await feed.another(auth=Credentials(feed.simulator.cid, "another-apicode"))
        feed.clock.advance(hours=1)
        paused(feed)
        asked, logins = feed.polls, feed.simulator.truth.count("POST /token")
        assert type(await ended(stranger)) is AuthenticationError
        assert feed.polls == asked
        assert feed.simulator.truth.count("POST /token") - logins == 1


@pytest.mark.parametrize("every", [timedelta(0), timedelta(seconds=-1), 60, None], ids=str)
async def test_a_pause_that_is_none_is_refused(every: Any) -> None:
    async with world("memory:") as feed:
        with pytest.raises(InvalidInput):
            async with feed.inbox.polling(every):
                pass
