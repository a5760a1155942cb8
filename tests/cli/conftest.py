"""The office, new for each test."""

import logging
from collections.abc import Iterator
from pathlib import Path

import anyio.from_thread
import pytest
from stamina.instrumentation import get_on_retry_hooks, set_on_retry_hooks

from ropo_async.simulator.iopole import IopoleSimulator, serve
from ropo_async.simulator.threaded import ServedSimulator
from tests.cli.office import APICODE, FILES, JOURNAL, Office


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    tmp_path.chmod(0o700)
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "ROPO_TOKEN", "ROPO_APICODE_FILE", "ROPO_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    logger = logging.getLogger("ropo_async")
    before, hooks = (logger.level, list(logger.handlers)), get_on_retry_hooks()
    with ServedSimulator(apicode=APICODE) as simulator:
        for place, billnum in enumerate(("R123467", "R1", "R2", "R3", "R4", "R5")):
            simulator.add_invoice(billnum=billnum, jobid=7_000_001 + place)
        for name, value in {**simulator.environ, "ROPO_JOURNAL": JOURNAL}.items():
            monkeypatch.setenv(name, value)
        yield Office(simulator, tmp_path)
    logger.level, logger.handlers[:] = before
    set_on_retry_hooks(hooks)


@pytest.fixture
def iopole(monkeypatch: pytest.MonkeyPatch) -> Iterator[IopoleSimulator]:
    """A pretended Iopole with one invoice, and the environment that names it."""
    simulator = IopoleSimulator()
    simulator.add_status("00000000-0000-4000-8000-000000000001", "APPROVED")
    for name in (
        "IOPOLE_TOKEN",
        "IOPOLE_SCOPE",
        "IOPOLE_AUTH_SERVER",
        "IOPOLE_CUSTOMER_ID",
        "IOPOLE_CLIENT_SECRET_FILE",
    ):
        monkeypatch.delenv(name, raising=False)
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serve(simulator)) as running,
    ):
        monkeypatch.setenv("IOPOLE_SERVER", running.url)
        monkeypatch.setenv("IOPOLE_CLIENT_ID", simulator.client_id)
        monkeypatch.setenv("IOPOLE_CLIENT_SECRET", simulator.client_secret)
        yield simulator
