"""Reads by `date` as the vendor may really do them: under each, nothing is claimed that is not true."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve, frozen

from ropo_async.simulator import Rereads
from ropo_async.simulator.archive import HELSINKI
from tests.inbox.lives import Followed, followed
from tests.inbox.worlds import DAY, HOUR, MINUTE, POLICY, UNSWEPT, World

pytestmark = pytest.mark.anyio


@frozen
class Vendor:
    """One way to behave, and what must come of it."""

    rereads: Rereads
    state: str = "closed"
    missing: int = 0
    """How much of what was lost its re-reads do not show."""
    words: str = ""


VENDORS = {
    "complete": Vendor(Rereads()),
    "capped, below the cap": Vendor(Rereads(limit=1000)),
    "what is read again counts as recorded": Vendor(Rereads(consume=True)),
    "only what is recorded is shown": Vendor(Rereads(only_recorded=True)),
    "it takes an hour to show": Vendor(Rereads(lag=HOUR)),
    "it takes an hour to show, and counts as recorded": Vendor(Rereads(lag=HOUR, consume=True)),
    "it takes more than a day to show": Vendor(Rereads(lag=30 * HOUR), "unresolved", 8, "after how long"),
    "it never shows": Vendor(Rereads(lag=1000 * DAY), "unresolved", 8, "after how long"),
    "payments are filed under their paydate": Vendor(Rereads(by="paydate"), "unresolved", 1, "is filed under"),
    "filed under the day of recording": Vendor(Rereads(by="recorded"), "unresolved", 0, "is filed under"),
    "capped at nine": Vendor(Rereads(limit=9), "unresolved", 4, "leaves out"),
}


def payment(world: World, days: int) -> dict[str, Any]:
    """Return what makes a payment of a change: booked now, paid so many days ago."""
    paid = world.clock.time.astimezone(HELSINKI) - days * DAY
    return {"statustype": "payment", "paydate": f"{paid:%Y-%m-%d}", "amount": Decimal("10.00")}


async def some_history(feed: Followed) -> None:
    """Let things happen, of all kinds, that arrive."""
    world = feed.world
    world.changes(4)
    world.change(**payment(world, 0))
    world.change(**payment(world, 1))
    world.changes(3, late=20 * HOUR)
    assert (await feed.inbox.drain()).new == 9
    world.pass_(3 * HOUR)


def changes_of_all_kinds(world: World) -> int:
    """Let things happen that are going to be lost, and return how many."""
    world.changes(3)
    world.change(late=20 * HOUR)
    world.change(**payment(world, 1))
    world.change(**payment(world, 10))
    world.changes(2, statusid="", statustext="the same")
    return 8


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS)
async def test_a_loss_among_much_that_is_known(vendor: Vendor) -> None:
    async with followed(rereads=vendor.rereads, inbox={"policy": UNSWEPT}) as feed:
        await some_history(feed)
        lost = changes_of_all_kinds(feed.world)
        await feed.loses()
        feed.world.pass_(HOUR)
        feed.world.changes(2)
        assert (await feed.inbox.drain()).drained
        await feed.settles()
        assert vendor.missing <= lost
        assert await feed.ends() == ([vendor.state], vendor.missing)
        assert vendor.words in await feed.reason()
        assert ("ask Ropo" in await feed.reason()) == (vendor.state == "unresolved")


UNCONTRADICTED = "a reading counts as complete where nothing is known that could contradict it"
QUIET = {
    "it never shows": Rereads(lag=1000 * DAY),
    "it takes more than a day to show": Rereads(lag=30 * HOUR),
    "capped at three": Rereads(limit=3),
    "payments are filed under their paydate": Rereads(by="paydate"),
}


@pytest.mark.xfail(strict=True, reason=UNCONTRADICTED)
@pytest.mark.parametrize("rereads", QUIET.values(), ids=QUIET)
async def test_a_loss_of_all_that_there_ever_was(rereads: Rereads) -> None:
    async with followed(rereads=rereads, inbox={"policy": UNSWEPT}) as feed:
        feed.world.changes(5, **payment(feed.world, 10))
        await feed.loses()
        await feed.settles()
        states, missing = await feed.ends()
        assert states == ["unresolved"]
        assert missing > 0
        assert "ask Ropo" in await feed.reason()


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(1, id="and something shows it"),
        pytest.param(0, id="and nothing shows it", marks=pytest.mark.xfail(strict=True, reason=UNCONTRADICTED)),
    ],
)
async def test_a_lag_that_is_longer_than_it_is_thought_to_be(known: int) -> None:
    before_midnight = datetime(2026, 3, 11, 23, 25, tzinfo=UTC)
    lag = POLICY.settling + HOUR
    async with followed(before_midnight, rereads=Rereads(lag=lag), inbox={"policy": UNSWEPT}) as feed:
        feed.world.changes(known, late=3 * HOUR)
        assert (await feed.inbox.drain()).new == known
        feed.world.pass_(MINUTE)
        feed.world.changes(2, late=3 * HOUR)
        await feed.loses()
        feed.world.pass_(POLICY.settling + MINUTE)
        await feed.inbox.drain()
        await feed.settles()
        assert await feed.ends() == (["unresolved"], 2)
        assert "after how long" in await feed.reason()


async def test_a_longer_settling_makes_up_for_a_longer_lag() -> None:
    policy = evolve(UNSWEPT, settling=4 * HOUR)
    async with followed(rereads=Rereads(lag=3 * HOUR), inbox={"policy": policy}) as feed:
        feed.world.changes(2, late=20 * HOUR)
        await feed.loses()
        feed.world.pass_(3 * HOUR)
        await feed.inbox.drain()
        assert [str(gap.state) for gap in await feed.inbox.gaps()] == ["backfilled"]
        await feed.settles()
        assert await feed.ends() == (["closed"], 0)
