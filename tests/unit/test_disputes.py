"""Disputes: exactly one job, details as they are given, and a receipt as far as it can be read."""

import json
from decimal import Decimal
from typing import Any

import pytest

from ropo_async import DisputeReceipt, InvalidInput
from tests.unit.jobs import answered

pytestmark = pytest.mark.anyio

both = pytest.mark.parametrize("action", ["open", "resolve"])


@both
async def test_details_go_out_as_they_are_given(action: str) -> None:
    details = {"reason": "Tavara puuttuu", "amount": Decimal("10.00"), "rows": [{"sum": Decimal("1E-7")}], "note": None}
    async with answered((200, {"json": {"created_at": "2026-03-04"}})) as (ropo, sent):
        await getattr(ropo.disputes, action)(invoice_number="R 1&x=y", details=details)
    assert dict(sent[0].url.params) == {"invoice_number": "R 1&x=y"}
    assert json.loads(sent[0].content, parse_float=Decimal) == details
    assert b'"sum":0.0000001' in sent[0].content
    assert b'"amount":10.00' in sent[0].content


@both
async def test_without_details_an_empty_object_goes_out(action: str) -> None:
    async with answered((201, {"json": {}})) as (ropo, sent):
        await getattr(ropo.disputes, action)(jobid=7)
    assert sent[0].content == b"{}"
    assert dict(sent[0].url.params) == {"jobid": "7"}


@both
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"jobid": 7, "invoice_number": "R-1"},
        {"jobid": 0},
        {"jobid": "7"},
        {"invoice_number": ""},
        {"invoice_number": 7},
        *({"jobid": 7, "details": details} for details in ("text", {"a": 1.5}, {"a": {1}}, {1: 2}, [("a", 1)])),
    ],
    ids=str,
)
async def test_what_cannot_be_right_is_not_sent(action: str, given: dict[str, Any]) -> None:
    async with answered((200, {})) as (ropo, sent):
        with pytest.raises(InvalidInput):
            await getattr(ropo.disputes, action)(**given)
    assert sent == []


RECEIPTS: list[tuple[bytes, DisputeReceipt]] = [
    (b'{"created_at": "2026-03-04 10:00:00"}', DisputeReceipt(created_at="2026-03-04 10:00:00")),
    (b'{"created_at": 1772618400, "message": "ok"}', DisputeReceipt(created_at="1772618400", extra={"message": "ok"})),
    (b'{"created_at": ["x"], "title": "ok"}', DisputeReceipt(extra={"created_at": ["x"], "title": "ok"})),
    (b'{"created_at": ""}', DisputeReceipt()),
    (b"", DisputeReceipt()),
]


@both
@pytest.mark.parametrize(("body", "receipt"), RECEIPTS, ids=range(len(RECEIPTS)))
async def test_a_receipt_is_read_as_far_as_it_can_be(action: str, body: bytes, receipt: DisputeReceipt) -> None:
    async with answered((200, {"content": body})) as (ropo, _):
        got = await getattr(ropo.disputes, action)(jobid=7)
    assert got == receipt
    assert got.raw == body
