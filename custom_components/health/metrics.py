"""What Prometheus reads at /metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from common.processes import ProcessState
from custom_components.health.audit_figures import AuditFigures
from custom_components.health.schedule_figures import JobFigures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counters of one server; labels hold routes, intents and outcomes, never a person."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._requests = Counter(
            "teller_requests", "Requests by route and status.", ["method", "route", "status"], registry=self._registry
        )
        self._stages = Histogram(
            "teller_turn_seconds", "Time of a turn's stages.", ["stage"], registry=self._registry, buckets=_BUCKETS
        )
        self._intents = Counter("teller_intents", "Recognised intents.", ["channel", "intent"], registry=self._registry)
        self._job_done = self._gauge(
            "teller_job_last_success_timestamp_seconds", "When a daily job was last done; 0: never.", "job"
        )
        self._job_age = self._gauge("teller_job_age_seconds", "Time since then, or since it was first planned.", "job")
        self._job_failed = self._gauge("teller_job_failed", "Whether its last try failed.", "job")
        self._process_up = self._gauge("teller_process_up", "Whether a process of this house lives.", "process")
        self._process_restarts = self._gauge(
            "teller_process_restarts", "How often it was started again since the house came up.", "process"
        )
        self._audit_up = self._gauge("teller_audit_up", "Whether the audit could be read for this answer.")
        self._audit_head = self._gauge("teller_audit_head", "Audit records ever sealed.")
        self._audit_waiting = self._gauge("teller_audit_waiting", "Audit records not sealed yet.")
        self._audit_age = self._gauge("teller_audit_waiting_seconds", "Age of the oldest of them.")
        self._audit_alerts = self._gauge("teller_audit_alerts", "Anomalies found in the audit.", "kind")

    def request(self, method: str, route: str, status: int) -> None:
        self._requests.labels(method, route, str(status)).inc()

    def turn(self, channel: str, intent: str | None, nlu_s: float, dialogue_s: float) -> None:
        self._stages.labels("nlu").observe(nlu_s)
        self._stages.labels("dialogue").observe(dialogue_s)
        self._intents.labels(channel, intent or "none").inc()

    def audit(self, figures: AuditFigures | None) -> None:
        """The audit as it stands; None where it could not be read, which leaves the last figures."""
        self._audit_up.set(figures is not None)
        if figures is not None:
            self._audit_head.set(figures.head)
            self._audit_waiting.set(figures.waiting)
            self._audit_age.set(figures.waiting_seconds)
            for kind, number in figures.alerts.items():
                self._audit_alerts.labels(kind).set(number)

    def processes(self, states: Mapping[str, ProcessState]) -> None:
        """The processes as their supervisor sees them, where there is one."""
        for name, state in states.items():
            label = name.replace(" ", "_")
            self._process_up.labels(label).set(state.up)
            self._process_restarts.labels(label).set(state.restarts)

    def schedules(self, jobs: Sequence[JobFigures]) -> None:
        """The house's daily work."""
        for job in jobs:
            self._job_done.labels(job.job).set(job.done)
            self._job_age.labels(job.job).set(job.age)
            self._job_failed.labels(job.job).set(job.failed)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self._registry)

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self._registry)
