"""The parts of a job have the kinds of fields that the API's description has."""

import json
from pathlib import Path
from typing import Any

import pytest

from ropo_async import datasets
from ropo_async.datasets import JobSubmission
from ropo_async.datasets._fields import Field, fields_of
from ropo_async.datasets._part import Part
from ropo_async.datasets._rules import RULES
from ropo_async.datasets.checks import CALCULATED, CHECKS, MINIMUM, NAMES, REQUIRED

DESCRIPTION = Path(__file__).parents[2] / "openapi" / "ropo-one" / "openapi.json"
SCHEMAS: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["components"]["schemas"]
PARTS: list[type[Part]] = [
    thing for name in datasets.__all__ if isinstance(thing := getattr(datasets, name), type) and issubclass(thing, Part)
]
# What is text for the wire, and more than that for us.
TEXTS = {"text", "a datetime.date without a time", "bytes"}


def _schema(cls: type[Part]) -> tuple[dict[str, Any], set[str]]:
    schema = SCHEMAS["Job" + cls.__name__.removeprefix("Job")]
    pieces = [SCHEMAS["JobDataSet"], schema["allOf"][1]] if "allOf" in schema else [schema]
    properties = {name: kind for piece in pieces for name, kind in piece.get("properties", {}).items()}
    return properties, {name for piece in pieces for name in piece.get("required", ())}


def _described(kind: dict[str, Any]) -> tuple[str, bool]:
    """Return the type that a schema gives a field, and whether it may be null."""
    if "oneOf" in kind:
        return _described(kind["oneOf"][0])[0], {"type": "null"} in kind["oneOf"]
    if "$ref" in kind:
        return kind["$ref"].rpartition("/")[2], False
    if kind["type"] == "array":
        return "list of " + _described(kind["items"])[0], False
    types = kind["type"] if isinstance(kind["type"], list) else [kind["type"]]
    return types[0], "null" in types


def _ours(field: Field) -> tuple[str, bool]:
    if field.kind is None:
        name = "Job" + field.part.__name__.removeprefix("Job")
        return f"list of {name}" if field.rows else name, field.nullable
    words = field.kind.words
    kind = "string" if words in TEXTS else "integer" if words == "a whole number" else "number"
    return kind, field.nullable


def test_there_is_a_class_for_every_part_of_the_description() -> None:
    assert len(PARTS) == 12
    assert len(fields_of(JobSubmission)) == 107


@pytest.mark.parametrize("cls", PARTS, ids=lambda cls: cls.__name__)
def test_the_fields_are_those_of_the_api(cls: type[Part]) -> None:
    described, ours = set(_schema(cls)[0]), set(fields_of(cls))
    assert not described - ours, f"ropo_async/datasets: {cls.__name__} lacks what the API has"
    assert not ours - described, f"ropo_async/datasets: {cls.__name__} has what the API lacks"


@pytest.mark.parametrize("cls", PARTS, ids=lambda cls: cls.__name__)
def test_each_field_has_the_type_of_the_description(cls: type[Part]) -> None:
    described, required = _schema(cls)
    ours = fields_of(cls)
    assert {name: _ours(field) for name, field in ours.items()} == {n: _described(k) for n, k in described.items()}
    assert {name for name, field in ours.items() if field.required} == required


def test_the_checks_know_no_field_that_there_is_not() -> None:
    of_jobs = {*REQUIRED, *CALCULATED, *NAMES.values(), *(name for names in MINIMUM.values() for name in names)}
    assert of_jobs <= set(fields_of(JobSubmission))
    assert set(RULES) <= {name for cls in PARTS for name in fields_of(cls)}
    assert set(CHECKS) <= set(PARTS)


def test_what_is_required_is_what_the_description_requires() -> None:
    assert set(REQUIRED) == set(SCHEMAS["JobDataSet"]["required"])
