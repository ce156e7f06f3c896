"""Prometheus metrics of the relay. Labels are bounded: model names only of requests that were routed."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter as Tally
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from sluice.accounting.settlement import Settlement
from sluice.base.money import NANO_PER_USD

_MOST_WAITING = 200
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
_place = partial(bisect_left, [round(bound * 1000) for bound in _SECONDS])
"""The bucket of so many milliseconds."""


class Metrics:
    """The counters of one worker. With several workers the library's multiprocess mode adds them up."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._requests = Counter(
            "sluice_requests",
            "Requests answered, by format, model and status.",
            ("format", "model", "status"),
            registry=registry,
        )
        self._attempts = Counter(
            "sluice_attempts",
            "Attempts made, by channel id and outcome.",
            ("channel", "outcome"),
            registry=registry,
        )
        self._rejected = Counter(
            "sluice_rejected",
            "Requests refused before they were routed, by error code.",
            ("code",),
            registry=registry,
        )
        self._tokens = Counter(
            "sluice_tokens", "Tokens metered, by model and direction.", ("model", "direction"), registry=registry
        )
        self._spend = Counter("sluice_spend_usd", "Dollars charged, by model.", ("model",), registry=registry)
        self._duration = Histogram(
            "sluice_request_seconds",
            "Seconds from a request's arrival to its settlement, by format.",
            ("format",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._first = Histogram(
            "sluice_first_byte_seconds",
            "Seconds from a request's arrival to its first content, by format.",
            ("format",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.backlog = Gauge(
            "sluice_journal_backlog",
            "Settlements in the journal that the database does not have yet.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._children: dict[tuple[str, ...], Counter] = {}
        self._timers: dict[str, tuple[Histogram, Histogram]] = {}
        self._waiting: list[Settlement] = []

    def settled(self, settlement: Settlement) -> None:
        """Counts one settled request, at the next ``flush``."""
        self._waiting.append(settlement)
        if len(self._waiting) >= _MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        """Brings what was counted to the library's counters, each of which costs a lock: alike requests together."""
        waiting, self._waiting = self._waiting, []
        alike: dict[tuple[str, str, int], list[int]] = {}
        tried: dict[tuple[int, str], int] = {}
        took: dict[str, tuple[list[int], list[int]]] = {}
        for item in waiting:
            model = item.model if item.upstream_model else "unrouted"
            sums = alike.setdefault((item.format, model, item.status), [0, 0, 0, 0])
            sums[0] += 1
            sums[1] += item.usage.input_tokens
            sums[2] += item.usage.output_tokens
            sums[3] += item.charge_nano
            for attempt in item.attempts:
                key = (attempt.channel_id, attempt.outcome)
                tried[key] = tried.get(key, 0) + 1
            durations, firsts = took.setdefault(item.format, ([], []))
            durations.append(item.duration_ms)
            if item.first_ms:
                firsts.append(item.first_ms)
        self._time(took)
        count = self._child
        for (fmt, model, status), (requests, given, made, nano) in alike.items():
            count(self._requests, fmt, model, str(status)).inc(requests)
            for metric, labels, amount in (
                (self._tokens, (model, "input"), given),
                (self._tokens, (model, "output"), made),
                (self._spend, (model,), nano / NANO_PER_USD),
            ):
                if amount:
                    count(metric, *labels).inc(amount)
        for (channel, outcome), attempts in tried.items():
            count(self._attempts, str(channel), outcome).inc(attempts)

    def _time(self, took: dict[str, tuple[list[int], list[int]]]) -> None:
        """Counts the milliseconds that requests of each format took, and took to their first content."""
        for fmt, both in took.items():
            timers = self._timers.get(fmt)
            if timers is None:
                timers = self._timers[fmt] = (self._duration.labels(fmt), self._first.labels(fmt))
            for timer, milliseconds in zip(timers, both, strict=True):
                # What ``observe`` does with one, for all of a bucket at once.
                timer._sum.inc(sum(milliseconds) / 1000)
                for place, times in Tally(map(_place, milliseconds)).items():
                    timer._buckets[place].inc(times)

    def rejected(self, status: int, code: str) -> None:
        """Counts one error answer."""
        self._child(self._rejected, code).inc()

    def _child(self, metric: Counter, *labels: str) -> Counter:
        # The library looks children up under a lock; requests repeat the same few.
        key = (metric._name, *labels)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = metric.labels(*labels)
        return child


def exposition(registry: CollectorRegistry, shared: str | None) -> bytes:
    """The metrics as Prometheus text: of this process, or of all workers where ``shared`` names their common folder."""
    if shared is None:
        return generate_latest(registry)
    everything = CollectorRegistry()
    MultiProcessCollector(everything, shared)  # type: ignore[no-untyped-call]
    return generate_latest(everything)
