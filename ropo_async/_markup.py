"""HTML that cannot be injected into: what is put in an element is escaped, unless an element made it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Markup", "element", "joined"]

_VOID: Final = frozenset({"br", "input", "meta"})


class Markup(str):
    """Text that is HTML already. Whatever is done to it makes plain text again, which is escaped where it is used."""

    __slots__ = ()


def element(tag: str, /, *content: object, **attributes: object) -> Markup:
    """Make an element of this content.

    Args:
        tag: Its name.
        content: `Markup` as it is, anything else as text.
        attributes: By name, `class_` for `class` and `aria_label` for `aria-label`; what is `None` or `False` is left
            out, what is `True` gets no value.
    """
    named = "".join(
        _attribute(name, value) for name, value in attributes.items() if not (value is None or value is False)
    )
    return Markup(f"<{tag}{named}>" if tag in _VOID else f"<{tag}{named}>{joined(content)}</{tag}>")


def joined(parts: Iterable[object]) -> Markup:
    """Put parts one behind the other: `Markup` as it is, anything else as text."""
    return Markup("".join(part if isinstance(part, Markup) else escape(str(part)) for part in parts))


def _attribute(name: str, value: object) -> str:
    spelt = name.rstrip("_").replace("_", "-")
    return f" {spelt}" if value is True else f' {spelt}="{escape(str(value))}"'
