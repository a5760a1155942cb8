"""Unseen statuses: every one of them at least once, marked after its block ended well, and never round in a circle."""

from typing import Any

import anyio
import anyio.lowlevel
import pytest

from ropo_async import FeedStalled, InvalidInput, NotFound, OutcomeUnknown, RopoError
from ropo_async.iopole import IopoleClient
from ropo_async.simulator import Fault
from ropo_async.simulator.iopole import NOT_SEEN, SEEN, IopoleSimulator
from tests.iopole.world import connected

pytestmark = pytest.mark.anyio


async def taken(iopole: IopoleClient, **options: Any) -> list[str | None]:
    found: list[str | None] = []
    async for unseen in iopole.statuses.unseen(**options):
        async with unseen as status:
            found.append(status.status_id)
    return found


def ids(simulator: IopoleSimulator) -> list[str]:
    return [entry.status_id for entry in simulator.truth.statuses]


@pytest.mark.parametrize("key", ["newstatus", "newStatus"])
@pytest.mark.parametrize("make", ["A", "B", "C"])
async def test_all_are_taken_and_marked_page_by_page(make: str, key: str) -> None:
    simulator = IopoleSimulator(make=make, unseen_key=key)
    for _ in range(43):
        simulator.add_invoice()
    async with connected(simulator) as iopole:
        found = await taken(iopole)
        assert await taken(iopole) == []
    assert found == ids(simulator)  # 215, oldest first, over all invoices
    assert simulator.truth.marked == found
    assert simulator.truth.count(NOT_SEEN) == 4


async def test_exactly_one_full_page_is_asked_once_more() -> None:
    simulator = IopoleSimulator()
    for _ in range(20):
        simulator.add_invoice()
    async with connected(simulator) as iopole:
        assert await taken(iopole) == ids(simulator)
    assert simulator.truth.count(NOT_SEEN) == 2


async def test_nothing_is_marked_before_its_block_ended_well() -> None:
    simulator = IopoleSimulator()
    simulator.add_invoice()
    async with connected(simulator) as iopole:

        async def take() -> None:
            async for unseen in iopole.statuses.unseen():
                async with unseen as status:
                    assert status.status_id not in simulator.truth.seen
                    if status.code == "ISSUED":
                        raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await take()
        assert simulator.truth.marked == ids(simulator)[:2]
        assert await taken(iopole) == ids(simulator)[2:]
    assert simulator.truth.marked == ids(simulator)


async def test_a_cancelled_block_marks_nothing() -> None:
    simulator = IopoleSimulator()
    simulator.add_invoice()
    async with connected(simulator) as iopole:
        with anyio.CancelScope() as scope:
            async for unseen in iopole.statuses.unseen():
                async with unseen:
                    scope.cancel()
                    await anyio.lowlevel.checkpoint()
        assert scope.cancelled_caught
        assert simulator.truth.marked == []
        assert await taken(iopole) == ids(simulator)


async def test_a_failed_block_that_is_passed_over_does_not_come_twice_in_one_iteration() -> None:
    simulator = IopoleSimulator()
    for _ in range(21):
        simulator.add_invoice()
    seen = []
    async with connected(simulator) as iopole:
        async for unseen in iopole.statuses.unseen():
            seen.append(unseen.status.status_id)
            if unseen.status.code != "ISSUED":
                await unseen.mark_as_seen()
    assert seen == ids(simulator)
    assert {entry.code for entry in simulator.truth.unseen} == {"ISSUED"}


@pytest.mark.parametrize("marks", [True, False], ids=["unmarked", "forgotten by the server"])
async def test_no_progress_is_an_error_and_no_circle(*, marks: bool) -> None:
    simulator = IopoleSimulator(keeps_marks=marks)
    for _ in range(30):
        simulator.add_invoice()
    found: list[str | None] = []
    async with connected(simulator) as iopole:

        async def take() -> None:
            async for unseen in iopole.statuses.unseen():
                found.append(unseen.status.status_id)
                if not marks:
                    await unseen.mark_as_seen()

        with pytest.raises(FeedStalled, match="100 statuses that were taken before"):
            await take()
    assert found == ids(simulator)[:100]
    assert simulator.truth.count(NOT_SEEN) == 2


async def test_less_than_a_page_without_progress_just_ends() -> None:
    simulator = IopoleSimulator(keeps_marks=False)
    simulator.add_invoice()
    async with connected(simulator) as iopole:
        assert await taken(iopole) == ids(simulator)


@pytest.mark.parametrize("processed", [True, False])
async def test_a_lost_answer_costs_nothing(*, processed: bool) -> None:
    simulator = IopoleSimulator()
    simulator.add_invoice()
    for operation in (NOT_SEEN, SEEN):
        simulator.fail(Fault.drop(processed=processed), operation=operation)
    async with connected(simulator) as iopole:
        assert await taken(iopole) == ids(simulator)
    assert simulator.truth.seen == set(ids(simulator))


async def test_a_mark_that_fails_for_good_is_told_and_the_status_comes_again() -> None:
    simulator = IopoleSimulator()
    simulator.add_invoice()
    simulator.fail(Fault.html(), operation=SEEN, times=3)
    async with connected(simulator) as iopole:
        with pytest.raises(RopoError) as raised:
            await taken(iopole)
        assert not isinstance(raised.value, OutcomeUnknown)
        assert await taken(iopole) == ids(simulator)


async def test_what_cannot_be_read_is_told_and_not_marked() -> None:
    simulator = IopoleSimulator()
    invoice = simulator.add_invoice()
    bad = simulator.add_status(invoice, "APPROVED", extra={"statusId": "no id"})
    undated = simulator.add_status(invoice, "APPROVED", extra={"date": []})
    async with connected(simulator) as iopole:
        unseen = iopole.statuses.unseen()
        found: list[str | None] = []
        async for one in unseen:
            async with one as status:
                found.append(status.status_id)
    assert found == [one for one in ids(simulator) if one not in {bad.status_id, undated.status_id}]
    assert len(unseen.undecoded) == 2
    assert simulator.truth.marked == found


async def test_with_a_webhook_nothing_is_unseen() -> None:
    simulator = IopoleSimulator(webhook=True)
    simulator.add_invoice()
    async with connected(simulator) as iopole:
        assert await taken(iopole) == []
        assert await iopole.statuses.not_seen() == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'[{"invoiceId":"i","newStatus":null}]', []),
        (b'[{"invoiceId":"i"}]', []),
        (b'[{"invoiceId":"i","newstatus":{"statusId":"%s","status":{"code":"X"}}}]', [("X", "i")]),
        (b'[{"statusId":"%s","invoiceId":"j","status":{"code":"X"}}]', [("X", "j")]),
        (b'[3,{"invoiceId":"i","newStatus":[{"statusId":"%s","code":"IN_HAND"}]}]', [("IN_HAND", "i")]),
    ],
)
async def test_groups_of_odd_shape(body: bytes, found: list[tuple[str, str]]) -> None:
    simulator = IopoleSimulator()
    body = body.replace(b"%s", b"01a015f1-c49c-734e-8000-000000000001")
    simulator.fail(Fault.body(body), operation=NOT_SEEN)
    async with connected(simulator) as iopole:
        page = await iopole.statuses.not_seen()
    assert [(one.code, one.invoice_id) for one in page] == found
    assert len(page) + len(page.undecoded) == page.entries


async def test_marking_says_what_is_wrong() -> None:
    simulator = IopoleSimulator()
    async with connected(simulator) as iopole:
        with pytest.raises(InvalidInput, match="status_id must be a UUID"):
            await iopole.statuses.mark_as_seen("7/../8")
        with pytest.raises(NotFound) as raised:
            await iopole.statuses.mark_as_seen("01a015f1-c49c-734e-8000-00000000ffff")
    assert raised.value.vendor_text == "No such status"
    assert simulator.truth.count(SEEN) == 1
