"""OpenTelemetry that keeps in memory what it is given."""

import json
from typing import Any

import pytest
from attrs import define, field
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ropo_async.otel import OpenTelemetryHooks

APICODE = "made-up-secret-apicode"


@define(eq=False)
class Kept:
    """What was exported."""

    exporter: InMemorySpanExporter = field(factory=InMemorySpanExporter)
    reader: InMemoryMetricReader = field(factory=InMemoryMetricReader)
    tracers: TracerProvider = field(factory=TracerProvider)
    hooks: OpenTelemetryHooks = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        meters = MeterProvider([self.reader])
        self.hooks = OpenTelemetryHooks(tracer_provider=self.tracers, meter_provider=meters)

    @property
    def spans(self) -> list[ReadableSpan]:
        """The spans in the order in which they ended."""
        return list(self.exporter.get_finished_spans())

    def span(self, name: str) -> ReadableSpan:
        [found] = [span for span in self.spans if span.name == name]
        return found

    def children(self, parent: ReadableSpan) -> list[ReadableSpan]:
        assert parent.context is not None
        return [span for span in self.spans if span.parent and span.parent.span_id == parent.context.span_id]

    @property
    def metrics(self) -> dict[str, list[Any]]:
        """The points of each metric."""
        data = self.reader.get_metrics_data()
        scopes = [scope for resource in data.resource_metrics for scope in resource.scope_metrics] if data else []
        return {metric.name: list(metric.data.data_points) for scope in scopes for metric in scope.metrics}

    def total(self, name: str, **attributes: Any) -> int:
        """The sum of a counter, or the number of values of a histogram."""
        wanted = {key.replace("__", "."): value for key, value in attributes.items()}.items()
        points = [point for point in self.metrics.get(name, []) if wanted <= dict(point.attributes).items()]
        return sum(point.value if hasattr(point, "value") else point.count for point in points)

    @property
    def everything(self) -> str:
        """All that left the process, as text."""
        data = self.reader.get_metrics_data()
        metrics = data.to_json() if data else ""
        return json.dumps([json.loads(span.to_json() or "") for span in self.spans], ensure_ascii=False) + metrics


@pytest.fixture
def kept() -> Kept:
    return Kept()
