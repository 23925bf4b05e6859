"""What Prometheus may read of a service; each application has a registry of its own."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from policygraph_api.runs import Run

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60)


class Metrics:
    """Counters that are told what happens, and gauges that are set when they are read."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "policygraph_requests", "Requests by status.", ["status"], registry=registry
        )
        self._by_status: dict[int, Counter] = {}
        self.latency = Histogram(
            "policygraph_query_seconds",
            "Seconds from a free query's arrival to its result.",
            buckets=_LATENCY,
            registry=registry,
        )
        self.work = Counter(
            "policygraph_work_seconds", "Seconds of workers given to queries.", registry=registry
        )
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

    def requested(self, status: int) -> None:
        counter = self._by_status.get(status)
        if counter is None:
            counter = self._by_status[status] = self._requests.labels(str(status))
        counter.inc()

    def ran(self, run: Run) -> None:
        self.work.inc(run.seconds)
        self.latency.observe(max(run.seconds, run.started - run.queued))

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
