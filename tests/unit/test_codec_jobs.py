"""What is read of the answers on jobs: what they tell, and nothing that they do not."""

import gzip
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ropo_async import DecodeError, JobInfo, JobOutcome, JobsResult, operations
from ropo_async._messages import Answer
from ropo_async.codec import read_done, read_job, read_jobs_result, read_open_result
from ropo_async.codec._requests import encode

INFO: dict[str, Any] = {
    "accountdate": "2017-10-10",
    "address": "Esimerkkikatu 1",
    "addressaddline1": "Johto",
    "addressaddline2": "PL 43",
    "billcode": "4349",
    "billnum": "11213",
    "city": "KUOPIO",
    "company": "Esimerkki Oy",
    "country": "FIN",
    "currentpaydate": "2017-12-31",
    "currentstatus": 0,
    "currentstatustext": "Invoicing",
    "custnum": "1022",
    "govid": "131052-998T",
    "jobid": 123,
    "nextstatus": -1,
    "nextstatusdate": "2018-01-15",
    "nextstatustext": "Reminder",
    "origjobdate": "2017-11-13",
    "origjobtext": "Invoicing",
    "origjobtype": 0,
    "paydate": "2017-11-27",
    "person": "Testi Henkilö",
    "postcode": "70100",
    "reference": "412431235",
    "refundtojobid": 31211,
    "vatid": "FI22059054",
}


def _answer(body: bytes, **headers: str) -> Answer:
    return Answer(operation=operations.GET_JOB, status=200, headers=headers, body=body)


def test_a_job() -> None:
    body = encode(INFO)
    job = read_job(_answer(body))
    dates = {name: date.fromisoformat(text) for name, text in INFO.items() if "date" in name}
    assert {name: getattr(job, name) for name in INFO} == INFO | dates
    assert len(INFO) == 27
    assert (job.extra, job.raw) == ({}, body)


def test_a_job_is_read_leniently() -> None:
    content = {"jobid": "123", "postcode": 70100, "paydate": "2026-3-4", "person": "", "vatid": None, "new": 1}
    job = read_job(_answer(encode(content)))
    assert job == JobInfo(jobid=123, postcode="70100", paydate=date(2026, 3, 4), extra={"new": 1})


@pytest.mark.parametrize("name", INFO)
def test_a_value_that_cannot_be_read_costs_itself_alone(name: str) -> None:
    job = read_job(_answer(encode(INFO | {name: ["odd"]})))
    whole = read_job(_answer(encode(INFO)))
    lost: dict[str, Any] = {name: None, "extra": {name: ["odd"]}}
    assert job == evolve(whole, **lost)


def test_a_job_shows_numbers_alone() -> None:
    shown = repr(read_job(_answer(encode(INFO))))
    assert shown == "JobInfo(jobid=123, currentstatus=0, nextstatus=-1, origjobtype=0)"


def test_a_compressed_job() -> None:
    body = gzip.compress(b'\xef\xbb\xbf{"jobid": 7}')
    assert read_job(_answer(body, **{"content-encoding": "gzip"})).jobid == 7


NO_JOBS = [b"", b"null", b"[]", b"{}", b'[{"jobid": 7}]', b'{"jobid":', b"<html></html>", b'{"error": "none"}', b"\xff"]


@pytest.mark.parametrize("body", NO_JOBS, ids=ascii)
def test_what_is_no_job_is_not_taken_for_one(body: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        read_job(_answer(body))
    assert caught.value.raw == body


# --- Submissions --------------------------------------------------------------------------------------------------

ROWS: list[dict[str, Any]] = [
    {"accepted": "1", "billnum": "R-1", "jobid": "1500", "reference": "1232", "error": ""},
    {"accepted": 0, "billnum": 2, "jobid": None, "error": "Duplicate billnum", "hint": Decimal("1.5")},
]
OUTCOMES = (
    JobOutcome(accepted=True, billnum="R-1", jobid=1500, reference="1232"),
    JobOutcome(accepted=False, billnum="2", error="Duplicate billnum", extra={"hint": Decimal("1.5")}),
)
RESULTS: list[tuple[Any, JobsResult]] = [
    ({"accepted": 1}, JobsResult(accepted=1)),
    ({"accepted": "1", "batch": "x"}, JobsResult(accepted=1, extra={"batch": "x"})),
    ({}, JobsResult()),
    ({"accepted": "some"}, JobsResult(extra={"accepted": "some"})),
    ({"accepted": True}, JobsResult(extra={"accepted": True})),
    ({"accepted": 1, "row": ROWS}, JobsResult(accepted=1, jobs=OUTCOMES)),
    ({"row": ROWS[0]}, JobsResult(jobs=OUTCOMES[:1])),
    ({"row": []}, JobsResult()),
    ({"row": ["R-1"]}, JobsResult(extra={"row": ["R-1"]})),
    ({"result": {"row": ROWS, "n": 1}}, JobsResult(jobs=OUTCOMES, extra={"result": {"row": ROWS, "n": 1}})),
    ({"error": "no"}, JobsResult(error="no", extra={"error": "no"})),
    ({"result": {"commonerror": "no"}}, JobsResult(error="no", extra={"result": {"commonerror": "no"}})),
    ({"row": {"accepted": True}}, JobsResult(jobs=(JobOutcome(accepted=True),))),
    ({"row": {"accepted": 7}}, JobsResult(jobs=(JobOutcome(extra={"accepted": 7}),))),
    ({"jobs": ROWS}, JobsResult(extra={"jobs": ROWS})),
]


@pytest.mark.parametrize(("content", "expected"), RESULTS, ids=range(len(RESULTS)))
def test_a_result_is_read_as_far_as_it_tells(content: Any, expected: JobsResult) -> None:
    body = encode(content)
    result = read_jobs_result(_answer(body))
    assert result == expected
    assert result.raw == body


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"ok"', b"1", b"<html></html>", b'{"accepted": 1'], ids=ascii)
def test_a_submission_without_an_object_in_its_answer_is_in_doubt(body: bytes) -> None:
    with pytest.raises(DecodeError):
        read_jobs_result(_answer(body))


COMPLETE: list[tuple[JobsResult, bool, int]] = [
    (JobsResult(submitted=2, accepted=2), True, 0),
    (JobsResult(submitted=2, accepted=1), False, 0),
    (JobsResult(submitted=2, accepted=None), False, 0),
    (JobsResult(accepted=None), False, 0),
    (JobsResult(submitted=2, accepted=2, error="x"), False, 0),
    (JobsResult(submitted=2, accepted=2, jobs=OUTCOMES), False, 1),
    (JobsResult(submitted=1, accepted=1, jobs=(JobOutcome(accepted=True, error="a remark"),)), True, 0),
    (JobsResult(submitted=1, accepted=1, jobs=(JobOutcome(error="x"), JobOutcome())), False, 1),
]


@pytest.mark.parametrize(("result", "complete", "rejected"), COMPLETE, ids=range(len(COMPLETE)))
def test_a_result_is_complete_only_where_it_says_so(result: JobsResult, complete: Any, rejected: int) -> None:
    assert result.complete is complete
    assert len(result.rejected) == rejected


def test_a_result_shows_no_words_of_the_vendor() -> None:
    shown = repr(JobsResult(submitted=2, accepted=1, jobs=OUTCOMES, error="Testi Henkilö", raw=b"Testi"))
    assert "accepted=1" in shown
    assert not any(word in shown for word in ("Testi", "Duplicate", "R-1", "1232"))


# --- Whatever comes -----------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*INFO, "row", "accepted", "result", "error", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(json_values.map(lambda value: encode(_within_64_bits(value))) | st.binary(max_size=20))
def test_nothing_that_comes_is_a_crash(body: bytes) -> None:
    for read in (read_job, read_jobs_result, read_open_result, read_done):
        try:
            record: Any = read(_answer(body))
        except DecodeError:
            continue
        assert record is None or record.raw == body.removeprefix(b"\xef\xbb\xbf")


def _within_64_bits(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _within_64_bits(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_within_64_bits(part) for part in value]
    return value % 2**62 if isinstance(value, int) and not isinstance(value, bool) else value
