"""No secret in any output, whatever happens and however much is asked for."""

import pytest

from ropo_async.simulator import Fault
from tests.cli.office import APICODE, PAYMENT, Done, Office

COMMANDS = (
    "check",
    "check --json",
    "watch --once",
    "pay one bank-1 --billnum R1 --amount 1 --paydate 2026-11-20",
    "pay one bank-1 --billnum R1 --amount 2 --paydate 2026-11-20",
    "pay file payments.csv",
    "pay status --json",
    "pay verify",
    "job get 7000001",
    "job get 4",
    "job submit job.json",
    "pdf 7000001 4",
    "dispute open --jobid 4",
    "journal status",
    "journal gaps --all",
    "journal export",
)


def outputs(office: Office) -> list[Done]:
    return [office.ropo("-vv", *command.split()) for command in COMMANDS]


@pytest.mark.parametrize("trouble", ["none", pytest.param("dropped", marks=pytest.mark.slow), "wrong code"])
def test_no_output_has_a_secret(office: Office, monkeypatch: pytest.MonkeyPatch, trouble: str) -> None:
    if trouble == "dropped":
        office.simulator.fail(Fault.drop(processed=True), operation=PAYMENT)
    elif trouble == "wrong code":
        monkeypatch.setenv("ROPO_APICODE", f"{APICODE}-wrong")
    office.add_updates()
    told = "".join(done.out + done.err for done in outputs(office))
    tokens = list(office.simulator.tokens._expiry)
    assert bool(tokens) == (trouble != "wrong code")
    for secret in (APICODE, *tokens):
        assert secret not in told
    assert "Traceback" not in told
    for path in office.folder.rglob("*"):
        assert not path.is_file() or APICODE.encode() not in path.read_bytes()


def test_a_secret_is_asked_for_and_not_shown(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROPO_APICODE")
    done = office.on_terminal("check", keys=f"{APICODE}\n")
    assert done.status == 0, done.out
    assert "Api code of customer id 1000011:" in done.out
    assert APICODE not in done.out


def test_where_nobody_can_be_asked_it_says_what_is_missing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROPO_APICODE")
    done = office.ropo("check")
    assert done.status == 2
    assert "ROPO_APICODE" in done.err


def test_what_a_record_holds_does_not_steer_the_terminal(office: Office) -> None:
    office.simulator.add_updates(
        [{"jobid": 1, "statusid": "C9", "statustype": "comment", "statusref": "\x1b[2J\x07odd"}]
    )
    shown = office.on_terminal("watch", "--once").out  # which fails where the screen is wiped
    assert "odd" in shown
    assert "\x07" not in shown
