"""A day of very many updates: whether its reading is all of it cannot be told from exactly a thousand."""

from typing import Any

import pytest
from attrs import evolve

from ropo_async.simulator import Rereads
from tests.inbox.lives import Followed, followed
from tests.inbox.worlds import MINUTE, POLICY

pytestmark = pytest.mark.anyio

CAPPED = Rereads(limit=1000)


async def loses_after(feed: Followed, known: int, lost: int, *, invoices: int = 10, **fields: Any) -> None:
    """Let so many updates arrive, and so many go missing, all on one day, and spread over so many invoices."""
    for number in range(known):
        feed.world.change(billnum=f"B{number % invoices}")
    assert (await feed.inbox.drain()).new == known
    feed.world.pass_(MINUTE)
    for number in range(lost):
        feed.world.change(**{"billnum": f"B{number % invoices}"} | fields)
    await feed.loses()
    await feed.settles()


def invoices_read(feed: Followed) -> int:
    return sum(exchange.query == ("billnum",) for exchange in feed.world.vendor.truth.requests)


@pytest.mark.parametrize(
    ("rereads", "total", "state"),
    [
        pytest.param(CAPPED, 999, "closed", id="999 of a capped reading"),
        pytest.param(CAPPED, 1000, "unresolved", id="1000 of a capped reading, and nothing is missing"),
        pytest.param(Rereads(), 1000, "unresolved", id="1000 of a reading that has no cap"),
        pytest.param(Rereads(), 1001, "closed", id="1001 of a reading that has no cap"),
    ],
)
async def test_a_thousand_may_be_a_cap(rereads: Rereads, total: int, state: str) -> None:
    async with followed(rereads=rereads) as feed:
        await loses_after(feed, known=total - 100, lost=100)
        assert await feed.ends() == ([state], 0)
        assert ("ask Ropo whether `date` is capped" in await feed.reason()) == (state == "unresolved")


async def test_what_is_beyond_the_cap_is_found_on_the_open_invoices() -> None:
    async with followed(rereads=CAPPED) as feed:
        await loses_after(feed, known=1100, lost=100)
        assert await feed.ends() == (["unresolved"], 0)
        assert "exactly 1000" in await feed.reason()
        assert invoices_read(feed) == 2 * 10  # with each of the two readings of the day


async def test_only_so_many_open_invoices_are_read() -> None:
    async with followed(rereads=CAPPED, inbox={"policy": evolve(POLICY, invoices=4)}) as feed:
        await loses_after(feed, known=1100, lost=100)
        assert await feed.ends() == (["unresolved"], 60)
        assert invoices_read(feed) == 2 * 4


@pytest.mark.parametrize("fields", [{"openamount": 0}, {"billnum": ""}], ids=["paid", "without an invoice"])
async def test_what_is_beyond_the_cap_and_on_no_open_invoice_stays_missing(fields: dict[str, Any]) -> None:
    async with followed(rereads=CAPPED) as feed:
        feed.world.changes(1000, **fields)
        assert (await feed.inbox.drain()).new == 1000
        await loses_after(feed, known=0, lost=100, **fields)
        assert await feed.ends() == (["unresolved"], 100)
        assert invoices_read(feed) == 0
