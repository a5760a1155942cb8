"""Whatever can be submitted is as the API's description has it on the wire, and reads back as it was."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from ropo_async import NULL, Instalment, JobDataSet, JobSubmission, PayPlan, codec
from ropo_async.datasets import change, envelope, problems_of
from ropo_async.datasets._fields import Field, fields_of
from ropo_async.datasets._part import Part
from tests.unit.jobs import RECIPIENT, ROW

COMPONENTS = json.loads(
    (Path(__file__).parents[2] / "openapi" / "ropo-one" / "openapi.json").read_text(encoding="utf-8")
)["components"]


def _validator(schema: str) -> OAS31Validator:
    return OAS31Validator({"$ref": f"#/components/schemas/{schema}", "components": COMPONENTS})


JOB, DATASET = _validator("Job"), _validator("JobDataSet")

texts = st.text(st.characters(codec="utf-8"), max_size=8)
numbers = st.decimals(-(10**12), 10**12, allow_nan=False, places=4) | st.integers(-(10**12), 10**12)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": texts,
    "a whole number": st.integers(-(2**63), 2**63 - 1),
    "a datetime.date without a time": st.dates(),
    "bytes": st.binary(max_size=8),
}
EXTRA = st.dictionaries(
    texts.map("x-{}".format),
    st.recursive(st.none() | st.booleans() | texts | numbers, lambda inner: st.lists(inner, max_size=2), max_leaves=3),
    max_size=2,
)
# What is checked beyond its kind.
NARROW: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(
        ("cashbill", "checkbillnum", "collectioninvoice", "color", "doublesided", "negvat", "putonhold", "sensible"),
        st.sampled_from((0, 1)),
    ),
    "vatlayout": st.sampled_from((0, 1)),
    "TA0003": st.sampled_from("YN"),
    "postclass": st.sampled_from((1, 2)),
    "refundmessagetype": st.sampled_from((1, 3)),
    "taxpr": st.decimals(0, 100, places=2) | st.integers(0, 100),
    "language": st.sampled_from(("eng", "fin", "swe", "est", "nor")),
    **dict.fromkeys(("country", "addresscountry"), st.sampled_from(("FIN", "SWE", "NOR"))),
    **dict.fromkeys(("currency", "foreigncurrency"), st.sampled_from(("EUR", "SEK"))),
}
# Fields that depend on others; they have tests of their own.
APART = {
    *("payplaninterval", "payplanamount", "payplancount", "payplan", "fixedfee", "vatamount", "attachmentid"),
    *("customertype", "jobtype"),
}
# What a part is nothing without.
WHOLE = {"attachmentname", "attachmentfile", "propname", "date"}


def _values(name: str, field: Field) -> st.SearchStrategy[Any]:
    if field.rows:
        return st.lists(parts(field.part), max_size=2)
    if field.kind is None:
        values: st.SearchStrategy[Any] = parts(field.part)
    else:
        values = NARROW.get(name, VALUES.get(field.kind.words, numbers))
    if name in WHOLE:
        return values.filter(lambda value: bool(value.strip() if isinstance(value, str) else value))
    return values | st.just(NULL) if field.nullable else values


def parts(cls: type[Part], **fixed: Any) -> st.SearchStrategy[Any]:
    """Make parts of a class, with any of its fields, and the fixed ones."""
    free = {name: field for name, field in fields_of(cls).items() if name not in APART | set(fixed)}
    whole = {name for name in free if name in WHOLE or (cls is Instalment and name == "amount")}
    return st.fixed_dictionaries(
        {name: _values(name, free[name]) for name in free if name in whole},
        optional={"extra": EXTRA, **{name: _values(name, free[name]) for name in free if name not in whole}},
    ).map(lambda values: cls(**values, **fixed))


bills = parts(
    JobSubmission,
    **(RECIPIENT | {"jobtype": 0, "customertype": 1, "company": "Esimerkki Oy"}),
    billdate=date(2026, 3, 4),
    paydate=date(2026, 3, 18),
    netamount=None,
    totalamount=None,
).map(lambda job: evolve(job, payrow=[ROW, *job.payrow]))
plans = st.lists(parts(Instalment), min_size=1, max_size=2).map(lambda rows: PayPlan(instalment=rows))
extras = st.fixed_dictionaries(
    {},
    optional={"payplan": plans, "fixedfee": st.just("0"), "finance": st.sampled_from((0, 1, 2))},
)
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(st.lists(st.builds(lambda job, more: evolve(job, **more), bills, extras), min_size=1, max_size=2), st.booleans())
def test_what_can_be_submitted_is_as_described_and_reads_back_equal(jobs: list[Any], checkbillnum: Any) -> None:
    assert problems_of(*jobs) == ()
    content = codec.submit_request(envelope(jobs, checkbillnum=checkbillnum)).content or b""
    JOB.validate(json.loads(content))
    sent = json.loads(content, parse_float=Decimal)["datastream"]["dataset"]
    asked = [evolve(job, checkbillnum=1) if checkbillnum and job.checkbillnum is None else job for job in jobs]
    assert [JobSubmission.from_wire(one) for one in sent] == asked


@quick
@given(parts(JobDataSet, **(RECIPIENT | {"jobtype": 0})))
def test_what_can_be_changed_is_as_described_and_reads_back_equal(dataset: Any) -> None:
    content = codec.modify_request(change(dataset), jobid=1).content or b""
    DATASET.validate(json.loads(content))
    assert JobDataSet.from_wire(json.loads(content, parse_float=Decimal)) == dataset


@pytest.mark.parametrize(
    "changes",
    [{"jobtype": "0"}, {"email": 5}, {"payrow": [{"amount": "35.00"}]}, {"address": None}, {"company": None}],
    ids=str,
)
def test_the_description_would_refuse_what_is_not_as_it_has_it(changes: dict[str, Any]) -> None:
    wire = {"jobtype": 0, "customertype": 1, "address": "a", "city": "b"}
    assert JOB.is_valid({"datastream": {"dataset": [wire]}})
    assert not JOB.is_valid({"datastream": {"dataset": [wire | changes]}})
