"""Delivery: what is done is done for good, what fails comes again, and what fails too often is laid aside."""

from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest

from ropo_async import codec
from ropo_async.errors import DecodeError, InvalidInput, LeaseLost
from ropo_async.hooks import DeadLettered, Settled
from ropo_async.inbox import Inbox
from ropo_async.journal import Account, Source
from tests.inbox.desk import EVERYWHERE, Clock, Desk, a_clock, a_desk, a_storage, key, payment, payments  # noqa: F401

pytestmark = pytest.mark.anyio

LONG = 400 * 24 * 3600.0


async def fail(desk: Desk, inbox: Inbox | None = None, **terms: Any) -> int:
    """Have an update and fail with it; return which attempt it was."""
    delivery = await desk.one(inbox, **terms)
    with pytest.raises(ArithmeticError):
        async with delivery:
            raise ArithmeticError("with words about Maija Esimerkki")
    return delivery.attempt


@EVERYWHERE
async def test_what_is_left_normally_never_comes_again(desk: Desk, clock: Clock) -> None:
    await desk.put(payments(3))
    assert await desk.left(desk.inbox) == [key(1), key(2), key(3)]
    clock.advance(LONG)
    assert await desk.left() == []
    assert await desk.inbox.requeue() == 0
    assert (await desk.inbox.health()).waiting == 0


async def test_the_update_is_what_the_server_said(desk: Desk) -> None:
    await desk.put([payment(1, newfield={"a": [1]})])
    delivery = await desk.one()
    async with delivery as update:
        assert update is delivery.update
        assert (update.statusid, update.billnum, str(update.amount)) == ("P1", "B1", "10.5")
        assert update.extra == {"newfield": {"a": [1]}}
    assert (delivery.account, delivery.attempt, delivery.revision, delivery.source) == (
        desk.inbox.account,
        1,
        1,
        Source.DRAIN,
    )


@EVERYWHERE
async def test_a_failure_is_tried_again_after_growing_pauses(desk: Desk, clock: Clock) -> None:
    await desk.put([payment(1)])
    pauses = [min(2.0**attempt, 3600.0) for attempt in range(14)]
    for attempt, pause in enumerate(pauses, start=1):
        assert await fail(desk, attempts=20) == attempt
        clock.advance(pause - 0.1)
        assert await desk.left() == []
        clock.advance(0.2)
    assert pauses[-2:] == [3600.0, 3600.0]
    assert await desk.left(attempts=20) == [key(1)]


async def test_a_failure_holds_up_no_other(desk: Desk) -> None:
    await desk.put(payments(3))
    await fail(desk)
    assert await desk.left() == [key(2), key(3)]


@EVERYWHERE
async def test_after_its_last_attempt_it_is_a_dead_letter(desk: Desk, clock: Clock) -> None:
    await desk.put(payments(2))
    for _ in range(3):
        await fail(desk, attempts=3)
        clock.advance(3600)
    clock.advance(LONG)
    assert await desk.left() == [key(2)]
    (letter,) = await desk.inbox.dead()
    assert (letter.key, letter.attempts, letter.error) == ("id:payment:P1", 3, "ArithmeticError")
    assert codec.read_update(letter.body).statusid == "P1"
    assert not any(word in repr(letter) for word in ("B1", "Maija", "10.5"))
    assert desk.told(DeadLettered) == [DeadLettered("1000011", letter.seq, 3, "ArithmeticError")]
    health = await desk.inbox.health()
    assert (health.waiting, health.dead) == (0, 1)


@EVERYWHERE
async def test_dead_letters_can_be_sent_again(desk: Desk) -> None:
    await desk.put(payments(3))
    for _ in range(3):
        await fail(desk, attempts=1)
    first, second, third = await desk.inbox.dead()
    assert await desk.inbox.requeue(second) == 1
    assert await desk.inbox.requeue(second) == 0
    again = await desk.one(attempts=1)
    assert (again.key, again.attempt) == (key(2), 1)
    await again.ack()
    assert [letter.seq for letter in await desk.inbox.dead()] == [first.seq, third.seq]
    assert await desk.inbox.requeue() == 2
    assert await desk.left() == [key(1), key(3)]
    assert await desk.inbox.dead() == []


@EVERYWHERE
async def test_silence_is_an_attempt(desk: Desk, clock: Clock) -> None:
    await desk.put([payment(1)])
    for attempt in (1, 2):
        assert (await desk.one(lease=60, attempts=2)).attempt == attempt
        clock.advance(59)
        assert await desk.left() == []
        clock.advance(2)
    assert await desk.left(attempts=2) == []
    (letter,) = await desk.inbox.dead()
    assert (letter.attempts, letter.error) == (2, "the consumer ended without a word")


async def test_what_waits_behind_a_dead_letter_is_delivered_before_the_end(desk: Desk, clock: Clock) -> None:
    await desk.put(payments(3))
    await desk.one(attempts=1)
    clock.advance(61)
    assert await desk.left(batch=1, attempts=1) == [key(2), key(3)]


async def test_a_silent_end_is_told_too(desk: Desk, clock: Clock) -> None:
    await desk.put([payment(1)])
    await desk.one(desk.inbox, attempts=1)
    clock.advance(61)
    await desk.left(desk.inbox, attempts=1)
    (letter,) = await desk.inbox.dead()
    assert desk.told(DeadLettered) == [DeadLettered("1000011", letter.seq, 1, "the consumer ended without a word")]


@pytest.mark.parametrize(("end", "outcome"), [("ack", "acked"), ("retry", "retried"), ("give_back", "given_back")])
async def test_an_early_end_is_told_once(desk: Desk, end: str, outcome: str) -> None:
    await desk.put([payment(1)])
    delivery = await desk.one(desk.inbox)
    async with delivery:
        await getattr(delivery, end)()
    assert [(event.cid, event.outcome, event.attempt) for event in desk.told(Settled)] == [("1000011", outcome, 1)]


async def test_what_was_never_begun_was_not_tried(desk: Desk, clock: Clock) -> None:
    """A consumer that dies of one update, again and again, takes nothing along that was lent with it."""
    await desk.put(payments(5))
    for _ in range(10):
        async for delivery in desk.another().deliveries(batch=5, forever=False):
            if delivery.key == key(1):  # and this is its end
                break
            await delivery.ack()
        clock.advance(61)
    assert await desk.left() == [key(number) for number in (2, 3, 4, 5)]


@EVERYWHERE
async def test_done_early_is_done(desk: Desk, clock: Clock) -> None:
    await desk.put([payment(1)])
    delivery = await desk.one()
    with suppress(ArithmeticError):
        async with delivery:
            await delivery.ack()
            raise ArithmeticError
    clock.advance(LONG)
    assert await desk.left() == []
    with pytest.raises(LeaseLost):
        await delivery.ack()


async def test_it_may_be_put_off_and_left_normally(desk: Desk, clock: Clock) -> None:
    await desk.put([payment(1)])
    delivery = await desk.one()
    async with delivery:
        await delivery.retry(after=100, error="the bank is closed")
    clock.advance(99)
    assert await desk.left() == []
    clock.advance(2)
    again = await desk.one(attempts=2)
    assert again.attempt == 2
    async with again:
        await again.retry(error="the bank is closed")
    (letter,) = await desk.inbox.dead()
    assert letter.error == "the bank is closed"


async def test_it_may_be_tried_again_at_once(desk: Desk) -> None:
    await desk.put([payment(1)])
    async with (delivery := await desk.one()):
        await delivery.retry(after=0)
    assert await desk.left() == [key(1)]


@pytest.mark.parametrize("days", [3, 30])
async def test_it_may_be_put_off_for_days(desk: Desk, clock: Clock, days: int) -> None:
    await desk.put([payment(1)])
    async with (delivery := await desk.one()):
        await delivery.retry(after=days * 24 * 3600)
    assert await desk.left() == []
    clock.advance(days * 24 * 3600 + 1)
    assert await desk.left() == [key(1)]


@EVERYWHERE
@pytest.mark.parametrize("after", [float("nan"), float("inf"), -1.0], ids=repr)
async def test_a_pause_that_is_none_is_refused(desk: Desk, after: float) -> None:
    """Or the update would never come again, or be tried without any pause."""
    await desk.put([payment(1)])
    with pytest.raises(InvalidInput):
        await (await desk.one()).retry(after=after)


async def test_what_is_given_back_was_not_tried(desk: Desk) -> None:
    await desk.put([payment(1)])
    for _ in range(5):
        delivery = await desk.one(attempts=2)
        assert delivery.attempt == 1
        async with delivery:
            await delivery.give_back()
    assert await desk.left(attempts=2) == [key(1)]


async def test_the_key_stays_over_all_deliveries(desk: Desk, clock: Clock) -> None:
    await desk.put([payment(1), payment(2, statusid=""), payment(2, statusid="")])
    keys = list[list[str]]()
    for _ in range(3):
        keys.append([delivery.key async for delivery in desk.another().deliveries(forever=False)])
        clock.advance(61)
    assert len(set(keys[0])) == 3
    assert all(one == other for one, other in pairwise(keys))
    assert await desk.left() == keys[0]


async def test_what_the_server_says_anew_is_delivered_anew(desk: Desk) -> None:
    await desk.put([payment(1)])
    assert await desk.left() == [key(1)]
    await desk.put([payment(1, openamount=5)])
    assert await desk.left() == []
    await desk.put([payment(1, amount=11)])
    delivery = await desk.one()
    assert (delivery.key, delivery.revision, delivery.update.statusid) == (key(1, revision=2), 2, "P1")
    await delivery.ack()
    await desk.put([payment(1)])
    assert await desk.left() == [key(1, revision=3)]


@pytest.mark.parametrize("source", [Source.SALVAGE, Source.BACKFILL, Source.SWEEP], ids=str)
async def test_it_says_how_it_came(desk: Desk, source: Source) -> None:
    await desk.put([payment(1)], source=source)
    assert (await desk.one()).source is source


async def test_what_this_version_cannot_read_waits_for_the_next(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was put there by a newer one; it holds up nothing, and ends as a dead letter."""
    await desk.put(payments(2))
    read = codec.read_update

    def older(record: bytes) -> Any:
        if b'"P1"' in record:
            raise DecodeError("status_updates.pages", "unheard of", raw=record)
        return read(record)

    monkeypatch.setattr(codec, "read_update", older)
    assert await desk.left(attempts=2) == [key(2)]
    clock.advance(2)
    assert await desk.left(attempts=2) == []
    assert [letter.error for letter in await desk.inbox.dead()] == ["DecodeError"]
    monkeypatch.undo()
    await desk.inbox.requeue()
    assert await desk.left() == [key(1)]


async def test_others_updates_stay_where_they_are(desk: Desk) -> None:
    other = Account("https://elsewhere.example/rest", desk.inbox.account.cid)
    await desk.put([payment(1)])
    await desk.put([payment(2)], account=other)
    assert await desk.left() == [key(1)]
    assert (await desk.journal.health(other, now=desk.now())).waiting == 1


@pytest.mark.parametrize(
    "terms",
    [
        {"lease": 0},
        {"lease": -1.0},
        {"lease": float("nan")},
        {"lease": float("inf")},
        {"lease": True},
        {"lease": "60"},
        {"batch": 0},
        {"batch": 1.5},
        {"batch": True},
        {"attempts": 0},
        {"group_by": "jobid"},
        {"group_by": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("storage", ["memory"], indirect=True)
async def test_terms_that_cannot_be_right_are_refused(desk: Desk, terms: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        desk.inbox.deliveries(**terms)
