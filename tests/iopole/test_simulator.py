"""The pretended Iopole answers in the ways that the real one was seen, or is documented, to answer."""

import json
from typing import Any

import pytest

from ropo_async.simulator.iopole import HISTORY, NOT_SEEN, SEEN, IopoleSimulator
from ropo_async.simulator.messages import Answer, Request

STRANGER = "01a015f1-c49c-734e-8000-00000000ffff"


def ask(simulator: IopoleSimulator, operation: str, **ids: str) -> tuple[int, Any]:
    """Return the status, and what the body says."""
    token, _ = simulator.tokens.issue("x")
    method, path = operation.format(**ids).split()
    found = simulator.operation_of(method, path)
    answer: Answer = simulator.handle(Request(0, method, path, found, headers={"authorization": f"Bearer {token}"}))
    return answer.status, json.loads(answer.body) if answer.body else None


@pytest.mark.parametrize(("operation", "name"), [(HISTORY, "invoiceId"), (SEEN, "statusId")])
@pytest.mark.parametrize("text", ["7", "notSeen", STRANGER[:-1], f"{STRANGER}0", STRANGER.replace("-", "")])
def test_an_id_that_is_none_is_a_bad_request_with_its_path(operation: str, name: str, text: str) -> None:
    status, said = ask(IopoleSimulator(), operation, **{name: text})
    assert (status, said["statusMessage"]) == (400, "Request validation issues")
    assert said["details"]["path"] == ["params", name]


def test_what_it_does_not_know_is_an_empty_history_and_no_status() -> None:
    simulator = IopoleSimulator()
    assert ask(simulator, HISTORY, invoiceId=STRANGER) == (200, [])
    assert ask(simulator, SEEN, statusId=STRANGER)[0] == 404
    assert ask(simulator, "GET /v1/invoice")[0] == 404


def test_a_history_says_what_real_ones_say() -> None:
    """As a webhook has brought it: more than the definition has, less than it demands, and not of its types."""
    simulator = IopoleSimulator()
    invoice = simulator.add_invoice()
    simulator.add_status(invoice, "REJECTED", reason="ROUTING_FAILURE")
    _, entries = ask(simulator, HISTORY, invoiceId=invoice)
    assert [entry["status"]["code"] for entry in entries] == [
        "REJECTED",
        "MADE_AVAILABLE",
        "RECEIVED",
        "ISSUED",
        "SUBMITTED",
        "SUBMITTED",
    ]
    assert [entry["status"].get("networkCode") for entry in entries] == [None, "203", "202", None, None, None]
    assert {entry["destType"] for entry in entries[-2:]} == {"PPF", "OPERATOR"}
    document = entries[0]["json"]
    assert (document["businessProcessId"], document["sender"]["roleCode"]) == ("REGULATED", "SE")
    assert document["recipients"][0]["roleCode"]["value"] == "BY"
    assert document["sender"].keys() >= {"country", "vatNumber", "identifiers", "postalAddress"}
    [response] = document["responses"]
    assert response["documentReference"] == {"issuerAssignedId": None, "typeCode": 380, "issuer": None}
    assert response["rejectionDetail"] == {"reason": "ROUTING_FAILURE", "message": None, "networkReason": None}


@pytest.mark.parametrize("key", ["newStatus", "newstatus"])
def test_unseen_ones_are_grouped_and_at_most_a_hundred(key: str) -> None:
    simulator = IopoleSimulator(unseen_key=key)
    for _ in range(21):
        simulator.add_invoice()
    _, groups = ask(simulator, NOT_SEEN)
    assert [set(group) for group in groups] == [{"invoiceId", key}] * 20
    shown = [entry["statusId"] for group in groups for entry in group[key]]
    assert shown == [entry.status_id for entry in simulator.truth.statuses[:100]]
    for status_id in [*shown, shown[0]]:
        assert ask(simulator, SEEN, statusId=status_id) == (204, None)
    _, [rest] = ask(simulator, NOT_SEEN)
    assert len(rest[key]) == 5
    simulator.webhook = True
    assert ask(simulator, NOT_SEEN) == (200, [])
