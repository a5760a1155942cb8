"""Whatever is sent to whichever operation: there is an answer, and a refusal leaves nothing behind."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropo_async.simulator import Simulator
from ropo_async.simulator.handlers import ROUTES, handle
from ropo_async.simulator.messages import Request, dumps
from ropo_async.simulator.schema import FIELDS

from .test_jobs import JOB

ORDER = {"billnum": "R1", "amount": "1.00", "paydate": "2026-01-02", "date": "2026-01-02"}
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, 0, 1, -1, 10**17, 10**300, 0.5, "", "x", "0", "1", "-5.00", "NaN", "Infinity", "1e11", "1e-300"),
        *("999999999999", "2026-02-30", "2026-11-01", "R1", "7000001", "\0\r\n", "ä" * 50, "\U0001f600"),
        *([], {}, [{}], [None], {"instalment": [{}]}, [{"count": "999999999", "amount": "999999999", "taxpr": 10**11}]),
        [{"desc": "\0", "count": None}],
    ]
)
NAMES = sorted({name for fields in FIELDS.values() for name in fields} | ORDER.keys() | {"contractnum"})
LIVELY = ["amount", "billcode", "billdate", "billnum", "customertype", "jobtype", "noticedate", "paydate", "payrow"]
ODDITIES = st.dictionaries(st.sampled_from(LIVELY) | st.sampled_from(NAMES), ODD, max_size=4)
QUERIED = ["jobid", "billnum", "contractnum", "invoice_number", "custnum", "ordernumber", "batchid", "date", "origdata"]
VALUES = ("", "7000001", "7000002", "R1", "1", "0", "x", "2026-11-01", "\0")
QUERIES = st.just([("jobid", "7000001")]) | st.lists(
    st.tuples(st.sampled_from(QUERIED), st.sampled_from(VALUES)), max_size=2
)


def booked(simulator: Simulator) -> list[object]:
    truth = simulator.truth
    money = [truth.payments, truth.credit_notes, truth.submissions]
    return [truth.invoices, money, truth.modifications, truth.disputes, truth.delivery_statuses, truth.transfer_reports]


@pytest.mark.parametrize("operation", sorted(ROUTES.keys() - {"POST /token"}))
@given(query=QUERIES, body=st.one_of(ODDITIES, ODD), second=ODDITIES)
def test_there_is_always_an_answer(operation: str, query: list[tuple[str, str]], body: Any, second: Any) -> None:
    simulator = Simulator()
    simulator.add_invoice(billnum="R1", dataset={"contractnum": "x"})
    simulator.add_invoice(billnum="R1", closed=True)
    headers = {"authorization": f"Bearer {simulator.tokens.issue(simulator.cid)[0]}"}
    sent = JOB | ORDER | body if isinstance(body, dict) else body
    if operation in {"POST /jobs", "POST /jobs/preview", "POST /jobs/localprint"} and isinstance(body, dict):
        sent = {"datastream": {"dataset": [sent, JOB | second]}}
    method, _, path = operation.partition(" ")
    before = deepcopy(booked(simulator))
    request = Request(0, method, path, operation, tuple(query), headers, dumps(sent))
    answer = handle(simulator, request)
    assert answer.status in {200, 201, 204, 400, 404}
    if answer.status >= 400:
        assert booked(simulator) == before
    # What was taken in can be looked at, and printed, in all its states.
    for jobid in list(simulator.truth.invoices):
        for path, more in (("/jobs", ()), ("/jobs/pdf", (("origdata", "0"),)), ("/jobs/pdf", (("origdata", "1"),))):
            look = Request(1, "GET", path, f"GET {path}", (("jobid", str(jobid)), *more), headers)
            assert handle(simulator, look).status == 200
