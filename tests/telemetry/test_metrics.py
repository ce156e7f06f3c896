"""Requests are counted many at a time: the same as one by one, and each in its bucket."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Histogram

from sluice.accounting.settlement import Settlement
from sluice.base.usage import Usage
from sluice.telemetry.metrics import Metrics

BOUNDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
DURATIONS = [
    *(0, 1, 4, 5, 6, 19, 20, 21, 50, 51, 100, 101, 250, 251, 499, 500, 501, 1000, 1001, 2500, 2501),
    *(5000, 10_000, 29_999, 30_000, 30_001, 60_000, 120_000, 300_000, 600_000, 600_001, 9_000_000),
]


def _settled(duration_ms: int, first_ms: int, fmt: str) -> Settlement:
    return Settlement(
        *("id", 1, 1, 1, "default", fmt, "m", "m", 1, False, 200, "", "complete", 0, 0, first_ms, duration_ms),
        *(Usage(input_tokens=3, output_tokens=2), 10, 1, 1_000_000, "", "", (), (), ()),
    )


def test_durations_counted_together_are_in_the_buckets_each_of_them_belongs_to() -> None:
    registry, plain = CollectorRegistry(), CollectorRegistry()
    metrics = Metrics(registry)
    one_by_one = {
        name: Histogram(name, "-", ("format",), buckets=BOUNDS, registry=plain)
        for name in ("sluice_request_seconds", "sluice_first_byte_seconds")
    }
    for fmt in ("openai_chat", "anthropic"):
        for number, duration in enumerate(DURATIONS):
            first = duration // 2 if number % 3 else 0
            metrics.settled(_settled(duration, first, fmt))
            one_by_one["sluice_request_seconds"].labels(fmt).observe(duration / 1000)
            if first:
                one_by_one["sluice_first_byte_seconds"].labels(fmt).observe(first / 1000)
            if number % 10 == 0:
                metrics.flush()
    metrics.flush()
    for metric in plain.collect():
        for sample in metric.samples:
            if not sample.name.endswith("_created"):
                found = registry.get_sample_value(sample.name, sample.labels)
                assert found is not None
                assert abs(found - sample.value) < 1e-6, sample
