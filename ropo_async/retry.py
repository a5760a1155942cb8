"""Whether to try again: pure functions of what is known, and a budget. Nothing here sleeps, sends or reads a clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from attrs import Attribute, Factory, define, field, frozen

from ropo_async._values import http_date
from ropo_async.errors import DecodeError, InvalidInput, Phase, RateLimited, StatusError, TransportError
from ropo_async.operations import Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ropo_async.errors import RopoError

__all__ = ["Budget", "Decision", "Failure", "RetryPolicy", "Verdict", "decide", "judge", "parse_retry_after"]


def _at_least(lowest: int, *, whole: bool = False) -> Callable[[object, Attribute[Any], Any], None]:
    kinds, words = ((int,), "a whole number") if whole else ((int, float), "a number of seconds")

    def check(_: object, attribute: Attribute[Any], value: Any) -> None:
        # Written so that what is no number at all, and compares to nothing, is refused as well.
        if isinstance(value, bool) or not isinstance(value, kinds) or not lowest <= value < float("inf"):
            raise InvalidInput(f"RetryPolicy.{attribute.name} must be {words}, {lowest} or more")

    return check


@frozen(kw_only=True)
class RetryPolicy:
    """How often and how patiently to try again. All times are seconds.

    The defaults follow the published AWS and Smithy "standard" mode, with two differences: a `Retry-After` is never
    undercut, and one beyond `retry_after_cap` ends the call instead of holding it up.

    Raises:
        InvalidInput: a value is no number, or too small.
    """

    attempts: int = field(default=3, validator=_at_least(1, whole=True))
    """Attempts in all, the first included."""
    base: float = field(default=0.05, validator=_at_least(0))
    """The longest first wait; it doubles with every attempt. The wait itself is drawn evenly below it."""
    cap: float = field(default=20.0, validator=_at_least(0))
    """The longest wait of our own choosing."""
    throttled_base: float = field(default=1.0, validator=_at_least(0))
    """The longest first wait after a 429, or a 503 that names a time."""
    retry_after_cap: float = field(default=120.0, validator=_at_least(0))
    """The longest `Retry-After` that is waited for; a longer one is raised."""
    capacity: int = field(default=500, validator=_at_least(0, whole=True))
    """Tokens of the retry budget, which all calls of a client share."""
    cost: int = field(default=14, validator=_at_least(0, whole=True))
    """Tokens that a retry takes."""
    throttled_cost: int = field(default=5, validator=_at_least(0, whole=True))
    """Tokens that a retry takes after a 429."""


@frozen
class Failure:
    """What deciding needs to know of a failed attempt."""

    phase: Phase | None = None
    status: int | None = None
    retry_after: float | None = None
    permanent: bool = False
    page: bool = False
    """Whether it came as a page for people: the API speaks JSON, so somebody else has answered."""

    @classmethod
    def of(cls, error: RopoError) -> Self | None:
        """Return what `error` says, or None where it is no failure of an attempt."""
        match error:
            case TransportError():
                # A status whose body broke off promises nothing: the phase alone counts.
                return cls(phase=error.phase, permanent=error.permanent)
            case RateLimited():
                return cls(status=error.status, retry_after=error.retry_after, page=_is_page(error))
            case StatusError():
                return cls(status=error.status, retry_after=parse_retry_after(error.headers), page=_is_page(error))
            case DecodeError():
                return cls(phase=Phase.RECEIVED_PARTIAL)
            case _:
                return None


class Verdict(Enum):
    """What a failure means for one effect."""

    AGAIN = "again"
    """It took no effect, or may be repeated without harm."""
    REFUSED = "refused"
    """It took no effect, and trying again would not change that."""
    UNKNOWN = "unknown"
    """It may have taken effect: never again by itself."""


class _Kind(Enum):
    NOT_SENT = "not sent"
    THROTTLED = "throttled"
    CONFLICT = "conflict"
    AMBIGUOUS = "ambiguous"
    REFUSED = "refused"
    STRANGE = "strange"
    PAGE = "page"


_VERDICTS: Mapping[_Kind, Mapping[Effect, Verdict]] = MappingProxyType(
    {
        _Kind.NOT_SENT: dict.fromkeys(Effect, Verdict.AGAIN),
        _Kind.THROTTLED: dict.fromkeys(Effect, Verdict.AGAIN),
        _Kind.REFUSED: dict.fromkeys(Effect, Verdict.REFUSED),
        # A conflict may be the echo of an earlier success, so a write must not take it for a refusal.
        _Kind.CONFLICT: {Effect.READ: Verdict.REFUSED, Effect.CONSUME: Verdict.REFUSED, Effect.WRITE: Verdict.UNKNOWN},
        _Kind.AMBIGUOUS: {Effect.READ: Verdict.AGAIN, Effect.CONSUME: Verdict.UNKNOWN, Effect.WRITE: Verdict.UNKNOWN},
        # A filter in between may have put it in place of updates that were taken already, as it looks at answers, too.
        _Kind.STRANGE: {Effect.READ: Verdict.REFUSED, Effect.CONSUME: Verdict.UNKNOWN, Effect.WRITE: Verdict.REFUSED},
        # Not the API's own word, whatever its status says: a write may have been answered behind it.
        _Kind.PAGE: {Effect.READ: Verdict.REFUSED, Effect.CONSUME: Verdict.UNKNOWN, Effect.WRITE: Verdict.UNKNOWN},
    },
)
_KINDS_OF_4XX: Mapping[int, _Kind] = MappingProxyType(
    {
        **dict.fromkeys((400, 401, 403, 404, 405, 406, 415, 422), _Kind.REFUSED),
        # 499 is a proxy's word for a caller who left: the server behind it may have acted.
        **dict.fromkeys((408, 425, 499), _Kind.AMBIGUOUS),
        409: _Kind.CONFLICT,
        429: _Kind.THROTTLED,
    },
)
"""Any other is STRANGE."""
_KINDS_OF_PAGES: Mapping[int, _Kind] = MappingProxyType(
    {
        # Whoever asks for other credentials has not looked at anything else.
        401: _Kind.REFUSED,
        **dict.fromkeys((408, 425, 429, 499), _Kind.AMBIGUOUS),
    },
)
"""Of a 4xx that is a page for people: any other is PAGE."""


def _kind(failure: Failure) -> _Kind:
    if failure.permanent and failure.phase is Phase.NOT_SENT:
        return _Kind.REFUSED
    if failure.status is None:
        return _Kind.NOT_SENT if failure.phase is Phase.NOT_SENT else _Kind.AMBIGUOUS
    if 400 <= failure.status < 500:
        kinds, other = (_KINDS_OF_PAGES, _Kind.PAGE) if failure.page else (_KINDS_OF_4XX, _Kind.STRANGE)
        return kinds.get(failure.status, other)
    return _Kind.AMBIGUOUS


def _is_page(error: StatusError) -> bool:
    return "text/html" in error.headers.get("content-type", "").lower() or error.body.lstrip().startswith(b"<")


def judge(effect: Effect, failure: Failure) -> Verdict:
    """Return what `failure` means for an operation with `effect`."""
    return _VERDICTS[_kind(failure)][effect]


@frozen
class Decision:
    """Wait `wait` seconds and try again, or stop when it is None; `reason` is for people and events."""

    wait: float | None
    cost: int
    reason: str


def decide(
    effect: Effect,
    failure: Failure,
    *,
    attempt: int,
    policy: RetryPolicy,
    tokens: int,
    remaining: float,
    draw: float,
) -> Decision:
    """Decide what follows a failed attempt.

    Args:
        effect: the operation's effect.
        failure: what the attempt ended in.
        attempt: the attempt that failed, from 1.
        policy: the numbers.
        tokens: what is left of the budget.
        remaining: seconds until the call's deadline.
        draw: a random number from 0 to 1, the jitter.
    """
    kind = _kind(failure)
    verdict = _VERDICTS[kind][effect]
    if verdict is not Verdict.AGAIN:
        return Decision(None, 0, verdict.value)
    if attempt >= policy.attempts:
        return Decision(None, 0, "attempts spent")
    hint = failure.retry_after
    if hint is not None and hint > policy.retry_after_cap:
        return Decision(None, 0, "asked to wait too long")
    throttled = failure.status == 429 or (failure.status == 503 and hint is not None)
    wait = max(_backoff(attempt, policy, throttled=throttled) * draw, hint or 0.0)
    if wait >= remaining:
        return Decision(None, 0, "deadline")
    # What never left this machine puts no load on the server, so it costs nothing.
    cost = 0 if kind is _Kind.NOT_SENT else policy.throttled_cost if throttled else policy.cost
    if cost > tokens:
        return Decision(None, 0, "retry budget spent")
    return Decision(wait, cost, kind.value)


def _backoff(attempt: int, policy: RetryPolicy, *, throttled: bool) -> float:
    # From 2**64 on every base is beyond the cap; the bound keeps the power finite.
    return min((policy.throttled_base if throttled else policy.base) * 2.0 ** min(attempt - 1, 64), policy.cap)


@define
class Budget:
    """Tokens for retries, shared by the calls of a client so that an outage is not multiplied by its callers."""

    capacity: int
    tokens: int = field(default=Factory(lambda self: self.capacity, takes_self=True))

    def spend(self, cost: int) -> None:
        """Take `cost` tokens."""
        self.tokens -= cost

    def succeed(self, last_cost: int | None) -> None:
        """Give back what the last retry of a successful call cost, or one token where it needed none."""
        self.tokens = min(self.capacity, self.tokens + (1 if last_cost is None else last_cost))


_SECONDS = re.compile(r"[ \t]*([0-9]+)[ \t]*")


def parse_retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that `Retry-After` asks for, or None where it says nothing readable.

    A date, in any of the three HTTP forms, is measured against the answer's own `Date`, so that a wrong clock here does
    no harm; one in the past is 0.

    Args:
        headers: names in lower case.
        now: what to measure a date against where the answer has no `Date`; this machine's clock if left out.
    """
    value = headers.get("retry-after")
    if value is None:
        return None
    if seconds := _SECONDS.fullmatch(value):
        # More digits than that is for ever; int() would refuse thousands of them.
        return float(seconds[1]) if len(seconds[1]) < 19 else float("inf")
    until = http_date(value)
    if until is None:
        return None
    since = http_date(headers.get("date", "")) or now or datetime.now(UTC)
    return max(0.0, (until - since).total_seconds())
