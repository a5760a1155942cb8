"""The root of all errors, and what is refused before anything is sent."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ClientClosed", "InvalidInput", "Phase", "RopoError"]


class Phase(StrEnum):
    """How far a call got before it failed."""

    NOT_SENT = "not_sent"
    """No byte of the request was written: the server cannot have acted on it."""
    MAYBE_SENT = "maybe_sent"
    """The request was on its way; whether the server acted on it cannot be known from here."""
    RECEIVED_PARTIAL = "received_partial"
    """The answer began to arrive, and broke off or could not be read."""


class RopoError(Exception):
    """The root of every error that this library raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild from the message and the details, whatever a subclass asks of its constructor."""
        return _rebuild, (type(self), self.args, dict(self.__dict__))


def _rebuild(cls: type[RopoError], args: tuple[Any, ...], details: Mapping[str, Any]) -> RopoError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(details)
    return error


class InvalidInput(RopoError, ValueError):
    """The caller's input was refused before anything was sent."""


class ClientClosed(RopoError, RuntimeError):
    """The client was closed before; nothing was sent."""
