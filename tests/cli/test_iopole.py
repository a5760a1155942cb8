"""`ropo iopole`: the same journal, loop and ends as `ropo watch`."""

import re
from typing import Any

import pytest

from ropo_async import InvalidInput
from ropo_async.cli.work.iopole import Statuses
from ropo_async.cli.work.settings import is_iopole_production
from ropo_async.simulator import Fault
from ropo_async.simulator.iopole import NOT_SEEN, SEEN, TOKEN, IopoleSimulator
from tests.cli.office import Office
from tests.cli.test_commands import objects

INVOICE = "00000000-0000-4000-8000-000000000001"
WATCH = ("iopole", "watch", "--once")


def ids(simulator: IopoleSimulator) -> list[str]:
    return [entry.status_id for entry in simulator.truth.statuses]


def test_watch_prints_each_status_once_as_it_came(office: Office, iopole: IopoleSimulator) -> None:
    iopole.add_status(INVOICE, "REJECTED", reason="ROUTING_FAILURE", extra={"amount": 1.10})
    found = objects(office.ropo(*WATCH, "--json"))
    assert [record["update"]["statusId"] for record in found] == ids(iopole)
    assert [record["key"] for record in found] == [f"id:{status_id}#1.1" for status_id in ids(iopole)]
    assert {(record["source"], record["attempt"], record["revision"]) for record in found} == {("unseen", 1, 1)}
    assert str(found[1]["update"]["amount"]) == "1.1"
    assert iopole.truth.marked == ids(iopole)
    again = office.ropo(*WATCH)
    assert (again.status, again.out) == (0, "")
    assert "pages: 0, updates: 0" in again.err
    iopole.add_status(INVOICE, "PAYMENT_SENT", message="vu")
    done = office.ropo(*WATCH)
    assert done.status == 0
    assert re.fullmatch(rf"2026-03-02 09:00:00Z +{INVOICE} +PAYMENT_SENT +OPERATOR +vu\n", done.out)


def test_what_is_stored_is_printed_by_the_next_run(office: Office, iopole: IopoleSimulator) -> None:
    iopole.fail(Fault.status(403), operation=SEEN)
    failed = office.ropo(*WATCH)
    assert (failed.status, failed.out) == (1, "")
    assert iopole.truth.marked == []
    iopole.webhook = True  # nothing of it ever comes again
    assert [record["update"]["statusId"] for record in objects(office.ropo(*WATCH, "--json"))] == ids(iopole)


def test_what_cannot_be_read_is_in_the_quarantine(office: Office, iopole: IopoleSimulator) -> None:
    iopole.add_status(INVOICE, "APPROVED", extra={"date": "demain"})
    done = office.ropo(*WATCH)
    assert (done.status, len(done.out.splitlines())) == (0, 1)
    assert "unreadable: 1" in done.err
    (kept,) = objects(office.ropo("journal", "quarantine", "--json"))
    assert kept["source"] == "unseen"


def test_it_says_what_is_missing(office: Office, iopole: IopoleSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROPO_JOURNAL")
    done = office.ropo(*WATCH)
    assert (done.status, "--journal" in done.err) == (2, True)
    assert office.ropo(*WATCH, "--journal", "sqlite:///other.db").status == 0
    monkeypatch.delenv("IOPOLE_SERVER")
    done = office.ropo(*WATCH, "--journal", "sqlite:///other.db")
    assert (done.status, "IOPOLE_SERVER is not set" in done.err) == (2, True)
    assert iopole.truth.count(NOT_SEEN) == 1


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 1), (None, 2)])
def test_a_new_journal_asks_before_production_is_polled(
    office: Office, iopole: IopoleSimulator, monkeypatch: pytest.MonkeyPatch, answer: str | None, status: int
) -> None:
    monkeypatch.setattr(Statuses, "is_production", lambda *_: True)
    monkeypatch.setattr("ropo_async.cli.work.desk._is_attended", lambda: answer is not None)
    assert office.ropo(*WATCH, given=answer).status == status
    assert len(iopole.truth.unseen) == bool(status)
    assert office.ropo(*WATCH, "--yes").status == 0
    assert office.ropo(*WATCH).status == 0  # it is not new any more


@pytest.mark.parametrize(
    ("server", "production"),
    [
        ({"IOPOLE_SERVER": "sandbox"}, False),
        ({"IOPOLE_SERVER": "https://api.ppd.iopole.fr"}, False),
        ({"IOPOLE_SERVER": "sandbox", "IOPOLE_AUTH_SERVER": "https://auth.preprod.iopole.fr"}, False),
        ({"IOPOLE_SERVER": "http://127.0.0.1:1"}, False),
        ({"IOPOLE_SERVER": "production"}, True),
        ({"IOPOLE_SERVER": "https://proxy.example"}, True),
    ],
)
def test_what_is_production(server: dict[str, str], *, production: bool) -> None:
    assert is_iopole_production(server) is production


def test_without_a_server_nobody_can_tell() -> None:
    with pytest.raises(InvalidInput, match="IOPOLE_SERVER"):
        is_iopole_production({})


@pytest.mark.parametrize(
    ("fault", "operation", "words"),
    [
        (Fault.status(401), TOKEN, "IOPOLE_CLIENT_ID and its secret, or IOPOLE_TOKEN, are not accepted"),
        (Fault.status(302), NOT_SEEN, "is IOPOLE_SERVER right?"),
        (Fault.drop(processed=True), NOT_SEEN, "check IOPOLE_SERVER and the network"),
    ],
    ids=["refused", "redirected", "dropped"],
)
def test_an_error_names_the_settings_that_are_iopoles(
    office: Office, iopole: IopoleSimulator, fault: Fault, operation: str, words: str
) -> None:
    iopole.fail(fault, operation=operation, times=9)
    done = office.ropo(*WATCH)
    assert (done.status, words in done.err) == (1, True), done.err


@pytest.mark.parametrize("command", ["iopole watch --once", "iopole watch --once --json", f"iopole history {INVOICE}"])
def test_no_output_has_a_secret(
    office: Office, iopole: IopoleSimulator, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    customer = "01a015f1-c49c-734e-8000-000000000777"
    monkeypatch.setenv("IOPOLE_CUSTOMER_ID", customer)
    done = office.ropo("-vv", *command.split())
    assert done.status == 0
    hidden: list[Any] = [iopole.client_secret, iopole.client_id, *iopole.tokens._expiry]
    assert len(hidden) == 3
    assert [secret for secret in hidden if secret in done.out + done.err] == []
    assert customer not in done.err
