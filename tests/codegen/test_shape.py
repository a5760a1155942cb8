"""However a document puts a fact, it is the same fact; and what cannot be followed is refused."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.shape import shape
from scripts.specs import SpecError

Document = dict[str, Any]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["string", "null"]},
        {"type": "string", "nullable": True},
        {"oneOf": [{"type": "string"}, {"type": "null"}]},
        {"anyOf": [{"$ref": "#/components/schemas/Text"}, {"type": "null"}]},
        {"allOf": [{"type": ["string", "null"]}]},
    ],
)
def test_all_ways_to_say_or_null_are_the_same(schema: Document) -> None:
    document = {
        "openapi": "3.1.0",
        "paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}},
        "components": {"schemas": {"Text": {"type": "string"}}},
    }
    place = shape(document, "it")["GET /a"]["200"]
    assert (place["type"], place["nullable"]) == (("string",), True)


def test_choices_maps_parameters_of_the_path_and_circles_are_walked() -> None:
    node = {
        "properties": {
            "next": {"$ref": "#/components/schemas/Node"},
            "value": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            "more": {"additionalProperties": {"type": "boolean"}},
        },
    }
    document = {
        "openapi": "3.1.0",
        "paths": {
            "/a": {
                "parameters": [{"$ref": "#/components/parameters/P"}],
                "get": {"responses": {"x-note": [], "default": {"$ref": "#/components/responses/R"}}},
            },
        },
        "components": {
            "parameters": {"P": {"name": "p", "in": "query", "schema": {"type": "string"}}},
            "responses": {"R": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}}}},
            "schemas": {"Node": node},
        },
    }
    places = shape(document, "it")["GET /a"]
    assert list(places) == [
        "",
        "query p",
        "default",
        "default.next",
        "default.value",
        "default.value|1",
        "default.value|2",
        "default.more",
        "default.more.*",
    ]
    assert places["default.next"]["type"] == ("Node",)


@pytest.mark.parametrize("reference", ["#/components/schemas/None", "other.json#/A", "#/a", 5])
def test_a_reference_that_leads_nowhere_is_refused(reference: object) -> None:
    paths = {"/a": {"get": {"requestBody": {"$ref": reference}}}}
    document: Document = {"openapi": "3.1.0", "a": {"$ref": "#/a"}, "paths": paths}
    with pytest.raises(SpecError, match=r"\$ref"):
        shape(document, "it")
