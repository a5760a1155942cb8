"""An inbox on a journal, on a served feed, in a time of its own; and what must be true of it whatever happened."""

from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from attrs import define, field, frozen

from ropo_async import Credentials, RetryPolicy, RopoClient, Timeouts
from ropo_async.inbox import Inbox, InboxPolicy
from ropo_async.journal import GapState, Journal, Source, _sqlite
from ropo_async.simulator import Running, Simulator, serve

POLL = "GET /jobs/statusupdates"
PATIENT = Timeouts(connect=10, read=20, write=10, pool=10, total=30, poll_read=20, poll_total=30)
"""For answers that come: a busy machine must not run into them."""
QUICK = Timeouts(connect=0.4, read=0.4, write=2, pool=0.1, total=1.5, poll_read=0.4, poll_total=0.8)
"""For answers that never come, or never end."""
EAGER = RetryPolicy(base=0.001, throttled_base=0.001)
POLICY = InboxPolicy(pace=timedelta(0))
PAGE = 8


@define
class Clock:
    """A time of day that stands still until it is told to go on."""

    moment: datetime = datetime(2026, 3, 11, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **span: float) -> None:
        self.moment += timedelta(**span)


@frozen
class Taken:
    """One update that a consumer was given and acknowledged."""

    id: str
    source: Source


class Events(list[Any]):
    """What the hooks were told; it is a hook."""

    _changed: anyio.Event | None = None

    def __call__(self, event: Any) -> None:
        self.append(event)
        if self._changed is not None:
            self._changed.set()
            self._changed = None

    def of(self, kind: type) -> list[Any]:
        return [event for event in self if isinstance(event, kind)]

    async def until(self, kind: type, count: int = 1) -> list[Any]:
        """Wait for so many events of a kind, and return them."""
        with anyio.fail_after(20):
            while len(self.of(kind)) < count:
                changed = self._changed = self._changed or anyio.Event()
                await changed.wait()
        return self.of(kind)


@define(eq=False)
class World:
    """A feed, the truth about it, and an inbox that follows it."""

    simulator: Simulator
    running: Running
    journal: Journal
    clock: Clock
    client: RopoClient
    inbox: Inbox
    events: Events
    taken: list[Taken] = field(factory=list[Taken])
    """What was delivered so far."""
    _closing: AsyncExitStack = field(factory=AsyncExitStack)
    _serving: AsyncExitStack = field(factory=AsyncExitStack)

    @asynccontextmanager
    async def away(self) -> AsyncIterator[int]:
        """Take the server away while the block runs, and give its port."""
        await self._serving.aclose()
        yield self.running.port
        await self._serving.enter_async_context(serve(self.simulator, port=self.running.port))

    async def connect(self, **options: Any) -> RopoClient:
        """Return another client, closed with the world."""
        return await self._closing.enter_async_context(connect(self.running, self.events, **options))

    async def another(self, client: RopoClient | None = None, **options: Any) -> Inbox:
        """Return a new inbox on the same journal, as after a restart."""
        client = client or await self.connect(**options)
        return Inbox(client.status_updates, self.journal, policy=POLICY, now=self.clock)

    def add(self, count: int, **options: Any) -> None:
        """Let things happen to invoices, within the last day."""
        self.simulator.add_updates(count=count, days=1, **options)

    @property
    def polls(self) -> int:
        """How often the feed was asked, as the server knows."""
        return sum(exchange.operation == POLL and not exchange.query for exchange in self.simulator.truth.requests)

    def told(self, kind: type) -> list[Any]:
        """Return what the hooks were told of one kind."""
        return self.events.of(kind)

    async def take(self, inbox: Inbox | None = None) -> None:
        """Consume everything that can be had."""
        async for delivery in (inbox or self.inbox).deliveries(forever=False):
            async with delivery as update:
                self.taken.append(Taken(str(update.statusid), delivery.source))

    async def conserved(self) -> None:
        """Every update that the server recorded was delivered, is in quarantine, or its day is in an unclosed gap."""
        await self.take()
        quarantined = await self.inbox.quarantined(limit=10_000)
        kept = b"\n".join(record.body for record in quarantined)
        days = await self.days_at_risk()
        seen = {taken.id for taken in self.taken}
        dates = {str(record.get("statusid")): str(record["statustime"])[:10] for record in self.simulator.truth.updates}
        missing = [
            number
            for number in self.simulator.truth.recorded
            if number not in seen and number.encode() not in kept and date.fromisoformat(dates[number]) not in days
        ]
        # A record that was garbled beyond its id is in quarantine under no name.
        nameless = sum(b'"statusid"' not in record.body for record in quarantined)
        assert len(missing) <= nameless, missing

    async def days_at_risk(self) -> set[date]:
        """Return the days of gaps that are not closed."""
        gaps = await self.inbox.gaps()
        return {day.day for gap in gaps if gap.state is not GapState.CLOSED for day in gap.days}

    async def complete(self, *, but: Collection[str] = ()) -> None:
        """Everything there ever was has been delivered, each update once."""
        await self.take()
        expected = {record["statusid"] for record in self.simulator.truth.updates} - set(but)
        assert Counter(taken.id for taken in self.taken) == Counter(expected)
        assert not self.simulator.truth.pending

    async def states(self) -> list[str]:
        """Return what became of each poll of the feed that may have brought something, as the journal has it."""
        rows = await self.journal.engine.run(  # type: ignore[attr-defined]
            lambda tx: tx.rows("SELECT state, raw FROM poll WHERE source = 'drain' ORDER BY id")
        )
        return [f"{state}, kept" if raw is not None else str(state) for state, raw in rows]

    def idle(self) -> bool:
        """Tell whether no connection of the client is in use."""
        return "busy=0" in repr(self.client._line.pool)


def connect(running: Running, events: Events, *, timeouts: Timeouts = PATIENT, **options: Any) -> RopoClient:
    """Return a client of what is served."""
    simulator = running.simulator
    credentials = options.pop("auth", None) or Credentials(simulator.cid, simulator.apicode)
    defaults: dict[str, Any] = {"retries": EAGER, "hooks": [events]}
    return RopoClient(options.pop("server", running.url), credentials, timeouts=timeouts, **defaults | options)


@asynccontextmanager
async def world(
    url: str,
    *,
    page_size: int = PAGE,
    begun: bool = True,
    again: Simulator | None = None,
    port: int = 0,
    **options: Any,
) -> AsyncIterator[World]:
    """Serve an empty feed, which was read to its end once: from there on something may go missing.

    Args:
        url: of the journal.
        page_size: updates on one page.
        begun: False where the feed was never read.
        again: a simulator that was served before, and its time.
        port: where to serve it; 0 for any.
        options: of the client.
    """
    events = Events()
    simulator = again or Simulator(page_size=page_size, now=Clock())
    clock = cast("Clock", simulator.now)
    async with (
        AsyncExitStack() as serving,
        Journal.open(url) as journal,
        AsyncExitStack() as closing,
    ):
        running = await serving.enter_async_context(serve(simulator, port=port))
        client = await closing.enter_async_context(connect(running, events, **options))
        inbox = Inbox(client.status_updates, journal, policy=POLICY, now=clock)
        made = World(simulator, running, journal, clock, client, inbox, events, closing=closing, serving=serving)
        if begun and again is None:
            assert (await inbox.drain()).drained
            clock.advance(minutes=5)
        yield made


everywhere = pytest.mark.parametrize(
    ("anyio_backend", "journal_url"),
    [
        pytest.param("asyncio", "sqlite", id="asyncio-sqlite"),
        pytest.param("trio", "postgres", id="trio-postgres"),
        pytest.param("asyncio", "postgres", id="asyncio-postgres", marks=pytest.mark.slow),
        pytest.param("trio", "sqlite", id="trio-sqlite", marks=pytest.mark.slow),
    ],
    indirect=["journal_url"],
)
"""On both event loops and on both databases; on every pair of them where time does not matter."""


@pytest.fixture
def journal_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a journal that is not there yet."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    in_a_hurry(monkeypatch)
    return f"sqlite:///{tmp_path}/journal.db"


def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let SQLite not wait for the disk: no power fails here, and other tests keep the disk busy."""
    settings = (*_sqlite._SETTINGS, "synchronous = OFF")
    monkeypatch.setattr(_sqlite, "_SETTINGS", settings)
