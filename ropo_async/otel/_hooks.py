"""The hook: from events to spans and metrics."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import anyio
from attrs import define

from ropo_async import _arguments as arguments
from ropo_async import hooks
from ropo_async._protect import beside
from ropo_async._version import __version__
from ropo_async.errors import JournalError
from ropo_async.otel._instruments import CALLS, COUNTERS, GAUGES, LAGS, NAMES, Counted

try:
    from opentelemetry import context, metrics, trace
except ImportError as missing:
    raise ImportError("ropo_async.otel needs OpenTelemetry: pip install ropo-async[otel]") from missing

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable
    from contextvars import Token
    from datetime import timedelta

    from ropo_async.inbox import Inbox
    from ropo_async.journal import Health

__all__ = ["OpenTelemetryHooks"]

NAME = "ropo_async"
SCHEMA = "https://opentelemetry.io/schemas/1.38.0"


@define(eq=False)
class _Call:
    """One call under way, as the context of its task knows it."""

    span: trace.Span
    began: hooks.Started
    attached: Token[Any] | None = None
    attempts: int = 0


class OpenTelemetryHooks:
    """A hook that makes spans and metrics of what a client tells; one of it serves any number of clients.

    ```python
    telemetry = OpenTelemetryHooks()
    async with RopoClient.from_env(hooks=[telemetry, log_events]) as ropo, Journal.open("sqlite:///ropo.db") as journal:
        inbox = Inbox(ropo.status_updates, journal)
        async with inbox.polling(every=timedelta(minutes=1)), telemetry.watching([inbox], every=timedelta(seconds=30)):
            ...
    ```

    Args:
        tracer_provider: where spans go; the global one if left out.
        meter_provider: where metrics go; the global one if left out.
    """

    def __init__(
        self,
        *,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
    ) -> None:
        self._tracer = trace.get_tracer(NAME, __version__, tracer_provider, SCHEMA)
        meter = metrics.get_meter(NAME, __version__, meter_provider, SCHEMA)
        self._counters = defaultdict[type[hooks.Event], list[tuple[metrics.Counter, Counted]]](list)
        for row in COUNTERS:
            self._counters[row.event].append((meter.create_counter(row.name, row.unit, row.text), row))
        self._gauges = {name: meter.create_gauge(name, unit, text) for name, (unit, text, _) in GAUGES.items()}
        self._calls, self._requests, self._lags = (
            meter.create_histogram(name, "s", text, explicit_bucket_boundaries_advisory=bounds)
            for name, text, bounds in (
                ("ropo.client.operation.duration", "How long calls took, with all their attempts", CALLS),
                ("http.client.request.duration", "How long HTTP requests took", CALLS),
                ("ropo.feed.lag", "From an update's arrival to its acknowledgement", LAGS),
            )
        )
        self._key = context.create_key("ropo_async.call")

    def __call__(self, event: hooks.Event, /) -> None:
        """Take note of `event`."""
        match event:
            case hooks.Started():
                self._start(event)
            case hooks.Attempted():
                self._attempt(event)
            case hooks.Finished():
                self._finish(event)
            case hooks.Settled(cid=cid, outcome=outcome, arrived=arrived):
                if arrived is not None and outcome == "acked":
                    lag = (datetime.now(UTC) - arrived).total_seconds()
                    self._lags.record(max(0.0, lag), {"ropo.account": cid})
            case hooks.Retrying():
                self._retry(event)
            case _:
                pass
        for counter, row in self._counters.get(type(event), ()):
            if count := row.count(event):
                counter.add(count, {NAMES[name]: getattr(event, name) for name in row.by})

    @asynccontextmanager
    async def watching(self, inboxes: Iterable[Inbox], *, every: timedelta) -> AsyncGenerator[None]:
        """Look at the health of `inboxes` while the block runs, for what no event tells: gauges.

        Args:
            inboxes: some of them, or an `Inboxes`, whose accounts may become more meanwhile.
            every: the pause between two looks.

        Raises:
            InvalidInput: `every` is no length of time above 0.
        """
        pause = arguments.seconds("every", every)

        async def watch() -> None:
            while True:
                for inbox in inboxes:
                    # What the journal's trouble is, its users are told; the next look may succeed.
                    with suppress(JournalError):
                        self.record_health(inbox.account.name, await inbox.health())
                await anyio.sleep(pause)

        async with beside(watch):
            yield

    def record_health(self, cid: str, health: Health, *, now: datetime | None = None) -> None:
        """Set the gauges of the account `cid`, as `watching` does."""
        now = datetime.now(UTC) if now is None else now
        for name, (_, _, value) in GAUGES.items():
            self._gauges[name].set(value(health, now), {"ropo.account": cid})

    def _call(self) -> _Call | None:
        found = context.get_value(self._key)
        return found if isinstance(found, _Call) else None

    def _start(self, event: hooks.Started) -> None:
        span = self._tracer.start_span(event.operation, attributes={"ropo.operation": event.operation})
        call = _Call(span, event)
        # What the call does within, a login too, has its span for a parent.
        call.attached = context.attach(context.set_value(self._key, call, trace.set_span_in_context(span)))

    def _attempt(self, event: hooks.Attempted) -> None:
        call = self._call()
        if call is None or call.began.operation != event.operation:
            return
        failed = event.status is None or event.status >= 400
        attributes = _http(call.began, event)
        self._requests.record(event.duration, attributes)
        ended = time.time_ns()
        span = self._tracer.start_span(
            call.began.method,
            kind=trace.SpanKind.CLIENT,
            attributes=attributes | ({"http.request.resend_count": call.attempts} if call.attempts else {}),
            start_time=ended - round(event.duration * 1e9),
        )
        if failed:
            span.set_status(trace.StatusCode.ERROR)
        span.end(ended)
        call.attempts += 1

    def _retry(self, event: hooks.Retrying) -> None:
        call = self._call()
        if call is not None:
            call.span.add_event("retry", {"ropo.wait": event.wait, "ropo.reason": event.reason})

    def _finish(self, event: hooks.Finished) -> None:
        attributes = {"ropo.operation": event.operation} | _error(event.outcome)
        self._calls.record(event.duration, attributes)
        call = self._call()
        if call is None or call.began.operation != event.operation or call.attached is None:
            return
        call.span.set_attributes(attributes | {"ropo.attempts": event.attempts})
        if event.outcome not in {"ok", "cancelled"}:
            call.span.set_status(trace.StatusCode.ERROR)
        context.detach(call.attached)
        call.span.end()


def _error(outcome: str) -> dict[str, str]:
    return {} if outcome == "ok" else {"error.type": outcome}


def _http(began: hooks.Started, event: hooks.Attempted) -> dict[str, str | int]:
    """Return the attributes that OpenTelemetry has for a request, but for its URL: an id may be in that."""
    attributes: dict[str, str | int] = {
        "http.request.method": began.method,
        "server.address": began.server,
        "ropo.operation": event.operation,
    }
    if began.port is not None:
        attributes["server.port"] = began.port
    if event.status is not None:
        attributes["http.response.status_code"] = event.status
    if event.status is None or event.status >= 400:
        attributes["error.type"] = str(event.answer)
    return attributes
