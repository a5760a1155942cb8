"""Tokens, receipts and errors: read where they can be, and never a crash."""

import gzip
import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropo_async import operations
from ropo_async._messages import Answer
from ropo_async.codec import VendorError, read_receipt, read_token, read_vendor_error, status_error
from ropo_async.errors import (
    AuthenticationError,
    BadRequest,
    DecodeError,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    StatusError,
)
from ropo_async.records import PaymentStatus

LONG, DEEP = b"9" * 5000, b"[" * 100_000
UNREADABLE = [
    b"",
    b"null",
    b"[]",
    b"5",
    b'"x"',
    b"{",
    b"\xff",
    DEEP,
    b'{"a":' + DEEP,
    b'{"a":' + LONG + b"}",
    b"<html><body>Bad Gateway</body></html>",
]


def _answer(body: bytes, status: int = 400, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(operation=operations.PAYMENT, status=status, headers=named, body=body)


# --- Tokens --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b'{"token":"a.b-c_d"}', b'\xef\xbb\xbf {"token":"a.b-c_d","expires":7200}'])
def test_a_token(body: bytes) -> None:
    assert read_token(_answer(body, 201)) == "a.b-c_d"


def test_a_compressed_token() -> None:
    assert read_token(_answer(gzip.compress(b'{"token":"abc"}'), 201, content_encoding="gzip")) == "abc"


NO_TOKENS = [
    b"{}",
    b'{"token":null}',
    b'{"token":""}',
    b'{"token":5}',
    b'{"token":["a"]}',
    b'{"token":"a b"}',
    b'{"token":"a\\r\\nX-Other: b"}',
    b'{"token":"\\u00e4"}',
    b'{"Token":"abc"}',
    b'{"token":"secret"',
]


@pytest.mark.parametrize("body", [*UNREADABLE, *NO_TOKENS], ids=lambda body: ascii(body[:32]))
def test_an_answer_without_a_token_is_refused_and_not_kept(body: bytes) -> None:
    with pytest.raises(DecodeError, match="there is no token in it") as caught:
        read_token(_answer(body, 201))
    assert caught.value.raw == b""


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_login_that_cannot_be_decompressed_is_not_kept_either(coding: str) -> None:
    with pytest.raises(DecodeError) as caught:
        read_token(_answer(b'{"token":"secret"}', 201, content_encoding=coding))
    assert caught.value.raw == b""


# --- Receipts ------------------------------------------------------------------------------------------------------

RECEIPT: dict[str, Any] = {
    "jobid": 1500,
    "billnum": "R-1",
    "billcode": "1232",
    "paydate": "2026-03-04",
    "amount": "710.10",
    "capitalbefore": 1000,
    "capitalafter": 289.9,
    "statusid": 6,
    "statustext": "OHISPAY",
}


def _receipt_body(**changes: Any) -> bytes:
    return json.dumps(RECEIPT | changes).encode()


@pytest.mark.parametrize("status", [200, 201, 400, 500])
def test_a_receipt_is_read_whatever_the_status(status: int) -> None:
    body = _receipt_body(new={"a": 1.10})
    receipt = read_receipt(_answer(body, status))
    assert receipt is not None
    assert (receipt.jobid, receipt.billnum, receipt.statusid) == (1500, "R-1", PaymentStatus.OHISPAY)
    assert (str(receipt.amount), str(receipt.capitalafter)) == ("710.10", "289.9")
    assert receipt.extra == {"new": {"a": Decimal("1.1")}}
    assert receipt.raw == body


@pytest.mark.parametrize(
    ("sent", "statusid"),
    [
        (6, 6),
        (6.0, 6),
        ("6", 6),
        ("6.0", 6),
        (0, 0),
        (7, 7),
        (42, 42),
        (-1, -1),
        (None, None),
        ("", None),
        (True, None),
        ("six", None),
        (6.5, None),
        ([6], None),
        ({"id": 6}, None),
    ],
    ids=repr,
)
def test_the_forms_of_an_outcome(sent: Any, statusid: int | None) -> None:
    receipt = read_receipt(_answer(_receipt_body(statusid=sent)))
    assert receipt is not None
    assert receipt.statusid == statusid
    assert type(receipt.statusid) in (PaymentStatus, type(None))
    assert receipt.jobid == 1500


def test_a_value_that_cannot_be_read_stays_beside_the_receipt() -> None:
    receipt = read_receipt(_answer(_receipt_body(amount="lots", paydate="yesterday", jobid=True)))
    assert receipt is not None
    assert (receipt.amount, receipt.paydate, receipt.jobid) == (None, None, None)
    assert receipt.extra == {"amount": "lots", "paydate": "yesterday", "jobid": True}
    assert receipt.statusid == PaymentStatus.OHISPAY


def test_fields_named_like_our_own_stay_beside_the_receipt() -> None:
    receipt = read_receipt(_answer(_receipt_body(raw="x", extra=[1])))
    assert receipt is not None
    assert receipt.extra == {"raw": "x", "extra": [1]}


@pytest.mark.parametrize(
    "body",
    [*UNREADABLE, b"{}", b'{"jobid":1}', b'{"error":"x"}', b'{"result":{"statusid":6}}', b'{"statusid":NaN}'],
    ids=lambda body: ascii(body[:32]),
)
def test_where_there_is_no_receipt(body: bytes) -> None:
    assert read_receipt(_answer(body)) is None


def test_a_cut_compressed_receipt_is_none() -> None:
    assert read_receipt(_answer(gzip.compress(_receipt_body())[:-1], content_encoding="gzip")) is None


# --- Errors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"errorId":12,"errorText":"no such customer"}', VendorError(12, "no such customer")),
        (b'{"errorId":"12","errorText":"no such customer"}', VendorError(None, "no such customer")),
        (b'{"errorId":true,"errorText":""}', VendorError(None, "")),
        (b'{"result":{"commonerror":"bad date"}}', VendorError(None, "bad date")),
        (b'{"result":{"code":7,"commonerror":"bad date"}}', VendorError(7, "bad date")),
        (b'{"error":"no such job"}', VendorError(None, "no such job")),
        (b'{"code":3,"error":"no such job"}', VendorError(3, "no such job")),
        (b'{"status":404,"type":"t","title":"Not Found","detail":"no job"}', VendorError(404, "no job")),
        (b'{"status":404,"title":"Not Found","detail":null}', VendorError(404, "Not Found")),
        (b'{"status":null,"type":null,"title":null,"detail":null}', None),
        (b'{"Code":5,"Message":"no profile"}', VendorError(5, "no profile")),
        (b'{"code":"DUPLICATE_RESOURCE","statusMessage":"There is one"}', VendorError(None, "There is one")),
        (
            b'{"statusMessage":"Bad","details":{"validation":"uuid","code":"odd","message":"No","path":["params","id"]}}',
            VendorError(None, "Bad\nparams.id: No (odd)"),
        ),
        (
            b'{"statusMessage":"Bad","details":[{"message":"No","path":["ids",0]},7,{"code":"odd","path":"x"},{"code":7}]}',
            VendorError(None, "Bad\nids.0: No\nx (odd)\n(7)"),
        ),
        (b'{"statusMessage":"Bad","details":[{},{"path":{},"message":true,"code":null},[]]}', VendorError(None, "Bad")),
        (b'{"statusMessage":"Bad","details":"none"}', VendorError(None, "Bad")),
        (b'\xef\xbb\xbf{"error":"x"}', VendorError(None, "x")),
        (b'{"error":{"text":"x"}}', None),
        (b'{"result":[]}', None),
        (b'{"result":"bad"}', None),
        (b"{}", None),
        *((body, None) for body in UNREADABLE),
    ],
    ids=lambda value: ascii(value[:40]) if isinstance(value, bytes) else "",
)
def test_the_shapes_of_an_error(body: bytes, error: VendorError | None) -> None:
    assert read_vendor_error(_answer(body)) == error


@pytest.mark.parametrize("read", [read_receipt, read_vendor_error, status_error], ids=lambda read: read.__name__)
def test_a_number_with_an_endless_exponent_is_no_crash(read: Any) -> None:
    read(_answer(b'{"statusid":6,"errorText":"x","amount":1e99999999999999999999}'))


def test_a_login_with_an_endless_number_is_refused() -> None:
    with pytest.raises(DecodeError):
        read_token(_answer(b'{"token":1e99999999999999999999}', 201))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (100, StatusError),
        (202, StatusError),
        (206, StatusError),
        (301, StatusError),
        (307, StatusError),
        (400, BadRequest),
        (401, AuthenticationError),
        (402, StatusError),
        (403, PermissionDenied),
        (404, NotFound),
        (405, BadRequest),
        (408, StatusError),
        (409, StatusError),
        (410, StatusError),
        (413, BadRequest),
        (415, BadRequest),
        (418, StatusError),
        (422, BadRequest),
        (425, StatusError),
        (429, RateLimited),
        (499, StatusError),
        (500, ServerError),
        (502, ServerError),
        (503, ServerError),
        (520, ServerError),
        (599, ServerError),
        (999, ServerError),
    ],
)
@pytest.mark.parametrize("body", [b"", b'{"error":"x"}', b"<html>"], ids=["empty", "json", "html"])
def test_each_status_is_one_kind_of_error(status: int, kind: type[StatusError], body: bytes) -> None:
    error = status_error(_answer(body, status))
    assert type(error) is kind
    assert (error.operation, error.status, error.body) == ("payments.register", status, body)
    assert (error.vendor_code, error.vendor_text) == (None, "x" if b"error" in body else None)


@pytest.mark.parametrize(("sent", "seconds"), [("7", 7.0), ("junk", None), ("", None)])
def test_how_long_to_wait(sent: str, seconds: float | None) -> None:
    error = status_error(_answer(b"", 429, retry_after=sent))
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_an_error_keeps_the_headers_without_the_cookies() -> None:
    error = status_error(_answer(b"", 503, set_cookie="session=1", retry_after="9"))
    assert error.headers == {"retry-after": "9"}


# --- Any bytes -----------------------------------------------------------------------------------------------------

_names = st.sampled_from(
    ["token", "statusid", "amount", "error", "errorText", "result", "status", "detail", "details", "path", "code"]
)
_bodies = st.binary(max_size=60) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_names, inner, max_size=4),
).map(lambda value: json.dumps(value).encode())


@given(body=_bodies, status=st.integers(100, 999), coding=st.sampled_from(["", "gzip"]))
def test_any_answer_is_read_or_refused(body: bytes, status: int, coding: str) -> None:
    answer = _answer(body, status, content_encoding=coding)
    read_receipt(answer)
    read_vendor_error(answer)
    assert status_error(answer).status == status
    with suppress(DecodeError):
        assert read_token(answer)
