"""What the hooks are told of a life full of trouble: each thing once, and nothing of anybody."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from ropo_async.hooks import (
    DeadLettered,
    GapEnded,
    GapOpened,
    PollFailed,
    RecordsUndecoded,
    RoundFinished,
    SweepFound,
    log_events,
)
from ropo_async.journal import GapState
from ropo_async.simulator import Fault
from tests.inbox.feeds import PAGE, POLL, World, everywhere, journal_url, world  # noqa: F401

pytestmark = [pytest.mark.anyio, everywhere]

PRIVATE = {
    "billnum": "BILL-OF-NOBODY",
    "statustext": "Nimi Tuntematon",
    "statusref": "REF-OF-NOBODY",
    "jobid": "87654321987",
    "oddity": "010190-999X",
}


@pytest.fixture
async def feed(journal_url: str, caplog: pytest.LogCaptureFixture) -> Any:  # noqa: F811
    """A feed about somebody; what the hooks are told is logged as well, down to the last detail."""
    with caplog.at_level(logging.DEBUG):
        async with world(journal_url) as feed:
            feed.client = await feed.connect(hooks=[feed.events, log_events])
            feed.inbox = await feed.another(feed.client)
            feed.clock.advance(days=2)
            await feed.inbox.drain()
            feed.events.clear()
            yield feed
            logged = "\n".join(record.getMessage() for record in caplog.get_records("call"))
            assert logged
            shown = logged + repr(feed.events) + "".join(map(str, feed.events))
            assert not [private for private in (*PRIVATE.values(), feed.simulator.apicode, "eyJ") if private in shown]


def add(feed: World, count: int, *, seed: int = 0) -> None:
    records = feed.simulator.make_updates(count, seed=seed, days=1)
    feed.simulator.add_updates([record | PRIVATE for record in records])


async def test_a_round(feed: World) -> None:
    add(feed, PAGE + 1)
    await feed.inbox.drain()
    [event] = feed.told(RoundFinished)
    assert (event.cid, event.drained, event.pages, event.records, event.new) == (
        feed.simulator.cid,
        True,
        2,
        PAGE + 1,
        PAGE + 1,
    )
    assert 0 < event.duration < 30


async def test_a_loss_and_its_end(feed: World) -> None:
    add(feed, PAGE)
    feed.simulator.fail(Fault.drop(processed=True), operation=POLL, query=())
    await feed.inbox.drain()
    [opened] = feed.told(GapOpened)
    assert (opened.cid, "went missing" in opened.cause) == (feed.simulator.cid, True)
    assert feed.told(GapEnded) == []
    for _ in range(3):
        feed.clock.advance(days=2)
        await feed.inbox.drain()
    [ended] = feed.told(GapEnded)
    [gap] = await feed.inbox.gaps()
    assert (ended.cid, ended.proven, ended.reason) == (feed.simulator.cid, True, gap.reason)
    assert [event.drained for event in feed.told(RoundFinished)] == [False, True, True, True]
    assert feed.told(SweepFound) == []


async def test_two_losses_of_one_gap(feed: World) -> None:
    for seed in range(2):
        add(feed, PAGE, seed=seed)
        feed.simulator.fail(Fault.cut(), operation=POLL, query=())
        await feed.inbox.drain()
    assert len(feed.told(GapOpened)) == 2
    for _ in range(3):
        feed.clock.advance(days=2)
        await feed.inbox.drain()
    assert [event.proven for event in feed.told(GapEnded)] == [True]


async def test_a_gap_that_cannot_be_closed(feed: World) -> None:
    add(feed, PAGE)
    await feed.inbox.drain()
    await feed.inbox.reread(feed.clock().date() - timedelta(days=2))
    feed.clock.advance(days=3)
    feed.simulator.fail(Fault.body(b'{"result":{"status":[]}}'), operation=POLL, query=("date",), times=99)
    await feed.inbox.drain()
    [ended] = feed.told(GapEnded)
    assert ended.proven is False
    assert "ask Ropo" in ended.reason
    assert [gap.state for gap in await feed.inbox.gaps()] == [GapState.UNRESOLVED]


async def test_what_only_a_sweep_has_seen(feed: World) -> None:
    records = feed.simulator.make_updates(3, days=1)
    at = (feed.clock() - timedelta(hours=2)).strftime("%Y-%m-%d %H:%M:%S")
    feed.simulator.add_updates([record | PRIVATE | {"statustime": at} for record in records], recorded=True)
    for _ in range(3):
        feed.clock.advance(days=1)
        await feed.inbox.drain()
    [event] = feed.told(SweepFound)
    assert (event.cid, event.day.isoformat(), event.count) == (feed.simulator.cid, at[:10], 3)


async def test_records_that_cannot_be_read(feed: World) -> None:
    add(feed, PAGE)
    feed.simulator.fail(Fault.nan(), operation=POLL, query=())
    await feed.inbox.drain()
    assert [event.count for event in feed.told(RecordsUndecoded)] == [1]
    [kept] = await feed.inbox.quarantined()
    assert PRIVATE["billnum"].encode() in kept.body
    assert PRIVATE["billnum"] not in repr(kept)


async def test_a_dead_letter(feed: World) -> None:
    add(feed, 1)
    await feed.inbox.drain()
    async for lent in feed.inbox.deliveries(attempts=1, forever=False):
        with pytest.raises(LookupError):
            async with lent as update:
                raise LookupError(update.billnum)
    [event] = feed.told(DeadLettered)
    assert (event.cid, event.attempts, event.error) == (feed.simulator.cid, 1, "LookupError")
    [letter] = await feed.inbox.dead()
    assert event.seq == letter.seq
    assert PRIVATE["billnum"] not in repr(letter)


async def test_a_poller_in_trouble(feed: World) -> None:
    add(feed, PAGE)
    feed.clock.advance(hours=2)
    feed.simulator.fail(Fault.status(404, body=repr(PRIVATE).encode()), operation=POLL, query=())
    async with feed.inbox.polling(timedelta(milliseconds=1)):
        await feed.events.until(RoundFinished)
    [failed] = feed.told(PollFailed)
    assert (failed.cid, failed.error) == (feed.simulator.cid, "NotFound")
    assert 0 < failed.wait < 1
    await feed.take()
    assert len(feed.taken) == PAGE


async def test_trouble_shows_nothing_of_anybody_in_what_is_returned_either(feed: World) -> None:
    add(feed, PAGE)
    feed.simulator.fail(Fault.cut(), operation=POLL, query=())
    feed.simulator.fail(Fault.status(404, body=repr(PRIVATE).encode()), operation=POLL, query=("date",))
    found = await feed.inbox.drain()
    shown = repr(found) + str(found.trouble) + str(found.recovery) + repr(await feed.inbox.gaps())
    shown += repr(feed.inbox) + repr(await feed.inbox.health())
    assert not [private for private in PRIVATE.values() if private in shown]
