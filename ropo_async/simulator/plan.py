"""Which request meets which fault: scripted ones first, then seeded chance."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from attrs import field, frozen, mutable

from ropo_async.simulator.chance import CONNECTION, Chance
from ropo_async.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ropo_async.simulator.messages import Request

__all__ = ["CATALOGUE", "DOCUMENT_FAULTS", "Armed", "FaultPlan", "named"]

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
    Fault.hang_on_accept(),
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


def named(name: str) -> Fault:
    """Return the sample with this name in `CATALOGUE` or `DOCUMENT_FAULTS`.

    Raises:
        ValueError: there is none.
    """
    fault = CATALOGUE.get(name) or DOCUMENT_FAULTS.get(name)
    if fault is None:
        raise ValueError(f"no such fault: {name}")
    return fault


@frozen
class Armed:
    """A fault that waits for its requests."""

    fault: str
    """Its name, or what chance may choose."""
    operation: str | None
    query: frozenset[str] | None
    skip: int
    """How many matching requests pass first."""
    left: int | None
    """How many requests it strikes then; `None` where chance decides."""
    rate: float = 1.0
    """The share of them that it strikes."""


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


@mutable
class FaultPlan:
    """The faults to come; empty at first."""

    _scripted: list[_Scripted] = field(factory=list[_Scripted], init=False)
    _chances: dict[str | None, Chance] = field(factory=dict[str | None, Chance], init=False)
    """By operation; `None` is for all that have none of their own."""

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
        rate: float | Mapping[Fault, float] | Mapping[str, float] | Mapping[Fault | str, float],
        seed: int = 0,
        kinds: Collection[Fault | str] | None = None,
        operation: str | None = None,
        limit: int | None = None,
    ) -> None:
        """Let chance strike some of the requests, and of the connections where a fault strikes on accept.

        The same seed and the same sequence of requests of an operation meet the same faults, whatever other operations
        are asked for in between. A call replaces the one before it for the same `operation`; `rate=0` ends that.

        Args:
            rate: The share of requests that go wrong, from 0 to 1, or the share for each fault.
            seed: Which requests and which faults.
            kinds: The faults, or their names in `CATALOGUE` and `DOCUMENT_FAULTS`, that one rate is shared out among;
                by default all of `CATALOGUE` that end by themselves.
            operation: Method and path; by default all operations that no other call has named.
            limit: How many faults there will be at most; any number by default.

        Raises:
            ValueError: no such fault, rates that are no shares of a whole, or `kinds` where each has its own rate.
        """
        if isinstance(rate, Mapping):
            if kinds is not None:
                raise ValueError("rates for each fault leave nothing to say by kinds")
            chance = Chance({_fault(kind): share for kind, share in rate.items()}, seed, limit)
        else:
            quick = [fault for fault in CATALOGUE.values() if not fault.endless]
            chance = Chance.evenly(rate, [_fault(kind) for kind in (quick if kinds is None else kinds)], seed, limit)
        self._chances[operation] = chance

    @property
    def armed(self) -> tuple[Armed, ...]:
        """What is still to come, in the order in which it strikes."""
        scripted = [Armed(rule.fault.name, rule.operation, rule.query, rule.skip, rule.left) for rule in self._scripted]
        chances = (
            (operation, chance) for operation, chance in self._chances.items() if chance.rate and chance.left != 0
        )
        return (
            *(rule for rule in scripted if rule.left),
            *(Armed(f"one of {len(it.rates)}", operation, None, 0, it.left, it.rate) for operation, it in chances),
        )

    def clear(self) -> None:
        """Behave from now on."""
        self._scripted.clear()
        self._chances.clear()

    def for_connection(self) -> Fault | None:
        """The fault that a fresh connection meets."""
        scripted = next(
            (rule.fault for rule in self._scripted if rule.fault.on_accept and rule.left and rule.counts()), None
        )
        drawn = (chance.strikes(CONNECTION) for chance in self._chances.values())
        return scripted or next((fault for fault in drawn if fault), None)

    def for_request(self, request: Request) -> Fault | None:
        """The fault that a request meets."""
        rules = (rule for rule in self._scripted if not rule.fault.on_accept)
        scripted = next((rule.fault for rule in rules if rule.strikes(request)), None)
        chance = self._chances.get(request.operation) or self._chances.get(None)
        return scripted or (chance.strikes(request.operation) if chance else None)


def _fault(kind: Fault | str) -> Fault:
    return named(kind) if isinstance(kind, str) else kind
