"""Compares two specifications fact by fact, and says of each difference whether it breaks the users of the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from scripts.shape import Facts, Places

__all__ = ["Change", "changes", "report", "verdict"]

# Said about a place, not compared.
_REMARKS = frozenset({"inferred", "guess"})


@dataclass(frozen=True)
class Change:
    """One difference, said in one line."""

    operation: str
    place: str
    what: str
    breaking: bool

    def __str__(self) -> str:
        word = "breaking    " if self.breaking else "not breaking"
        return f"{word}  {self.place}: {self.what}" if self.place else f"{word}  {self.what}"


def changes(old: dict[str, Places], new: dict[str, Places], *, whole: bool = True) -> list[Change]:
    """What it takes to get from `old` to `new`.

    What `old` only inferred and `new` does not mention is no difference. Unless `new` is a `whole` document, it speaks
    only of the operations that it contains.
    """
    found: list[Change] = []
    for operation in [*old, *(name for name in new if name not in old)]:
        if operation not in new:
            found += [Change(operation, "", "operation removed", breaking=True)] if whole else []
        elif operation not in old:
            found.append(Change(operation, "", "operation added", breaking=False))
        else:
            found += _places(operation, old[operation], new[operation])
    return found


def report(found: list[Change]) -> str:
    """The differences, operation by operation."""
    lines: list[str] = []
    for operation in dict.fromkeys(change.operation for change in found):
        lines += [operation, *(f"  {change}" for change in found if change.operation == operation)]
    return "\n".join(lines)


def verdict(found: list[Change]) -> tuple[int, str]:
    """The exit status and its word: 0 no difference, 1 differences that break nobody, 2 breaking differences."""
    if not found:
        return 0, "no difference"
    return (2, "breaking") if any(change.breaking for change in found) else (1, "not breaking")


def _places(operation: str, old: Places, new: Places) -> Iterator[Change]:
    for place, facts in old.items():
        if place in new:
            yield from _facts(operation, place, facts, new[place])
        elif not facts.get("guess") and not _covered(place, old, new):
            yield Change(operation, place, "removed", breaking=True)
    for place, facts in new.items():
        if place not in old and not _covered(place, new, old):
            needed = _sent(place) and bool(facts.get("required"))
            yield Change(operation, place, f"added{_described(facts)}", breaking=needed)


def _facts(operation: str, place: str, old: Facts, new: Facts) -> Iterator[Change]:
    rules = _SENT if _sent(place) else _RECEIVED
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        unsaid = after is None or (name == "required" and after is False)
        if name in _REMARKS or before == after or (unsaid and name in old.get("inferred", ())):
            continue
        breaking = rules.get(name, _always)(before, after)
        yield Change(operation, place, f"{name} {_told(before)} -> {_told(after)}", breaking)


def _covered(place: str, there: Places, gone: Places) -> bool:
    """Whether a place above it is missing as well, and tells it all."""
    above = (other for other in there.keys() - gone if other != place)
    return any(place.startswith((f"{other}.", f"{other}[", f"{other}|")) for other in above)


def _sent(place: str) -> bool:
    return not place[:1].isdigit() and not place.startswith("default")


def _described(facts: Facts) -> str:
    said = ["/".join(facts.get("type", ()))] + [name for name in ("nullable", "required") if facts.get(name)]
    words = ", ".join(word for word in said if word)
    return f" ({words})" if words else ""


def _told(value: Any) -> str:
    if value is None:
        return "(none)"
    return "/".join(map(str, value)) or "(none)" if _is_tuple(value) else str(value)


def _is_tuple(value: Any) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


# Whether a difference breaks a user, from what was and what is. What we send may widen, what we receive may narrow.
Rule = Callable[[Any, Any], bool]


def _always(_: Any, __: Any) -> bool:
    return True


def _never(_: Any, __: Any) -> bool:
    return False


def _types(types: tuple[str, ...] | None) -> set[str] | None:
    """A number may be an integer; no type at all may be anything."""
    return None if types is None else set(types) | ({"integer"} if "number" in types else set())


def _narrower(old: tuple[str, ...] | None, new: tuple[str, ...] | None) -> bool:
    before, after = _types(old), _types(new)
    return after is not None and (before is None or not before <= after)


def _wider(old: tuple[str, ...] | None, new: tuple[str, ...] | None) -> bool:
    return _narrower(new, old)


def _fewer(old: tuple[Any, ...] | None, new: tuple[Any, ...] | None) -> bool:
    """Values that were allowed no longer are."""
    return new is not None and (old is None or not set(old) <= set(new))


def _lost(old: tuple[str, ...] | None, new: tuple[str, ...] | None) -> bool:
    return not set(old or ()) <= set(new or ())


def _became(value: bool) -> Rule:  # noqa: FBT001  # the value is what it is about
    return lambda _, new: bool(new) is value


# The known values of an open enum are told to people; any other is taken as it comes.
_BOTH: dict[str, Rule] = {"operationId": _never, "deprecated": _never, "known values": _never, "media type": _lost}
_SENT: dict[str, Rule] = _BOTH | {
    "type": _narrower,
    "nullable": _became(value=False),
    "required": _became(value=True),
    "enum": _fewer,
}
# The client reads null, empty and absent as one, keeps enums open, and so takes these as they come.
_RECEIVED: dict[str, Rule] = _BOTH | {"type": _wider, "nullable": _never, "required": _never, "enum": _never}
