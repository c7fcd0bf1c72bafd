"""What Prometheus reads of the sealer; labels are kinds of records, alerts and failures, never a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.process_collector import ProcessCollector

from common.audit import anomalies, overdue
from common.audit.record import Kind

FAILURES = ("database", "checkpoint", "watch")
ALERTS = (*anomalies.KINDS, overdue.KIND)


class SealerMetrics:
    """The counters of one sealer; every label value exists from the start, so that rates begin at zero."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._records = self._counter("teller_audit_records", "Records sealed.", (*get_args(Kind), "other"))
        self._alerts = self._counter("teller_audit_alerts", "Anomalies found.", ALERTS)
        self._failures = self._counter("teller_audit_failures", "Steps that failed and are tried again.", FAILURES)
        self._head = Gauge("teller_audit_head", "Records ever sealed.", registry=self.registry)
        self._waiting = Gauge("teller_audit_waiting", "Records not sealed yet.", registry=self.registry)
        self._age = Gauge("teller_audit_waiting_seconds", "Age of the oldest of them.", registry=self.registry)

    def sealed(self, kinds: Mapping[str, int], head: int) -> None:
        for kind, number in kinds.items():
            # The database takes any short word for a kind; a label takes only those of the house.
            self._records.labels(kind if kind in get_args(Kind) else "other").inc(number)
        self._head.set(head)

    def waiting(self, number: int, seconds: float) -> None:
        self._waiting.set(number)
        self._age.set(seconds)

    def alert(self, kind: str) -> None:
        self._alerts.labels(kind).inc()

    def failure(self, step: str) -> None:
        self._failures.labels(step).inc()

    def _counter(self, name: str, text: str, kinds: tuple[str, ...]) -> Counter:
        counter = Counter(name, text, ["kind"], registry=self.registry)
        for kind in kinds:
            counter.labels(kind)
        return counter
