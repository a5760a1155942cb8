"""A journal that cannot be written: before the feed is asked nothing is sent, and afterwards the page is not lost."""

import pickle
import shutil
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import pytest
from attrs import frozen

from ropo_async.errors import JournalError, JournalProblem, PageNotStored
from ropo_async.hooks import GapOpened
from ropo_async.journal import GapState
from ropo_async.journal._sql import SqlJournal
from ropo_async.simulator import Fault
from tests.inbox.feeds import PAGE, POLL, everywhere, journal_url, world  # noqa: F401

pytestmark = [pytest.mark.anyio, everywhere]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a method of journals fail, without any effect, from its n-th call on."""

    def break_down(
        method: str, *, skip: int = 0, times: int = 1, problem: JournalProblem = JournalProblem.FULL
    ) -> None:
        sound, calls = getattr(SqlJournal, method), 0

        async def failing(self: SqlJournal, *args: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if skip < calls <= skip + times:
                raise JournalError(problem)
            return await sound(self, *args, **options)

        monkeypatch.setattr(SqlJournal, method, failing)

    return break_down


@frozen
class Moment:
    """When the journal fails, in a round of two pages."""

    method: str
    skip: int = 0
    polls: int = 0
    """How often the feed has been asked by then."""
    restart: bool = False
    """Whether the process ends then; otherwise the same inbox goes on."""
    gap: bool = False
    """Whether a gap comes of it: perhaps a false one, never a missed one."""
    fault: Fault | None = None
    """What happens to the first answer."""
    raises: type[JournalError] = JournalError

    def __str__(self) -> str:
        after = f"-{self.fault.name}" if self.fault else ""
        return f"{self.method}-{self.skip}{after}-{'restart' if self.restart else 'same'}"


BEFORE = ("take_turn", "state", "unfinished", "check_room", "intend")
CUT, LOST = Fault.cut(), Fault.drop(processed=True)

MOMENTS = [
    # Row 48: nothing is sent.
    *(Moment(method, restart=restart) for method in BEFORE for restart in (False, True)),
    # Row 49: an answer has come.
    Moment("receive", polls=1, raises=PageNotStored),
    Moment("receive", polls=1, raises=PageNotStored, restart=True, gap=True),
    Moment("receive", skip=1, polls=2, raises=PageNotStored),
    Moment("receive", polls=1, raises=PageNotStored, fault=CUT, gap=True),
    Moment("receive", polls=1, raises=PageNotStored, fault=CUT, restart=True, gap=True),
    *(Moment("merge", polls=1, restart=restart) for restart in (False, True)),
    *(Moment("merge", polls=1, restart=restart, fault=CUT, gap=True) for restart in (False, True)),
    *(Moment("settle", polls=1, restart=restart, fault=LOST, gap=True) for restart in (False, True)),
    # The answer was that there is no more, but who knows.
    *(Moment("settle", polls=3, restart=restart, gap=True) for restart in (False, True)),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
async def test_nothing_is_lost_when_the_journal_fails(
    moment: Moment,
    broken: Callable[..., None],
    journal_url: str,  # noqa: F811
) -> None:
    async with world(journal_url) as feed:
        feed.add(2 * PAGE)
        if moment.fault is not None:
            feed.simulator.fail(moment.fault, operation=POLL, query=())
        broken(moment.method, skip=moment.skip)
        asked = feed.polls
        with pytest.raises(JournalError) as caught:
            await feed.inbox.drain()
        assert type(caught.value) is moment.raises
        assert caught.value.problem is JournalProblem.FULL
        assert feed.polls - asked == moment.polls
        inbox = await feed.another() if moment.restart else feed.inbox
        found = await inbox.drain()
        assert (found.drained, found.trouble, found.recovery) == (True, None, None)
        assert feed.polls - asked == 3 + (moment.polls == 3)
        assert len(feed.told(GapOpened)) == len(await inbox.gaps()) == moment.gap
        await feed.complete()
        feed.clock.advance(days=3)
        await inbox.drain()
        assert [gap.state for gap in await inbox.gaps()] == [GapState.CLOSED] * moment.gap
        await feed.complete()


async def test_a_page_that_is_not_stored_is_in_the_error_and_kept_until_it_is(
    broken: Callable[..., None],
    journal_url: str,  # noqa: F811
) -> None:
    async with world(journal_url) as feed:
        feed.add(PAGE)
        broken("receive", times=3)
        asked = feed.polls
        with pytest.raises(PageNotStored) as caught:
            await feed.inbox.drain()
        error = caught.value
        ids = feed.simulator.truth.recorded
        assert all(number.encode() in error.raw for number in ids)
        for told in (error, pickle.loads(pickle.dumps(error))):
            assert told.raw == error.raw
            assert not [number for number in ids if number in repr(told) + str(told)]
        for _ in range(2):  # still full
            with pytest.raises(JournalError):
                await feed.inbox.drain()
        assert feed.polls - asked == 1
        assert (await feed.inbox.drain()).drained
        assert await feed.inbox.gaps() == []
        await feed.complete()


@pytest.mark.parametrize("named", [True, False], ids=["with_ids", "without_ids"])
async def test_a_page_may_be_stored_after_another_poller_has_given_it_up(
    named: bool,  # noqa: FBT001
    broken: Callable[..., None],
    journal_url: str,  # noqa: F811
) -> None:
    async with world(journal_url) as feed:
        records = feed.simulator.make_updates(PAGE, days=1)
        feed.simulator.add_updates(records if named else [record | {"statusid": None} for record in records])
        broken("receive")
        with pytest.raises(PageNotStored):
            await feed.inbox.drain()
        other = await feed.another()
        assert (await other.drain()).drained
        assert len(feed.told(GapOpened)) == 1
        assert (await feed.inbox.drain()).drained
        await feed.take()
        assert len(feed.taken) == PAGE
        feed.clock.advance(days=3)
        await other.drain()
        assert [gap.state for gap in await feed.inbox.gaps()] == [GapState.CLOSED]
        await feed.take()
        assert len(feed.taken) == PAGE


async def test_a_day_that_was_read_again_and_not_stored_is_stored_later(
    broken: Callable[..., None],
    journal_url: str,  # noqa: F811
) -> None:
    async with world(journal_url) as feed:
        feed.add(PAGE)
        feed.simulator.fail(LOST, operation=POLL, query=())
        broken("receive")
        with pytest.raises(PageNotStored):
            await feed.inbox.drain()
        assert (await feed.inbox.drain()).drained
        assert len(feed.told(GapOpened)) == 1
        await feed.complete()


Usage = namedtuple("Usage", ("total", "used", "free"))  # noqa: PYI024 - as in the standard library


async def test_row_48_a_disk_that_is_nearly_full_stops_it_before_it_asks(
    monkeypatch: pytest.MonkeyPatch,
    journal_url: str,  # noqa: F811
) -> None:
    if journal_url.startswith("postgresql"):
        pytest.skip("how much room a server has left it does not tell")
    async with world(journal_url) as feed:
        feed.add(PAGE)
        asked = len(feed.simulator.truth.requests)
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "disk_usage", lambda _: Usage(1 << 40, (1 << 40) - (8 << 20), 8 << 20))
            with pytest.raises(JournalError) as caught:
                await feed.inbox.drain()
        assert caught.value.problem is JournalProblem.FULL
        assert len(feed.simulator.truth.requests) == asked
        assert (await feed.inbox.drain()).drained
        await feed.complete()
