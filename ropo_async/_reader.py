"""From one JSON object to one record, field by field: empty texts, numbers as texts, and fields yet unknown."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, get_args, get_type_hints

import msgspec

from ropo_async import _values as values
from ropo_async.records import PaymentStatus, StatusType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

UNREADABLE = (msgspec.MsgspecError, RecursionError, ValueError, ArithmeticError)
"""What reading may raise: no JSON, nested too deeply, not UTF-8 or not as expected, an exponent beyond all bounds."""

_decoder = msgspec.json.Decoder(float_hook=Decimal)


def _statustype(raw: Any) -> StatusType | None:
    name = values.text(raw)
    return None if name is None else StatusType(name)


def _paymentstatus(raw: Any) -> PaymentStatus | None:
    number = values.integer(raw)
    return None if number is None else PaymentStatus(number)


_CONVERTERS: Mapping[Any, values.Converter] = MappingProxyType(
    {
        int: values.integer,
        str: values.text,
        Decimal: values.decimal,
        date: values.day,
        datetime: values.moment,
        StatusType: _statustype,
        PaymentStatus: _paymentstatus,
    },
)


class Reader(Generic[T]):
    """Reads records of one class, whose fields and their types say how; the last two are `extra` and `raw`."""

    def __init__(self, cls: type[T]) -> None:
        types = {name: kind for name, kind in get_type_hints(cls).items() if name not in ("extra", "raw")}
        bare = {name: next(part for part in get_args(kind) if part is not NoneType) for name, kind in types.items()}
        self._cls: Callable[..., T] = cls
        self.converters: Mapping[str, values.Converter] = {name: _CONVERTERS[kind] for name, kind in bare.items()}

    def read(self, record: bytes) -> T:
        """Return the record in `record`, one JSON object: everything that can be understood without guessing.

        Raises:
            one of UNREADABLE: it cannot be read.
        """
        content = read_object(record)
        known = {name: convert(content.pop(name, None)) for name, convert in self.converters.items()}
        return self._cls(**known, extra=content, raw=record)


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`, its numbers with a point as exact decimals.

    Raises:
        one of UNREADABLE: it is none.
    """
    content = _decoder.decode(body)
    if not isinstance(content, dict):
        raise ValueError("expected an object")
    return cast("dict[str, Any]", content)
