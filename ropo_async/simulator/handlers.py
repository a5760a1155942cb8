"""What each operation does: functions from the simulator and a request to an answer, and the table that finds them."""

from __future__ import annotations

import hmac
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from ropo_async.simulator.books import Login
from ropo_async.simulator.disputes import dispute, report_delivery, resolve, send_transfer_report
from ropo_async.simulator.documents import get_pdf, localprint, preview
from ropo_async.simulator.jobs import get_job, modify, modify_open
from ropo_async.simulator.ledger import CREDIT_NOTES, PAYMENTS, credit, pay
from ropo_async.simulator.messages import Answer, Refusal, Request, common_error, json_answer, loads, page
from ropo_async.simulator.submissions import submit
from ropo_async.simulator.values import is_day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ropo_async.simulator.simulator import Simulator

    Handler = Callable[[Simulator, Request], Answer]

__all__ = ["PREFIX", "ROUTES", "TOKEN", "accepts", "handle", "operation_of"]

PREFIX: Final = "/rest"
TOKEN: Final = "POST /token"  # noqa: S105 - the name of an operation

_FILTERS: Final = ("date", "billnum")


def operation_of(method: str, target: str) -> str:
    """Name the operation of a request: method and path below the prefix, or `../path` beside it."""
    path = unquote(target.partition("?")[0])
    return f"{method} {path.removeprefix(PREFIX) if path.startswith(f'{PREFIX}/') else f'..{path}'}"


def accepts(simulator: Simulator, sent: Mapping[str, Any]) -> bool:
    """Tell whether these are its credentials."""
    return all([_same(sent.get("cid"), simulator.cid), _same(sent.get("apicode"), simulator.apicode)])


def handle(simulator: Simulator, request: Request) -> Answer:
    """Answer one request as the vendor would when all is well."""
    if request.operation != TOKEN and not simulator.tokens.admits(request.headers):
        return Answer(401)
    handler = ROUTES.get(request.operation)
    try:
        return handler(simulator, request) if handler else _no_route(request)
    except Refusal as refusal:
        return refusal.answer


def issue_token(simulator: Simulator, request: Request) -> Answer:
    """`POST /token`."""
    try:
        sent = loads(request.body)
    except ValueError:
        return json_answer(400, {"errorId": 1, "errorText": "The request is not a JSON object"})
    if not accepts(simulator, sent):
        simulator.truth.logins.append(Login(request.index, None))
        return json_answer(400, {"errorId": 2, "errorText": "Invalid cid or apicode"})
    token, generation = simulator.tokens.issue(simulator.cid)
    simulator.truth.logins.append(Login(request.index, generation))
    return json_answer(201, {"token": token})


def status_updates(simulator: Simulator, request: Request) -> Answer:
    """`GET /jobs/statusupdates`: without a filter what it answers is recorded, arrived or not."""
    filters = [(name, value) for name, value in request.query if name in _FILTERS]
    if not filters:
        return page(simulator.truth.take(request.index, simulator.page_size))
    if len(filters) > 1:
        return common_error("Only one of the parameters date and billnum can be sent")
    name, value = filters[0]
    if not (is_day(value) if name == "date" else value):
        return common_error(f"Invalid {name}")
    return page(simulator.truth.reread(request.index, name, value, simulator.rereads))


def _same(sent: object, secret: str) -> bool:
    # Customer numbers are digits and sent as a number by some.
    return hmac.compare_digest(str(sent).encode("utf-8", "replace"), secret.encode())


def _no_route(request: Request) -> Answer:
    path = request.operation.partition(" ")[2]
    methods = [known.split()[0] for known in ROUTES if known.endswith(f" {path}")]
    if not methods:
        return json_answer(404, {"error": "No such resource"})
    refusal = json_answer(405, {"error": "Method not allowed"})
    return Answer(405, (*refusal.headers, ("Allow", ", ".join(methods))), refusal.body)


ROUTES: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        TOKEN: issue_token,
        "GET /jobs/statusupdates": status_updates,
        PAYMENTS.operation: pay,
        CREDIT_NOTES.operation: credit,
        "GET /jobs": get_job,
        "POST /jobs": submit,
        "PATCH /jobs": modify,
        "PATCH /jobs/opensalesinvoices": modify_open,
        "PATCH /jobs/deliverystatus": report_delivery,
        "GET /jobs/pdf": get_pdf,
        "POST /jobs/preview": preview,
        "POST /jobs/localprint": localprint,
        "GET /jobs/transferconfirmation": send_transfer_report,
        "POST /jobs/dispute": dispute,
        "POST /jobs/dispute/resolve": resolve,
    }
)
