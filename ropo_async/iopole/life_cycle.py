"""The French life-cycle codes of an invoice, as a table. A code that is not in it is kept as it is, without a name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LIFE_CYCLE", "LifeCycleCode", "life_cycle_code"]


@frozen
class LifeCycleCode:
    """One code: its number, its French name, and the word that Iopole has for it, if it has one."""

    number: str
    french: str
    name: str | None = None


_TABLE = (
    LifeCycleCode("200", "Déposée", "SUBMITTED"),
    LifeCycleCode("201", "Émise par la plateforme", "ISSUED"),
    LifeCycleCode("202", "Reçue par la plateforme", "RECEIVED"),
    LifeCycleCode("203", "Mise à disposition", "MADE_AVAILABLE"),
    LifeCycleCode("204", "Prise en charge", "IN_HAND"),
    LifeCycleCode("205", "Approuvée", "APPROVED"),
    LifeCycleCode("206", "Approuvée partiellement", "PARTIALLY_APPROVED"),
    LifeCycleCode("207", "En litige", "DISPUTED"),
    LifeCycleCode("208", "Suspendue", "SUSPENDED"),
    LifeCycleCode("209", "Complétée", "COMPLETED"),
    LifeCycleCode("210", "Refusée", "REFUSED"),
    LifeCycleCode("211", "Paiement transmis", "PAYMENT_SENT"),
    LifeCycleCode("212", "Encaissée", "PAYMENT_RECEIVED"),
    LifeCycleCode("213", "Rejetée", "REJECTED"),
    LifeCycleCode("214", "Visée"),
    LifeCycleCode("220", "Annulée", "CANCELLED"),
    LifeCycleCode("221", "Erreur de routage"),
    LifeCycleCode("224", "Demande de paiement direct"),
    LifeCycleCode("225", "Affacturée"),
    LifeCycleCode("226", "Affacturée confidentiel"),
    LifeCycleCode("227", "Changement de compte à payer"),
    LifeCycleCode("228", "Non affacturée"),
    LifeCycleCode("501", "Irrecevable", "UNACCEPTABLE"),
)

LIFE_CYCLE: Mapping[str, LifeCycleCode] = MappingProxyType({code.number: code for code in _TABLE})
"""By number. The pairs of 202, 203 and 205 with Iopole's words are documented, the others follow from the names."""

_BY_NAME = {code.name: code for code in _TABLE if code.name is not None}


def life_cycle_code(code: str | None) -> LifeCycleCode | None:
    """Return the row of a number such as `205` or a word such as `APPROVED`; None for what is not in the table."""
    return None if code is None else LIFE_CYCLE.get(code) or _BY_NAME.get(code)
