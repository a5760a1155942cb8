"""Bookings: payments and credit notes, each under its own id, and one in flight per invoice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from attrs import evolve

from ropo_async.journal.bookings import Booking, BookingState, Saved, key_of
from ropo_async.journal.conformance._stage import BILLNUM, DAY, HOUR, MINE, PERSONAL, START, YOURS, Stage

if TYPE_CHECKING:
    from ropo_async.journal.base import Journal
    from ropo_async.journal.values import Account

NAMED = (key_of("billnum", BILLNUM),)
IN_FLIGHT = [state for state in BookingState if state.in_flight]
AT_REST = [state for state in BookingState if not state.in_flight]


def booking(
    operation_id: str = "op-1", *, account: Account = MINE, keys: tuple[str, ...] = NAMED, **fields: Any
) -> Booking:
    """Return a booking that is new."""
    blank: dict[str, Any] = {
        "kind": "payment",
        "digest": operation_id.encode(),
        "body": f'{{"name": "{PERSONAL}"}}'.encode(),
        "billnum": BILLNUM,
        "created": START,
        "changed": START,
    }
    return Booking(account=account, operation_id=operation_id, keys=keys, **blank | fields)


async def brought(journal: Journal, made: Booking, state: BookingState, **fields: Any) -> Booking:
    """Store a booking, bring it to a state, and return it."""
    added = await journal.add_booking(made)
    changed = evolve(added, state=state, **fields)
    assert await journal.save_booking(changed) is Saved.YES
    found = await journal.booking(made.account, made.operation_id)
    assert found is not None
    return found


def ids(found: list[Booking]) -> list[str]:
    """Return the ids of bookings."""
    return [one.operation_id for one in found]


class Bookings(Stage):
    """What is written down of each, and who may change it."""

    async def test_a_booking_is_added_once(self, journal: Journal, other: Journal) -> None:
        """Who comes second is given the first one."""
        first = await journal.add_booking(booking())
        assert first == booking()
        again = await other.add_booking(booking(digest=b"another", billnum="7", keys=("billnum:7",)))
        assert again == first
        assert await other.booking(MINE, "op-1") == first
        assert await journal.booking(MINE, "op-2") is None
        assert await journal.booking(YOURS, "op-1") is None

    async def test_those_who_add_it_at_once_are_given_one(self, journal: Journal, other: Journal) -> None:
        """It does not matter who was first."""
        given = list[bytes]()

        async def add(through: Journal, digest: bytes) -> None:
            given.append((await through.add_booking(booking(digest=digest))).digest)

        async with anyio.create_task_group() as group:
            for number in range(6):
                group.start_soon(add, (journal, other)[number % 2], f"{number}".encode())
        assert len(given) == 6
        assert len(set(given)) == 1

    async def test_every_field_is_kept(self, journal: Journal, other: Journal) -> None:
        """To the microsecond, and to the byte."""
        moment = datetime(2027, 1, 15, 8, 0, 0, 123_457, tzinfo=UTC)
        odd = b'\x00\xff\xfe "\\ \xc3\xa4'
        full = booking(
            kind="credit note",
            body=odd,
            reason="näin kävi",
            keys=("billcode:12344", key_of("billnum", BILLNUM), "jobid:7000001"),
            created=moment,
            changed=moment + HOUR,
            sender="somebody",
            sent=3,
            sent_at=moment + DAY,
            due=moment + 2 * DAY,
            checks=9,
            baseline=("id:payment:P1", "id:payment:P1", "content:ä"),
            http_status=400,
            statusid=-1,
            answer=odd,
            evidence=(b"{}", odd),
        )
        stored = await brought(journal, full, BookingState.UNKNOWN)
        assert await other.booking(MINE, "op-1") == stored
        assert stored == evolve(full, state=BookingState.UNKNOWN, version=stored.version)
        empty = await brought(other, booking("op-2", keys=("jobid:1",), billnum=None), BookingState.PREPARED)
        assert (empty.baseline, empty.evidence, empty.due, empty.answer) == (None, (), None, None)
        bare = evolve(empty, baseline=(), answer=b"")
        assert await journal.save_booking(bare) is Saved.YES
        assert await journal.booking(MINE, "op-2") == evolve(bare, version=bare.version + 1)

    async def test_what_has_changed_is_not_overwritten(self, journal: Journal, other: Journal) -> None:
        """Who has read it before is told so, and has no effect."""
        added = await journal.add_booking(booking())
        assert await journal.save_booking(evolve(added, reason="first")) is Saved.YES
        assert await other.save_booking(evolve(added, reason="second")) is Saved.STALE
        (found,) = await other.bookings(MINE)
        assert (found.reason, found.version) == ("first", added.version + 1)
        assert await journal.save_booking(booking("op-9")) is Saved.STALE

    async def test_of_changes_at_once_one_is_stored(self, journal: Journal, other: Journal) -> None:
        """Each time."""
        await journal.add_booking(booking())
        saved = list[Saved]()

        async def save(through: Journal, made: Booking) -> None:
            saved.append(await through.save_booking(made))

        for number in range(4):
            found = await journal.booking(MINE, "op-1")
            assert found is not None
            async with anyio.create_task_group() as group:
                for through in (journal, other):
                    group.start_soon(save, through, evolve(found, reason=f"{number}"))
        assert sorted(saved) == [Saved.STALE] * 4 + [Saved.YES] * 4


class Claims(Stage):
    """One in flight per invoice, by whatever name it is known."""

    @pytest.mark.parametrize("state", IN_FLIGHT)
    async def test_an_invoice_has_one_in_flight(self, journal: Journal, other: Journal, state: BookingState) -> None:
        """Another one becomes so when it has come to rest."""
        first = await brought(journal, booking("op-1", keys=("billnum:1", "jobid:7")), state)
        for number, name in enumerate(("billnum:1", "jobid:7")):
            second = await other.add_booking(booking(f"busy-{number}", keys=("billcode:5", name)))
            assert await other.save_booking(evolve(second, state=BookingState.SENDING)) is Saved.BUSY
            assert await other.booking(MINE, second.operation_id) == second
        free = await other.add_booking(booking("op-3", keys=("billcode:5", "jobid:8")))
        assert await other.save_booking(evolve(free, state=BookingState.SENDING)) is Saved.YES
        assert await journal.save_booking(evolve(first, state=BookingState.APPLIED)) is Saved.YES
        last = await other.add_booking(booking("op-4", keys=("billnum:1",)))
        assert await other.save_booking(evolve(last, state=BookingState.SENDING)) is Saved.YES

    @pytest.mark.parametrize("state", AT_REST)
    async def test_what_is_at_rest_is_in_nobodys_way(
        self, journal: Journal, other: Journal, state: BookingState
    ) -> None:
        """Nor is a booking of another account."""
        sending = await brought(journal, booking("op-1"), BookingState.SENDING)
        assert await journal.save_booking(evolve(sending, state=state)) is Saved.YES
        await brought(other, booking("op-2"), BookingState.SENDING)
        await brought(other, booking("op-1", account=YOURS), BookingState.SENDING)

    async def test_what_is_in_flight_keeps_its_invoice(self, journal: Journal, other: Journal) -> None:
        """From one state in flight to the next, and with a name more."""
        sending = await brought(journal, booking("op-1", keys=("billnum:1",)), BookingState.SENDING)
        named = evolve(sending, state=BookingState.UNKNOWN, keys=("billnum:1", "jobid:7"))
        assert await journal.save_booking(named) is Saved.YES
        for number, name in enumerate(("billnum:1", "jobid:7")):
            second = await other.add_booking(booking(f"busy-{number}", keys=(name,)))
            assert await other.save_booking(evolve(second, state=BookingState.SENDING)) is Saved.BUSY

    async def test_a_name_that_is_another_ones_is_refused_whole(self, journal: Journal, other: Journal) -> None:
        """What it was before, it is still."""
        await brought(other, booking("op-2", keys=("jobid:7",)), BookingState.SENDING)
        sending = await brought(journal, booking("op-1", keys=("billnum:1",)), BookingState.SENDING)
        named = evolve(sending, state=BookingState.UNKNOWN, keys=("billnum:1", "jobid:7"), reason="learned")
        assert await journal.save_booking(named) is Saved.BUSY
        assert await journal.booking(MINE, "op-1") == sending
        assert await journal.save_booking(evolve(sending, state=BookingState.UNKNOWN)) is Saved.YES

    async def test_of_those_who_come_at_once_one_is_let_in(self, journal: Journal, other: Journal) -> None:
        """By two names each, in whatever order."""
        made = [
            await journal.add_booking(booking(f"op-{number}", keys=("billnum:1", "jobid:7")[:: 1 - 2 * (number % 2)]))
            for number in range(4)
        ]
        saved = list[Saved]()

        async def send(through: Journal, one: Booking) -> None:
            saved.append(await through.save_booking(evolve(one, state=BookingState.SENDING)))

        async with anyio.create_task_group() as group:
            for number, one in enumerate(made):
                group.start_soon(send, (journal, other)[number % 2], one)
        assert sorted(saved) == [Saved.BUSY] * 3 + [Saved.YES]
        assert len(await journal.bookings(MINE, states=IN_FLIGHT)) == 1
