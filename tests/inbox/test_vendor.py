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
QUIET = [
    pytest.param(Rereads(lag=1000 * DAY), id="it never shows"),
    pytest.param(Rereads(lag=30 * HOUR), id="it takes more than a day to show"),
    pytest.param(Rereads(by="paydate"), id="payments are filed under their paydate"),
    pytest.param(Rereads(limit=3), id="capped at three", marks=pytest.mark.xfail(strict=True, reason=UNCONTRADICTED)),
]


@pytest.mark.parametrize("rereads", QUIET)
async def test_a_loss_of_all_that_there_ever_was(rereads: Rereads) -> None:
    async with followed(rereads=rereads, inbox={"policy": UNSWEPT}) as feed:
        feed.world.changes(5, **payment(feed.world, 10))
        await feed.loses()
        await feed.settles()
        states, missing = await feed.ends()
        assert states == ["unresolved"]
        assert missing > 0
        assert "ask Ropo" in await feed.reason()


@pytest.mark.parametrize("known", [pytest.param(1, id="something shows it"), pytest.param(0, id="nothing shows it")])
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


async def test_a_quiet_account_has_to_prove_that_a_reading_shows_something() -> None:
    async with followed(inbox={"policy": UNSWEPT}) as feed:
        await feed.loses()
        await feed.settles()
        assert await feed.ends() == (["unresolved"], 0)
        assert "nothing that is known proves" in await feed.reason()


@pytest.mark.parametrize(("rereads", "state"), [(Rereads(), "closed"), (Rereads(lag=1000 * DAY), "unresolved")])
async def test_what_is_known_from_weeks_ago_proves_it(rereads: Rereads, state: str) -> None:
    async with followed(rereads=rereads, inbox={"policy": UNSWEPT}) as feed:
        feed.world.changes(3)
        await feed.inbox.drain()
        feed.world.pass_(20 * DAY)
        await feed.inbox.drain()
        await feed.loses()
        await feed.settles()
        assert await feed.ends() == ([state], 0)
