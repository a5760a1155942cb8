"""Traces and metrics through OpenTelemetry; the extra `ropo-async[otel]` brings its API.

```python
telemetry = OpenTelemetryHooks()
async with RopoClient.from_env(hooks=[telemetry, log_events]) as ropo:
    ...
```

Each call is a span beneath the caller's current one, and each attempt a client span beneath that of its call. Neither a
span nor a metric ever holds a URL with its query, a body, a header, a token, or the number of an invoice.
"""

from ropo_async.otel._hooks import OpenTelemetryHooks

__all__ = ["OpenTelemetryHooks"]
