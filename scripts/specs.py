"""Reading and writing specification files so that the same document always gives the same bytes."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, NoReturn, Self, TypeGuard

__all__ = [
    "MALFORMED",
    "METHODS",
    "Number",
    "SpecError",
    "dump",
    "is_list",
    "is_object",
    "load",
    "operations",
    "parse",
    "read",
    "resolve",
    "write",
]

# What reading a document that is not laid out as OpenAPI ends in.
MALFORMED = (AttributeError, KeyError, TypeError, ValueError, RecursionError)
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class SpecError(Exception):
    """A document that cannot be used, said in one line for the person at the terminal."""


class Number(float):
    """A number that remembers how it was written: 710.00 stays 710.00."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Take the number from its text."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]  # a copy is made from the text too
        return (self.text,)


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether a JSON value is a list."""
    return isinstance(value, list)


def parse(text: str, name: str) -> dict[str, Any]:
    """Read a JSON object; numbers keep their text.

    Raises:
        SpecError: no JSON, or no object at the top.
    """
    try:
        document: Any = json.loads(text, parse_float=Number, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise SpecError(f"{name}: not JSON: {error}") from None
    if not is_object(document):
        raise SpecError(f"{name}: a JSON object was expected, not {type(document).__name__}")
    return document


def load(path: Path) -> dict[str, Any]:
    """Read a JSON object from a file.

    Raises:
        SpecError: the file cannot be read or holds no JSON object.
    """
    return parse(read(path), str(path))


def read(path: Path) -> str:
    """Read a text file, a byte order mark or none.

    Raises:
        SpecError: there is no such file, or it is no UTF-8 text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SpecError(f"{path}: not UTF-8 text") from None


def dump(document: Any) -> str:
    """Render JSON as `json.dumps(indent=2)` does, but with every number as it was written, and a newline at the end."""
    return _render(document, "\n") + "\n"


def write(path: Path, text: str) -> None:
    """Replace a file whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(path.stat().st_mode if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """The operations of a document by path and method, in its order."""
    return {
        (path, method): item[method]
        for path, item in document.get("paths", {}).items()
        for method in item
        if method in METHODS
    }


def resolve(document: dict[str, Any], node: Any) -> Any:
    """Follow a local `$ref` to what it names; anything else is returned as it is.

    Raises:
        SpecError: the reference leads nowhere, out of the document, or round in a circle.
    """
    seen: set[str] = set()
    while is_object(node) and "$ref" in node:
        reference = node["$ref"]
        if not isinstance(reference, str) or not reference.startswith("#/") or reference in seen:
            raise SpecError(f"$ref {reference!r} cannot be followed")
        seen.add(reference)
        node = _at(document, reference)
    return node


def _at(document: dict[str, Any], reference: str) -> Any:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if not is_object(node) or key not in node:
            raise SpecError(f"$ref {reference!r} leads nowhere")
        node = node[key]
    return node


def _render(value: Any, newline: str) -> str:
    inner = newline + "  "
    if is_object(value) and value:
        members = (f"{inner}{_text(key)}: {_render(item, inner)}" for key, item in value.items())
        return "{" + ",".join(members) + newline + "}"
    if is_list(value) and value:
        return "[" + ",".join(inner + _render(item, inner) for item in value) + newline + "]"
    return value.text if isinstance(value, Number) else _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
