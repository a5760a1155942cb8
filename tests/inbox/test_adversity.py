"""What nobody has planned for: answers cut anywhere, and a database that ends its sessions under those who work."""

import random
from collections import Counter

import psycopg
import pytest

from ropo_async.errors import OutcomeUnknown
from ropo_async.journal import GapState
from ropo_async.simulator import Fault
from tests.inbox.feeds import PAGE, POLL, everywhere, journal_url, world  # noqa: F401

pytestmark = pytest.mark.anyio

CUTS = 12
"""Answers that are cut, each somewhere else, and at their very end."""


@pytest.mark.slow
@everywhere
@pytest.mark.timeout(300)
async def test_an_answer_that_is_cut_anywhere_leaves_a_gap(journal_url: str) -> None:  # noqa: F811
    """Whatever whole updates had come are there, none is made up, and the rest is read again."""
    draw = random.Random(journal_url.partition(":")[0])
    async with world(journal_url) as feed:
        feed.add(CUTS * PAGE)
        size = PAGE * 300  # less than any page has
        for at in (*(draw.randrange(size) for _ in range(CUTS - 2)), -1, -3):
            feed.simulator.fail(Fault.cut(at, reset=draw.random() < 0.5), operation=POLL, query=())
            feed.simulator.fail(Fault.status(404), operation=POLL, query=("date",))
            found = await feed.inbox.drain()
            assert isinstance(found.trouble, OutcomeUnknown), at
            assert await feed.days_at_risk()
            await feed.conserved()
            feed.simulator.faults.clear()
        assert (await feed.inbox.drain()).drained
        await feed.complete()
        feed.clock.advance(days=2)
        await feed.inbox.drain()
        assert {gap.state for gap in await feed.inbox.gaps()} == {GapState.CLOSED}


def end_sessions(url: str) -> int:
    """End every session of a journal, as a restart of its database does; return how many, once they are gone."""
    name = url.rpartition("=")[2]
    with psycopg.connect(url.partition("&schema=")[0], autocommit=True) as other:
        ended = other.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = %s", (name,)
        )
        return len(ended.fetchall())


@pytest.mark.parametrize("acks", ["grouped", "each"])
async def test_sessions_that_end_under_a_consumer_cost_nothing(postgres_url: str, acks: str) -> None:
    """Its loans are in the tables and not in the session, so what it has handled is settled all the same."""
    url = f"{postgres_url}&application_name=under_{postgres_url.rpartition('=')[2]}"
    async with world(url) as feed:
        feed.add(PAGE)
        assert (await feed.inbox.drain()).drained
        handled, ended = Counter[str](), 0
        async for delivery in feed.inbox.deliveries(acks=acks, batch=3, forever=False):
            async with delivery as update:
                handled[str(update.statusid)] += 1
                ended += end_sessions(url)
        assert ended >= PAGE // 3
        assert handled == Counter(feed.simulator.truth.recorded)
        assert (await feed.inbox.health()).waiting == 0
