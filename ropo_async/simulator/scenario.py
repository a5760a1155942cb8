"""A scenario as JSON: what there is, what goes wrong and what is answered, each entry a call of the simulator."""

from __future__ import annotations

import json
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from ropo_async.simulator.plan import named
from ropo_async.simulator.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["SECTIONS", "play"]


def _fail(simulator: Simulator, *, fault: str, **when: Any) -> None:
    simulator.fail(named(fault), **when)


def _random(simulator: Simulator, **chance: Any) -> None:
    simulator.faults.random(**chance)


SECTIONS: Final[Mapping[str, Callable[..., object]]] = MappingProxyType(
    {
        "invoices": Simulator.add_invoice,
        "updates": Simulator.add_updates,
        "bank_payments": Simulator.add_bank_payment,
        "payment_statuses": Simulator.payment_status,
        "credit_note_statuses": Simulator.credit_note_status,
        "faults": _fail,
        "random": _random,
    }
)
"""What a scenario may have, in the order in which it is played: the arguments of each entry are those of the call."""


def play(simulator: Simulator, text: str) -> None:
    """Do to a simulator what a scenario says: an object with a list of objects for each section.

    Numbers are read as `Decimal`, so that sums stay exact.

    Raises:
        ValueError: it cannot be read, or an entry is not accepted; the message says which.
    """
    scenario = json.loads(text, parse_float=Decimal)
    if not isinstance(scenario, dict):
        raise ValueError("a scenario is an object")
    entries = cast("dict[str, Any]", scenario)
    if unknown := entries.keys() - SECTIONS.keys():
        raise ValueError(f"no such section: {', '.join(sorted(unknown))}")
    for section, call in SECTIONS.items():
        for number, entry in enumerate(entries.get(section, ())):
            try:
                call(simulator, **entry)
            except (ArithmeticError, LookupError, TypeError, ValueError) as error:
                raise ValueError(f"{section}[{number}]: {error}") from error
