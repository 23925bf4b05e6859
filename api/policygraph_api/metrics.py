"""What Prometheus may read of a service; each application has a registry of its own."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter as Counts
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from policygraph_api.runs import Run

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60)


class Metrics(Collector):
    """Counters that are told what happens, and gauges that are set when they are read.  What is
    told with every answer is counted in plain numbers and collected from here: ``Counter`` and
    ``Histogram``, made for many threads, took a twentieth of the front's work for a query."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._answered: Counts[int] = Counts()
        self._worked = self._waited = 0.0
        self._waits = [0] * (len(_LATENCY) + 1)
        self.over_budget = Counter(
            "policygraph_over_budget", "Queries refused on budget.", registry=registry
        )
        self.switches = Counter(
            "policygraph_build_switches", "Builds that were switched to.", registry=registry
        )
        self._gauges = {
            name: Gauge(f"policygraph_{name}", text, registry=registry)
            for name, text in _GAUGES.items()
        }
        self._build = Gauge(
            "policygraph_build_info", "1 for the build served.", ["hash"], registry=registry
        )
        registry.register(self)

    def requested(self, status: int) -> None:
        self._answered[status] += 1

    def ran(self, run: Run) -> None:
        seconds = max(run.seconds, run.started - run.queued)
        self._worked += run.seconds
        self._waited += seconds
        self._waits[bisect_left(_LATENCY, seconds)] += 1

    def collect(self) -> Iterator[Metric]:
        """What was counted here, as the registry asks for it."""
        requests = CounterMetricFamily(
            "policygraph_requests", "Requests by status.", labels=["status"]
        )
        for status, count in sorted(self._answered.items()):
            requests.add_metric([str(status)], count)
        yield requests
        bounds = (*map(floatToGoString, _LATENCY), "+Inf")
        yield HistogramMetricFamily(
            "policygraph_query_seconds",
            "Seconds from a free query's arrival to its result.",
            buckets=list(zip(bounds, accumulate(self._waits), strict=True)),
            sum_value=self._waited,
        )
        yield CounterMetricFamily(
            "policygraph_work_seconds", "Seconds of workers given to queries.", self._worked
        )

    def text(self, build: str, values: dict[str, float]) -> bytes:
        """The page that Prometheus reads, with the gauges set to ``values``."""
        for name, value in values.items():
            self._gauges[name].set(value)
        self._build.clear()
        self._build.labels(build).set(1)
        return generate_latest(self.registry)


_GAUGES = {
    "queue_length": "Free queries that wait.",
    "running": "Free queries that run.",
    "workers": "Worker processes alive.",
    "workers_killed": "Queries killed at the time limit since this build is served.",
    "workers_died": "Queries that took their worker with them since this build is served.",
    "workers_recycled": "Workers replaced for the memory they kept.",
    "queries_put_back": "Long queries that made room for look-ups.",
    "queries_refused": "Queries refused because the queue was full.",
    "cache_bytes": "Bytes in the cache of results.",
    "cache_entries": "Results in the cache.",
    "cache_hits": "Answers given from the cache.",
    "not_modified": "Answers 304.",
    "builds_open": "Builds that are open.",
    "triples": "Triples of the build served.",
}
