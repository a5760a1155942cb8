"""What goes wrong between Iopole and the inbox costs nothing, or itself alone."""

import pytest

from ropo_async import (
    DecodeError,
    FeedStalled,
    RetryPolicy,
    ServerError,
    TransportError,
)
from ropo_async.hooks import RecordsUndecoded
from ropo_async.simulator import Fault
from ropo_async.simulator.iopole import NOT_SEEN, SEEN, IopoleSimulator
from ropo_async.simulator.messages import Answer, Request
from tests.iopole.places import filled, ids, placed
from tests.iopole.world import small_pages

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("processed", [True, False])
async def test_a_lost_answer_is_asked_for_again_and_leaves_no_gap(*, processed: bool) -> None:
    simulator = filled(2)
    simulator.fail(Fault.drop(processed=processed), operation=NOT_SEEN, times=3)
    async with placed(simulator) as place:
        with pytest.raises(TransportError):
            await place.inbox.drain()
        assert simulator.truth.marked == []
        assert (await place.inbox.drain()).new == 10
        assert await place.inbox.gaps() == []
        assert await place.ids() == ids(simulator)


@pytest.mark.parametrize("fault", [Fault.html(200), Fault.body(b'{"data":[]}'), Fault.cut()], ids=lambda one: one.name)
async def test_an_answer_that_cannot_be_read_is_asked_for_again(fault: Fault) -> None:
    simulator = filled(2)
    simulator.fail(fault, operation=NOT_SEEN)
    async with placed(simulator) as place:
        assert (await place.inbox.drain()).new == 10
        simulator.add_invoice()
        simulator.fail(fault, operation=NOT_SEEN, times=3)
        with pytest.raises((DecodeError, TransportError)):
            await place.inbox.drain()
        assert len(simulator.truth.seen) == 10
        assert await place.inbox.gaps() == []
        assert (await place.inbox.drain()).new == 5


async def test_marks_that_fail_bring_doubles_that_are_known() -> None:
    simulator = filled(2)
    simulator.fail(Fault.status(503), operation=SEEN, times=3)
    async with placed(simulator) as place:
        with pytest.raises(ServerError):
            await place.inbox.drain()
        assert await place.ids() == ids(simulator)  # stored before anything was marked
        found = await place.inbox.drain()
        assert (found.new, found.duplicates, found.drained) == (0, 10, True)
        assert await place.ids() == []
    assert simulator.truth.seen == set(ids(simulator))


async def test_a_mark_that_was_lost_on_its_way_is_repeated() -> None:
    simulator = filled(1)
    simulator.fail(Fault.drop(processed=True), operation=SEEN)
    async with placed(simulator) as place:
        assert (await place.inbox.drain()).drained
    assert simulator.truth.seen == set(ids(simulator))


@pytest.mark.parametrize("status", [401, 429])
async def test_a_refusal_that_passes_is_waited_for(status: int) -> None:
    simulator = filled(1)
    for operation in (NOT_SEEN, SEEN):
        simulator.fail(Fault.status(status), operation=operation)
    async with placed(simulator, retries=RetryPolicy(base=0.001, throttled_base=0.001)) as place:
        assert (await place.inbox.drain()).new == 5
        assert place.anomalies() == []
    assert simulator.truth.marked == ids(simulator)


async def test_a_mark_that_is_refused_costs_itself_alone() -> None:
    simulator = filled(1)
    simulator.fail(Fault.status(404), operation=SEEN, skip=2)
    async with placed(simulator) as place:
        assert (await place.inbox.drain()).drained
        assert place.anomalies() == ["a status that it handed out is refused (404)"]
        assert await place.ids() == ids(simulator)
        assert simulator.truth.marked == [*ids(simulator)[:2], *ids(simulator)[3:]]
        assert (await place.inbox.drain()).duplicates == 1
    assert simulator.truth.seen == set(ids(simulator))


class Stubborn(IopoleSimulator):
    """Fails whenever one status is to be marked."""

    def handle(self, request: Request) -> Answer:
        if request.operation == SEEN and ids(self)[0] in request.path:
            return Answer(503)
        return super().handle(request)


async def test_a_mark_that_always_fails_does_not_stand_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    small_pages(monkeypatch, 5)
    simulator = Stubborn()
    for _ in range(3):
        simulator.add_invoice()
    found = list[str | None]()
    async with placed(simulator) as place:
        for _ in range(5):
            with pytest.raises(ServerError):
                await place.inbox.drain()
            found += await place.ids()
    assert found == ids(simulator)
    assert simulator.truth.seen == set(ids(simulator)[1:])


async def test_a_server_that_keeps_no_marks_is_told_of_and_costs_nothing() -> None:
    simulator = filled(2, keeps_marks=False)
    async with placed(simulator) as place:
        assert (await place.inbox.drain()).drained
        assert place.anomalies() == []
        found = await place.inbox.drain()
        assert (found.new, found.duplicates, found.drained) == (0, 10, True)
        assert place.anomalies() == ["10 statuses came again after they were marked as seen"]
        assert await place.ids() == ids(simulator)


async def test_no_progress_is_an_error_and_no_circle(monkeypatch: pytest.MonkeyPatch) -> None:
    small_pages(monkeypatch)
    simulator = filled(2, keeps_marks=False)
    async with placed(simulator) as place:
        with pytest.raises(FeedStalled, match="3 statuses that came before"):
            await place.inbox.drain()
        assert simulator.truth.count(NOT_SEEN) == 2
        assert await place.ids() == ids(simulator)[:3]


async def test_without_an_id_it_is_known_by_its_content_and_never_marked() -> None:
    """Two that are equal may be two; the same two that come again are not four."""
    simulator = filled(1)
    invoice = simulator.truth.statuses[0].invoice_id
    nameless = [simulator.add_status(invoice, "APPROVED", extra={"statusId": given}) for given in (None, "", None)]
    odd = simulator.add_status(invoice, "APPROVED", date=nameless[0].date, extra={"statusId": "no UUID"})
    for entry in nameless[1:]:
        simulator.truth.statuses[simulator.truth.statuses.index(entry)] = type(entry)(
            entry.status_id, entry.invoice_id, entry.code, nameless[0].date, extra={"statusId": None}
        )
    async with placed(simulator) as place:
        for new, doubles in ((9, 0), (0, 4), (0, 4)):
            found = await place.inbox.drain()
            assert (found.new, found.duplicates, found.drained) == (new, doubles, True)
        keys = [delivery.key for delivery in await place.taken()]
        assert len(set(keys)) == 9
        assert sorted(key.partition(":")[0] for key in keys) == ["content"] * 3 + ["id"] * 6
        assert "id:no UUID#1.1" in keys
    assert simulator.truth.seen.isdisjoint({odd.status_id, *(entry.status_id for entry in nameless)})


async def test_what_cannot_be_marked_stands_in_the_way_only_when_it_fills_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small_pages(monkeypatch)
    simulator = filled(0)
    invoice = simulator.add_invoice(statuses=False)
    nameless = [simulator.add_status(invoice, "APPROVED", extra={"statusId": None}) for _ in range(2)]
    simulator.add_invoice()
    async with placed(simulator) as place:
        assert (await place.inbox.drain()).drained
        assert len(await place.taken()) == 7
        simulator.add_status(invoice, "APPROVED", date=nameless[0].date, extra={"statusId": "no UUID"})
        simulator.add_invoice()
        with pytest.raises(FeedStalled):
            await place.inbox.drain()
        assert len(await place.taken()) == 1


async def test_one_bad_entry_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an id it is marked, as it is kept; without one it comes again, and is kept once."""
    simulator = filled(1)
    invoice = simulator.truth.statuses[0].invoice_id
    bad = simulator.add_status(invoice, "APPROVED", message="Dupont", extra={"date": "hier"})
    worse = simulator.add_status(invoice, "APPROVED", extra={"date": "hier", "statusId": None})
    simulator.add_status(invoice, "COMPLETED")
    async with placed(simulator) as place:
        found = await place.inbox.drain()
        assert (found.records, found.new, found.quarantined) == (8, 6, 2)
        assert RecordsUndecoded("statuses.not_seen", 2) in place.events
        assert simulator.truth.seen == set(ids(simulator)) - {worse.status_id}
        assert (await place.inbox.drain()).quarantined == 0
        kept = await place.inbox.quarantined()
        assert [bad.status_id.encode() in one.body for one in kept] == [True, False]
        assert not any("Dupont" in shown or "hier" in shown for one in kept for shown in (repr(one), one.reason))
        assert await place.inbox.redecode() == 0
        assert len(await place.taken()) == 6

        from ropo_async.codec import iopole as codec

        read = codec.read_record
        monkeypatch.setattr(codec, "read_record", lambda record: read(record.replace(b'"hier"', b"null")))
        assert await place.inbox.redecode() == 2
        upgraded = await place.taken()
        assert [one.update.status_id for one in upgraded] == [bad.status_id, None]
        assert {one.update.invoice_id for one in upgraded} == {invoice}
        assert await place.inbox.quarantined() == []
