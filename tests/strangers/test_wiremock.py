"""The feed on WireMock, whose faults nobody here has thought up: a lost page leaves a gap, and is found again."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import NoneType
from typing import Any

import httpx
import pytest
from attrs import define, field, frozen

from ropo_async import Credentials, DecodeError, OutcomeUnknown, RopoClient
from ropo_async.hooks import GapOpened
from ropo_async.inbox import Inbox
from ropo_async.journal import GapState, Journal
from ropo_async.simulator import Record, Simulator
from ropo_async.simulator.messages import dumps
from tests.inbox.feeds import EAGER, POLICY, QUICK, Clock, Events, in_a_hurry

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

PAGE = 4
NO_FILTER: dict[str, Any] = {"date": {"absent": True}, "billnum": {"absent": True}}
LONG = round((QUICK.poll_total + 1) * 1000)
"""Milliseconds that nobody waits for."""


@frozen
class Spoilt:
    """What WireMock is told to do to an answer, and whether the answer is lost by it."""

    how: dict[str, Any]
    lost: bool = True


FAULTS = {
    "EMPTY_RESPONSE": Spoilt({"fault": "EMPTY_RESPONSE"}),
    "CONNECTION_RESET_BY_PEER": Spoilt({"fault": "CONNECTION_RESET_BY_PEER"}),
    "MALFORMED_RESPONSE_CHUNK": Spoilt({"fault": "MALFORMED_RESPONSE_CHUNK"}),
    "RANDOM_DATA_THEN_CLOSE": Spoilt({"fault": "RANDOM_DATA_THEN_CLOSE"}),
    "an answer in crumbs": Spoilt({"chunkedDribbleDelay": {"numberOfChunks": 9, "totalDuration": 200}}, lost=False),
    "an answer that takes a moment": Spoilt({"fixedDelayMilliseconds": 50}, lost=False),
    "an answer in endless crumbs": Spoilt({"chunkedDribbleDelay": {"numberOfChunks": 9, "totalDuration": LONG}}),
    "an answer that nobody waits for": Spoilt({"fixedDelayMilliseconds": LONG}),
}


def asked(method: str, path: str, **query: Any) -> dict[str, Any]:
    return {"method": method, "urlPath": f"/rest{path}", "queryParameters": query}


def of(records: list[Record]) -> dict[str, Any]:
    """Return the answer that carries these records, or none."""
    body = dumps({"result": {"status": records}}).decode()
    return (
        {"status": 200, "headers": {"Content-Type": "application/json"}, "body": body} if records else {"status": 204}
    )


@define
class Feed:
    """Pages that WireMock hands out once each, whatever becomes of the answer, and an inbox that follows them."""

    admin: httpx.AsyncClient
    inbox: Inbox
    clock: Clock
    events: Events
    records: list[Record]
    taken: list[str] = field(factory=list[str])

    async def count(self, **query: Any) -> int:
        """Return how often WireMock was asked."""
        answer = await self.admin.post("/requests/count", json=asked("GET", "/jobs/statusupdates", **query))
        return int(answer.json()["count"])

    async def take(self) -> Counter[str]:
        async for delivery in self.inbox.deliveries(forever=False):
            async with delivery as update:
                self.taken.append(str(update.statusid))
        return Counter(self.taken)


@asynccontextmanager
async def feed(wiremock: str, journal_url: str, spoilt: dict[str, Any], *, rereads: bool = True) -> AsyncIterator[Feed]:
    """Let the second page of three meet a fault; the feed was read to its end before them."""
    clock, events = Clock(), Events()
    simulator = Simulator(now=clock)
    records = simulator.make_updates(3 * PAGE, days=1)
    pages = [records[start : start + PAGE] for start in range(0, len(records), PAGE)]
    answers = [of([]), of(pages[0]), of(pages[1]) | spoilt, of(pages[2]), of([])]
    polls = [
        {
            "request": asked("GET", "/jobs/statusupdates", **NO_FILTER),
            "response": answer,
            "scenarioName": "feed",
            "requiredScenarioState": "Started" if step == 0 else f"asked {step} times",
            "newScenarioState": f"asked {min(step + 1, len(answers) - 1)} times",
        }
        for step, answer in enumerate(answers)
    ]
    days = {str(record["statustime"])[:10] for record in records}
    shown = [
        {
            "request": asked("GET", "/jobs/statusupdates", date={"equalTo": day}),
            "response": of([record for record in records if str(record["statustime"]).startswith(day)]),
        }
        for day in (days if rereads else ())
    ]
    nothing = {
        "request": asked("GET", "/jobs/statusupdates", date={"matches": ".*"}),
        "response": of([]) if rereads else {"status": 404},
        "priority": 9,
    }
    token = simulator.tokens.issue(simulator.cid)[0]
    login = {"request": asked("POST", "/token"), "response": {"status": 201, "jsonBody": {"token": token}}}
    async with (
        httpx.AsyncClient(base_url=f"{wiremock}/__admin", trust_env=False) as admin,
        Journal.open(journal_url) as journal,
        RopoClient(
            f"{wiremock}/rest",
            Credentials(simulator.cid, "only-for-tests"),
            timeouts=QUICK,
            retries=EAGER,
            hooks=[events],
        ) as ropo,
    ):
        (await admin.post("/reset")).raise_for_status()
        mappings = [login, *polls, *shown, nothing]
        (await admin.post("/mappings/import", json={"mappings": mappings})).raise_for_status()
        inbox = Inbox(ropo.status_updates, journal, policy=POLICY, now=clock)
        assert (await inbox.drain()).drained
        clock.advance(minutes=5)
        yield Feed(admin, inbox, clock, events, records)


@pytest.fixture
def journal_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    in_a_hurry(monkeypatch)
    return f"sqlite:///{tmp_path}/journal.db"


@pytest.mark.parametrize("name", FAULTS)
async def test_a_lost_page_leaves_a_gap_and_is_found_again(name: str, wiremock: str, journal_url: str) -> None:
    lost = FAULTS[name].lost
    async with feed(wiremock, journal_url, FAULTS[name].how) as world:
        found = await world.inbox.drain()
        assert isinstance(found.trouble, (OutcomeUnknown, DecodeError) if lost else NoneType)
        assert (found.drained, len(world.events.of(GapOpened))) == (not lost, int(lost))
        # It went on to ask only where it could vouch for the answer, and asked for no page twice.
        assert await world.count(**NO_FILTER) == (3 if lost else 5)
        if lost:
            assert (await world.inbox.drain()).drained
            assert await world.count(**NO_FILTER) == 5
        everything = Counter(str(record["statusid"]) for record in world.records)
        assert await world.take() == everything
        assert [gap.state for gap in await world.inbox.gaps()] == [GapState.BACKFILLED] * lost
        world.clock.advance(days=2)
        await world.inbox.drain()
        assert [gap.state for gap in await world.inbox.gaps()] == [GapState.CLOSED] * lost
        assert await world.take() == everything


@pytest.mark.parametrize("name", [name for name, spoilt in FAULTS.items() if spoilt.lost])
async def test_a_lost_page_that_nothing_shows_again_stays_a_gap(name: str, wiremock: str, journal_url: str) -> None:
    async with feed(wiremock, journal_url, FAULTS[name].how, rereads=False) as world:
        await world.inbox.drain()
        assert (await world.inbox.drain()).drained
        assert await world.count(**NO_FILTER) == 5
        [gap] = await world.inbox.gaps()
        assert gap.state is not GapState.CLOSED
        taken, days = await world.take(), {day.day.isoformat() for day in gap.days}
        missing = [record for record in world.records if str(record["statusid"]) not in taken]
        # Of what came in crumbs the whole records are saved.
        assert 0 < len(missing) <= PAGE
        assert len(missing) == PAGE or "crumbs" in name
        assert all(record in world.records[PAGE : 2 * PAGE] for record in missing)
        assert {str(record["statustime"])[:10] for record in missing} <= days
        assert set(taken.values()) == {1}
