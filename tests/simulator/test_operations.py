"""What the vendor publishes is what there is: every operation, and the fields of every body."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from ropo_async.simulator import Simulator, serve
from ropo_async.simulator.handlers import ROUTES
from ropo_async.simulator.schema import FIELDS, REQUIRED, problems

PUBLISHED = json.loads((Path(__file__).parents[2] / "openapi" / "ropo-one" / "openapi.json").read_bytes())
SCHEMAS: dict[str, Any] = PUBLISHED["components"]["schemas"]
OPERATIONS = sorted(f"{method.upper()} {path}" for path, item in PUBLISHED["paths"].items() for method in item)


def kind_of(schema: dict[str, Any]) -> str:
    """Name the kind of a field as the simulator does."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "oneOf" in schema:
        value, null = schema["oneOf"]
        assert null == {"type": "null"}
        return f"{kind_of(value)}?"
    if schema["type"] == "array":
        return f"[{kind_of(schema['items'])}]"
    if isinstance(schema["type"], list):
        kind, null = schema["type"]
        assert null == "null"
        return f"{kind}?"
    return str(schema["type"])


def parts_of(name: str) -> list[dict[str, Any]]:
    schema = SCHEMAS[name]
    parts = [SCHEMAS[kind_of(part)] if "$ref" in part else part for part in schema.get("allOf", ())]
    return [*parts, schema]


def test_every_published_operation_is_there() -> None:
    assert sorted(ROUTES) == OPERATIONS


@pytest.mark.anyio
@pytest.mark.parametrize("operation", [operation for operation in OPERATIONS if operation != "POST /token"])
async def test_no_operation_does_anything_without_a_token(anyio_backend: str, operation: str) -> None:
    simulator = Simulator()
    method, _, path = operation.partition(" ")
    async with serve(simulator) as running, httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
        answer = await client.request(method, path, json={})
    assert (answer.status_code, answer.content) == (401, b"")
    assert (simulator.truth.invoices, simulator.truth.updates, simulator.truth.transfer_reports) == ({}, [], [])


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_the_fields_of_a_body_are_the_published_ones(name: str) -> None:
    parts = parts_of(name)
    published = {field: kind_of(schema) for part in parts for field, schema in part.get("properties", {}).items()}
    assert dict(FIELDS[name]) == published
    assert set(REQUIRED.get(name, ())) == {field for part in parts for field in part.get("required", ())}


def test_every_body_that_is_checked_by_its_schema_is_in_the_table() -> None:
    """Logins, payments and credit notes are read by hand, for their refusals differ."""
    bodies = {
        kind_of(operation["requestBody"]["content"]["application/json"]["schema"])
        for item in PUBLISHED["paths"].values()
        for operation in item.values()
        if "requestBody" in operation
    }
    assert bodies - FIELDS.keys() == {"AuthLogin", "Job", "JobAddPayment", "JobAddCreditNote"}
    nested = {kind.strip("[]?") for fields in FIELDS.values() for kind in fields.values()}
    assert nested - {"string", "integer", "number"} <= FIELDS.keys()


WHOLE = {"address": "Esimerkkikatu 1", "city": "HELSINKI", "customertype": "2", "jobtype": 0}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, None),
        ({"amount": "35.00", "ordernumber": "7", "billnum": None, "anything": [1]}, None),
        ({"payrow": [{"desc": "x", "count": "1", "amount": 2}], "payplan": {"instalment": [{"amount": "1"}]}}, None),
        ({"address": ""}, "address is required"),
        ({"jobtype": None}, "jobtype is required"),
        ({"jobtype": True}, "jobtype must be of type integer"),
        ({"jobtype": "0.5"}, "jobtype must be of type integer"),
        ({"amount": "1,50"}, "amount must be of type number"),
        ({"amount": True}, "amount must be of type number"),
        ({"billnum": 7}, "billnum must be of type string"),
        ({"postclass": None}, "postclass must be of type integer"),
        ({"image": []}, "image must be an object"),
        ({"image": {"file": 1}}, "image.file must be of type string"),
        ({"payrow": {"desc": "x"}}, "payrow must be a list"),
        ({"payrow": [{}, {"count": "x"}]}, "payrow[1].count must be of type number"),
        ({"payrow": [None]}, "payrow[0] must be an object"),
        ({"payplan": {"instalment": [{"date": 1}]}}, "payplan.instalment[0].date must be of type string"),
    ],
    ids=str,
)
def test_a_body_is_checked_field_by_field(fields: dict[str, Any], problem: str | None) -> None:
    assert next(problems("JobSubmission", WHOLE | fields), None) == problem


def test_all_that_is_missing_is_said() -> None:
    assert list(problems("JobDataSet", {})) == [f"{name} is required" for name in REQUIRED["JobDataSet"]]
    assert list(problems("JobDataSet", [])) == ["the body must be an object"]
