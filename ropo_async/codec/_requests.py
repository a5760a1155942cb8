"""From values to requests: the generated builders know method, path and names; what goes out is exact."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import msgspec

from ropo_async._messages import Request

if TYPE_CHECKING:
    from ropo_async.operations import Operation

__all__ = ["encode", "request"]

_encoder = msgspec.json.Encoder(decimal_format="number")


def request(operation: Operation, built: dict[str, Any]) -> Request:
    """Return the request that a generated builder describes."""
    return Request(
        operation=operation,
        method=built["method"].upper(),
        path=built["url"],
        params=built.get("params", {}),
        headers={name: str(value) for name, value in built.get("headers", {}).items()},
        content=_content(built),
    )


def _content(built: dict[str, Any]) -> bytes | None:
    if "data" in built:  # a form
        return urlencode(built["data"]).encode()
    return encode(built["json"]) if "json" in built else None


def encode(value: Any) -> bytes:
    """Return `value` as JSON, its decimals digit for digit."""
    return _encoder.encode(_exact(value))


def _exact(value: Any) -> Any:
    """Return `value` with its decimals written out digit for digit, never as `1E-7`."""
    if isinstance(value, dict):
        return {name: _exact(part) for name, part in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_exact(part) for part in cast("list[object]", value)]
    return msgspec.Raw(f"{value:f}".encode()) if isinstance(value, Decimal) else value
