"""The facade follows the API's description: a change there fails here, and says what has to follow."""

import inspect
import json
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from attrs import NOTHING, fields

from ropo_async import codec
from ropo_async.credit_notes import CreditNotes
from ropo_async.job_records import DisputeReceipt, JobInfo, JobsResult
from ropo_async.jobs import Jobs
from ropo_async.operations import OPERATIONS, PAYMENT, POLL, REREAD, TOKEN, Effect, Operation
from ropo_async.payments import Payments
from ropo_async.postings import CreditNote, Payment
from ropo_async.records import PaymentReceipt, PaymentStatus, StatusType, StatusUpdate
from ropo_async_generated.ropo_one_api import models
from ropo_async_generated.ropo_one_api.api import auth, jobs
from ropo_async_generated.ropo_one_api.models import (
    AuthLogin,
    JobAddCreditNote,
    JobAddPayment,
    JobAddPaymentResponse,
    JobsStatusUpdatesResult,
    JobsStatusUpdatesStatusRecord,
)

GENERATED: dict[str, tuple[str, str, tuple[int, ...]]] = {**auth.OPERATIONS, **jobs.OPERATIONS}
BEYOND_THE_API = {"submitted", "jobs", "error"}
"""What a submission's result has that the API does not document: our own count, and what its predecessor told."""
DESCRIPTION = Path(__file__).parents[2] / "openapi" / "ropo-one" / "openapi.json"


def _api_fields(model: Any) -> set[str]:
    """Return the field names as the wire has them; the generator appends `_` to Python's own words."""
    return {field.name.removesuffix("_") for field in fields(model)} - {"additional_properties"}


def _ours(cls: Any) -> set[str]:
    """Return the field names of ours that are the API's."""
    names = cls.__struct_fields__ if cls is StatusUpdate else [field.name for field in fields(cls)]
    return {*names} - {"extra", "raw"}


def _differences(place: str, ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    ours, theirs = set(ours), set(theirs)
    missing = [f"{place} lacks the field `{name}`, which the API has" for name in sorted(theirs - ours)]
    return missing + [f"{place} has the field `{name}`, which the API lacks" for name in sorted(ours - theirs)]


@pytest.mark.parametrize(
    ("place", "ours", "model"),
    [
        ("ropo_async/records.py: StatusUpdate", _ours(StatusUpdate), JobsStatusUpdatesStatusRecord),
        ("ropo_async/records.py: PaymentReceipt", _ours(PaymentReceipt), JobAddPaymentResponse),
        ("ropo_async/job_records.py: JobInfo", _ours(JobInfo), models.JobJobInfo),
        ("ropo_async/job_records.py: OpenSalesInvoicesResult", set(), models.JobPatchOpenSalesInvoicesResponse),
        ("ropo_async/job_records.py: DisputeReceipt", _ours(DisputeReceipt), models.JobDisputeResponse),
        ("ropo_async/job_records.py: JobsResult", _ours(JobsResult) - BEYOND_THE_API, models.JobResponse),
        (
            "ropo_async/jobs.py: Jobs.update_delivery_status",
            set(inspect.signature(Jobs.update_delivery_status).parameters) - {"self"},
            models.JobDeliveryStatusRequest,
        ),
        ("ropo_async/postings.py: Payment", _ours(Payment), JobAddPayment),
        ("ropo_async/postings.py: CreditNote", _ours(CreditNote), JobAddCreditNote),
        (
            "ropo_async/payments.py: Payments.register",
            set(inspect.signature(Payments.register).parameters) - {"self"},
            JobAddPayment,
        ),
        (
            "ropo_async/codec/login.py: token_request",
            inspect.signature(codec.token_request).parameters,
            AuthLogin,
        ),
    ],
)
def test_the_fields_are_those_of_the_api(place: str, ours: Iterable[str], model: Any) -> None:
    differences = _differences(place, ours, _api_fields(model))
    assert not differences, "\n".join(differences)


def test_a_difference_names_the_field_and_its_place() -> None:
    assert _differences("records.py: X", ["a", "b"], ["b", "c"]) == [
        "records.py: X lacks the field `c`, which the API has",
        "records.py: X has the field `a`, which the API lacks",
    ]


@pytest.mark.parametrize(
    ("place", "ours", "schema", "name"),
    [
        ("StatusType", StatusType, "JobsStatusUpdatesStatusRecord", "statustype"),
        ("PaymentStatus", PaymentStatus, "JobAddPaymentResponse", "statusid"),
    ],
)
def test_the_known_values_have_names(place: str, ours: type[Enum], schema: str, name: str) -> None:
    described = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["components"]["schemas"]
    known = described[schema]["properties"][name]["x-known-values"]
    differences = _differences(f"ropo_async/records.py: {place}", [repr(e.value) for e in ours], map(repr, known))
    assert not differences, "\n".join(differences).replace("field", "value")


def _required(model: Any) -> set[str]:
    return {field.name.removesuffix("_") for field in fields(model) if field.default is NOTHING}


def _asked(function: Any) -> set[str]:
    parameters = inspect.signature(function).parameters.values()
    return {parameter.name for parameter in parameters if parameter.default is parameter.empty} - {"self"}


@pytest.mark.parametrize(
    ("place", "ours", "model"),
    [
        ("ropo_async/postings.py: Payment", _required(Payment), JobAddPayment),
        ("ropo_async/postings.py: CreditNote", _required(CreditNote), JobAddCreditNote),
        ("ropo_async/payments.py: Payments.register", _asked(Payments.register), JobAddPayment),
        ("ropo_async/credit_notes.py: CreditNotes.register", _asked(CreditNotes.register), JobAddCreditNote),
        (
            "ropo_async/jobs.py: Jobs.update_delivery_status",
            _asked(Jobs.update_delivery_status),
            models.JobDeliveryStatusRequest,
        ),
        ("ropo_async/codec/login.py: token_request", _asked(codec.token_request), AuthLogin),
    ],
)
def test_what_the_api_requires_has_no_default(place: str, ours: set[str], model: Any) -> None:
    optional = [f"{place} has a default for `{name}`, which the API requires" for name in _required(model) - ours]
    assert not optional, "\n".join(sorted(optional))


def test_a_page_is_where_the_codec_looks_for_it() -> None:
    assert "status" in _api_fields(JobsStatusUpdatesResult) or "result" in _api_fields(JobsStatusUpdatesResult)
    record = JobsStatusUpdatesStatusRecord(jobid=7)
    page = {"result": {"status": [record.to_dict()]}}
    assert JobsStatusUpdatesResult.from_dict(page).to_dict() == page


def test_every_operation_of_the_api_has_a_row() -> None:
    missing = [f"ropo_async/operations.py: OPERATIONS lacks `{name}`" for name in GENERATED.keys() - _ids()]
    assert not missing, "\n".join(missing)


def test_every_row_has_an_operation_of_the_api() -> None:
    left = [
        f"ropo_async/operations.py: OPERATIONS has `{name}`, which the API lacks" for name in _ids() - set(GENERATED)
    ]
    assert not left, "\n".join(left)


def _ids() -> set[str]:
    return {row.id for row in OPERATIONS}


def test_only_the_feed_has_two_rows() -> None:
    ids = [row.id for row in OPERATIONS]
    assert {name for name in ids if ids.count(name) > 1} == {POLL.id}
    assert (POLL.id, POLL.effect, REREAD.effect) == (REREAD.id, Effect.CONSUME, Effect.READ)


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
def test_every_documented_success_is_expected(row: Operation) -> None:
    _, _, documented = GENERATED[row.id]
    unexpected = {status for status in documented if status < 400} - row.expects
    assert not unexpected, f"ropo_async/operations.py: {row.name} does not expect {sorted(unexpected)}"


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
def test_a_row_that_changes_something_is_no_read(row: Operation) -> None:
    method, _, _ = GENERATED[row.id]
    assert row.effect is not Effect.READ or method == "GET" or row is TOKEN


def test_a_payment_says_no_with_a_status_that_is_read_too() -> None:
    assert 400 in PAYMENT.expects
    assert 400 in GENERATED[PAYMENT.id][2]


def test_the_inventory_is_that_of_the_description() -> None:
    paths: dict[str, dict[str, Any]] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["paths"]
    described = {
        operation["operationId"]: (method.upper(), path, {int(status) for status in operation["responses"]})
        for path, item in paths.items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "operationId" in operation
    }
    assert {name: (method, path, set(known)) for name, (method, path, known) in GENERATED.items()} == described


@pytest.mark.parametrize(
    ("make", "row"),
    [
        (lambda: codec.token_request("1000011", "code"), TOKEN),
        (codec.poll_request, POLL),
        (lambda: codec.reread_request(billnum="R-1"), REREAD),
        (lambda: codec.payment_request({"amount": 1, "paydate": "2026-03-04"}), PAYMENT),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_request_is_what_its_row_says(make: Callable[[], Any], row: Operation) -> None:
    request_ = make()
    assert request_.operation is row
    assert (request_.method, request_.path) == GENERATED[row.id][:2]
