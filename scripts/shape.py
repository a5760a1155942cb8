"""Flattens a specification into its structural facts: what is where, of which type, needed or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts import specs
from scripts.specs import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PROSE", "Places", "shape"]

# What people read. It is never compared, and never taken from the vendor.
PROSE = frozenset({"description", "summary", "title", "example", "examples", "externalDocs", "$comment"})
# Keys of a schema that are facts of other places, or that are told in another form.
_STRUCTURE = frozenset({"properties", "items", "additionalProperties", "allOf", "required", "type", "nullable", "enum"})
_CHOICES = ("oneOf", "anyOf")

Node = dict[str, Any]
Facts = dict[str, Any]
Places = dict[str, Facts]
"""Place, such as `query date` or `200.result.status[].jobid`, to its facts. The operation itself is ``""``."""


def shape(document: Node, name: str) -> dict[str, Places]:
    """The facts of every operation, by `GET /path`.

    A fact that is marked as inferred carries its name in the fact `inferred` of the same place.

    Raises:
        SpecError: the document is not laid out as OpenAPI 3.
    """
    version = document.get("openapi")
    if not isinstance(version, str) or not version.startswith("3."):
        raise SpecError(f"{name}: not an OpenAPI 3 document")
    try:
        return {
            f"{method.upper()} {path}": dict(_operation(document, document["paths"][path], operation))
            for (path, method), operation in specs.operations(document).items()
        }
    except specs.MALFORMED as error:
        raise SpecError(f"{name}: not laid out as OpenAPI 3 ({type(error).__name__}: {error})") from None


def _operation(document: Node, item: dict[str, Any], operation: dict[str, Any]) -> Iterator[tuple[str, Facts]]:
    security: list[Node] = operation["security"] if "security" in operation else document.get("security", [])
    facts: Facts = {key: operation[key] for key in ("operationId", "deprecated") if key in operation}
    yield "", {**facts, "security": _names(security), **_inferred(operation)}
    for node in [*item.get("parameters", []), *operation.get("parameters", [])]:
        parameter = specs.resolve(document, node)
        place = f"{parameter['in']} {parameter['name']}"
        yield from _value(document, parameter, place, required=bool(parameter.get("required")))
    if "requestBody" in operation:
        body = specs.resolve(document, operation["requestBody"])
        yield from _content(document, body, "request", required=bool(body.get("required")))
    all_inferred = "responses" in operation.get("x-inferred", ())
    for status, node in operation.get("responses", {}).items():
        if not status.startswith("x-"):
            for place, found in _content(document, specs.resolve(document, node), status):
                yield place, {**found, "guess": True} if all_inferred else found


def _content(document: Node, node: Node, place: str, **facts: Any) -> Iterator[tuple[str, Facts]]:
    """A request body or a response; the first media type speaks for the others."""
    content: Node = node.get("content", {})
    guessed = "content" in node.get("x-inferred", ())
    media = {"media type": tuple(sorted(content))} if content else {}
    found = dict(_value(document, _first(content), place))
    found[place] = {**found[place], **media, **facts, **_inferred(node, content="media type")}
    for inner, inner_facts in found.items():
        yield inner, {**inner_facts, "guess": True} if guessed and inner != place else inner_facts


def _first(content: Node) -> Node:
    return next(iter(content.values())) if content else {}


def _value(document: Node, node: Node, place: str, **facts: Any) -> Iterator[tuple[str, Facts]]:
    """What carries a `schema`: a parameter, or one media type."""
    places = dict(_schema(document, node.get("schema", {}), place, ()))
    yield place, {**places.pop(place), **facts}
    yield from places.items()


def _schema(document: Node, node: Any, place: str, above: tuple[str, ...]) -> Iterator[tuple[str, Facts]]:
    if (reference := node.get("$ref")) is not None:
        if reference in above:  # it holds itself: said once is enough
            yield place, {"type": (reference.rpartition("/")[2],)}
            return
        above = (*above, reference)
    schema: Node = specs.resolve(document, node)
    choices = [choice for key in _CHOICES for choice in schema.get(key, ())]
    real = [choice for choice in choices if choice.get("type") != "null"]
    parts = [*schema.get("allOf", ()), *(real if len(real) == 1 else ())]
    places: Places = {place: {}}
    for part in parts:
        for inner, facts in _schema(document, part, place, above):
            places[inner] = places.get(inner, {}) | facts
    nullable = len(real) < len(choices) or bool(places[place].get("nullable"))
    places[place] |= _own(schema, nullable=nullable)
    for number, choice in enumerate(real if len(real) > 1 else ()):
        places |= dict(_schema(document, choice, f"{place}|{number + 1}", above))
    for inner, child in _children(schema, place):
        places |= dict(_schema(document, child, inner, above))
    guesses = set(schema.get("x-inferred", ())) & {"properties", "items", "allOf", "oneOf", "anyOf"}
    for name in schema.get("properties", {}):
        places[f"{place}.{name}"]["required"] = name in schema.get("required", ())
    yield place, places.pop(place)
    for inner, facts in places.items():
        yield inner, {**facts, "guess": True} if guesses else facts


def _children(schema: Node, place: str) -> Iterator[tuple[str, Any]]:
    for name, child in schema.get("properties", {}).items():
        yield f"{place}.{name}", child
    if "items" in schema:
        yield f"{place}[]", schema["items"]
    if isinstance(schema.get("additionalProperties"), dict):
        yield f"{place}.*", schema["additionalProperties"]


def _own(schema: Node, *, nullable: bool) -> Facts:
    listed = schema.get("type", [])
    types = [listed] if isinstance(listed, str) else listed
    facts: Facts = {
        key: value
        for key, value in schema.items()
        if key not in PROSE | _STRUCTURE and not key.startswith("x-") and isinstance(value, str | int | float)
    }
    facts.pop("$ref", None)
    if real := tuple(sorted(set(types) - {"null"})):
        facts["type"] = real
    facts["nullable"] = nullable or "null" in types or bool(schema.get("nullable"))
    if "enum" in schema:
        facts["enum"] = tuple(value for value in schema["enum"] if value is not None)
    if "x-known-values" in schema:  # an enum that the overlay has opened
        facts["known values"] = tuple(schema["x-known-values"])
    return facts | _inferred(schema)


def _inferred(node: Node, **names: str) -> Facts:
    marked = tuple(names.get(key, key) for key in node.get("x-inferred", ()))
    return {"inferred": marked} if marked else {}


def _names(security: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted(name for way in security for name in way))
