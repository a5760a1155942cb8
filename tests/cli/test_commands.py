"""What commands do, what they print, and how they end."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ropo_async.simulator import Fault
from tests.cli.office import PAYMENT, POLL, Done, Office


def paying(operation_id: str, billnum: str, amount: str, paydate: str, *more: str) -> list[str]:
    return ["pay", "one", operation_id, "--billnum", billnum, "--amount", amount, "--paydate", paydate, *more]


def objects(done: Done) -> list[Any]:
    return [json.loads(line, parse_float=Decimal) for line in done.out.splitlines()]


def test_check_takes_nothing_and_says_what_it_found(office: Office) -> None:
    office.add_updates()
    done = office.ropo("check")
    assert (done.status, done.err) == (0, "")
    assert "accepted for customer id 1000011" in done.out
    assert "lives for 2 h" in done.out
    assert len(office.simulator.truth.pending) == 3
    (found,) = objects(office.ropo("check", "--json"))
    assert (found["cid"], found["production"], found["token_seconds"]) == ("1000011", False, 7200)


def test_watch_prints_each_update_once_as_it_came(office: Office) -> None:
    office.add_updates()
    found = objects(office.ropo("watch", "--once", "--json"))
    assert [record["update"]["statusid"] for record in found] == ["C1", "P2", "C3"]
    assert len({record["key"] for record in found}) == 3
    assert {type(record["update"]["openamount"]) for record in found} == {Decimal}
    again = office.ropo("watch", "--once", "--json")
    assert (again.status, again.out) == (0, "")


def test_watch_says_that_a_gap_is_open(office: Office) -> None:
    office.add_updates()
    office.simulator.fail(Fault.drop(processed=True), operation=POLL, query=())
    lost = office.ropo("watch", "--once")
    assert lost.status == 3
    assert "a gap is open" in lost.err
    # What went missing is read again by the next round, and delivered.
    assert len(objects(office.ropo("watch", "--once", "--json"))) + len(lost.out.splitlines()) == 3
    gaps = office.ropo("journal", "gaps", "--json")
    assert gaps.status == 3
    assert objects(gaps)[0]["state"] in ("open", "backfilled")
    assert office.ropo("journal", "status").status == 3


@pytest.mark.parametrize(
    ("production", "answer", "status"), [(False, "", 0), (True, "y", 0), (True, "n", 1), (True, None, 2)]
)
def test_a_new_journal_asks_before_production_is_polled(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, production: bool, answer: str | None, status: int
) -> None:
    monkeypatch.setattr("ropo_async.cli.work.desk.is_production", lambda _: production)
    monkeypatch.setattr("ropo_async.cli.work.desk._is_attended", lambda: answer is not None)
    office.add_updates()
    assert office.ropo("watch", "--once", given=answer).status == status
    assert len(office.simulator.truth.pending) == (3 if status else 0)
    assert office.ropo("watch", "--once", "--yes").status == 0
    assert office.ropo("watch", "--once").status == 0  # it is not new any more


def test_a_payment_is_sent_once(office: Office) -> None:
    command = paying("bank-1", "R1", "10.10", "2026-11-20")
    assert office.ropo(*command).status == 0
    assert office.ropo(*command).status == 0
    assert [payment.amount for payment in office.simulator.truth.payments] == [Decimal("10.10")]
    other = office.ropo(*paying("bank-1", "R1", "11.00", "2026-11-20"))
    assert other.status == 2
    assert "used before" in other.err


def test_a_payment_that_is_rejected_or_unknown_says_so(office: Office) -> None:
    rejected = office.ropo(*paying("bank-1", "nobody", "1", "2026-11-20", "--json"))
    assert (rejected.status, objects(rejected)[0]["state"]) == (1, "rejected")
    office.simulator.fail(Fault.drop(processed=True), operation=PAYMENT)
    unknown = office.ropo(*paying("bank-2", "R1", "1", "2026-11-20"))
    assert unknown.status == 3
    assert "do not pay again" in unknown.err
    assert office.ropo("pay", "status", "bank-2").status == 3
    assert office.ropo("pay", "verify", "bank-2").status == 0
    assert objects(office.ropo("pay", "status", "--state", "verified-applied", "--json"))[0]["operation_id"] == "bank-2"
    assert office.ropo("pay", "status", "--state", "paid").status == 2
    assert office.ropo("pay", "status", "never").status == 1


def test_everything_wrong_with_a_payment_is_told_at_once(office: Office) -> None:
    done = office.ropo(*paying("bank-1", "R1", "10,5", "2026-13-01"))
    assert done.status == 2
    assert [line.split()[1] for line in done.err.splitlines()] == ["--amount", "--paydate", "nothing"]
    assert office.simulator.truth.payment_attempts == []


def test_a_file_of_payments_goes_on_where_it_ended(office: Office) -> None:
    office.simulator.fail(Fault.drop(processed=True), operation=PAYMENT, skip=1)
    first = office.ropo("pay", "file", "payments.csv", "--concurrency", "1")
    assert first.status == 3
    assert "bank-0002" in first.out
    assert "bank-0001" not in first.out
    assert office.ropo("pay", "verify", "bank-0002").status == 0
    again = office.ropo("pay", "file", "payments.csv", "--json")
    assert again.status == 0
    assert {record["operation_id"] for record in objects(again)} == {"bank-0001", "bank-0002", "bank-0003"}
    assert len(office.simulator.truth.payments) == 3


def test_all_that_is_wrong_with_a_file_is_told(office: Office) -> None:
    Path("bad.csv").write_text("operation_id,billnum,amount,paydate\na,R1,x,2026-11-20\nb,R1,1,20.11.2026\n")
    done = office.ropo("pay", "file", "bad.csv")
    assert done.status == 2
    assert [line[:12] for line in done.err.splitlines()] == ["ropo: line 2", "ropo: line 3", "ropo: nothin"]


def test_what_never_showed_is_sent_again_only_on_demand(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.leave_in_doubt("bank-1", "R1")
    assert office.ropo("pay", "resend", "bank-1", "--yes").status == 1
    assert office.ropo("pay", "resolve", "bank-1", "--absent", "--note", "looked").status == 0
    assert office.ropo("pay", "resend", "bank-1").status == 2  # nobody there to be asked
    monkeypatch.setattr("ropo_async.cli.work.desk._is_attended", lambda: True)
    assert office.ropo("pay", "resend", "bank-1", given="n").status == 1
    assert office.simulator.truth.payments == []
    assert office.ropo("pay", "resend", "bank-1", given="y").status == 0
    assert len(office.simulator.truth.payments) == 1


def test_everything_wrong_with_jobs_is_told_at_once(office: Office) -> None:
    good = json.loads(Path("job.json").read_text(encoding="utf-8"))
    bad = [{**good, "billdate": "yesterday"}, good, {**good, "city": "", "payrow": []}]
    Path("jobs.json").write_text(json.dumps({"datastream": {"dataset": bad}}))
    done = office.ropo("job", "submit", "jobs.json")
    assert done.status == 2
    paths = [line.split()[1] for line in done.err.splitlines()]
    assert paths == ["dataset[0].billdate", "dataset[2].city", "dataset[2].payrow", "nothing"]
    assert office.simulator.truth.submissions == []
    Path("jobs.json").write_text("{")
    assert "line 1 column 2" in office.ropo("job", "submit", "jobs.json", "--check").err


def test_a_job_is_submitted_once_by_its_number(office: Office) -> None:
    assert office.ropo("job", "submit", "job.json").status == 0
    again = office.ropo("job", "submit", "job.json", "--json")
    assert again.status == 1
    assert objects(again)[0]["accepted"] is False


def test_documents_are_saved_whole_and_once(office: Office) -> None:
    done = office.ropo("pdf", "--from", "jobids.txt", "9", "--into", "new/folder", "--json")
    assert done.status == 1
    assert [sorted(record) for record in objects(done)] == [["error", "jobid"], ["jobid", "path"], ["jobid", "path"]]
    assert "there already: 2" in office.ropo("pdf", "7000001", "7000002", "--into", "new/folder").err
    assert office.ropo("pdf", "--from", "-", "--into", "new", given="7000001\nx\n\nx\n").err.startswith(
        "ropo: no job id stands on line 2, 4"
    )
    assert office.ropo("pdf").status == office.ropo("pdf", "1", "--billnum", "R1").status == 2


def test_days_are_read_again(office: Office) -> None:
    office.add_updates()
    done = office.ropo("journal", "backfill", "2026-11-19", "2026-11-20", "--json")
    assert done.status == 0
    assert [day["day"] for day in objects(done)] == ["2026-11-19", "2026-11-20"]
    assert office.ropo("journal", "backfill", "2026-11-20", "2026-11-19").status == 2


def test_the_journal_is_cared_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.add_updates()
    office.simulator.fail(Fault.malformed_record(1), operation=POLL, query=())
    assert office.ropo("watch", "--once").status == 0
    (unread,) = objects(office.ropo("journal", "quarantine", "--json"))
    assert "content" not in unread
    assert "content" in objects(office.ropo("journal", "quarantine", "--content", "--json"))[0]
    assert "can be delivered now: 0" in office.ropo("journal", "quarantine", "--read-again").err
    kinds = [next(iter(record)) for record in objects(office.ropo("journal", "export"))]
    assert kinds.count("update") == 2
    assert kinds.count("unreadable") == 1
    assert office.ropo("journal", "purge", "--older-than", "0").status == 2
    assert office.ropo("journal", "purge", "--older-than", "0", "--yes").status == 0
    assert {record["update"] for record in objects(office.ropo("journal", "export"))[:2]} == {None}
    assert "delivered again: 0" in office.ropo("journal", "requeue").err
    assert office.ropo("journal", "requeue", "77").status == 1


def test_the_journal_must_be_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROPO_JOURNAL")
    done = office.ropo("watch", "--once")
    assert done.status == 2
    assert "--journal sqlite:///ropo.db" in done.err
    assert office.ropo("journal", "status", "--journal", "nowhere").status == 2


def test_disputes(office: Office, tmp_path: Path) -> None:
    (tmp_path / "details.json").write_text('{"reason": "tested"}')
    assert office.ropo(*["dispute", "open", "--jobid", "7000001", "--details", "details.json"]).status == 0
    assert office.ropo("dispute", "resolve", "--jobid", "7000001", "--json").status == 0
    assert office.ropo("dispute", "open").status == 2
    (dispute,) = office.simulator.truth.disputes
    assert (dispute.details, dispute.resolved is None) == ({"reason": "tested"}, False)


def test_the_simulator_knows_how_it_was_called(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    done = office.ropo("simulate", "--help")
    assert done.status == 0
    assert "usage: ropo simulate" in done.out
    assert "python -m" not in done.out


def test_only_the_program_itself_speaks(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROPO_SERVER", "http://127.0.0.1:1/rest")
    done = office.ropo("check")
    assert (done.status, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    retried = office.ropo("-v", "check").err.splitlines()
    assert len(retried) > 2
    assert all(line.startswith("ropo: ") for line in retried)


def test_a_report_is_a_page(office: Office) -> None:
    office.add_updates()
    office.ropo("watch", "--once")
    done = office.ropo("journal", "report", "--html", "report.html", "--days", "7")
    assert (done.status, done.out) == (0, "report.html\n")
    page = Path("report.html").read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "R123467" not in page
