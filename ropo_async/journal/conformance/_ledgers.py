"""Finding bookings, telling who sends them, and forgetting them: what must stay, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest
from attrs import evolve

from ropo_async.journal.bookings import BookingState, Saved
from ropo_async.journal.conformance._bookings import AT_REST, IN_FLIGHT, booking, brought, ids
from ropo_async.journal.conformance._stage import BILLNUM, HOUR, MINE, PERSONAL, START, YOURS, Stage

if TYPE_CHECKING:
    from ropo_async.journal.base import Journal
    from ropo_async.journal.conformance._stage import Clock


class Ledgers(Stage):
    """Finding bookings, and telling who is at work."""

    async def test_bookings_are_found_by_state_name_and_time(self, journal: Journal, other: Journal) -> None:
        """And by all of it together, in the order of their ids."""
        later = START + HOUR
        await brought(journal, booking("op-3", keys=("billnum:3", "jobid:7")), BookingState.UNKNOWN, due=later)
        await brought(journal, booking("op-1", keys=("billnum:1",)), BookingState.UNKNOWN, due=START)
        await brought(journal, booking("op-2", keys=("billnum:2",)), BookingState.APPLIED)
        await brought(journal, booking("op-1", account=YOURS), BookingState.UNKNOWN, due=START)
        assert ids(await other.bookings(MINE)) == ["op-1", "op-2", "op-3"]
        assert ids(await other.bookings(MINE, states=[BookingState.UNKNOWN])) == ["op-1", "op-3"]
        assert ids(await other.bookings(MINE, keys=["jobid:7", "billnum:3", "billnum:2"])) == ["op-2", "op-3"]
        assert ids(await other.bookings(MINE, due=START)) == ["op-1"]
        assert ids(await other.bookings(MINE, due=START - HOUR)) == []
        assert ids(await other.bookings(MINE, due=later, states=[BookingState.UNKNOWN], keys=["jobid:7"])) == ["op-3"]
        assert ids(await other.bookings(MINE, due=later, keys=["billnum:2"])) == []

    async def test_nothing_asked_for_is_nothing_found(self, journal: Journal) -> None:
        """No states at all, or no names, are not the same as any."""
        await journal.add_booking(booking())
        assert await journal.bookings(MINE, states=[]) == []
        assert await journal.bookings(MINE, keys=[]) == []

    async def test_bookings_come_in_pages(self, journal: Journal, other: Journal) -> None:
        """Each from behind the last."""
        for number in range(7):
            await journal.add_booking(booking(f"op-{number}", keys=(f"billnum:{number}",)))
        found, after = list[str](), ""
        while page := await other.bookings(MINE, after=after, limit=3):
            assert len(page) <= 3
            assert not {*found} & {*ids(page)}
            after = page[-1].operation_id
            found += ids(page)
        assert found == [f"op-{number}" for number in range(7)]

    async def test_who_sends_is_there_as_long_as_the_journal_is_open(self, journal: Journal, other: Journal) -> None:
        """It has one name, and nobody can be taken for it."""
        name = await journal.sender()
        assert await journal.sender() == name
        assert [await through.is_gone(name) for through in (journal, other)] == [False, False]
        assert await other.is_gone("nobody") is True
        assert await other.is_gone(name) is False

    async def test_its_name_is_good_as_soon_as_it_is_known(self, journal: Journal, other: Journal) -> None:
        """Also where several ask for it at once."""
        gone = list[bool]()

        async def ask() -> None:
            name = await journal.sender()
            gone.append(await other.is_gone(name))

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(ask)
        assert gone == [False] * 3


class Forgotten(Stage):
    """The content of bookings goes, but for what tells those in doubt apart."""

    @pytest.mark.parametrize("state", list(BookingState))
    async def test_only_what_is_at_rest_is_forgotten(
        self, journal: Journal, other: Journal, state: BookingState
    ) -> None:
        """Its id and its state stay; what may still take effect stays whole."""
        answer, at_rest = PERSONAL.encode(), state in AT_REST
        made = await brought(journal, booking(), state, answer=answer, baseline=("id:1",), evidence=(answer,))
        assert await other.purge(acked_older_than=START) == 0
        assert await other.purge(acked_older_than=START + HOUR) == at_rest
        assert await other.purge(acked_older_than=START + HOUR) == 0
        found = await journal.booking(MINE, "op-1")
        assert found is not None
        assert (found.state, found.digest, found.version) == (state, made.digest, made.version)
        if at_rest:
            assert (found.body, found.billnum, found.answer, found.evidence, found.keys) == (None, None, None, (), ())
            assert found.baseline is None
        else:
            assert found == made

    @pytest.mark.parametrize("state", list(BookingState))
    async def test_a_booking_is_erased_with_its_invoice(
        self, journal: Journal, other: Journal, state: BookingState
    ) -> None:
        """In one account, or in all."""
        at_rest = state in AT_REST
        for account in (MINE, YOURS):
            await brought(journal, booking(account=account), state)
        await brought(journal, booking("op-2", keys=("billnum:1",), billnum="1"), BookingState.APPLIED)
        assert await other.erase(billnum=BILLNUM, account=YOURS) == at_rest
        assert await other.erase(billnum=BILLNUM) == at_rest
        mine, second = await journal.bookings(MINE)
        assert (mine.body is None) is at_rest
        assert second.body is not None
        assert (await journal.add_booking(booking())).state is state

    @pytest.mark.parametrize("doubtful", IN_FLIGHT)
    async def test_what_tells_one_in_flight_apart_is_not_forgotten(
        self, journal: Journal, other: Journal, doubtful: BookingState
    ) -> None:
        """What is booked for the same invoice stays until it is known what else is, by whatever name it goes."""
        await brought(journal, booking("booked", keys=("billnum:1", "jobid:7"), billnum="1"), BookingState.APPLIED)
        await brought(journal, booking("elsewhere", keys=("billnum:2",), billnum="2"), BookingState.APPLIED)
        await brought(journal, booking("yours", account=YOURS, keys=("jobid:7",)), BookingState.APPLIED)
        sent = await brought(journal, booking("in doubt", keys=("jobid:7",)), doubtful)
        assert await other.erase(billnum="1") == 0
        assert await other.purge(acked_older_than=START + HOUR) == 2
        kept = [one.operation_id for one in await journal.bookings(MINE) if one.body is not None]
        assert kept == ["booked", "in doubt"]
        assert await journal.save_booking(evolve(sent, state=BookingState.PROBABLY_ABSENT)) is Saved.YES
        assert await other.erase(billnum="1") == 1
        assert await other.purge(acked_older_than=START + HOUR) == 1

    @pytest.mark.parametrize("state", AT_REST)
    async def test_what_has_not_shown_yet_is_not_forgotten(
        self, journal: Journal, other: Journal, clock: Clock, state: BookingState
    ) -> None:
        """What was just booked, or may be, comes to show on its invoice; it must not be taken for another then."""
        await brought(journal, booking(), state, sent_at=clock.time)
        may_show = state.booked or state is BookingState.ESCALATED
        clock.move(47 * 3600.0)
        assert await other.purge(acked_older_than=clock.time) == (not may_show)
        clock.move(2 * 3600.0)
        assert await other.erase(billnum=BILLNUM) == may_show
