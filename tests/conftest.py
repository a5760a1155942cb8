"""What every test folder shares."""

import gc
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

from tests.journal.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell has its jobs in the background ignore Ctrl-C, and the programs that tests start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

ELSEWHERE = [{"asyncio", "postgresql"}, {"asyncio", "postgres"}, {"trio", "sqlite"}, {"trio", "memory"}]
"""Pairs of event loop and storage that wait for `make torture`: each loop, and each storage, is in another pair too."""

# How long an example takes says something about the machine only. The longer run tries others each time, and more.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", PATIENT, derandomize=True, database=None, max_examples=50)
settings.register_profile("others", PATIENT, max_examples=200)
settings.load_profile("same")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the garbage collector look at what tests make, and not at the thousands of tests again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder that is gone after the test: in memory where there is such a place, so that no test waits for a disk."""
    with TemporaryDirectory(prefix="ropo-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Promises hold on both event loops, so their tests run on both."""
    return str(request.param)


TWICE = {"contract", "faults", "simulator", "inbox", "ledger", "crash", "iopole", "otel", "report", "unit"}
"""Folders whose promises are tried on trio in `make torture` only, ..."""
TASKS = ("bulk", "cancel_", "delivery_ends", "faults/test_cancellation", "polling", "test_protect", "test_background")
"""... but for what depends on how an event loop runs its tasks."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the longer run what another pair of event loop and storage has shown in the shorter one."""
    for item in items:
        variant = getattr(item, "callspec", None)
        values = {value for value in variant.params.values() if isinstance(value, str)} if variant else set[str]()
        if any(pair <= values for pair in ELSEWHERE) or ("trio" in values and _is_twice(item.path)):
            item.add_marker(pytest.mark.slow)


def _is_twice(path: Path) -> bool:
    return path.parent.name in TWICE and not any(word in path.as_posix() for word in TASKS)
