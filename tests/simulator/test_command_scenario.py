"""What the command line says about data, faults, chance and clock is what is served."""

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from ropo_async.simulator import Simulator
from ropo_async.simulator.__main__ import _EXAMPLES, _parser, _simulator, main
from ropo_async.simulator.scenario import SECTIONS, play

COMMAND = [sys.executable, "-W", "error", "-m", "ropo_async.simulator"]
FEED = "/jobs/statusupdates"
SHOWN = _EXAMPLES[_EXAMPLES.index("  {") :]
"""The scenario in the help."""


def made(*options: str) -> Simulator:
    return _simulator(_parser().parse_args(options))


@contextmanager
def served(*options: str) -> Iterator[httpx.Client]:
    """A client of a simulator in a process of its own, logged in."""
    with subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = next(found[0] for line in process.stdout if (found := re.search(r"http://\S+/rest", line)))
            with httpx.Client(base_url=url, trust_env=False) as http:
                login = {"cid": "1000011", "apicode": "made-up-apicode"}
                http.headers["Authorization"] = f"Bearer {http.post('/token', json=login).json()['token']}"
                yield http
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=20)[1] == ""
        finally:
            process.kill()


def statuses(http: httpx.Client, count: int) -> list[int]:
    return [http.get(FEED, params={"billnum": "x"}).status_code for _ in range(count)]


def test_chance_and_clock_are_served_alike_in_every_process() -> None:
    options = ["--fault", "status_503_before=0.3", "--fault", "html_502_before=0.2", "--seed", "7"]
    options += ["--fault-operation", f"GET {FEED}", "--fault-limit", "9", "--now", "2026-03-28T23:59:00+02:00"]
    seen: list[list[int]] = []
    for _ in range(2):
        with served(*options) as http:
            seen.append(statuses(http, 60))
            day = parsedate_to_datetime(http.get(FEED).headers["Date"])
            assert timedelta(0) <= day - datetime(2026, 3, 28, 21, 59, tzinfo=UTC) < timedelta(minutes=1)
    assert seen[0] == seen[1]
    assert set(seen[0]) == {204, 502, 503}
    assert sum(status != 204 for status in seen[0]) == 9


def test_a_scenario_is_served(tmp_path: Path) -> None:
    file = tmp_path / "scenario.json"
    file.write_text(
        '{"invoices": [{"billnum": "R1", "amount": 710.10}],'
        ' "faults": [{"fault": "status_503_before", "operation": "GET /jobs/statusupdates", "skip": 1, "times": 2}]}'
    )
    with served("--invoices", "0", "--scenario", str(file)) as http:
        assert statuses(http, 4) == [204, 503, 503, 204]
        payment = {"billnum": "R1", "amount": 710.10, "paydate": "2026-11-20"}
        assert http.post("/jobs/payment", json=payment).json()["capitalafter"] == 0


def test_the_scenario_in_the_help_is_one_and_has_every_section(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert SHOWN.strip() in capsys.readouterr().out
    assert json.loads(SHOWN).keys() == SECTIONS.keys()
    simulator = Simulator()
    play(simulator, SHOWN)
    left = {invoice.billnum: invoice.open for invoice in simulator.truth.invoices.values()}
    assert left == {"R1": Decimal("700.00"), "R2": Decimal(0)}
    assert len(simulator.truth.pending) == 502
    assert [payment.amount for payment in simulator.truth.bank_payments] == [Decimal(10)]
    armed = [(rule.operation, rule.left) for rule in simulator.faults.armed]
    assert armed == [("POST /jobs/payment", 2), ("GET /jobs/statusupdates", 50)]


@pytest.mark.parametrize("line", [line for line in _EXAMPLES.splitlines() if re.search("--fault |--now", line)])
def test_the_examples_are_accepted(line: str) -> None:
    options = shlex.split(line)[3:]
    assert made(*options).faults.armed or "--now" in options


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        ("[]", "a scenario is an object"),
        ("{", "Expecting property name"),
        ('{"invoice": []}', "no such section: invoice"),
        ('{"invoices": [{}, {"sum": 1}]}', r"invoices\[1\]: .*unexpected keyword argument 'sum'"),
        ('{"invoices": [{"amount": "ten"}]}', r"invoices\[0\]: "),
        ('{"bank_payments": [{"billnum": "R9", "amount": 1, "paydate": "2026-11-20"}]}', "no such invoice"),
        ('{"faults": [{"fault": "cat"}]}', r"faults\[0\]: no such fault: cat"),
        ('{"random": [{"rate": {"cut": 0.7, "nan": 0.7}}]}', r"random\[0\]: rates are shares"),
    ],
)
def test_a_scenario_that_is_none_is_said_in_one_line(
    scenario: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "scenario.json"
    file.write_text(scenario)
    with pytest.raises(SystemExit, match="2"):
        main(["--scenario", str(file)])
    assert re.search(rf"error: .*{message}", capsys.readouterr().err.splitlines()[-1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--scenario", "/no/such/file"], "No such file"),
        (["--fault", "cut", "--fault", "nan=0.1"], "give each --fault a share"),
        (["--fault", "cut"], "--fault needs a share"),
        (["--fault-rate", "2"], "shares from 0 to 1"),
        (["--fault", "cat=0.5"], "cat"),
        (["--fault", "cut=much"], "cut=much"),
        (["--now", "2026-11-20T12:00:00"], "--now"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_make_no_sense_are_refused(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(options)
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_a_fault_is_found_by_its_name_in_the_catalogue() -> None:
    armed = [made("--fault-rate", "0.5", "--fault", 'body {"result":[]}'), made("--fault", 'body {"result":[]}=0.5')]
    assert [rule.rate for simulator in armed for rule in simulator.faults.armed] == [0.5, 0.5]


def test_time_passes_as_fast_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: seconds)
    simulator = made("--now", "2026-11-20T12:00:00+02:00", "--speed", "60", "--token-life", "600")
    token = {"authorization": f"Bearer {simulator.tokens.issue(simulator.cid)[0]}"}
    seconds += 9.9
    assert simulator.now() == datetime(2026, 11, 20, 10, 9, 54, tzinfo=UTC)
    assert simulator.tokens.admits(token)
    seconds += 0.2
    assert not simulator.tokens.admits(token)
