"""Answers of the feed, put together by hand."""

from datetime import UTC, datetime
from typing import Any

from ropo_async import operations
from ropo_async._messages import Answer
from ropo_async.codec import read_page
from ropo_async.records import Page, StatusUpdate

NOW = datetime(2026, 3, 4, tzinfo=UTC)
HEAD, TAIL = b'{"result":{"status":[', b"]}}"
NAMES = [name for name in StatusUpdate.__struct_fields__ if name not in ("extra", "raw")]


def answer_of(body: bytes, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(operation=operations.POLL, status=status, headers=named, body=body, received_at=NOW)


def list_of(*records: bytes) -> bytes:
    return HEAD + b",".join(records) + TAIL


def page_of(body: bytes, **headers: Any) -> Page:
    page = read_page(answer_of(body, **headers))
    assert page is not None
    return page
