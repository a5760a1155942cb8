"""What a field's annotation says of it: which values fit, how they go out, and how they are read back."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Any, TypeAlias, cast, get_args, get_type_hints

from attrs import frozen

from ropo_async import _arguments as arguments
from ropo_async import _values as values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from attrs import Attribute

__all__ = ["NULL", "Date", "Field", "Integer", "Null", "Number", "Text", "as_declared", "fields_of", "is_json"]


class Null(Enum):
    """The type of `NULL`."""

    NULL = "null"

    def __repr__(self) -> str:
        return "NULL"


NULL = Null.NULL
"""Goes out as `null`, where `None` does not go out at all. Only what the API calls nullable takes it."""

Text: TypeAlias = str | Null | None
Integer: TypeAlias = int | Null | None
Number: TypeAlias = Decimal | int | Null | None
Date: TypeAlias = date | Null | None

SHOWN = frozenset({"jobtype", "customertype", "checkbillnum", "putonhold", "sendtype", "language", "currency"})
"""Fields that tell nothing of people or money; no other is in a repr."""


def as_declared(_: type, attributes: list[Attribute[Any]]) -> list[Attribute[Any]]:
    """Finish the fields of a class: what it requires may be missing until the check tells so, and little is shown."""
    return [_finished(attribute) for attribute in attributes]


def _finished(attribute: Attribute[Any]) -> Attribute[Any]:
    if attribute.name == "extra":
        return attribute
    rows = attribute.default == ()
    return attribute.evolve(
        # Without one only for type checkers: all that is missing is told at once, and not by a TypeError.
        default=attribute.default if rows else None,
        converter=_listed if rows else None,
        repr=attribute.name in SHOWN,
    )


def _listed(value: Any) -> Any:
    return tuple(cast("list[object]", value)) if isinstance(value, list) else value  # what is no tuple then is refused


@frozen
class Kind:
    """One kind of value."""

    words: str
    """What is expected."""
    fits: Callable[[Any], bool]
    write: Callable[[Any], Any]
    """From a value that fits to what the wire has."""
    read: Callable[[Any], Any]
    """Back, leniently; a ValueError where it cannot be read."""


@frozen
class Field:
    """One field of a class."""

    kind: Kind | None
    """None where other parts are in it."""
    part: Any
    """The class of the part or of the rows in it, where there is no kind."""
    rows: bool
    nullable: bool
    required: bool


def fields_of(cls: type) -> Mapping[str, Field]:
    """Return the API's fields of a class, in their order."""
    return _fields_of(cls)


@cache
def _fields_of(cls: type) -> Mapping[str, Field]:
    hints = get_type_hints(cls)
    return MappingProxyType({name: _field(hint) for name, hint in hints.items() if name != "extra"})


def _field(hint: Any) -> Field:
    if getattr(hint, "__origin__", None) is Sequence:
        return Field(None, get_args(hint)[0], rows=True, nullable=False, required=False)
    types = get_args(hint) or (hint,)
    first = types[0]  # a number is a Decimal first, and an int as well
    kind = _KINDS.get(first)
    return Field(
        kind,
        first if kind is None else None,
        rows=False,
        nullable=Null in types,
        required=NoneType not in types,
    )


def _read_text(value: Any) -> str | None:
    return value if isinstance(value, str) else values.text(value)


def _read_file(value: Any) -> bytes | None:
    if value is None:
        return None
    try:
        return b64decode("".join(value.split()), validate=True)
    except (AttributeError, TypeError, binascii.Error, ValueError):
        raise ValueError("expected base64") from None


_KINDS: Mapping[Any, Kind] = MappingProxyType(
    {
        str: Kind("text", arguments.is_text, str.__str__, _read_text),
        int: Kind("a whole number", arguments.is_whole, int, values.integer),
        Decimal: Kind(
            "a finite Decimal or int of ordinary size; a float cannot hold cents exactly",
            arguments.is_amount,
            Decimal,
            values.decimal,
        ),
        date: Kind("a datetime.date without a time", arguments.is_day, date.isoformat, values.day),
        bytes: Kind("bytes", lambda value: isinstance(value, bytes), lambda file: b64encode(file).decode(), _read_file),
    },
)


def is_json(value: Any, depth: int = 50) -> bool:
    """Whether `value` is JSON as it is sent: dicts, lists, texts, exact numbers, true, false and null."""
    if isinstance(value, dict):
        content = cast("dict[object, object]", value).items()
        return depth > 0 and all(arguments.is_text(name) and is_json(part, depth - 1) for name, part in content)
    if isinstance(value, list):
        return depth > 0 and all(is_json(part, depth - 1) for part in cast("list[object]", value))
    return value is None or isinstance(value, bool) or any(_KINDS[kind].fits(value) for kind in (str, int, Decimal))
