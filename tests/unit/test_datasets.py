"""Jobs as objects: what goes out, what is read back, and what they show."""

import json
import pickle
from datetime import date
from decimal import Decimal
from enum import IntEnum
from typing import Any

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError

from ropo_async import (
    NULL,
    Attachment,
    Image,
    Instalment,
    InvalidJob,
    JobDataSet,
    JobSubmission,
    Payee,
    PayPlan,
    PayRow,
)
from ropo_async.codec._requests import encode
from ropo_async.datasets import envelope, problems_of
from tests.unit.jobs import DAY, ROW, bill, dataset

SECRETS = ("Testi", "Esimerkkikatu", "KUOPIO", "70100", "Hieronta", "35", "2026", "131052-998T")


def test_the_documented_minimum_goes_out_as_it_is() -> None:
    assert bill().to_wire() == {
        "jobtype": 0,
        "customertype": 2,
        "address": "Esimerkkikatu 1",
        "city": "KUOPIO",
        "person": "Testi Henkilö",
        "postcode": "70100",
        "billdate": "2026-03-04",
        "paydate": "2026-03-18",
        "payrow": [
            {
                "desc": "Hieronta",
                "count": Decimal(1),
                "amount": Decimal("35.00"),
                "taxpr": Decimal("25.5"),
                "itemtype": "h",
            }
        ],
    }


def test_null_goes_out_and_none_does_not() -> None:
    job = bill(email=NULL, email2=None, postcode="")
    assert job.to_wire()["email"] is None
    assert "email2" not in job.to_wire()
    assert job.to_wire()["postcode"] == ""
    assert repr(NULL) == "NULL"
    read = JobSubmission.from_wire(job.to_wire())
    assert (read.email, read.email2, read.postcode) == (NULL, None, "")


def test_amounts_go_out_digit_for_digit_also_in_rows_and_in_extra() -> None:
    rows = [evolve(ROW, amount=Decimal("1E-7"), count=Decimal("1E+3"), extra={"weights": [Decimal("0.10")]})]
    body = encode(envelope([bill(payrow=rows, totalamount=Decimal("0.00"))]))
    assert b'"amount":0.0000001' in body
    assert b'"count":1000,' in body
    assert b'"weights":[0.10]' in body
    assert b'"totalamount":0.00' in body


def test_files_are_base64_on_the_wire() -> None:
    job = bill(attachment=[Attachment(attachmentname="a.pdf", attachmentfile=b"%PDF-\xff")], image=Image(file=b""))
    wire = job.to_wire()
    assert wire["attachment"] == [{"attachmentname": "a.pdf", "attachmentfile": "JVBERi3/"}]
    assert wire["image"] == {"file": ""}
    assert JobSubmission.from_wire(wire).attachment == job.attachment
    assert Attachment.from_wire({"attachmentname": "a.pdf", "attachmentfile": None}) == Attachment(
        attachmentname="a.pdf"
    )
    broken = {"attachment": [{"attachmentfile": "JVBE\nRi3/"}]}
    assert JobSubmission.from_wire(broken).attachment[0].attachmentfile == b"%PDF-\xff"


def test_subclasses_of_plain_values_go_out_as_what_they_are() -> None:
    class Kind(IntEnum):
        BILL = 0

    wire = bill(jobtype=Kind.BILL).to_wire()
    assert type(wire["jobtype"]) is int


def test_what_is_not_known_goes_along() -> None:
    job = bill(extra={"addaddress": {"city": "OULU"}}, payee=Payee(extra={"iban": "FI2112345600000785"}))
    assert job.to_wire()["addaddress"] == {"city": "OULU"}
    assert job.to_wire()["payee"] == {"iban": "FI2112345600000785"}
    assert JobSubmission.from_wire(job.to_wire()) == job


def test_what_goes_along_replaces_no_field() -> None:
    """The check refuses it; and unchecked, as `to_wire` is, the field still wins."""
    job = bill(extra={"city": "OULU", "new": 1})
    assert (job.to_wire()["city"], job.to_wire()["new"]) == ("KUOPIO", 1)
    assert [problem.path for problem in problems_of(job)] == ["dataset[0].extra"]


def test_an_example_with_text_for_numbers_is_read() -> None:
    """As the vendor's own examples are written."""
    content = {
        "jobtype": "0",
        "customertype": "2",
        "address": "Esimerkkikatu 1",
        "city": "KUOPIO",
        "person": "Testi Henkilö",
        "postcode": 70100,
        "billdate": "2026-3-4",
        "paydate": "2026-03-18",
        "amount": "",
        "payrow": {"desc": "Hieronta", "count": "1", "itemtype": "h", "amount": "35.00", "taxpr": "25.5"},
        "somethingnew": "x",
    }
    job = JobSubmission.from_wire(content)
    assert job == bill(extra={"somethingnew": "x"})
    assert problems_of(job) == ()
    assert str(job.payrow[0].amount) == "35.00"


@pytest.mark.parametrize("empty", [None, "", []], ids=["null", "text", "list"])
def test_no_rows_are_no_rows(empty: Any) -> None:
    assert JobSubmission.from_wire({"payrow": empty}).payrow == ()


@pytest.mark.parametrize("empty", [None, ""], ids=["null", "text"])
def test_a_field_that_cannot_be_null_is_then_absent(empty: Any) -> None:
    read = JobSubmission.from_wire({"payplan": empty, "jobtype": empty})
    assert read.payplan is None
    assert read.to_wire() == {}


UNREADABLE: dict[str, Any] = {
    "jobtype": "bill",
    "amount": 35.5,
    "billdate": "2026-02-30",
    "person": ["Testi"],
    "image": {"file": "***"},
    "attachment": [{"attachmentfile": 5}],
    "payrow": [{"amount": "35.00"}, {"amount": "35,00"}, "x"],
    "payplan": 7,
}


def test_everything_that_cannot_be_read_is_told_at_once() -> None:
    with pytest.raises(InvalidJob) as caught:
        JobSubmission.from_wire(UNREADABLE)
    assert [problem.path for problem in caught.value.problems] == [
        "dataset.jobtype",
        "dataset.person",
        "dataset.billdate",
        "dataset.amount",
        "dataset.image.file",
        "dataset.payrow[1].amount",
        "dataset.payrow[2]",
        "dataset.payplan",
        "dataset.attachment[0].attachmentfile",
    ]
    assert not any(secret in str(caught.value) for secret in ("Testi", "35", "***", "02-30"))


def test_amounts_of_plain_json_can_be_read_exactly() -> None:
    content = json.loads('{"payrow": [{"amount": 0.10}]}', parse_float=Decimal)
    assert str(JobSubmission.from_wire(content).payrow[0].amount) == "0.10"


def test_a_repr_shows_nothing_of_people_or_money() -> None:
    plan = PayPlan(instalment=[Instalment(date=DAY, amount=35)])
    shown = repr(bill(govid="131052-998T", extra={"x": "Testi"}, payplan=plan, sendtype="post")) + repr([ROW, plan])
    assert "jobtype=0" in shown
    assert "sendtype='post'" in shown
    assert not any(secret in shown for secret in SECRETS)


def test_jobs_are_values() -> None:
    job = bill()
    assert job == bill(payrow=(ROW,))
    assert hash(job) == hash(bill())
    assert job != bill(city="OULU")
    assert pickle.loads(pickle.dumps(job)) == job
    with pytest.raises(FrozenInstanceError):
        job.city = "OULU"  # type: ignore[misc]


def test_a_list_that_changes_later_changes_no_job() -> None:
    rows = [ROW]
    job = bill(payrow=rows)
    rows.append(PayRow())
    assert job.payrow == (ROW,)


def test_a_job_takes_no_positions_and_no_unknown_names() -> None:
    with pytest.raises(TypeError):
        JobDataSet("Esimerkkikatu 1")  # type: ignore[arg-type, call-arg]
    with pytest.raises(TypeError):
        bill(adress="Esimerkkikatu 1")
    assert dataset(billdate=date(1, 1, 1)).to_wire()["billdate"] == "0001-01-01"
