"""Applies an OpenAPI Overlay 1.0.0 to a document. An action that matches nothing is an error: the vendor moved on."""

from __future__ import annotations

import copy
import re
from typing import Any

from scripts.specs import SpecError, is_list, is_object

__all__ = ["apply"]

# A step of the target: .name, .*, ['name'], [*], [0] or [?@.name=='value'].
_STEP = re.compile(
    r"""\.(?P<name>[\w-]+)
      | (?P<star>\.\*|\[\*\])
      | \['(?P<quoted>[^']+)'\]
      | \[(?P<index>\d+)\]
      | \[\?\(?@\.(?P<key>[\w-]+)\s*==\s*'(?P<value>[^']*)'\)?\]""",
    re.VERBOSE,
)

# Where a match sits: the object or list that holds it, and its key in there.
Place = tuple[Any, Any]


def apply(document: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Return the document with every action applied, in order; what is passed in stays as it is.

    Raises:
        SpecError: an action matches nothing, or its target cannot be read.
    """
    root = {"$": copy.deepcopy(document)}
    if not is_list(actions := overlay.get("actions")):
        raise SpecError("the overlay has no actions")
    for number, action in enumerate(actions, 1):
        places = _find(root, action["target"])
        if not places:
            raise SpecError(f"overlay action {number} matches nothing: {action['target']}")
        # From the back, so that removing from a list does not move what is still to be removed.
        for holder, key in reversed(places):
            if action.get("remove"):
                del holder[key]
            else:
                holder[key] = _update(holder[key], copy.deepcopy(action["update"]))
    return root["$"]


def _find(root: dict[str, Any], target: str) -> list[Place]:
    if not target.startswith("$"):
        raise SpecError(f"overlay target does not begin with $: {target}")
    places: list[Place] = [(root, "$")]
    position = 1
    while position < len(target):
        step = _STEP.match(target, position)
        if step is None:
            raise SpecError(f"overlay target is not understood from {target[position:]!r} on: {target}")
        places = [(holder[key], child) for holder, key in places for child in _children(holder[key], step)]
        position = step.end()
    return places


def _children(node: Any, step: re.Match[str]) -> list[Any]:
    if is_object(node):
        return [key for key, item in node.items() if _selects(step, item) or key == (step["name"] or step["quoted"])]
    if is_list(node):
        return [place for place, item in enumerate(node) if _selects(step, item) or str(place) == step["index"]]
    return []


def _selects(step: re.Match[str], item: Any) -> bool:
    """Whether a wildcard or a filter takes what an object or a list holds."""
    if step["key"]:
        return is_object(item) and item.get(step["key"]) == step["value"]
    return bool(step["star"])


def _update(old: Any, new: Any) -> Any:
    """A list that is the target itself takes one more entry; everything else merges."""
    return _merge(old, [new] if is_list(old) and not is_list(new) else new)


def _merge(old: Any, new: Any) -> Any:
    """Objects merge, lists grow, anything else is replaced: section 4.4.3 of the Overlay specification."""
    if is_object(old) and is_object(new):
        return old | {key: _merge(old[key], item) if key in old else item for key, item in new.items()}
    return old + new if is_list(old) and is_list(new) else new
