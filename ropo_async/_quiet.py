"""Keeps log lines of the libraries below about our calls, with queries and headers, from appearing. Others stay."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from ropo_async import _http as http

if TYPE_CHECKING:
    from collections.abc import Generator

_ours: ContextVar[bool] = ContextVar("ropo_async_call", default=False)

_LAYER = http.core.__name__
_LOGGERS = (
    http.Request.__module__.partition(".")[0],
    *(f"{_LAYER}.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")),
    "stamina",  # says what our own events say, and to stderr where logging is not set up
)


def _is_not_ours(_: logging.LogRecord) -> bool:
    return not _ours.get()


for _name in _LOGGERS:
    logging.getLogger(_name).addFilter(_is_not_ours)


@contextmanager
def quiet() -> Generator[None]:
    """Hold back the log lines of the libraries below while a call of ours is under way."""
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)
