"""The office, new for each test."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from stamina.instrumentation import get_on_retry_hooks, set_on_retry_hooks

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
