"""Which request meets which fault: scripted ones first, then seeded chance."""

from __future__ import annotations

import random
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from attrs import field, frozen, mutable

from ropo_async.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ropo_async.simulator.messages import Request

__all__ = ["CATALOGUE", "DOCUMENT_FAULTS", "FaultPlan"]

_PAGE_OF_NOTHING: Final = (
    b"{}",
    b"[]",
    b'{"result":[]}',
    b'{"result":{"status":null}}',
    b'{"result":{"status":[]}}',
    b"",
)

_SAMPLES: Final = (
    Fault.reset_on_accept(),
    Fault.close_on_accept(),
    *(make(processed=processed) for make in (Fault.drop, Fault.reset, Fault.hang) for processed in (False, True)),
    Fault.status_line(),
    Fault.drip(0.001),
    Fault.endless_interim(),
    Fault.raw(),
    Fault.long_header(),
    Fault.delay(0.05),
    Fault.cut(),
    Fault.cut(reset=True),
    Fault.stall(),
    Fault.unterminated_chunks(),
    Fault.bad_chunk_size(),
    Fault.close_delimited(),
    Fault.close_delimited(version="1.0"),
    Fault.two_lengths(),
    Fault.negative_length(),
    Fault.length_and_chunks(),
    Fault.trailing_bytes(),
    Fault.no_content_with_body(),
    *(Fault.status(code) for code in (401, 403, 404, 408, 409, 425, 429, 500, 502, 503, 504, 520)),
    *(Fault.status(code, processed=True) for code in (500, 502, 503, 504)),
    *(Fault.status(code, headers={"Location": "http://127.0.0.1:9/rest"}) for code in (301, 302, 303, 307, 308)),
    Fault.html(),
    Fault.html(200),
    Fault.single_record(),
    Fault.malformed_record(),
    Fault.content_type(),
    Fault.gzip(),
    Fault.gzip(10),
    Fault.gzip_cut(),
    Fault.gzip_garbage(),
    Fault.gzip_bomb(10_000_000),
    Fault.bom(),
    Fault.repeat_page(),
    Fault.nan(),
    Fault.invalid_utf8(),
    Fault.deep_nesting(),
    Fault.huge_integer(),
)

CATALOGUE: Final[Mapping[str, Fault]] = MappingProxyType(
    {fault.name: fault for fault in _SAMPLES}
    | {f"body {text.decode()}".strip(): Fault.body(text) for text in _PAGE_OF_NOTHING}
)
"""One sample of every fault, quick where it can be: what the tests go through and what chance draws from."""

_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "path up": 'attachment; filename="../../x.pdf"',
        "absolute path": 'attachment; filename="/tmp/x.pdf"',
        "backslashes": r'attachment; filename="..\..\x.pdf"',
        "device": 'attachment; filename="CON"',
        "null byte": 'attachment; filename="x\0.pdf"',
        "second header": 'attachment; filename="x.pdf"\r\nX-Injected: yes',
        "extended": "attachment; filename=\"x.pdf\"; filename*=UTF-8''..%2F..%2Fl%C3%A4sku.pdf",
        "no name": "attachment; filename=",
        "long": f'attachment; filename="{"x" * 1_000_000}.pdf"',
    }
)

DOCUMENT_FAULTS: Final[Mapping[str, Fault]] = MappingProxyType(
    {
        "no_pdf": Fault.no_pdf(),
        "empty": Fault.body(b""),
        "content_type": Fault.content_type("text/html"),
        **{f"disposition {name}": Fault.disposition(value) for name, value in _NAMES.items()},
    }
)
"""Faults that only a document has, to go with `CATALOGUE`; chance never draws them by itself."""


@mutable
class _Scripted:
    fault: Fault
    operation: str | None
    query: frozenset[str] | None
    skip: int
    left: int

    def strikes(self, request: Request) -> bool:
        """Tell whether it is this request's turn, counting it where it matches."""
        if not self.left or self.operation not in {None, request.operation}:
            return False
        if self.query is not None and self.query != frozenset(name for name, _ in request.query):
            return False
        return self.counts()

    def counts(self) -> bool:
        """Let the first `skip` pass and strike the next."""
        if self.skip:
            self.skip -= 1
            return False
        self.left -= 1
        return True


@frozen
class _Chance:
    rate: float
    random: random.Random
    kinds: tuple[Fault, ...]
    operation: str | None

    def draw(self, *, on_accept: bool) -> Fault | None:
        """Return a fault, or mostly none."""
        kinds = [fault for fault in self.kinds if fault.on_accept == on_accept]
        return self.random.choice(kinds) if kinds and self.random.random() < self.rate else None


@mutable
class FaultPlan:
    """The faults to come; empty at first."""

    _scripted: list[_Scripted] = field(factory=list[_Scripted], init=False)
    _chance: _Chance | None = field(default=None, init=False)

    def script(
        self,
        fault: Fault,
        *,
        operation: str | None = None,
        query: Iterable[str] | None = None,
        times: int = 1,
        skip: int = 0,
    ) -> None:
        """Strike the next requests; see `Simulator.fail`."""
        wanted = None if query is None else frozenset(query)
        if fault.on_accept and (operation is not None or wanted is not None):
            raise ValueError(f"{fault.name} strikes before a request is read, so no operation can be chosen")
        self._scripted.append(_Scripted(fault, operation, wanted, skip, times))

    def random(
        self,
        *,
        rate: float,
        seed: int = 0,
        kinds: Collection[Fault | str] | None = None,
        operation: str | None = None,
    ) -> None:
        """Let chance strike that share of requests, and of connections where a kind strikes on accept.

        `kinds` are faults or names from `CATALOGUE`; by default all that end by themselves. `rate=0` ends it. The same
        seed and the same sequence of requests meet the same faults.
        """
        named = [fault for fault in CATALOGUE.values() if not fault.endless] if kinds is None else kinds
        faults = tuple(CATALOGUE[kind] if isinstance(kind, str) else kind for kind in named)
        self._chance = _Chance(rate, random.Random(seed), faults, operation)  # noqa: S311 - a dice, no secret

    def clear(self) -> None:
        """Behave from now on."""
        self._scripted.clear()
        self._chance = None

    def for_connection(self) -> Fault | None:
        """The fault that a fresh connection meets."""
        scripted = next(
            (rule.fault for rule in self._scripted if rule.fault.on_accept and rule.left and rule.counts()), None
        )
        return scripted or (self._chance.draw(on_accept=True) if self._chance else None)

    def for_request(self, request: Request) -> Fault | None:
        """The fault that a request meets."""
        rules = (rule for rule in self._scripted if not rule.fault.on_accept)
        scripted = next((rule.fault for rule in rules if rule.strikes(request)), None)
        chance = self._chance if self._chance and self._chance.operation in {None, request.operation} else None
        return scripted or (chance.draw(on_accept=False) if chance else None)
