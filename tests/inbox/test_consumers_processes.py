"""Consumers in processes of their own, on one database: they share, they wake each other, and they may die."""

import json
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from subprocess import Popen

import anyio
import anyio.to_thread
import psycopg
import pytest

from ropo_async import Credentials, RopoClient
from ropo_async.errors import FeedBusy
from ropo_async.inbox import Inbox, InboxPolicy
from ropo_async.journal import Journal
from ropo_async.simulator import Fault, Simulator, serve
from tests.inbox.desk import Desk, connected, desk_at, key, payment, payments, process
from tests.journal.postgres import running_postgres

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

MOMENT = 5.0
"""Seconds that a busy machine may need to wake somebody; who looks by himself does so after 30."""
SHORT = 2.0
"""Seconds of a lease whose consumer is going to die."""


def say(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201 - the test waits for it


def hear(child: Popen[str]) -> Awaitable[str]:
    assert child.stdout is not None
    return anyio.to_thread.run_sync(child.stdout.readline)


# --- what runs in processes of its own ------------------------------------------------------------------------------


async def consume(url: str) -> None:
    """Take whatever can be had, and say what it was."""
    got = list[str]()
    async with desk_at(url) as desk:
        async for delivery in desk.inbox.deliveries(forever=False):
            async with delivery:
                pass
            got.append(delivery.key)
    say(json.dumps(got))


async def wait_for_one(url: str) -> None:
    """Say when something comes, by the clock that all processes of a machine share."""
    async with desk_at(url) as desk:
        say("here")
        async for delivery in desk.inbox.deliveries():
            async with delivery:
                say(time.monotonic(), delivery.attempt)
                return


async def hold_one(url: str) -> None:
    """Work on one update for ever."""
    async with desk_at(url) as desk:
        async for delivery in desk.inbox.deliveries(lease=SHORT):
            async with delivery:
                say("here")
                await anyio.sleep_forever()


async def follow(url: str, server: str, cid: str, apicode: str) -> None:
    """Poll, and say so whenever a round is over."""
    async with (
        RopoClient(server, Credentials(cid, apicode), hooks=[lambda event: say(type(event).__name__)]) as ropo,
        Journal.open(url) as journal,
    ):
        inbox = Inbox(ropo.status_updates, journal, policy=InboxPolicy(nightly=0, weekly=0))
        async with inbox.polling(every=timedelta(seconds=0.2)):
            await anyio.sleep_forever()


# --- sharing --------------------------------------------------------------------------------------------------------


async def shared(desk: Desk, backend: str, *, updates: int, consumers: int) -> float:
    """Let so many processes take so many updates, and return how many they took in a second."""
    for start in range(0, updates, 1000):
        await desk.put(payments(min(1000, updates - start), start=start))
    with ExitStack() as stack:
        began = time.monotonic()
        children = [stack.enter_context(process(backend, consume, desk.url)) for _ in range(consumers)]
        said = [await anyio.to_thread.run_sync(child.communicate) for child in children]
        took = time.monotonic() - began
        assert [child.returncode for child in children] == [0] * consumers
    got = Counter[str]()
    for output, _ in said:
        got.update(json.loads(output))
    # Who asks at a moment when others have all that is left ends early.
    got.update(await desk.left())
    assert got == Counter(key(number) for number in range(updates))
    assert (await desk.inbox.health()).waiting == 0
    return updates / took


async def test_processes_share_a_database(postgres_url: str, anyio_backend: str) -> None:
    async with desk_at(postgres_url) as desk:
        await shared(desk, anyio_backend, updates=600, consumers=3)


async def test_processes_share_a_file(tmp_path: Path, anyio_backend: str) -> None:
    async with desk_at(f"sqlite:///{tmp_path / 'journal.db'}") as desk:
        await shared(desk, anyio_backend, updates=60, consumers=2)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_eight_processes_share_many(anyio_backend: str) -> None:
    """20,000 updates, on a database as it is delivered: each is acknowledged by one, once."""
    with running_postgres() as url:
        async with desk_at(url) as desk:
            rate = await shared(desk, anyio_backend, updates=20_000, consumers=8)
            sys.stderr.write(f"\n8 consumer processes: {rate:.0f} updates/s\n")
            with psycopg.connect(url) as connection:
                rows = connection.execute(
                    "SELECT state, attempts, count(*) FROM ropo_async.record GROUP BY state, attempts"
                )
                assert rows.fetchall() == [("acked", 1, 20_000)]


# --- waking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
async def test_who_waits_elsewhere_is_woken(
    kind: str, anyio_backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else f"sqlite:///{tmp_path / 'journal.db'}"
    async with desk_at(url) as desk:
        with process(anyio_backend, wait_for_one, url) as child:
            assert await hear(child) == "here\n"
            await anyio.sleep(1)  # it has looked, and waits
            began = time.monotonic()
            await desk.put([payment(1)])
            at, _ = map(float, (await hear(child)).split())
        assert 0 < at - began < MOMENT


async def test_what_a_dead_process_had_goes_to_another(postgres_url: str, anyio_backend: str) -> None:
    """When its lease is over, as another attempt; not earlier, and not when the other looks by itself."""
    async with desk_at(postgres_url) as desk:
        await desk.put([payment(1)])
        with process(anyio_backend, hold_one, postgres_url) as child:
            assert await hear(child) == "here\n"
            await anyio.sleep(1.2 * SHORT)
            assert await desk.left() == []
            child.kill()
            began = time.monotonic()
        with anyio.fail_after(SHORT + MOMENT):
            async with await anext(aiter(desk.another())) as update:
                assert update.statusid == "P1"
        assert time.monotonic() - began > 0


# --- the poller's lock ----------------------------------------------------------------------------------------------


def terminated(url: str) -> int:
    """Terminate the sessions that hold locks, and return how many there were."""
    address = url.partition("&schema=")[0]
    with psycopg.connect(address, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        )
        return len(rows.fetchall())


async def killed(child: Popen[str], _url: str) -> None:
    child.kill()
    child.wait()


async def unlocked(child: Popen[str], url: str) -> None:
    """Its process lives on, and does not know."""
    assert await anyio.to_thread.run_sync(terminated, url) >= 1


@pytest.mark.parametrize("loses", [killed, unlocked], ids=lambda one: one.__name__)
async def test_the_turn_moves_when_its_holder_is_gone(
    anyio_backend: str,
    postgres_url: str,
    loses: Callable[[Popen[str], str], Awaitable[None]],
) -> None:
    """At once; what it had asked for and not stored is read again, and everything is delivered once."""
    simulator = Simulator(page_size=10)
    async with serve(simulator) as running, desk_at(postgres_url) as desk, connected(running) as client:
        inbox = desk.another(client=client)
        with process(anyio_backend, follow, postgres_url, running.url, simulator.cid, simulator.apicode) as child:
            while await hear(child) != "RoundFinished\n":
                pass
            simulator.fail(Fault.hang(processed=True), operation="GET /jobs/statusupdates", query=(), skip=1)
            simulator.add_updates(count=35, days=1)
            await simulator.truth.until(lambda truth: any(exchange.fault for exchange in truth.requests))
            with pytest.raises(FeedBusy):
                await inbox.drain(wait=False)
            await loses(child, postgres_url)
            with anyio.fail_after(MOMENT):
                assert (await inbox.drain()).drained
        assert len(simulator.truth.undelivered) == 10
        ids = [str(delivery.update.statusid) async for delivery in inbox.deliveries(forever=False)]
        assert Counter(ids) == Counter(simulator.truth.recorded)
        assert len(ids) == 35
