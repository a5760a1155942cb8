"""What handlers share: reading parameters and bodies, and finding the invoice that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ropo_async.simulator.archive import HELSINKI
from ropo_async.simulator.messages import Refusal, loads
from ropo_async.simulator.schema import problems
from ropo_async.simulator.values import is_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ropo_async.simulator.books import Invoice, Record
    from ropo_async.simulator.messages import Request
    from ropo_async.simulator.simulator import Simulator

__all__ = ["body_of", "invoice_named", "only", "parameters", "stamp"]

_KEYS: Final[Mapping[str, Callable[[Invoice], object]]] = {
    "jobid": lambda invoice: invoice.jobid,
    "billnum": lambda invoice: invoice.billnum,
    "invoice_number": lambda invoice: invoice.billnum,
    "contractnum": lambda invoice: invoice.dataset.get("contractnum"),
}


def parameters(request: Request, *names: str) -> dict[str, str]:
    """Return these query parameters, where they came with a value.

    Raises:
        Refusal: one came twice, or a `jobid` is no number.
    """
    found = [(name, value) for name, value in request.query if name in names and value]
    sent = dict(found)
    if len(sent) < len(found):
        raise Refusal("A parameter was sent more than once")
    if not is_whole(sent.get("jobid", "0")):
        raise Refusal("jobid must be an integer")
    return sent


def body_of(schema: str, request: Request) -> Record:
    """Return a body that is as its schema says.

    Raises:
        Refusal: it is not.
    """
    try:
        sent = loads(request.body)
    except ValueError as error:
        raise Refusal("The request is not a JSON object") from error
    for problem in problems(schema, sent):
        raise Refusal(problem)
    return sent


def invoice_named(simulator: Simulator, named: Mapping[str, str]) -> Invoice:
    """Find the invoice of this customer that all of these ids point at; of several with one number the first.

    Raises:
        Refusal: there is none, or they point at different ones.
    """
    found = [
        [invoice for invoice in simulator.truth.ours if str(_KEYS[name](invoice)) == value]
        for name, value in named.items()
    ]
    if not all(found):
        raise Refusal("No such job", 404)
    for invoice in found[0]:
        if all(invoice in others for others in found):
            return invoice
    raise Refusal("The ids do not point at one job")


def stamp(simulator: Simulator) -> str:
    """Write the present moment as the vendor writes times."""
    return f"{simulator.now().astimezone(HELSINKI):%Y-%m-%d %H:%M:%S}"


def only(sent: Mapping[str, Any], names: tuple[str, ...], *, exactly: bool) -> dict[str, str]:
    """Return the ids among the parameters; at least one of them must be there, or exactly one.

    Raises:
        Refusal: they are not.
    """
    ids = {name: sent[name] for name in names if name in sent}
    if not ids or (exactly and len(ids) > 1):
        raise Refusal(f"{'Exactly one' if exactly else 'One'} of the parameters {' and '.join(names)} is required")
    return ids
