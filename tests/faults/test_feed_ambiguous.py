"""What a poll may have lost is said, with what it takes to read it again; nothing is asked twice."""

from datetime import date

import anyio
import pytest

from ropo_async import Page, RopoError, TransportError, UpdatesMayBeLost
from ropo_async.simulator import CATALOGUE, Fault
from tests.faults.calls import POLL
from tests.faults.feeds import QUICK, feed, ids, polls

pytestmark = pytest.mark.anyio

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


@pytest.mark.parametrize("status", [403, 404, 409, 418, 429])
async def test_a_page_for_people_may_stand_in_place_of_updates(status: int) -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(Fault.html(status, processed=True), operation=POLL)
        with pytest.raises(UpdatesMayBeLost):
            await anext(client.status_updates.pages())
    assert polls(simulator) == 1


async def test_dripping_heads_end_at_the_deadline_over_all() -> None:
    async with feed(1000) as (simulator, client):
        simulator.fail(Fault.drip(0.2), operation=POLL)  # each byte in time, all of them never
        started = anyio.current_time()
        with pytest.raises(UpdatesMayBeLost, match="may be lost"):
            await anext(client.status_updates.pages())
        assert anyio.current_time() - started < QUICK.poll_total + 2
        assert polls(simulator) == 1


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
