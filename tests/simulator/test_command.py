import os
import signal
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from ropo_async.simulator import Rereads
from ropo_async.simulator.__main__ import _parser, _simulator, main

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "ropo_async.simulator"]


def test_it_serves_until_ctrl_c_and_stops_quietly() -> None:
    options = ["--updates", "2500", "--seed", "1", "--page-size", "2000", "--apicode", "mine", "--fault-rate", "0"]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "generated")])
    with subprocess.Popen(
        [*COMMAND, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": paths},
    ) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline() for _ in range(7)]
            said = dict(line.split(maxsplit=1) for line in lines[:6])
            with httpx.Client(base_url=said["url"].strip(), trust_env=False) as client:
                login = {"cid": said["cid"].strip(), "apicode": "mine"}
                token = client.post("/token", json=login).json()["token"]
                answer = client.get("/jobs/statusupdates", headers={"Authorization": f"Bearer {token}"})
            assert len(answer.json()["result"]["status"]) == 2000
            assert "Simulator of customer" in httpx.get(said["page"].strip(), trust_env=False).text
            assert (said["invoices"], said["updates"]) == ("7000001 to 7000020\n", "2500\n")
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=20) == ("", "")
            assert process.returncode == 0
        finally:
            process.kill()


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert "--port 8080 --updates 2500 --seed 1" in capsys.readouterr().out


def test_rereads_can_be_told_how_to_behave() -> None:
    assert _simulator(_parser().parse_args([])).rereads == Rereads()
    options = "--reread-limit 7 --reread-consume --reread-by paydate --reread-lag 1.5 --reread-only-recorded"
    simulator = _simulator(_parser().parse_args(options.split()))
    assert simulator.rereads == Rereads(7, True, "paydate", timedelta(seconds=1.5), True)  # noqa: FBT003
    with pytest.raises(SystemExit, match="2"):
        main(["--reread-by", "duedate"])


def test_payments_and_documents_can_be_told_how_to_behave() -> None:
    simulator = _simulator(_parser().parse_args(["--payments-lag", "1.5", "--pdf-bytes", "7000"]))
    assert (simulator.payments_lag, simulator.pdf_bytes) == (timedelta(seconds=1.5), 7000)


def test_faults_are_listed_and_no_others_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-faults"]) == 0
    assert "drop_after" in capsys.readouterr().out.splitlines()
    with pytest.raises(SystemExit, match="2"):
        main(["--fault", "no-such-fault"])


def test_a_taken_port_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port), "--invoices", "0"]) == 1
    assert capsys.readouterr().err == f"cannot listen on 127.0.0.1 port {port}: Address already in use\n"
