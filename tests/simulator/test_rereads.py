"""Each way in which reads by date or invoice may behave, for the vendor does not say which it is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from attrs import frozen, mutable

from ropo_async.simulator import Fault, Rereads, Simulator, serve
from ropo_async.simulator.archive import DAYS, Day

pytestmark = pytest.mark.anyio

FEED = "/jobs/statusupdates"
DAY = {"date": "2026-01-02"}
BILL = {"billnum": "B1"}


@mutable
class Clock:
    time: datetime = datetime(2026, 1, 2, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def simulator(clock: Clock) -> Simulator:
    return Simulator(now=clock, page_size=2)


@frozen
class Reader:
    """Asks, and tells the ids of what it gets, with a full stop between them."""

    client: httpx.AsyncClient

    async def __call__(self, **filters: str) -> str:
        answer = await self.client.get(FEED, params=filters)
        return ".".join(record["statusid"] for record in answer.json()["result"]["status"]) if answer.content else ""


@pytest.fixture
def read(client: httpx.AsyncClient) -> Reader:
    return Reader(client)


def add(simulator: Simulator, *ids: str, recorded: bool = False, **fields: str) -> None:
    blank = {"billnum": "B1", "statustime": "2026-01-02 10:00:00", "paydate": ""}
    simulator.add_updates([blank | fields | {"statusid": statusid} for statusid in ids], recorded=recorded)


def consumed(simulator: Simulator) -> list[tuple[tuple[str, ...], list[str]]]:
    """Which re-reads recorded what, by the fields of their query."""
    truth = simulator.truth
    return [
        (truth.requests[handout.request].query, [record["statusid"] for record in handout.records])
        for handout in truth.consumed
    ]


async def test_a_capped_read_answers_the_first_ones_whatever_was_read_before(
    simulator: Simulator, read: Reader
) -> None:
    simulator.rereads = Rereads(limit=3)
    add(simulator, "C1", "C2", "C3", "C4")
    for filters in (DAY, BILL, DAY):
        assert await read(**filters) == "C1.C2.C3"
    assert await read() == "C1.C2"
    assert await read(**DAY) == "C1.C2.C3"


@pytest.mark.parametrize("filters", [DAY, BILL], ids=["date", "billnum"])
async def test_a_read_may_record_what_it_answers_and_later_ones_still_find_it(
    simulator: Simulator, read: Reader, filters: dict[str, str]
) -> None:
    simulator.rereads = Rereads(consume=True)
    add(simulator, "C1", "C2", "C3", "C4", "C5")
    add(simulator, "other", statustime="2026-01-03 00:00:00", billnum="B2")
    add(simulator, "old", recorded=True)
    assert await read() == "C1.C2"
    assert await read(**filters) == "C1.C2.C3.C4.C5.old"
    assert [record["statusid"] for record in simulator.truth.pending] == ["other"]
    assert await read(**filters) == "C1.C2.C3.C4.C5.old"
    assert await read() == "other"
    assert await read() == ""
    # The truth has each of them once, in the order in which they were recorded, and knows by what.
    assert consumed(simulator) == [(tuple(filters), ["C3", "C4", "C5"])]
    assert [len(handout.records) for handout in simulator.truth.handed_out] == [2, 1]
    assert simulator.truth.recorded == ["C1", "C2", "C3", "C4", "C5", "other"]
    assert simulator.truth.undelivered == []


async def test_only_what_a_capped_read_answers_is_recorded_by_it(simulator: Simulator, read: Reader) -> None:
    simulator.rereads = Rereads(consume=True, limit=2)
    add(simulator, "C1", "C2", "C3")
    assert [await read(**DAY), await read(**DAY), await read()] == ["C1.C2", "C1.C2", "C3"]
    assert consumed(simulator) == [(("date",), ["C1", "C2"])]


@pytest.mark.parametrize("processed", [True, False], ids=["processed", "not-processed"])
async def test_a_lost_answer_has_recorded_its_updates_if_it_was_made(
    simulator: Simulator, client: httpx.AsyncClient, read: Reader, *, processed: bool
) -> None:
    simulator.rereads = Rereads(consume=True)
    add(simulator, "C1", "C2")
    simulator.fail(Fault.drop(processed=processed), query=("date",))
    with pytest.raises(httpx.TransportError):
        await client.get(FEED, params=DAY)
    lost = ["C1", "C2"] * processed
    assert simulator.truth.recorded == simulator.truth.undelivered == lost
    assert [handout.delivered for handout in simulator.truth.consumed] == [False] * processed
    assert await read() == ("" if processed else "C1.C2")
    assert await read(**DAY) == "C1.C2"


async def test_a_read_that_consumes_nothing_new_is_not_among_those_that_did(simulator: Simulator, read: Reader) -> None:
    add(simulator, "C1")
    for rereads, filters in ((Rereads(), DAY), (Rereads(consume=True), {"date": "2026-01-03"})):
        simulator.rereads = rereads
        await read(**filters)
    assert (simulator.truth.consumed, simulator.truth.recorded) == ([], [])


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ("statustime", {"2026-01-01": "time", "2026-01-02": "both.blank"}),
        ("paydate", {"2026-01-01": "both", "2026-01-02": "blank", "2026-01-05": "time"}),
        ("recorded", {"2026-01-10": "both.time", "2026-01-11": "blank"}),
    ],
    ids=DAYS,
)
async def test_a_date_may_be_one_of_three(
    simulator: Simulator, clock: Clock, read: Reader, by: Day, found: dict[str, str]
) -> None:
    simulator.rereads = Rereads(by=by)
    clock.time = datetime(2026, 1, 10, 21, 59, tzinfo=UTC)
    add(simulator, "both", paydate="2026-01-01")
    add(simulator, "time", statustime="2026-01-01 00:00:00", paydate="2026-01-05")
    clock.time += timedelta(minutes=1)  # midnight in Helsinki
    add(simulator, "blank")
    days = [str(date(2026, 1, day)) for day in range(1, 13)]
    answers = {day: await read(date=day) for day in days}
    assert {day: answer for day, answer in answers.items() if answer} == found
    assert await read(**BILL) == "both.time.blank"


async def test_which_date_it_is_may_change_while_it_runs(simulator: Simulator, read: Reader) -> None:
    add(simulator, "C1", paydate="2026-01-09")
    assert await read(**DAY) == "C1"
    simulator.rereads = Rereads(by="paydate")
    assert await read(**DAY) == ""
    add(simulator, "C2", paydate="2026-01-09")
    assert await read(date="2026-01-09") == "C1.C2"
    simulator.rereads = Rereads()
    assert await read(**DAY) == "C1.C2"


def test_no_other_date_is_known() -> None:
    with pytest.raises(ValueError, match="duedate"):
        Rereads(by="duedate")  # type: ignore[arg-type]


@pytest.mark.parametrize("filters", [DAY, BILL], ids=["date", "billnum"])
async def test_reads_may_lag_behind_the_feed_and_behind_what_happens(
    simulator: Simulator, clock: Clock, read: Reader, filters: dict[str, str]
) -> None:
    simulator.rereads = Rereads(lag=timedelta(minutes=10))
    add(simulator, "C1", "C2", "C3")
    add(simulator, "old", recorded=True)
    assert await read(**filters) == "old"
    clock.time += timedelta(minutes=10)
    assert await read(**filters) == "C1.C2.C3.old"
    assert await read() == "C1.C2"
    assert await read(**filters) == "C3.old"
    clock.time += timedelta(minutes=9, seconds=59)
    assert await read(**filters) == "C3.old"
    clock.time += timedelta(seconds=1)
    assert await read(**filters) == "C1.C2.C3.old"


async def test_what_a_read_recorded_is_found_at_once_for_all_the_lag(
    simulator: Simulator, clock: Clock, read: Reader
) -> None:
    simulator.rereads = Rereads(lag=timedelta(minutes=10), consume=True)
    add(simulator, "C1")
    clock.time += timedelta(minutes=10)
    assert [await read(**DAY), await read(**DAY), await read()] == ["C1", "C1", ""]


async def test_a_lag_takes_its_time_also_while_clocks_are_set_back(
    simulator: Simulator, clock: Clock, read: Reader
) -> None:
    simulator.rereads = Rereads(lag=timedelta(minutes=30))
    start = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # a quarter to four in Helsinki, then a quarter past three
    for passed, found in ((0, ""), (29, ""), (30, "C1")):
        clock.time = (start + timedelta(minutes=passed)).astimezone(ZoneInfo("Europe/Helsinki"))
        if not passed:
            add(simulator, "C1")
        assert await read(**DAY) == found


async def test_reads_may_find_only_what_is_recorded(simulator: Simulator, read: Reader) -> None:
    simulator.rereads = Rereads(only_recorded=True, consume=True)
    add(simulator, "C1", "C2", "C3")
    add(simulator, "old", recorded=True)
    assert await read(**DAY) == "old"
    assert await read() == "C1.C2"
    assert await read(**BILL) == await read(**DAY) == "C1.C2.old"
    assert simulator.truth.consumed == []
    assert await read() == "C3"


async def test_how_it_behaves_is_said_when_it_is_made(anyio_backend: str) -> None:
    simulator = Simulator(rereads=Rereads(limit=1))
    add(simulator, "C1", "C2")
    headers = {"Authorization": f"Bearer {simulator.tokens.issue(simulator.cid)[0]}"}
    async with serve(simulator) as running, httpx.AsyncClient(base_url=running.url, headers=headers) as client:
        assert await Reader(client)(**DAY) == "C1"
