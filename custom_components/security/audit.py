"""What the doors tell the audit: who came in and how, who was turned away, what ended."""

from __future__ import annotations

from collections import OrderedDict
from contextvars import ContextVar

from common.audit import words
from common.audit.pseudonym import Pseudonyms, Sort
from common.audit.record import SYSTEM, AuditRecord, Kind, Value
from common.audit.tally import Tally
from custom_components.security.errors import Refusal, Withheld
from custom_components.security.origin import country
from custom_components.security.tokens import Principal

_DENIED = {401: "unauthenticated", 403: "forbidden", 404: "session_forbidden", 429: "rate_limited"}
_DOORS = {
    "api/v2/chat": "chat",
    "api/v2/auth/token": "token",
    "api/v2/auth/revoke": "revoke",
    "api/v2/sessions": "session",
    "api/v2/me/data": "export",
    "api/v2/demo/inbox": "inbox",
    "api/v2/admin/desk": "desk",
    "api/v2/admin/audit": "audit",
    "api/v2/admin/keys": "keys",
    "api/v2/admin/stats": "stats",
    "api/v2/admin/conversations": "review",
    "api/v2/admin": "admin",
    "webhooks": "webhook",
    "metrics": "metrics",
    "socket.io": "socket",
}
"""The beginning of a route, without its first slash → the door's name; longer ones come first."""

_MOST_COUNTRIES = 10_000
"""Principals whose last country is remembered; one who is forgotten is noted once more."""

_present: ContextVar[Principal | None] = ContextVar("principal", default=None)


def is_present(principal: Principal | None) -> None:
    """Note who the running request turned out to be; None at its beginning."""
    _present.set(principal)


class DoorAudit:
    """Makes the doors' records. What changes the database takes one into its own transaction; refusals are tallied."""

    def __init__(self, pseudonyms: Pseudonyms, tally: Tally) -> None:
        self._pseudonyms = pseudonyms
        self.tally = tally
        self._countries: OrderedDict[str, str] = OrderedDict()

    def who(self, principal: Principal) -> str:
        """The pseudonym of a principal: of the customer where it is one, so that bank and doors tell of the same."""
        if principal.customer_id is not None:
            return self.named("customer", principal.customer_id)
        sort: Sort = "guest" if principal.role == "guest" else "machine" if principal.role == "service" else "user"
        return self.named(sort, principal.subject)

    def named(self, sort: Sort, identifier: str) -> str:
        return self._pseudonyms.of(sort, identifier)

    def logged_in(self, principal: Principal, method: str, address: str) -> AuditRecord:
        """A token that was given out."""
        who = self.who(principal)
        details = self._from(address) | {"method": method}
        return AuditRecord("login", who, "done", subject=who, country=country(), details=details)

    def seen(self, principal: Principal) -> None:
        """Note from which country somebody asks, when it is not the one of their last request; guests leave nothing."""
        here = country()
        if here is None or principal.role == "guest":
            return
        who = self.who(principal)
        if self._countries.get(who) == here:
            self._countries.move_to_end(who)
            return
        self._countries[who] = here
        if len(self._countries) > _MOST_COUNTRIES:
            self._countries.popitem(last=False)
        self.tally.add(AuditRecord("seen", who, "done", subject=who, country=here))

    def guest(self, address: str) -> None:
        """A guest's token; nobody logs in, so these are counted by address."""
        where = self.named("address", address)
        self.tally.add(AuditRecord("login", where, "done", country=country(), details={"method": "guest"}))

    def login_failed(self, login: str | None, method: str, reason: str, address: str) -> None:
        """A login that was refused: the address tried it, the login (where one was named) was meant."""
        details: dict[str, Value] = {"method": method, "reason": _reason(reason, "invalid_grant")}
        subject = self.named("login", login) if login is not None else None
        self.tally.add(
            AuditRecord("login", self.named("address", address), "refused", subject, country=country(), details=details)
        )

    def denied(self, refusal: Refusal, route: str, address: str) -> None:
        """A request that was turned away; any other refusal is no denial and leaves nothing."""
        if refusal.status not in (401, 403, 429) and not isinstance(refusal, Withheld):
            return
        principal = _present.get()
        where = self.named("address", address)
        actor, subject = (where, None) if principal is None else (self.who(principal),) * 2
        details = {"door": door(route), "reason": _reason(refusal.code, _DENIED[refusal.status]), "address": where}
        self.tally.add(AuditRecord("access_denied", actor, "refused", subject, country=country(), details=details))

    def ended(self, principal: Principal, method: str | None = None, reason: str = "by_customer") -> AuditRecord:
        """An access token (None) or a family of refresh tokens that lives no longer."""
        who = self.who(principal)
        how = {"method": method} if method else {}
        return AuditRecord("token_revoked", who, "done", subject=who, details={"reason": reason, **how})

    def erased(self, scope: str, session_id: str | None = None) -> AuditRecord:
        """Data that the one who is present has had erased."""
        session = {"session": self.named("session", session_id)} if session_id else {}
        return self._by_the_present("erasure", {"scope": scope, **session})

    def handed_over(self, stage: str, number: str, customer_id: str | None) -> AuditRecord:
        """A talk that the agent who is present took, gave back or ended."""
        return self._by_the_present("handoff", {"stage": stage, "ticket": self.named("ticket", number)}, customer_id)

    def left(self, number: str, customer_id: str | None) -> AuditRecord:
        """A talk that went back to the assistant by itself: nobody came, or the agent fell silent."""
        details: dict[str, Value] = {"stage": "left", "ticket": self.named("ticket", number)}
        subject = self.named("customer", customer_id) if customer_id else None
        return AuditRecord("handoff", SYSTEM, "done", subject=subject, details=details)

    def administered(self, action: str, sort: Sort, target: str) -> AuditRecord:
        """Something that was done to the house itself."""
        return self._by_the_present("admin_action", {"action": action, "target": self.named(sort, target)})

    def _by_the_present(self, kind: Kind, details: dict[str, Value], customer_id: str | None = None) -> AuditRecord:
        principal = _present.get()
        actor = SYSTEM if principal is None else self.who(principal)
        subject = self.named("customer", customer_id) if customer_id else None if actor == SYSTEM else actor
        return AuditRecord(kind, actor, "done", subject=subject, details=details)

    def _from(self, address: str) -> dict[str, Value]:
        return {"address": self.named("address", address)}


def door(route: str) -> str:
    """The word for a route's door."""
    path = route.lstrip("/")
    return next((name for start, name in _DOORS.items() if path.startswith(start)), "other")


def _reason(code: str, instead: str) -> str:
    """The code, if the audit has a word for it, else what its status means."""
    return code if code in words.REASONS else instead
