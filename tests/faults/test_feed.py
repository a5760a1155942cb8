"""The destructive feed under faults: what arrived is handed over, what may be lost is said, nothing is asked twice."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta

import anyio
import pytest

from ropo_async import (
    Credentials,
    FeedStalled,
    InvalidInput,
    Page,
    RateLimited,
    RetryPolicy,
    RopoClient,
    RopoError,
    StatusError,
    Timeouts,
    TransportError,
    UpdatesMayBeLost,
)
from ropo_async.simulator import CATALOGUE, Fault, Running, Simulator, serve

pytestmark = pytest.mark.anyio

POLL = "GET /jobs/statusupdates"
QUICK = Timeouts(connect=2, read=2, write=2, pool=2, total=10, poll_read=0.5, poll_total=1.5)
EAGER = RetryPolicy(base=0.001, throttled_base=0.001)


@asynccontextmanager
async def feed(
    count: int = 2500, *, page_size: int = 1000, retries: RetryPolicy = EAGER
) -> AsyncIterator[tuple[Simulator, RopoClient]]:
    simulator = Simulator(page_size=page_size)
    simulator.add_updates(count=count, seed=1, days=1)
    async with serve(simulator) as running, connect(running, retries=retries) as client:
        yield simulator, client


def connect(running: Running, *, retries: RetryPolicy = EAGER) -> RopoClient:
    simulator = running.simulator
    client = RopoClient(running.url, Credentials(simulator.cid, simulator.apicode), timeouts=QUICK, retries=retries)
    client.status_updates._pause = 0.001  # between empty pages
    return client


def polls(simulator: Simulator) -> int:
    return sum(exchange.operation == POLL and not exchange.query for exchange in simulator.truth.requests)


def ids(simulator: Simulator) -> list[str]:
    return [record["statusid"] for record in simulator.truth.updates]


async def test_drain_hands_over_everything_in_order_and_ends_at_204() -> None:
    async with feed(2500) as (simulator, client):
        drain = client.status_updates.drain()
        taken = [update.statusid async for update in drain]
    assert taken == ids(simulator)
    assert polls(simulator) == 4
    assert (drain.drained, drain.pages, drain.updates, drain.undecoded) == (True, 3, 2500, [])


async def test_pages_keep_the_answers_bytes_and_the_time() -> None:
    async with feed(1500) as (simulator, client):
        pages = [page async for page in client.status_updates.pages()]
    assert [len(page) for page in pages] == [1000, 500]
    assert [update.statusid for page in pages for update in page] == ids(simulator)
    assert all(page.raw.startswith(b'{"result":{"status":[') for page in pages)
    assert all(page.received_at.utcoffset() == timedelta() for page in pages)


async def test_the_next_page_is_asked_for_only_when_it_is_wanted() -> None:
    async with feed(2500) as (simulator, client):
        async for _ in client.status_updates.pages():
            assert polls(simulator) == 1
            await anyio.sleep(0.05)
            assert polls(simulator) == 1
            break


async def test_an_iteration_left_early_leaves_the_rest_for_the_next_one() -> None:
    async with feed(1200) as (simulator, client):
        taken = list[str | None]()
        async for update in client.status_updates.drain():
            taken.append(update.statusid)
            if len(taken) == 5:
                break
        assert polls(simulator) == 1
        pages = [page async for page in client.status_updates.pages()]
    assert [len(page) for page in pages] == [995, 200]
    assert taken + [update.statusid for page in pages for update in page] == ids(simulator)


async def test_two_drains_of_one_client_share_the_feed_and_double_nothing() -> None:
    async with feed(3000) as (simulator, client):
        taken = list[str | None]()

        async def drain() -> None:
            async for update in client.status_updates.drain():
                taken.append(update.statusid)
                await anyio.lowlevel.checkpoint()

        async with anyio.create_task_group() as group:
            group.start_soon(drain)
            group.start_soon(drain)
    assert sorted(map(str, taken)) == sorted(ids(simulator))


async def test_every_poll_has_a_connection_of_its_own() -> None:
    async with feed(2500) as (simulator, client):
        async for _ in client.status_updates.pages():
            pass
    of_polls = [exchange.connection for exchange in simulator.truth.requests if exchange.operation == POLL]
    assert len(set(of_polls)) == 4
    assert all(simulator.truth.requests_per_connection[number] == 1 for number in of_polls)


# --- answers that cannot be vouched for ---------------------------------------------------------------------------

AMBIGUOUS = [
    "close_on_accept",  # a FIN races the request: once a byte was written nobody can tell
    "drop_before",
    "drop_after",
    "reset_before",
    "reset_after",
    "hang_before",
    "hang_after",
    "status_line",
    "endless_interim_after",
    "raw_after",
    "long_header",
    "cut",
    "cut_by_reset",
    "stall",
    "unterminated_chunks",
    "bad_chunk_size",
    "close_delimited_1.1",
    "close_delimited_1.0",
    "two_lengths",
    "negative_length",
    "status_408_before",
    "status_425_before",
    "status_500_before",
    "status_502_before",
    "status_503_before",
    "status_504_before",
    "status_520_before",
    "status_502_after",
    "status_301_before",
    "status_307_before",
    "html_502_before",
    "html_200_before",
    "gzip_stacked",
    "gzip_cut",
    "gzip_garbage",
    "gzip_bomb",
    "body {}",
    "body []",
    'body {"result":[]}',
    'body {"result":{"status":null}}',
    "body",
]


@pytest.mark.parametrize("name", AMBIGUOUS)
async def test_an_ambiguous_answer_raises_and_is_never_asked_for_again(name: str) -> None:
    fault = CATALOGUE[name]
    async with feed(700, page_size=300) as (simulator, client):
        pages = client.status_updates.pages()
        first = await anext(pages)
        if fault.on_accept:
            simulator.fail(fault)
        else:
            simulator.fail(fault, operation=POLL)
        asked = polls(simulator)
        with pytest.raises(UpdatesMayBeLost) as caught:
            await anext(pages)
        assert polls(simulator) - asked <= 1
        error = caught.value
        assert (error.pages, error.updates) == (1, 300)
        assert all(day.isoformat() in str(error) for day in error.dates)

        # What the error says is enough to find everything again.
        found = {update.statusid for update in first}
        for day in error.dates:
            found |= {update.statusid async for update in client.status_updates.on(day)}
        found |= {update.statusid async for update in client.status_updates.drain()}
    assert found >= set(simulator.truth.recorded)
    assert set(simulator.truth.recorded) == set(ids(simulator))


@pytest.mark.parametrize("name", ["cut", "cut_by_reset", "stall", "unterminated_chunks", "close_delimited_1.0"])
async def test_the_whole_records_of_a_cut_answer_are_salvaged(name: str) -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(CATALOGUE[name], operation=POLL)
        with pytest.raises(UpdatesMayBeLost) as caught:
            await anext(client.status_updates.pages())
    salvaged = caught.value.salvaged
    assert isinstance(salvaged, Page)
    assert len(salvaged) > 300
    assert [update.statusid for update in salvaged] == ids(simulator)[: len(salvaged)]


async def test_an_answer_that_never_began_salvages_nothing() -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(Fault.drop(processed=True), operation=POLL)
        with pytest.raises(UpdatesMayBeLost) as caught:
            await anext(client.status_updates.pages())
    assert caught.value.salvaged is None
    assert isinstance(caught.value.__cause__, TransportError)


async def test_dripping_heads_end_at_the_deadline_over_all() -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(Fault.drip(0.2), operation=POLL)  # each byte in time, all of them never
        started = anyio.current_time()
        with pytest.raises(UpdatesMayBeLost, match="may be lost"):
            await anext(client.status_updates.pages())
        assert anyio.current_time() - started < QUICK.poll_total + 2
        assert polls(simulator) == 1


# --- refusals, and what was never sent ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 415, 422])
async def test_a_refusal_is_a_typed_error_and_loses_nothing(status: int) -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(Fault.status(status), operation=POLL)
        with pytest.raises(StatusError) as caught:
            await anext(client.status_updates.pages())
        assert caught.value.status == status
        assert polls(simulator) == 1
        taken = [update.statusid async for update in client.status_updates.drain()]
    assert taken == ids(simulator)


async def test_429_is_a_refusal_and_is_tried_again() -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(Fault.status(429), operation=POLL, times=2)
        taken = [update.statusid async for update in client.status_updates.drain()]
    assert taken == ids(simulator)


async def test_a_retry_after_beyond_the_cap_is_raised_at_once() -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(Fault.status(429, headers={"Retry-After": "1000000000"}), operation=POLL)
        with pytest.raises(RateLimited) as caught:
            await anext(client.status_updates.pages())
        assert caught.value.retry_after == 1e9
        assert polls(simulator) == 1


async def test_a_token_that_is_refused_on_the_way_is_renewed_once() -> None:
    async with feed(2500) as (simulator, client):
        taken = list[str | None]()
        async for page in client.status_updates.pages():
            taken += [update.statusid for update in page]
            if len(taken) == 1000:
                simulator.revoke_tokens()
    assert taken == ids(simulator)
    assert len(simulator.truth.logins) == 2


async def test_a_server_that_is_away_takes_nothing() -> None:
    simulator = Simulator()
    simulator.add_updates(count=100)
    async with serve(simulator) as running:
        host, port = running.url.split("/")[2].split(":")
    async with RopoClient(f"http://{host}:{port}/rest", Credentials("1000011", "x"), timeouts=QUICK) as client:
        with pytest.raises(TransportError) as caught:
            await anext(client.status_updates.pages())
    assert caught.value.phase == "not_sent"


# --- odd records --------------------------------------------------------------------------------------------------

ODD_RECORDS = [
    *(
        Fault.malformed_record(500, text)
        for text in (b'{"jobid":}', b"null", b'"x"', b"5", b"[]", b'{"amount":"12,34"}')
    ),
    Fault.nan(),
    Fault.invalid_utf8(),
    Fault.deep_nesting(),
    Fault.huge_integer(),
]


@pytest.mark.parametrize("fault", ODD_RECORDS, ids=lambda fault: fault.name)
async def test_one_bad_record_costs_itself_alone(fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(fault, operation=POLL)
        with caplog.at_level(logging.WARNING, "ropo_async"):
            drain = client.status_updates.drain()
            taken = [update.statusid async for update in drain]
    (bad,) = drain.undecoded
    expected = ids(simulator)
    del expected[bad.index]
    assert taken == expected
    assert bad.raw
    assert bad.reason
    assert "1 records could not be read" in caplog.text


@pytest.mark.parametrize(
    "fault", [Fault.bom(), Fault.gzip(), Fault.content_type(), Fault.length_and_chunks(), Fault.trailing_bytes()]
)
async def test_an_odd_but_whole_answer_is_taken(fault: Fault) -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(fault, operation=POLL)
        assert [update.statusid async for update in client.status_updates.drain()] == ids(simulator)


async def test_a_record_without_its_list_is_taken() -> None:
    async with feed(1) as (simulator, client):
        simulator.fail(Fault.single_record(), operation=POLL)
        assert [update.statusid async for update in client.status_updates.drain()] == ids(simulator)


async def test_a_204_with_a_body_ends_the_drain_and_is_said(caplog: pytest.LogCaptureFixture) -> None:
    async with feed(10) as (simulator, client):
        simulator.fail(CATALOGUE["no_content_with_body"], operation=POLL)
        with caplog.at_level(logging.WARNING, "ropo_async"):
            assert [page async for page in client.status_updates.pages()] == []
    assert "a 204 with a body" in caplog.text


# --- guards -------------------------------------------------------------------------------------------------------

EMPTY = Fault.body(b'{"result":{"status":[]}}', processed=False)


async def test_an_empty_page_is_not_the_end() -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(EMPTY, operation=POLL, times=2)
        assert [update.statusid async for update in client.status_updates.drain()] == ids(simulator)


async def test_empty_pages_for_ever_are_no_progress() -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(EMPTY, operation=POLL, times=1000)
        with pytest.raises(FeedStalled, match="empty"):
            [update async for update in client.status_updates.drain()]
        assert polls(simulator) == 3


async def test_the_same_page_twice_is_no_progress_and_is_not_dropped() -> None:
    async with feed(2000) as (simulator, client):
        simulator.fail(Fault.repeat_page(), operation=POLL, skip=1, times=1000)
        drain = client.status_updates.drain()
        taken = [await anext(drain) for _ in range(1000)]
        with pytest.raises(FeedStalled, match="twice"):
            await anext(drain)
        assert polls(simulator) == 2
        simulator.faults.clear()
        rest = [update async for update in client.status_updates.drain()]
    assert len(taken) == 1000
    assert rest[:1000] == taken  # handed out again rather than dropped
    assert [update.statusid for update in rest] == ids(simulator)


async def test_max_pages_ends_it_without_loss() -> None:
    async with feed(2500) as (simulator, client):
        pages = client.status_updates.pages(max_pages=2)
        assert [len(page) async for page in pages] == [1000, 1000]
        assert not pages.drained
        assert polls(simulator) == 2
        drain = client.status_updates.drain(max_pages=5)
        assert len([update async for update in drain]) == 500
        assert drain.drained


async def test_a_deadline_asks_for_nothing_more_and_cuts_nothing() -> None:
    async with feed(2500) as (simulator, client):
        simulator.fail(Fault.delay(0.2), operation=POLL, times=1000)
        pages = client.status_updates.pages(deadline=timedelta(seconds=0.1))
        assert [len(page) async for page in pages] == [1000]
        assert not pages.drained
        assert [len(page) async for page in client.status_updates.pages(deadline=0)] == []
        assert polls(simulator) == 1


@pytest.mark.parametrize(
    "limits",
    [
        {"max_pages": 0},
        {"max_pages": True},
        {"max_pages": 1.5},
        {"deadline": -1},
        {"deadline": "1"},
        {"deadline": float("nan")},
    ],
)
async def test_limits_that_are_none_are_refused(limits: dict[str, object]) -> None:
    async with RopoClient("http://127.0.0.1:1/rest", Credentials("1", "x")) as client:
        with pytest.raises(InvalidInput):
            client.status_updates.pages(**limits)  # type: ignore[arg-type]


# --- everything at once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_nothing_goes_missing_unsaid(seed: int) -> None:
    """Random faults on every poll: what was handed over and what the errors said to read again is all there was."""
    async with feed(900, page_size=30) as (simulator, client):
        simulator.faults.random(rate=0.4, seed=seed, operation=POLL, kinds=_mendable())
        found, at_risk = set[str | None](), set[date]()
        for _ in range(200):
            drain = client.status_updates.drain()
            try:
                async for update in drain:
                    found.add(update.statusid)
            except UpdatesMayBeLost as error:
                at_risk |= set(error.dates)
            except RopoError:
                pass
            found |= {_id_in(record.raw) for record in drain.undecoded}
            if drain.drained:
                break
        assert drain.drained
        simulator.faults.clear()
        said = {update.statusid for day in at_risk for update in await client.status_updates.on(day)}
    assert set(simulator.truth.recorded) == set(ids(simulator))
    assert found | said == set(ids(simulator))
    assert found != set(ids(simulator))  # the faults did strike


def _mendable() -> list[Fault]:
    """Every fault that ends soon, but for the two that lie: a 204 over a page, and a record that is replaced."""
    lies = {"no_content_with_body", "malformed_record", "single_record", "drip"}
    return [
        fault for name, fault in CATALOGUE.items() if not fault.endless and not fault.on_accept and name not in lies
    ]


def _id_in(raw: bytes) -> str:
    return raw.split(b'"statusid":"')[1].split(b'"')[0].decode()
