"""Takes the structure that the vendor publishes into our source, and keeps our own words."""

from __future__ import annotations

import copy
from typing import Any

from scripts import specs
from scripts.shape import PROSE
from scripts.specs import is_list, is_object

__all__ = ["adopt"]

# The keys of these objects are names that somebody chose, not words of OpenAPI: a field may be called `description`.
_NAMED = frozenset(
    {"paths", "schemas", "properties", "patternProperties", "responses", "content", "headers", "parameters"}
    | {"requestBodies", "securitySchemes", "scopes", "mapping", "variables", "$defs", "callbacks", "links"},
)

# Prose that is no sentence but a name or a value: the vendor's is welcome where we have none.
_VALUES = frozenset({"title", "example"})
_WORDS = frozenset({"description", "summary"})


def adopt(ours: dict[str, Any], theirs: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """Return our document with the facts of theirs.

    Operations that they do not mention go when theirs is the `whole` API, and stay when it is a part. What has no
    words of ours yet is marked `x-undescribed`.
    """
    merged = copy.deepcopy(ours)
    merged["paths"] = _paths(ours, theirs, whole=whole)
    for kind, members in theirs.get("components", {}).items():
        mine = merged.setdefault("components", {}).setdefault(kind, {})
        for name, member in members.items():
            mine[name] = _node(ours, mine.get(name, {}), member)
    if whole and "security" in theirs:
        merged["security"] = theirs["security"]
    return merged


def _paths(ours: dict[str, Any], theirs: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for path in [*ours["paths"], *(path for path in theirs["paths"] if path not in ours["paths"])]:
        mine, other = ours["paths"].get(path, {}), theirs["paths"].get(path, {})
        kept = {key: item for key, item in mine.items() if not whole or key not in specs.METHODS or key in other}
        taken = {key: _node(ours, mine.get(key), value) for key, value in other.items() if not _ours_alone(key)}
        item = kept | taken
        if any(method in item for method in specs.METHODS):
            merged[path] = item
    return merged


def _node(document: dict[str, Any], ours: Any, theirs: Any, *, response: bool = False) -> Any:
    if is_list(theirs):
        return _list(document, ours if is_list(ours) else [], theirs)
    if not is_object(theirs):
        return theirs
    mine: dict[str, Any] = ours if is_object(ours) else {}
    if "$ref" in mine and "$ref" not in theirs:  # they spell out what we refer to: our words are over there
        mine = specs.resolve(document, mine)
    merged = {key: value for key in _order(mine, theirs) for value in _chosen(document, mine, theirs, key)}
    return _marked(merged, mine, theirs, response=response)


def _chosen(document: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], key: str) -> list[Any]:
    """The one value that a key is to have, or none."""
    if _ours_alone(key):
        return [ours[key]] if key in ours else []
    if key not in theirs:
        return [ours[key]] if key in {*_inferred(ours), *_VALUES} else []
    if key in _VALUES:
        return [ours.get(key, theirs[key])]
    if key in _NAMED and is_object(theirs[key]):
        return [_named(document, ours.get(key), theirs[key])]
    return [_node(document, ours.get(key), theirs[key])]


def _named(document: dict[str, Any], ours: Any, theirs: dict[str, Any]) -> dict[str, Any]:
    mine: dict[str, Any] = ours if is_object(ours) else {}
    return {
        name: _node(document, mine.get(name), theirs[name], response=name.isdecimal() or name == "default")
        for name in _order(mine, theirs)
        if name in theirs
    }


def _marked(merged: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], *, response: bool) -> dict[str, Any]:
    """Bring the remarks up to date: what is confirmed is inferred no more, what is new waits for our words."""
    if still := [key for key in _inferred(ours) if key not in theirs]:
        merged["x-inferred"] = still
    else:
        merged.pop("x-inferred", None)
    if "properties" in theirs:
        merged.pop("x-undocumented", None)
    if theirs.keys() & _WORDS and not merged.keys() & _WORDS:
        if response and "$ref" not in theirs:
            merged = {"description": "", **merged}  # OpenAPI wants one
        merged["x-undescribed"] = True
    return merged


def _inferred(ours: dict[str, Any]) -> list[str]:
    return list(ours.get("x-inferred", ()))


def _ours_alone(key: str) -> bool:
    return key.startswith("x-") or key in PROSE - _VALUES


def _list(document: dict[str, Any], ours: list[Any], theirs: list[Any]) -> list[Any]:
    """Parameters are known by their name, other entries by their position."""
    mine = {_key(item, place): item for place, item in enumerate(ours)}
    return [_node(document, mine.get(_key(item, place)), item) for place, item in enumerate(theirs)]


def _key(item: Any, place: int) -> Any:
    return (item["in"], item["name"]) if is_object(item) and {"in", "name"} <= item.keys() else place


def _order(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    return [*ours, *(key for key in theirs if key not in ours)]
