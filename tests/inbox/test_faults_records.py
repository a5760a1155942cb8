"""Answers that arrive whole and are odd within: records that cannot be read, that repeat, that are too many or none."""

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from attrs import evolve, frozen

from ropo_async import operations
from ropo_async.errors import FeedStalled, NotFound, OutcomeUnknown
from ropo_async.hooks import Anomaly, GapOpened, RecordsUndecoded, SweepFound
from ropo_async.journal import GapState
from ropo_async.simulator import CATALOGUE, Fault
from ropo_async.simulator.messages import Answer
from ropo_async.simulator.wire import body_of
from tests.inbox.feeds import PAGE, POLL, World, everywhere, journal_url, world  # noqa: F401

pytestmark = [pytest.mark.anyio, everywhere]


@frozen
class Odd:
    """One record of a page, replaced or made odd, so that it cannot be read."""

    number: int
    fault: Fault
    named: bool = True
    """Whether its id can still be told."""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.number:02}-{self.note or self.fault.name}"


def replaced(text: bytes) -> Fault:
    return Fault.malformed_record(3, text)


TWICE = b'{"statusid":"C1","statusid":"C2","billnum":"1","statustime":"2026-03-11 08:00:00","amount":1,"amount":2}'

ODD = [
    Odd(35, Fault.nan()),
    Odd(35, Fault.invalid_utf8()),
    Odd(35, Fault.deep_nesting()),
    Odd(35, Fault.huge_integer()),
    Odd(36, replaced(b'{"jobid":}'), named=False, note="no_json"),
    Odd(36, replaced(b"null"), named=False, note="null"),
    Odd(36, replaced(b"[]"), named=False, note="list"),
    Odd(36, replaced(b'{"statusid":"C77","amount":"12,34"}'), named=False, note="comma"),
]


async def days_ago(feed: World) -> None:
    """Let it be days since the journal was begun: from there on the sweeps read."""
    feed.clock.advance(days=2)
    await feed.inbox.drain()


@pytest.mark.parametrize("odd", ODD, ids=str)
async def test_a_record_that_cannot_be_read_costs_itself_alone(odd: Odd, journal_url: str) -> None:  # noqa: F811
    async with world(journal_url) as feed:
        await days_ago(feed)
        feed.add(PAGE)
        feed.simulator.fail(odd.fault, operation=POLL, query=())
        found = await feed.inbox.drain()
        assert (found.drained, found.trouble, found.quarantined, found.new) == (True, None, 1, PAGE - 1)
        assert [event.count for event in feed.told(RecordsUndecoded)] == [1]
        assert await feed.inbox.gaps() == []
        [kept] = await feed.inbox.quarantined()
        await feed.take()
        [missing] = set(feed.simulator.truth.recorded) - {taken.id for taken in feed.taken}
        assert (missing.encode() in kept.body) is odd.named
        # As it came, for whoever can read it; and the sweep of the night shows the vendor's own, if it is sound.
        feed.clock.advance(days=2)
        await feed.inbox.drain()
        await feed.complete()


async def test_row_35_a_member_that_is_there_twice_harms_nobody(journal_url: str) -> None:  # noqa: F811
    async with world(journal_url) as feed:
        feed.add(PAGE)
        feed.simulator.fail(replaced(TWICE), operation=POLL, query=())
        found = await feed.inbox.drain()
        assert (found.drained, found.quarantined, found.new) == (True, 0, PAGE)
        await feed.take()
        assert feed.taken[3].id == "C2"


FIELDS: dict[str, dict[str, Any]] = {
    "unknown_kinds": {"statustype": "brand new", "statuscode": "999999"},
    "new_fields": {"oddity": {"deep": [1, {"2": None}]}, "vendor_note": "x"},
    "empty_for_number": {"amount": "", "openamount": "", "jobid": ""},
    "null_for_everything": dict.fromkeys(["amount", "openamount", "jobid", "paydate", "statustext", "statusref"]),
    "text_for_number": {"amount": "10.50", "jobid": "7000001"},
    "no_billnum": {"billnum": None},
}


@pytest.mark.parametrize("name", FIELDS)
async def test_row_37_what_nobody_has_announced_is_delivered(name: str, journal_url: str) -> None:  # noqa: F811
    async with world(journal_url) as feed:
        records = feed.simulator.make_updates(PAGE, days=1)
        feed.simulator.add_updates([record | FIELDS[name] for record in records])
        found = await feed.inbox.drain()
        assert (found.drained, found.quarantined, found.new) == (True, 0, PAGE)
        await feed.complete()


async def test_row_38_an_equal_record_is_dropped_and_a_changed_one_is_delivered_again(
    journal_url: str,  # noqa: F811
) -> None:
    async with world(journal_url) as feed:
        records = feed.simulator.make_updates(3, days=1)
        feed.simulator.add_updates([*records, records[0], records[1] | {"statustext": "corrected"}])
        found = await feed.inbox.drain()
        assert (found.records, found.new, found.duplicates) == (5, 4, 1)
        keys = list[str]()
        async for delivery in feed.inbox.deliveries(forever=False):
            keys.append(delivery.key.rpartition("#")[2])
            async with delivery:
                pass
        assert keys == ["1.1", "1.1", "1.1", "1.2"]


async def test_row_32_of_a_body_beyond_the_limit_the_beginning_is_kept(
    journal_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world(journal_url) as feed:
        feed.add(PAGE)
        feed.simulator.fail(Fault.status(404), operation=POLL, query=("date",))
        limit = 5 * len(msgspec.json.encode(feed.simulator.truth.updates[0]))
        monkeypatch.setattr(operations, "POLL", evolve(operations.POLL, max_body=limit))
        found = await feed.inbox.drain()
        assert isinstance(found.trouble, OutcomeUnknown)
        assert isinstance(found.recovery, NotFound)
        assert 0 < found.new < PAGE
        assert await feed.states() == ["partial, kept"]
        await feed.conserved()
        await feed.inbox.drain()
        await feed.complete()


@pytest.mark.parametrize("lie", ["no_content_with_body", 'body {"result":{"status":[]}}'])
async def test_row_33_what_an_answer_of_nothing_hides_is_found_by_the_next_sweep(lie: str, journal_url: str) -> None:  # noqa: F811
    async with world(journal_url) as feed:
        await days_ago(feed)
        feed.add(PAGE)
        feed.simulator.fail(CATALOGUE[lie], operation=POLL, query=())
        found = await feed.inbox.drain()
        assert (found.drained, found.new, found.trouble) == (True, 0, None)
        assert len(feed.simulator.truth.recorded) == PAGE
        assert await feed.inbox.gaps() == []
        assert len(feed.told(Anomaly)) == (lie == "no_content_with_body")
        feed.clock.advance(days=1)
        await feed.inbox.drain()
        assert sum(event.count for event in feed.told(SweepFound)) == PAGE
        assert (await feed.inbox.health()).seen_only_by_sweep == PAGE
        await feed.complete()


async def test_row_34_nothing_but_empty_pages_is_no_progress(journal_url: str) -> None:  # noqa: F811
    async with world(journal_url) as feed:
        feed.add(PAGE)
        nothing = Fault.body(b'{"result":{"status":[]}}', processed=False)
        feed.simulator.fail(nothing, operation=POLL, query=(), times=3)
        asked = feed.polls
        with pytest.raises(FeedStalled):
            await feed.inbox.drain()
        assert feed.polls - asked == 3
        assert await feed.inbox.gaps() == []
        assert (await feed.inbox.drain()).drained
        await feed.complete()


async def test_the_same_page_again_is_no_progress_and_no_news(journal_url: str) -> None:  # noqa: F811
    async with world(journal_url) as feed:
        feed.add(2 * PAGE)
        feed.simulator.fail(Fault.repeat_page(), operation=POLL, query=(), skip=1)
        asked = feed.polls
        with pytest.raises(FeedStalled):
            await feed.inbox.drain()
        assert feed.polls - asked == 2
        assert (await feed.inbox.drain()).drained
        assert (await feed.inbox.health()).duplicates >= PAGE
        await feed.complete()


@pytest.mark.parametrize("apart", [1, 2], ids=["at once", "one page later"])
async def test_a_page_that_came_before_may_hide_another(apart: int, journal_url: str) -> None:  # noqa: F811
    """As from a store in between: the page that the server had given out in its place is read again."""
    async with world(journal_url) as feed:
        feed.add(4 * PAGE)
        bodies = list[bytes]()

        def stored(answer: Answer) -> Answer:
            bodies.append(body_of(answer))
            return evolve(answer, body=bodies[-1 - apart]) if len(bodies) == 1 + apart else answer

        feed.simulator.fail(Fault("stored", rewrite=stored), operation=POLL, query=(), times=1 + apart)
        feed.simulator.fail(Fault.status(404), operation=POLL, query=("date",))
        with suppress(FeedStalled):
            await feed.inbox.drain()
        assert len(feed.told(GapOpened)) == 1
        await feed.conserved()
        feed.simulator.faults.clear()
        assert (await feed.inbox.drain()).drained
        await feed.complete()
        feed.clock.advance(days=2)
        await feed.inbox.drain()
        assert [gap.state for gap in await feed.inbox.gaps()] == [GapState.CLOSED]
        assert (await feed.inbox.health()).seen_only_by_sweep == 0


async def test_row_55_a_cookie_is_neither_sent_back_nor_stored(
    journal_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world(journal_url) as feed:
        feed.add(PAGE)
        feed.simulator.fail(
            Fault.status(200, headers={"Set-Cookie": "session=baked; Path=/"}, body=b"[]", processed=True),
            operation=POLL,
            query=(),
        )
        heads = list[Any]()
        receive = feed.simulator.receive

        def noted(*args: Any) -> Any:
            heads.append(args[3])
            return receive(*args)

        monkeypatch.setattr(feed.simulator, "receive", noted)
        await feed.inbox.drain()
        await feed.inbox.drain()
        assert len(heads) > 3
        assert not [head for head in heads if "cookie" in {name.lower() for name in head}]
        stored = await feed.journal.engine.run(lambda tx: tx.rows("SELECT headers FROM poll"))  # type: ignore[attr-defined]
        assert "baked" not in str(stored)
        await feed.complete()


@pytest.mark.parametrize("hours", [-24, 24, -2], ids="{:+}h".format)
async def test_row_50_a_clock_that_jumps_between_asking_and_losing_widens_the_days(
    hours: int,
    journal_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world(journal_url) as feed:
        feed.add(PAGE)
        # The server's clock stays where it is.
        stays = feed.clock()
        monkeypatch.setattr(feed.simulator, "now", lambda: stays)
        feed.simulator.fail(Fault.drop(processed=True), operation=POLL, query=())
        feed.simulator.fail(Fault.status(404), operation=POLL, query=("date",))
        feed.clock.advance(hours=hours)
        await feed.inbox.drain()
        assert len(feed.told(GapOpened)) == 1
        await feed.conserved()
        await feed.inbox.drain()
        await feed.complete()
        monkeypatch.setattr(feed.simulator, "now", feed.clock)
        feed.clock.advance(days=4)
        await feed.inbox.drain()
        assert [gap.state for gap in await feed.inbox.gaps()] == [GapState.CLOSED]
