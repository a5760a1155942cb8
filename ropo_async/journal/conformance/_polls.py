"""Polls: turns, what was asked, what came, and what was left unfinished."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
import pytest

from ropo_async.errors import JournalError, JournalProblem, RopoError
from ropo_async.journal.base import Journal, Turn
from ropo_async.journal.conformance._stage import (
    DAY,
    HOUR,
    MINE,
    START,
    TODAY,
    YOURS,
    Stage,
    consumed,
    interrupted,
    lost,
    moments,
    received,
    update,
)
from ropo_async.journal.values import AccountState, Merged, PollState, Received, Source

if TYPE_CHECKING:
    from ropo_async.journal.gaps import Loss


class Turns(Stage):
    """Who may poll."""

    async def test_an_account_is_one_pollers(self, journal: Journal, other: Journal) -> None:
        """While one poller has an account's turn nobody else gets it; other accounts are free."""
        turn = await journal.take_turn(MINE)
        assert turn is not None
        assert await other.take_turn(MINE) is None
        assert await journal.take_turn(MINE) is None
        assert await other.take_turn(YOURS) is not None

    async def test_a_turn_that_is_over_is_free(self, journal: Journal, other: Journal) -> None:
        """The next poller has it, and epochs grow."""
        epochs = list[int]()
        for handle in (journal, other, other, journal):
            turn = await handle.take_turn(MINE)
            assert turn is not None
            epochs.append(turn.epoch)
            await turn.release()
        assert epochs == sorted(set(epochs))

    async def test_releasing_again_takes_no_turn_from_the_next(self, journal: Journal, other: Journal) -> None:
        """Only the holder's own turn ends."""
        first = await journal.take_turn(MINE)
        assert first is not None
        await first.release()
        second = await other.take_turn(MINE)
        await first.release()
        assert second is not None
        assert await journal.take_turn(MINE) is None

    async def test_of_many_who_ask_at_once_one_has_the_turn(self, journal: Journal, other: Journal) -> None:
        """There are no two pollers, however close their questions."""
        turns = list[Turn | None]()

        async def ask(handle: Journal) -> None:
            turns.append(await handle.take_turn(MINE))

        async with anyio.create_task_group() as group:
            for handle in (journal, other) * 4:
                group.start_soon(ask, handle)
        assert len([turn for turn in turns if turn is not None]) == 1

    async def test_who_is_cancelled_while_asking_keeps_no_turn(self, journal: Journal, other: Journal) -> None:
        """At whatever moment: a turn that nobody was given is free."""
        turns = list[Turn]()

        async def ask() -> None:
            turn = await journal.take_turn(MINE)
            assert turn is not None
            turns.append(turn)

        for seconds in await moments(ask):
            while turns:
                await turns.pop().release()
            await interrupted(ask, seconds)
            others = await other.take_turn(MINE)
            assert (others is None) == bool(turns)
            if others is not None:
                turns.append(others)


class Polls(Stage):
    """What was asked, and what came."""

    async def test_an_intent_outlives_its_poller(self, journal: Journal, other: Journal) -> None:
        """What was about to be sent is found by the next poller, oldest first."""
        drain = await journal.intend(MINE, 3, Source.DRAIN, "", at=START)
        read = await journal.intend(MINE, 3, Source.BACKFILL, "2027-01-14", at=START + HOUR)
        await journal.intend(YOURS, 3, Source.DRAIN, "", at=START)
        left = await other.unfinished(MINE, 4)
        assert [(poll.id, poll.state, poll.source, poll.param, poll.intended, poll.received) for poll in left] == [
            (drain, PollState.INTENT, Source.DRAIN, "", START, None),
            (read, PollState.INTENT, Source.BACKFILL, "2027-01-14", START + HOUR, None),
        ]

    async def test_only_what_earlier_pollers_left_is_unfinished(self, journal: Journal) -> None:
        """A poller's own polls, and those of later ones, are on their way."""
        polls = {epoch: await journal.intend(MINE, epoch, Source.DRAIN, "", at=START) for epoch in (1, 2, 3)}
        assert [poll.id for poll in await journal.unfinished(MINE, 2)] == [polls[1]]
        assert [poll.id for poll in await journal.unfinished(MINE, 1)] == []

    async def test_an_answer_is_kept_as_it_came(self, journal: Journal, other: Journal) -> None:
        """Byte by byte, with its status, its type, and whether it was whole."""
        body = bytes(range(256)) * 1000
        poll = await journal.intend(MINE, 1, Source.DRAIN, "", at=START)
        await journal.receive(poll, Received(502, body, {"content-type": "text/html"}, complete=False), at=START)
        (left,) = await other.unfinished(MINE, 2)
        assert (left.id, left.state) == (poll, PollState.RECEIVED)
        assert left.received is not None
        assert (left.received.status, left.received.body, left.received.complete) == (502, body, False)
        assert left.received.headers["content-type"] == "text/html"

    @pytest.mark.parametrize(
        "state", [PollState.EMPTY, PollState.NOT_SENT, PollState.REFUSED, PollState.LOST], ids=lambda state: state.name
    )
    async def test_what_was_settled_is_finished(self, journal: Journal, other: Journal, state: PollState) -> None:
        """Nobody finds it again."""
        poll = await journal.intend(MINE, 1, Source.DRAIN, "", at=START)
        await other.settle(poll, state, at=START)
        assert await journal.unfinished(MINE, 2) == []

    @pytest.mark.parametrize("loss", [None, lost(0)], ids=["whole", "broken off"])
    async def test_what_was_merged_is_finished(self, journal: Journal, loss: Loss | None) -> None:
        """Nobody finds it again."""
        poll = await received(journal)
        await journal.merge(poll, [update("id:2:1")], source=Source.DRAIN, at=START, loss=loss)
        assert await journal.unfinished(MINE, 2) == []

    async def test_a_late_answer_is_kept(self, journal: Journal, other: Journal) -> None:
        """It is stored though somebody has given the poll up: it is real, and comes only once."""
        poll = await journal.intend(MINE, 1, Source.DRAIN, "", at=START)
        await other.settle(poll, PollState.LOST, at=START, loss=lost(0))
        await journal.receive(poll, Received(200, b"late"), at=START + HOUR)
        (left,) = await other.unfinished(MINE, 2)
        assert left.received is not None
        assert left.received.body == b"late"
        merged = await journal.merge(poll, [update("id:2:1")], source=Source.DRAIN, at=START + HOUR)
        assert merged == Merged(new=1)
        assert await consumed(other) == [("id:2:1", 1, 1)]

    async def test_giving_up_does_not_throw_an_answer_away(self, journal: Journal, other: Journal) -> None:
        """It may arrive between another poller's look at what is unfinished and that one's verdict."""
        poll = await journal.intend(MINE, 1, Source.DRAIN, "", at=START)
        assert [left.state for left in await other.unfinished(MINE, 2)] == [PollState.INTENT]
        await journal.receive(poll, Received(200, b"just in time"), at=START)
        await other.settle(poll, PollState.LOST, at=START, loss=lost(0))
        merged = await journal.merge(poll, [update("id:2:1")], source=Source.DRAIN, at=START)
        assert merged == Merged(new=1)

    async def test_an_answer_is_not_taken_up_twice(self, journal: Journal, other: Journal) -> None:
        """Storing it again changes nothing, whether it was merged in between or not."""
        poll = await received(journal)
        await journal.receive(poll, Received(200, b"again"), at=START)
        assert len(await other.unfinished(MINE, 2)) == 1
        await journal.merge(poll, [update("content:x")], source=Source.DRAIN, at=START)
        await journal.receive(poll, Received(200, b"again"), at=START)
        assert await other.unfinished(MINE, 2) == []
        await other.merge(poll, [update("content:x")], source=Source.DRAIN, at=START)
        assert await consumed(journal) == [("content:x", 1, 1)]

    async def test_an_answer_without_its_poll_is_not_lost_in_silence(self, journal: Journal) -> None:
        """Whoever stores one is told where that cannot be, for the feed will not hand it out again."""
        poll = await journal.intend(MINE, 1, Source.DRAIN, "", at=START)
        await journal.settle(poll, PollState.LOST, at=START)
        await journal.purge(acked_older_than=START + DAY)
        try:
            await journal.receive(poll, Received(200, b"very late"), at=START + 2 * DAY)
        except RopoError:
            return
        assert [left.id for left in await journal.unfinished(MINE, 2)] == [poll]


class States(Stage):
    """What is known of an account."""

    async def test_an_unknown_account_has_nothing(self, journal: Journal) -> None:
        """Asking for it is no error."""
        assert await journal.state(MINE) == AccountState()

    @pytest.mark.parametrize("source", [Source.DRAIN, Source.UNSEEN], ids=str)
    async def test_the_beginning_is_the_first_poll(self, journal: Journal, other: Journal, source: Source) -> None:
        """It stays, and each account has its own."""
        for hours in (0, 1):
            await journal.intend(MINE, 1, source, "", at=START + HOUR * hours)
        await journal.intend(YOURS, 1, source, "", at=START + DAY)
        assert (await other.state(MINE)).began == START
        assert (await other.state(YOURS)).began == START + DAY

    async def test_a_clean_drain_advances_the_watermark(self, journal: Journal, other: Journal) -> None:
        """To its own beginning, and nothing else does so."""
        first = await journal.intend(MINE, 1, Source.DRAIN, "", at=START)
        await journal.settle(first, PollState.EMPTY, at=START + HOUR, clean_since=START)
        for state in (PollState.EMPTY, PollState.LOST, PollState.REFUSED, PollState.NOT_SENT):
            poll = await journal.intend(MINE, 1, Source.DRAIN, "", at=START + 2 * HOUR)
            await journal.settle(poll, state, at=START + 3 * HOUR)
        known = await other.state(MINE)
        assert (known.watermark, known.drained) == (START, START + HOUR)
        assert (await other.state(YOURS)).watermark is None
        last = await other.intend(MINE, 1, Source.DRAIN, "", at=START + DAY)
        await other.settle(last, PollState.EMPTY, at=START + DAY + HOUR, clean_since=START + DAY)
        assert (await journal.state(MINE)).watermark == START + DAY

    async def test_each_sweep_has_its_day(self, journal: Journal, other: Journal) -> None:
        """One does not forget the other, also when both are noted at once."""
        async with anyio.create_task_group() as group:
            group.start_soon(journal.note_sweep, MINE, "nightly", TODAY)
            group.start_soon(other.note_sweep, MINE, "weekly", TODAY - timedelta(days=3))
        await other.note_sweep(MINE, "nightly", TODAY + DAY)
        assert (await journal.state(MINE)).swept == {"nightly": TODAY + DAY, "weekly": TODAY - timedelta(days=3)}
        assert (await journal.state(YOURS)).swept == {}

    async def test_there_is_room(self, journal: Journal) -> None:
        """A journal that has just been made can store the next page."""
        await journal.check_room()

    async def test_a_closed_journal_says_so(self, journal: Journal) -> None:
        """Closing it again is harmless."""
        await journal.aclose()
        with pytest.raises(JournalError) as caught:
            await journal.state(MINE)
        assert caught.value.problem is JournalProblem.CLOSED
        await journal.aclose()
