"""Puts the assistant server's doors together: the one place that opens connections for them."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx
from redis.asyncio import Redis

from common import database, key_service, keys
from common import settings as teller
from common.audit.pseudonym import Pseudonyms
from common.audit.tally import Tally
from common.inbox import Inbox
from common.keys import Keyring
from common.privacy.scrubber import Scrubber
from common.settings import Settings
from custom_components.admin.desk import Desk
from custom_components.channels.notices import Notices
from custom_components.channels.suggestions import Suggestions
from custom_components.channels.turn import Parser, Turns
from custom_components.health import checks
from custom_components.health.metrics import Metrics
from custom_components.nlg.wording import Wording
from custom_components.security import demo_logins
from custom_components.security.audit import DoorAudit
from custom_components.security.gate import Gate
from custom_components.security.identities import Identities
from custom_components.security.offers import Offers
from custom_components.security.origin import Proxies
from custom_components.security.rate_limit import RateLimiter
from custom_components.security.sessions import Sessions
from custom_components.security.tokens import AccessTokens

logger = logging.getLogger(__name__)

SUGGESTIONS = teller.ROOT / "data" / "suggestions.yml"
_PROBE = "hello"
_FIRST_SWEEP_SECONDS, _SWEEP_SECONDS = 60, 3600


class House:
    """Everything the doors share, opened once in the server's event loop by `open`."""

    def __init__(
        self,
        settings: Settings,
        keyring: Keyring,
        pool: database.Pool,
        audit_pool: database.Pool,
        redis: Redis,
        metrics: Metrics,
        scrubber: Scrubber,
    ) -> None:
        self.settings = settings
        self.keyring = keyring
        self.pool = pool
        self.audit_pool = audit_pool
        self.redis = redis
        self.metrics = metrics
        self._scrubber = scrubber
        self.proxies = Proxies.of(settings)
        self.inbox = Inbox(redis, keyring)
        self.audit = DoorAudit(Pseudonyms(keyring), Tally(pool))
        self.identities = Identities(pool, self.audit)
        self.sessions = Sessions(pool, keyring, self.audit)
        self.gate = Gate(
            self.identities,
            AccessTokens(keyring, settings.token_seconds),
            RateLimiter(redis, keyring),
            settings.rate_limit,
            self.audit,
        )
        self.desk = Desk(pool, self.audit)
        self.notices = Notices(pool, Wording(), keyring)
        self.turns = Turns(
            sessions=self.sessions,
            offers=Offers(redis, keyring),
            keyring=keyring,
            scrubber=self._scrubber,
            suggestions=Suggestions(SUGGESTIONS),
            metrics=metrics,
            desk=self.desk,
            notices=self.notices,
        )
        self._http = httpx.AsyncClient(timeout=checks.TIMEOUT_SECONDS, trust_env=False)
        self._understands = False
        self._sweeper: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, metrics: Metrics, settings: Settings | None = None, scrubber: Scrubber | None = None) -> House:
        """A house whose connections stand; in the demo its logins exist."""
        found: Settings = await asyncio.to_thread(teller.load) if settings is None else settings
        keyring = keys.load(found)
        await key_service.prove(keyring)
        await demo_logins.ensure(found)
        pool = await database.open_pool(found, "identity")
        audit_pool = await database.open_pool(found, "audit", min_size=0, max_size=2)
        redis = Redis.from_url(found.redis_url, socket_timeout=5)
        house = cls(found, keyring, pool, audit_pool, redis, metrics, scrubber or Scrubber())
        await asyncio.to_thread(house._scrubber.warm_up)
        house._sweeper = asyncio.create_task(house._sweep())
        return house

    async def close(self) -> None:
        """Let running turns end and give every connection back."""
        if self._sweeper:
            self._sweeper.cancel()
        await self.turns.close()
        await self._http.aclose()
        await self.redis.close()
        await self.audit.tally.close()
        await self.audit_pool.close()
        await self.pool.close()

    async def prove_understanding(self, parser: Parser) -> None:
        """Parse one sentence, which also warms the classifier up; raises when it finds no intent."""
        parsed = await self.turns.parse(parser, _PROBE)
        if not (parsed.get("intent") or {}).get("name"):
            raise checks.NotReady("the classifier names no intent")
        self._understands = True

    def checks(self, parser: Parser | None, action_url: str | None) -> dict[str, checks.Check]:
        """The readiness checks by component."""

        async def classifier() -> None:
            if parser is None or not parser.is_ready():
                raise checks.NotReady("no model is loaded")
            if not self._understands:
                raise checks.NotReady("the classifier is warming up")

        return {
            "postgres": checks.postgres(self.pool),
            "redis": checks.redis(self.redis),
            "classifier": classifier,
            "action_server": checks.action_server(
                self._http, action_url or f"http://127.0.0.1:{self.settings.action_port}"
            ),
        }

    async def _sweep(self) -> None:
        await asyncio.sleep(_FIRST_SWEEP_SECONDS)
        while True:
            try:
                await self.sessions.forget_expired()
                await self.identities.forget_expired()
            except Exception as error:  # the next sweep tries again; readiness reports the database
                logger.warning("expired identities could not be swept: %s", type(error).__name__)
            await asyncio.sleep(_SWEEP_SECONDS)


def action_url(agent: Any) -> str | None:
    """The action server's address in endpoints.yml, without the webhook's path."""
    endpoint = getattr(agent, "action_endpoint", None)
    url = getattr(endpoint, "url", None)
    return url.removesuffix("/webhook").rstrip("/") if url else None
