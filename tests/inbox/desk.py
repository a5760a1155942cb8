"""A consumer's desk: an inbox on a journal that updates are put into without a server, in a time of its own."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import psycopg
import pytest
from attrs import define, field

from ropo_async import Credentials, RetryPolicy, RopoClient, codec
from ropo_async._messages import Answer
from ropo_async.inbox import Delivery, Inbox, InboxPolicy
from ropo_async.journal import Account, Journal, Leased, Merged, Received, Source
from ropo_async.journal._sql import SqlJournal
from ropo_async.journal.entries import entries_of
from ropo_async.operations import POLL
from ropo_async.simulator import Running, Simulator

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:9/rest"
"""A server that is never asked."""
TODAY = datetime(2026, 3, 11, 10, tzinfo=UTC)


@define
class Clock:
    """Unix seconds that stand still until they are told to go on."""

    seconds: float = TODAY.timestamp()

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


def payment(number: int | str, **fields: Any) -> dict[str, Any]:
    """Return an update as it is on the wire, of an invoice of its own."""
    blank = {
        "jobid": 7_000_001,
        "statusid": f"P{number}",
        "billnum": f"B{number}",
        "openamount": 0,
        "statustype": "payment",
        "statustime": "2026-03-11 00:00:00",
        "paydate": "2026-03-11",
        "amount": 10.5,
    }
    return blank | fields


def payments(count: int, *, start: int = 1, **fields: Any) -> list[dict[str, Any]]:
    return [payment(number, **fields) for number in range(start, start + count)]


def key(number: int | str, *, revision: int = 1) -> str:
    """Return the key that an update is delivered under."""
    return f"id:payment:P{number}#1.{revision}"


@define(eq=False)
class Desk:
    """Where one consumer works, and others may join."""

    url: str
    journal: Journal
    clock: Callable[[], float]
    client: RopoClient
    inbox: Inbox
    events: list[Any]
    _closing: AsyncExitStack

    async def put(
        self, records: Iterable[dict[str, Any]], *, source: Source = Source.DRAIN, account: Account | None = None
    ) -> Merged:
        """Put updates into the journal, as one answer of the server brings them."""
        at, body = self.now(), json.dumps({"result": {"status": list(records)}}).encode()
        poll = await self.journal.intend(account or self.inbox.account, 1, source, "", at=at)
        await self.journal.receive(poll, Received(200, body), at=at)
        page = codec.read_page(Answer(operation=POLL, status=200, headers={}, body=body))
        assert page is not None
        return await self.journal.merge(poll, *entries_of(page), source=source, at=at)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    def another(self, journal: Journal | None = None, client: RopoClient | None = None) -> Inbox:
        """Return the inbox of another consumer, which shares nothing but the journal."""
        updates = (client or self.client).status_updates
        return Inbox(updates, journal or self.journal, policy=InboxPolicy(pace=timedelta(0)), now=self.now)

    async def handle(self) -> Journal:
        """Return another handle on the journal, as another process has it; of one in memory there is just one."""
        if self.url == "memory:":
            return self.journal
        return await self._closing.enter_async_context(Journal.open(self.url, clock=self.clock))

    async def one(self, inbox: Inbox | None = None, **terms: Any) -> Delivery:
        """Have one update, lent and not begun."""
        return await anext((inbox or self.another()).deliveries(**{"batch": 1, "forever": False} | terms))

    async def left(self, inbox: Inbox | None = None, **terms: Any) -> list[str]:
        """Take whatever can be had, acknowledge it, and return its keys."""
        keys = list[str]()
        async for delivery in (inbox or self.another()).deliveries(forever=False, **terms):
            async with delivery:
                keys.append(delivery.key)
        return keys

    def told(self, kind: type) -> list[Any]:
        """Return what the hooks were told of one kind."""
        return [event for event in self.events if isinstance(event, kind)]


@asynccontextmanager
async def desk_at(url: str, clock: Callable[[], float] | None = None) -> AsyncIterator[Desk]:
    """Open a desk; without a clock leases go by the storage's own."""
    events = list[Any]()
    async with AsyncExitStack() as closing:
        client = RopoClient(NOWHERE, Credentials("1000011", "made-up"), hooks=[events.append])
        await closing.enter_async_context(client)
        journal = await closing.enter_async_context(Journal.open(url, clock=clock))
        tells = clock or time.time
        inbox = Inbox(client.status_updates, journal, now=lambda: datetime.fromtimestamp(tells(), UTC))
        yield Desk(url, journal, tells, client, inbox, events, closing)


def connected(running: Running, events: list[Any] | None = None, *, simulator: Simulator | None = None) -> RopoClient:
    """Return a client of a simulator that is served, quick to try again."""
    account = simulator or running.simulator
    hooks = [] if events is None else [events.append]
    retries = RetryPolicy(base=0.001, throttled_base=0.001)
    return RopoClient(running.url, Credentials(account.cid, account.apicode), hooks=hooks, retries=retries)


_TABLE = "CREATE TABLE IF NOT EXISTS effect (key text NOT NULL)"
"""A table of a consumer, which takes the same effect twice without a word."""
EFFECT = "INSERT INTO effect VALUES (%s)"


def own(url: str, **options: Any) -> psycopg.Connection[Any]:
    """Open a connection of the consumer's own, whose tables are beside the journal's."""
    address, _, schema = url.partition("&schema=")
    connection = psycopg.connect(address, options=f"-c search_path={schema}_consumer", **options)
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(1)")
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}_consumer"'.encode())
        connection.execute(_TABLE)
    return connection


def effects(url: str) -> Counter[str]:
    with own(url) as connection:
        return Counter(key for (key,) in connection.execute("SELECT key FROM effect"))


@contextmanager
def process(backend: str, work: Callable[..., Any], *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run a coroutine function of a test module in a process of its own, which is killed when the block ends."""
    program = (
        f"import sys, anyio; from {work.__module__} import {work.__name__} as work; "
        "anyio.run(work, *sys.argv[2:], backend=sys.argv[1])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, backend, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])},
    ) as started:
        try:
            yield started
        finally:
            started.kill()


EVERYWHERE = pytest.mark.parametrize("storage", ["memory", "sqlite", "postgresql"], indirect=True)
"""For what a database may do in its own way; otherwise two kinds of storage will do."""


@pytest.fixture(name="storage", params=["memory", "sqlite"])
def a_storage(request: pytest.FixtureRequest, scratch: Path) -> str:
    """The URL of a journal that is not there yet."""
    match request.param:
        case "memory":
            return "memory:"
        case "sqlite":
            return f"sqlite:///{scratch / 'journal.db'}"
        case _:
            return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(name="clock")
def a_clock() -> Clock:
    return Clock()


@pytest.fixture(name="desk")
async def a_desk(anyio_backend: str, storage: str, clock: Clock) -> AsyncIterator[Desk]:
    """A desk whose loans run out when the clock says so."""
    async with desk_at(storage, clock) as opened:
        yield opened


@define
class Beats:
    """How often loans were extended."""

    count: int = 0
    _next: anyio.Event = field(factory=anyio.Event)

    async def more(self, times: int = 1) -> None:
        """Wait until they were extended so many times more."""
        wanted = self.count + times
        while self.count < wanted:
            await self._next.wait()

    def beat(self) -> None:
        self.count += 1
        self._next.set()
        self._next = anyio.Event()


@pytest.fixture(name="beats")
def some_beats(monkeypatch: pytest.MonkeyPatch) -> Beats:
    beats, extend = Beats(), SqlJournal.extend

    async def extended(journal: SqlJournal, leases: Sequence[Leased], seconds: float) -> set[int]:
        try:
            return await extend(journal, leases, seconds)
        finally:
            beats.beat()

    monkeypatch.setattr(SqlJournal, "extend", extended)
    return beats
