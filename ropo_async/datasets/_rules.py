"""What single fields may hold, where the documentation says so and nowhere says otherwise.

Lists that it contradicts or that may grow (`jobtype`, `sendtype`, `finance`, `billtemplate`) are left to the server.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["RULES", "Rule"]


@frozen
class Rule:
    """What a value must be."""

    words: str
    holds: Callable[[Any], bool]


def _one_of(*values: Any) -> Rule:
    return Rule(f"must be {' or '.join(map(str, values))}", values.__contains__)


_NO_COUNTRIES = MappingProxyType(
    {"ENG": "GBR", "DEN": "DNK", "GER": "DEU", "LAT": "LVA", "NED": "NLD", "SPA": "ESP", "SUI": "CHE"}
)
_NO_CURRENCIES = MappingProxyType({"DKR": "DKK", "NKR": "NOK", "SKR": "SEK", "STG": "GBP"})


def _code(shape: str, words: str, mistaken: Mapping[str, str]) -> Rule:
    pattern = re.compile(shape)
    instead = "".join(f"; {right}, not {wrong}" for wrong, right in mistaken.items())
    return Rule(words + instead, lambda text: bool(pattern.fullmatch(text)) and text not in mistaken)


SWITCH = _one_of(0, 1)
AT_LEAST_ONE = Rule("must be 1 or more", lambda number: number >= 1)
PER_CENT = Rule("must be from 0 to 100", lambda number: 0 <= number <= 100)
COUNTRY = _code("[A-Z]{3}", "must be a country's three letters, as ISO 3166 has them, such as FIN", _NO_COUNTRIES)
CURRENCY = _code("[A-Z]{3}", "must be a currency's three letters, as ISO 4217 has them, such as EUR", _NO_CURRENCIES)
LANGUAGE = _code("[a-z]{3}", "must be a language's three small letters: eng, fin, swe, est", {})

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "customertype": Rule("must be 1 (company) or 2 (natural person)", (1, 2).__contains__),
        **dict.fromkeys(("cashbill", "checkbillnum", "collectioninvoice", "color", "doublesided"), SWITCH),
        **dict.fromkeys(("negvat", "putonhold", "sensible", "vatlayout"), SWITCH),
        "TA0003": _one_of("Y", "N"),
        "postclass": _one_of(1, 2),
        "refundmessagetype": _one_of(1, 3),
        "taxpr": PER_CENT,
        "payplancount": AT_LEAST_ONE,
        "payplaninterval": AT_LEAST_ONE,
        "payplanamount": Rule("must be more than 0", lambda number: number > 0),
        **dict.fromkeys(("addresscountry", "country"), COUNTRY),
        **dict.fromkeys(("currency", "foreigncurrency"), CURRENCY),
        "language": LANGUAGE,
    },
)
"""By the field's name, which means the same in every part that has it."""
