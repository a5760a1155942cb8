"""Ids that callers hand in, checked before they become part of a path."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from ropo_async.errors import InvalidInput

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def uuid(name: str, value: Any) -> UUID:
    """Return the id that `value` is or says.

    Raises:
        InvalidInput: it is no UUID in the usual form, with its four hyphens.
    """
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise InvalidInput(f"{name} must be a UUID, with its four hyphens")
    return UUID(value)


def optional_uuid(name: str, value: Any, otherwise: UUID | None) -> UUID | None:
    """Return the id that `value` is or says, or `otherwise` where it is None."""
    return otherwise if value is None else uuid(name, value)
