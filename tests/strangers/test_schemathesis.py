"""The simulator under schemathesis: it answers thousands of odd requests as the specification says."""

import json
import re
import subprocess
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from ropo_async.simulator import Fault, Simulator, serve
from ropo_async.simulator.tokens import Tokens
from tests.contract.calls import SPECIFICATION

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(280)]

CONFIGURATION = Path(__file__).parent / "schemathesis.toml"
SAME_BODY = {"POST /jobs/preview", "POST /jobs/localprint", "PATCH /jobs/opensalesinvoices"}
"""Tried in less detail, as the configuration says."""


JOB = {
    "jobtype": 0,
    "customertype": 2,
    "person": "Testi Henkilö",
    "address": "Esimerkkikatu 1",
    "postcode": "90100",
    "city": "OULU",
    "billdate": "2026-03-04",
    "paydate": "2026-03-18",
    "payrow": [{"desc": "Hieronta", "count": 1, "amount": 35.0, "taxpr": 25.5}],
}
JOBS = {"datastream": {"dataset": [JOB]}}
BODIES = {
    "POST /token": {"cid": "1000011", "apicode": "only-for-tests"},
    "POST /jobs": JOBS,
    "POST /jobs/preview": JOBS,
    "POST /jobs/localprint": JOBS,
    "POST /jobs/dispute": {},
    "POST /jobs/dispute/resolve": {},
    "PATCH /jobs": {name: JOB[name] for name in ("jobtype", "customertype", "person", "address", "city")},
    "POST /jobs/payment": {"billnum": "R-1", "amount": 1.25, "paydate": "2026-03-04"},
    "POST /jobs/creditnote": {"billnum": "R-1", "amount": 1.25, "date": "2026-03-04"},
}
JOBID = {"integer": 123456, "string": "123456"}
"""With `BODIES` what is known to succeed, so that the answers of success are judged, too; by the parameter's type."""


def with_examples(published: dict[str, Any]) -> dict[str, Any]:
    """Return the specification with examples of what is known to succeed."""
    for operation, body in BODIES.items():
        method, path = operation.split()
        published["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]["example"] = body
    for methods in published["paths"].values():
        for parameter in [field for method in methods.values() for field in method.get("parameters", ())]:
            if parameter["name"] == "jobid":
                parameter["example"] = JOBID[parameter["schema"]["type"]]
    return published


def populated() -> Simulator:
    simulator = Simulator(apicode="only-for-tests", page_size=5)
    simulator.add_invoice(jobid=123456, billnum="R-1", amount="100000.00")
    simulator.add_updates(count=2_000)
    return simulator


async def judged(program: str, folder: Path, url: str, token: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run schemathesis, always in the same way."""
    specification = folder / "openapi.json"
    specification.write_text(json.dumps(with_examples(json.loads(SPECIFICATION.read_bytes()))), encoding="utf-8")
    command = [
        *(program, "--config-file", CONFIGURATION, "run", specification, "--url", url, "--no-color"),
        *("--header", f"Authorization: Bearer {token}", "--generation-database", "none", "--seed", "1"),
        *("--max-examples", "5", "--continue-on-failure", *options),
        # On a busy machine making requests up takes long, and so may an answer.
        *("--suppress-health-check", "all", "--request-timeout", "60"),
    ]
    run = partial(subprocess.run, command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    return await anyio.to_thread.run_sync(run)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_simulator_is_what_the_specification_says(schemathesis: str, tmp_path: Path) -> None:
    simulator = populated()
    token, _ = simulator.tokens.issue(simulator.cid)
    async with serve(simulator) as running:
        done = await judged(schemathesis, tmp_path, running.url, token)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
    seen = {(exchange.operation, exchange.status) for exchange in simulator.truth.requests}
    published = json.loads(SPECIFICATION.read_bytes())["paths"]
    operations = {f"{method.upper()} {path}" for path, methods in published.items() for method in methods}
    assert operations <= {operation for operation, _ in seen}
    assert {(name, 401) for name in operations - {"POST /token"} - SAME_BODY} <= seen
    successes = {operation for operation, status in seen if status in {200, 201}}
    assert operations <= successes, operations - successes
    assert max(status or 0 for _, status in seen) < 500
    assert len(simulator.truth.requests) > 1000


class OpenDoor(Tokens):
    def admits(self, headers: Mapping[str, str]) -> bool:
        return True


WRONG = {
    "PATCH /jobs/deliverystatus": "API accepts requests without authentication",
    "GET /jobs/transferconfirmation": "Server error",
    "GET /jobs/statusupdates": "Response violates schema",
    "POST /jobs/payment": "Schema-violating request accepted",
}


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_simulator_that_is_not_would_be_found_out(schemathesis: str, tmp_path: Path) -> None:
    simulator = Simulator()
    token, _ = simulator.tokens.issue(simulator.cid)
    simulator.tokens = OpenDoor(3600.0, simulator.tokens.clock, simulator.now)
    taken = Fault.status(201, headers={"Content-Type": "application/json"}, body=b'{"statusid":6}')
    simulator.fail(taken, operation="POST /jobs/payment", times=10_000)
    simulator.fail(Fault.status(500), operation="GET /jobs/transferconfirmation", times=10_000)
    simulator.add_updates([{"jobid": "seven"}])
    chosen = [part for operation in WRONG for part in ("--include-name", operation)]
    async with serve(simulator) as running:
        done = await judged(schemathesis, tmp_path, running.url, token, *chosen, "--no-shrink")
    assert done.returncode == 1
    parts = re.split(r"_{3,} (\w+ /\S+) _{3,}", done.stdout)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert {operation: finding for operation, finding in WRONG.items() if finding in found.get(operation, "")} == WRONG
