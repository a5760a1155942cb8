"""What is refused before it is sent: all of it at once, each with its place, none with a value of somebody's."""

from datetime import UTC, date, datetime
from decimal import Context, Decimal, Inexact, Rounded, localcontext
from typing import Any, cast

import pytest
from attrs import evolve

from ropo_async import (
    NULL,
    AccountRow,
    Attachment,
    Image,
    Instalment,
    InvalidInput,
    InvalidJob,
    JobDataSet,
    JobSubmission,
    PayPlan,
    PayRow,
    PropertyRow,
)
from ropo_async.datasets import change, envelope, problems_of
from tests.unit.jobs import DAY, RECIPIENT, ROW, bill, dataset

SECRET = "131052-998T Testi Henkilö"


def paths(*jobs: Any) -> list[str]:
    return [problem.path.removeprefix("dataset[0].") for problem in problems_of(*jobs)]


def company(**fields: Any) -> JobSubmission:
    return bill(**{"customertype": 1, "company": "Esimerkki Oy", "person": None} | fields)


ONE_INSTALMENT = PayPlan(instalment=[Instalment(date=DAY, amount=35)])
LETTER = {
    "jobtype": 301,
    "sendtype": "post",
    "addresscountry": "FIN",
    "countryname": "Suomi",
    "payrow": [],
    "billdate": None,
    "paydate": None,
}
IMAGE = Image(filename="a.pdf", file=b"%PDF-")
TYPE = PropertyRow(propname="documenttype", propvalue="letter")

TAKEN: list[JobSubmission] = [
    bill(),
    bill(jobtype=300),
    company(),
    company(person="Testi Henkilö"),
    bill(payrow=[evolve(ROW, count=-1)]),
    bill(jobtype=1, amount=Decimal("35.00"), billcode="1232", payrow=[], billdate=None, paydate=None, postcode=None),
    bill(jobtype=2, noticedate=DAY, billcode="1232", amount=35, billnum="R-1", payrow=[], paydate=None),
    bill(**LETTER, image=IMAGE, propertyrow=[TYPE]),
    JobSubmission(jobtype=602, customertype=1, address="a", city="b", origbillnum="R-1"),
    # Kinds that the documentation does not have, or only has here and there.
    JobSubmission(jobtype=303, customertype=1, address="a", city="b"),
    bill(finance=2, sendtype="b2c", language="nor", billtemplate="NEW", collectionprocess="T1"),
    company(finance=2),
    company(fixedfee="1", finance=0),
    bill(fixedfee="0"),
    company(payplaninterval=1, payplanamount=100),
    company(payplaninterval=1, payplancount=5),
    company(payplan=ONE_INSTALMENT),
    bill(attachment=[Attachment(attachmentid="7"), Attachment(attachmentname="a.pdf", attachmentfile=b"x")]),
    bill(attachment=[Attachment(attachmentid="7", attachmentname="a.pdf")]),
    bill(country=NULL, currency=NULL, TA0003=NULL, negvat=NULL, image=NULL, payee=NULL),
    bill(payrow=[evolve(ROW, taxpr=0), evolve(ROW, taxpr=100), PayRow(desc="only text")]),
    bill(payrow=[evolve(ROW, netamount=10, vatamount=Decimal("2.55"), totalamount=Decimal("12.56"))]),
    bill(totalamount=Decimal("7.02"), payrow=[evolve(ROW, totalamount=Decimal("3.50"))] * 2),
    bill(totalamount=99, payrow=[evolve(ROW, totalamount=1), ROW]),
    bill(totalamount=99, advancepayment=98, payrow=[evolve(ROW, totalamount=Decimal(2))]),
    bill(netamount=10, vatamount=2, totalamount=NULL),
    bill(billdate=date(1999, 12, 31)),
]


@pytest.mark.parametrize("job", TAKEN, ids=range(len(TAKEN)))
def test_what_the_server_may_take_is_not_refused(job: JobSubmission) -> None:
    assert problems_of(job) == ()


def _row(**fields: Any) -> dict[str, Any]:
    return {"payrow": [evolve(ROW, **fields)]}


REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    # What every job needs, and what its type needs.
    *(({name: None}, [name]) for name in ("jobtype", "address", "city", "postcode", "billdate", "paydate", "person")),
    ({"customertype": None}, ["customertype"]),
    ({"address": "  "}, ["address"]),
    ({"address": NULL}, ["address"]),
    ({"postcode": NULL}, ["postcode"]),
    ({"payrow": []}, ["payrow"]),
    ({"jobtype": 300, "payrow": []}, ["payrow"]),
    ({"customertype": 1}, ["company"]),
    ({"jobtype": 1, "amount": 35, "billcode": "1"}, ["payrow"]),
    ({"jobtype": 1, "payrow": []}, ["amount", "billcode"]),
    ({"jobtype": 1, "payrow": [], "amount": 1, "billcode": "1", "person": None}, ["person"]),
    ({"jobtype": 2, "billdate": None}, ["noticedate", "billcode", "amount", "billnum", "billdate"]),
    ({"jobtype": 602}, ["origbillnum"]),
    ({"jobtype": 301}, ["sendtype", "addresscountry", "countryname", "image", "propertyrow"]),
    (LETTER | {"image": Image(filename="a"), "propertyrow": [TYPE]}, ["image.file"]),
    (LETTER | {"image": IMAGE, "propertyrow": [PropertyRow(propname="x")]}, ["propertyrow"]),
    # Values of the wrong kind.
    *(({"amount": value}, ["amount"]) for value in (35.0, "35.00", True, Decimal("NaN"), Decimal("sNaN"), 10**16)),
    *(({"jobtype": value}, ["jobtype"]) for value in ("0", 0.0, False, 2**63, Decimal(0))),
    *(({"billdate": value}, ["billdate"]) for value in ("2026-03-04", datetime(2026, 3, 4, tzinfo=UTC), 20260304)),
    *(({"person": value}, ["person"]) for value in (7, b"Testi", "\ud800", ["Testi"])),
    ({"image": {"file": b""}}, ["image"]),
    ({"image": Image(filename="a", file="text")}, ["image.file"]),  # type: ignore[arg-type]
    ({"payrow": ROW}, ["payrow"]),
    ({"payrow": "ROW"}, ["payrow"]),
    ({"payrow": [ROW, {"desc": SECRET}, AccountRow()]}, ["payrow[1]", "payrow[2]"]),
    ({"company": NULL}, ["company"]),
    ({"postclass": NULL}, ["postclass"]),
    ({"fixedfee": NULL}, ["fixedfee"]),
    # What goes along unknown.
    ({"extra": {"city": "OULU"}}, ["extra"]),
    ({"extra": {"payrow": []}}, ["extra"]),
    ({"extra": {"a": 1.5}}, ["extra"]),
    ({"extra": {"a": [{"b": object()}]}}, ["extra"]),
    ({"extra": {1: "a"}}, ["extra"]),
    ({"extra": [("a", 1)]}, ["extra"]),
    ({"payrow": [evolve(ROW, extra={"desc": "x"})]}, ["payrow[0].extra"]),
    # Values that the documentation rules out.
    *(({"customertype": value}, ["customertype"]) for value in (0, 3)),
    *(({name: 2}, [name]) for name in ("cashbill", "checkbillnum", "collectioninvoice", "color", "doublesided")),
    *(({name: -1}, [name]) for name in ("negvat", "putonhold", "sensible", "vatlayout")),
    *(({"TA0003": value}, ["TA0003"]) for value in ("y", "1", "")),
    *(({"postclass": value}, ["postclass"]) for value in (0, 3)),
    *(({"refundmessagetype": value}, ["refundmessagetype"]) for value in (0, 2)),
    *(({"language": value}, ["language"]) for value in ("fi", "FIN", "suomi", "")),
    *(({"country": value}, ["country"]) for value in ("FI", "fin", "Finland", "UK", "GER", "ENG", "FIN\n")),
    *(({"addresscountry": value}, ["addresscountry"]) for value in ("FI", "SUI")),
    *(({"currency": value}, ["currency"]) for value in ("€", "eur", "EURO", "SKR")),
    *(({"foreigncurrency": value}, ["foreigncurrency"]) for value in ("NKR", "")),
    *((_row(taxpr=value), ["payrow[0].taxpr"]) for value in (-1, Decimal("100.01"))),
    ({"accountrow": [AccountRow(taxpr=101)]}, ["accountrow[0].taxpr"]),
    # Sums.
    (
        _row(netamount=10, vatamount=Decimal("2.55"), totalamount=Decimal("12.57")),
        ["payrow[0].totalamount"],
    ),
    ({"netamount": 10, "vatamount": 2, "totalamount": 13}, ["totalamount"]),
    *(
        ({name: Decimal("7.03"), "payrow": [PayRow(**cast("Any", {name: Decimal("3.50")}))] * 2}, [name])
        for name in ("netamount", "vatamount", "totalamount")
    ),
    # Files and properties.
    ({"attachment": [Attachment()]}, ["attachment[0].attachmentname", "attachment[0].attachmentfile"]),
    ({"attachment": [Attachment(attachmentname="a")]}, ["attachment[0].attachmentfile"]),
    ({"attachment": [Attachment(attachmentfile=b"x")]}, ["attachment[0].attachmentname"]),
    ({"attachment": [Attachment(attachmentname="a", attachmentfile=b"")]}, ["attachment[0].attachmentfile"]),
    (
        {"attachment": [Attachment(attachmentid="7", attachmentname="a", attachmentfile=b"x")]},
        ["attachment[0].attachmentid"],
    ),
    ({"propertyrow": [PropertyRow(propvalue="x")]}, ["propertyrow[0].propname"]),
]


@pytest.mark.parametrize(("fields", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_right_is_refused(fields: dict[str, Any], expected: list[str]) -> None:
    assert sorted(paths(bill(**fields))) == sorted(expected)


PLANS: list[tuple[dict[str, Any], list[str]]] = [
    ({"payplaninterval": 1}, ["payplanamount"]),
    ({"payplanamount": 1}, ["payplaninterval"]),
    ({"payplancount": 1}, ["payplaninterval"]),
    ({"payplaninterval": 1, "payplanamount": 1, "payplancount": 1}, ["payplanamount"]),
    ({"payplaninterval": 0, "payplancount": 0}, ["payplaninterval", "payplancount"]),
    ({"payplaninterval": 1, "payplanamount": Decimal(0)}, ["payplanamount"]),
    ({"payplaninterval": 1, "payplancount": 1, "payplan": ONE_INSTALMENT}, ["payplan"]),
    ({"payplan": PayPlan()}, ["payplan.instalment"]),
    (
        {"payplan": PayPlan(instalment=[Instalment()])},
        ["payplan.instalment[0].date", "payplan.instalment[0].amount"],
    ),
    ({"customertype": 2, "person": "x", "payplan": ONE_INSTALMENT}, ["payplan"]),
    ({"customertype": 2, "person": "x", "payplaninterval": 1, "payplancount": 2}, ["payplaninterval"]),
    ({"fixedfee": "1", "customertype": 2, "person": "x"}, ["fixedfee"]),
    *(({"fixedfee": "1", "finance": finance}, ["fixedfee"]) for finance in (1, 2)),
]


@pytest.mark.parametrize(("fields", "expected"), PLANS, ids=range(len(PLANS)))
def test_what_depends_on_other_fields_is_refused(fields: dict[str, Any], expected: list[str]) -> None:
    assert sorted(paths(company(**fields))) == sorted(expected)


def test_every_problem_of_every_job_is_told_at_once() -> None:
    number = "must be a finite Decimal or int of ordinary size; a float cannot hold cents exactly"
    broken = bill(city=None, amount=3.5, payrow=[ROW, evolve(ROW, taxpr=200, netamount=cast("Any", "x"))])
    with pytest.raises(InvalidJob) as caught:
        envelope([bill(), broken, SECRET, JobSubmission(jobtype=None, customertype=None, address="a", city="b")])  # type: ignore[list-item, arg-type]
    assert {str(problem) for problem in caught.value.problems} == {
        "dataset[1].city is missing",
        f"dataset[1].amount {number}",
        f"dataset[1].payrow[1].netamount {number}",
        "dataset[1].payrow[1].taxpr must be from 0 to 100",
        "dataset[2] must be of the class JobSubmission",
        "dataset[3].jobtype is missing",
        "dataset[3].customertype is missing",
    }


def test_nothing_of_a_person_is_in_the_words() -> None:
    fields = fields_with(SECRET)
    with pytest.raises(InvalidJob) as caught:
        envelope([JobSubmission(**fields)])
    assert len(caught.value.problems) > 50
    shown = f"{caught.value} {caught.value.problems!r}"
    assert not any(word in shown for word in SECRET.split())


def fields_with(text: str) -> dict[str, Any]:
    """Return a job of which every field has what it cannot have."""
    wrong = {name: [text] for name in JobSubmission.__annotations__ | JobDataSet.__annotations__}
    return wrong | {"country": text, "currency": text, "TA0003": text, "language": text}


def test_sums_are_exact_in_whatever_context_the_caller_computes() -> None:
    amount = Decimal("123456789.12")
    rows = [evolve(ROW, netamount=amount, vatamount=Decimal("0.05"), totalamount=amount + Decimal("0.05"))] * 2
    with localcontext(Context(prec=3, traps=[Inexact, Rounded])):
        assert problems_of(bill(payrow=rows, netamount=Decimal("246913578.24"))) == ()
        assert paths(bill(payrow=rows, netamount=Decimal("246913578.27"))) == ["netamount"]


def test_what_goes_in_circles_is_refused() -> None:
    circle: dict[str, Any] = {}
    circle["itself"] = circle
    assert paths(bill(extra=circle)) == ["extra"]


def test_no_job_is_no_submission() -> None:
    with pytest.raises(InvalidInput, match="no job"):
        envelope([])


def test_a_submission_needs_the_class_that_has_rows_and_a_change_the_one_that_has_none() -> None:
    with pytest.raises(InvalidJob, match="class JobSubmission"):
        envelope([dataset()])  # type: ignore[list-item]
    with pytest.raises(InvalidJob, match="takes no rows"):
        change(bill())


def test_a_change_needs_what_the_description_requires_and_no_more() -> None:
    assert change(JobDataSet(jobtype=0, customertype=1, address="a", city="b")) == {
        "jobtype": 0,
        "customertype": 1,
        "address": "a",
        "city": "b",
    }
    with pytest.raises(InvalidJob) as caught:
        change(dataset(city="", color=7, payplanamount=5, billdate="2026-03-04"))
    assert {problem.path for problem in caught.value.problems} == {
        "dataset.city",
        "dataset.color",
        "dataset.billdate",
    }


@pytest.mark.parametrize(("asked", "own", "sent"), [(True, None, 1), (True, 0, 0), (True, NULL, None), (False, 1, 1)])
def test_a_job_that_says_nothing_has_its_bill_number_checked(asked: Any, own: Any, sent: int | None) -> None:
    (job,) = envelope([bill(checkbillnum=own)], checkbillnum=asked)["datastream"]["dataset"]
    assert job["checkbillnum"] == sent


def test_a_job_is_left_as_it_is_where_no_check_is_asked_for() -> None:
    job = bill(**RECIPIENT)
    (sent,) = envelope([job])["datastream"]["dataset"]
    assert "checkbillnum" not in sent
    assert sent == job.to_wire()
