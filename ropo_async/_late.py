"""Packages whose rooms are loaded when something of them is first used."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["homes", "late"]


def homes(rooms: Mapping[str, str]) -> dict[str, str]:
    """Return the room of each name, from the names of each room with spaces between them."""
    return {name: room for room, names in rooms.items() for name in names.split()}


def late(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a `__getattr__` for `package`, which loads the room that a name is at home in, or is the name of."""

    def find(name: str) -> Any:
        room = f"{package}.{homes.get(name, name)}"
        try:
            found = import_module(room)
        except ModuleNotFoundError as error:
            if error.name != room:  # of the room's own imports one is missing, which is another matter
                raise
            raise AttributeError(f"module {package!r} has no attribute {name!r}") from None
        if name in homes:
            found = getattr(found, name)
            setattr(sys.modules[package], name, found)  # from here on nobody asks here again
        return found

    return find
