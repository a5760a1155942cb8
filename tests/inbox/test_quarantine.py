"""Quarantine: what cannot be read is kept as it came, shown to nobody by accident, and delivered when it can be."""

import re
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from ropo_async import codec
from ropo_async.hooks import RecordsUndecoded
from ropo_async.inbox import Inbox
from ropo_async.journal import Account, Journal, Source
from ropo_async.records import StatusUpdate
from ropo_async.simulator import Fault, Simulator, serve
from tests.inbox.desk import EVERYWHERE, Desk, a_clock, a_desk, a_storage, connected, key, payment, payments  # noqa: F401

pytestmark = pytest.mark.anyio

SECRET = "Maija Esimerkki"


def bad(number: int | str, **fields: Any) -> dict[str, Any]:
    """Return a record whose amount this version cannot read."""
    return payment(number, **{"amount": "kymmenen", "statustext": SECRET} | fields)


def upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a version that reads `kymmenen`."""
    read = codec.read_update

    def newer(record: bytes) -> StatusUpdate:
        return read(re.sub(rb'"kymmenen"', b"10.0", record))

    monkeypatch.setattr(codec, "read_update", newer)


@EVERYWHERE
async def test_one_bad_record_costs_itself_alone(desk: Desk) -> None:
    merged = await desk.put([*payments(4), bad(5), *payments(4, start=6)])
    assert (merged.new, merged.quarantined) == (8, 1)
    assert await desk.left() == [key(number) for number in (1, 2, 3, 4, 6, 7, 8, 9)]
    (kept,) = await desk.inbox.quarantined()
    assert (kept.account, kept.source, kept.arrived) == (desk.inbox.account, Source.DRAIN, desk.now())
    assert b'"kymmenen"' in kept.body
    assert b'"P5"' in kept.body
    assert kept.reason
    assert (await desk.inbox.health()).quarantined == 1


async def test_it_shows_nothing_by_accident(desk: Desk) -> None:
    await desk.put([bad(1)])
    (kept,) = await desk.inbox.quarantined()
    for shown in (repr(kept), str(kept), kept.reason, repr(await desk.inbox.health())):
        assert not any(word in shown for word in (SECRET, "kymmenen", "B1"))


@EVERYWHERE
async def test_after_an_upgrade_it_is_delivered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, with its source, where its consumer is told that it came; what still cannot be read stays."""
    await desk.put([bad(1), bad(2, amount="yksi"), payment(3)])
    assert await desk.left() == [key(3)]
    assert await desk.inbox.redecode() == 0
    upgrade(monkeypatch)
    assert await desk.inbox.redecode() == 1
    assert await desk.inbox.redecode() == 0
    assert [b'"P2"' in kept.body for kept in await desk.inbox.quarantined()] == [True]
    delivery = await desk.one()
    assert (delivery.key, delivery.source, str(delivery.update.statustext)) == (key(1), Source.DRAIN, SECRET)
    await delivery.ack()
    assert await desk.left() == []


async def test_there_may_be_many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are listed, and read again, in portions."""
    await desk.put([bad(number, amount="kymmenen" if number % 3 else "yksi") for number in range(250)])
    listed = list[int]()
    while portion := await desk.inbox.quarantined(after=listed[-1] if listed else 0, limit=60):
        assert len(portion) <= 60
        listed += [kept.id for kept in portion]
    assert listed == sorted(set(listed))
    assert len(listed) == 250
    upgrade(monkeypatch)
    assert await desk.inbox.redecode() == 166
    assert len(await desk.left()) == 166
    assert len(await desk.inbox.quarantined()) == 84


@EVERYWHERE
async def test_two_may_read_again_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.put([bad(1)])
    upgrade(monkeypatch)
    both = list[int]()

    async def read_again(inbox: Inbox) -> None:
        both.append(await inbox.redecode())

    async with anyio.create_task_group() as group:
        for inbox in (desk.inbox, desk.another(await desk.handle())):
            group.start_soon(read_again, inbox)
    assert await desk.inbox.quarantined() == []
    assert await desk.left() == [key(1)]


@EVERYWHERE
async def test_what_is_seen_again_is_not_kept_again(desk: Desk) -> None:
    """Under its id, or where that cannot be told by its bytes."""
    records = [bad(1), bad(2, statusid=""), bad(3, statusid=["P3"])]
    await desk.put(records)
    for source in (Source.BACKFILL, Source.SWEEP, Source.SWEEP):
        assert (await desk.put(records, source=source)).quarantined == 0
    assert len(await desk.inbox.quarantined()) == 3


async def test_what_the_feed_hands_out_again_is_another_event(desk: Desk) -> None:
    """Two equal payments without an id are two; and nobody knows what is in these."""
    await desk.put([bad(1, statusid="")])
    assert (await desk.put([bad(1, statusid="")])).quarantined == 1


async def test_what_changed_meanwhile_is_kept_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows whether it is news; when both can be read it turns out."""
    await desk.put([bad(1), bad(2)])
    again = [bad(1, openamount=5), bad(2, statusref="Korjattu")]
    assert (await desk.put(again, source=Source.SWEEP)).quarantined == 2
    upgrade(monkeypatch)
    assert await desk.inbox.redecode() == 4
    assert await desk.left() == [key(1), key(2), key(2, revision=2)]


async def test_what_is_seen_again_after_an_upgrade_is_known(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever comes first: reading the quarantine, or reading the day again."""
    records = [bad(1), bad(2)]
    await desk.put(records)
    upgrade(monkeypatch)
    readable = [payment(number, amount=10.0, statustext=SECRET) for number in (1, 2)]
    assert (await desk.put(readable[1:], source=Source.SWEEP)).new == 1
    await desk.inbox.redecode()
    assert (await desk.put(readable, source=Source.SWEEP)).new == 0
    assert sorted(await desk.left()) == [key(1), key(2)]


async def test_accounts_have_quarantines_of_their_own(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Account("https://elsewhere.example/rest", desk.inbox.account.cid)
    await desk.put([bad(1)])
    await desk.put([bad(1), bad(2)], account=other)
    upgrade(monkeypatch)
    assert await desk.inbox.redecode() == 1
    assert await desk.left() == [key(1)]
    assert len(await desk.journal.quarantined(other)) == len(await desk.journal.quarantined()) == 2


# --- through a server -----------------------------------------------------------------------------------------------


def garbled(simulator: Simulator) -> None:
    simulator.fail(Fault.malformed_record(2, b'{"jobid":}'), operation="GET /jobs/statusupdates", query=())


def odd(simulator: Simulator) -> None:
    first = next(iter(simulator.truth.pending))
    first["amount"] = "kymmenen"


@pytest.mark.parametrize("happens", [garbled, odd], ids=lambda one: one.__name__)
async def test_a_round_goes_on_over_it(storage: str, happens: Callable[[Simulator], None]) -> None:
    simulator, events = Simulator(page_size=10), list[Any]()
    simulator.add_updates(count=25, days=1)
    happens(simulator)
    async with serve(simulator) as running, Journal.open(storage) as journal, connected(running, events) as ropo:
        inbox = Inbox(ropo.status_updates, journal)
        done = await inbox.drain()
        assert (done.drained, done.records, done.new, done.quarantined) == (True, 25, 24, 1)
        assert len(await inbox.quarantined()) == 1
        assert [event.count for event in events if isinstance(event, RecordsUndecoded)] == [1]
        assert await inbox.gaps() == []
        ids = [str(delivery.update.statusid) async for delivery in inbox.deliveries(forever=False)]
        missing = set(simulator.truth.recorded) - set(ids)
        assert (len(ids), len(missing)) == (24, 1)


def cut(simulator: Simulator) -> None:
    simulator.fail(Fault.close_delimited(10_000), operation="GET /jobs/statusupdates", query=())


def whole(_: Simulator) -> None:
    """All goes well, as far as the wire is concerned."""


@pytest.mark.parametrize("happens", [whole, cut], ids=lambda one: one.__name__)
async def test_a_page_of_nothing_else_is_kept(storage: str, happens: Callable[[Simulator], None]) -> None:
    simulator = Simulator(page_size=10)
    simulator.add_updates([bad(number) for number in range(10)])
    happens(simulator)
    async with serve(simulator) as running, Journal.open(storage) as journal, connected(running) as ropo:
        inbox = Inbox(ropo.status_updates, journal)
        done = await inbox.drain()
        assert (done.records, done.quarantined) == (10, 10)
        assert len(await inbox.quarantined()) == 10
