"""One turn: parse the words off the event loop, let Rasa answer, and put the answer into the door's shape."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import traceback
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import LockError, LockStore
from rasa.engine.exceptions import GraphComponentException
from rasa.shared.constants import INTENT_MESSAGE_PREFIX

from common import assertion
from common.keys import Keyring
from common.locales import HOME
from common.privacy.scrubber import Scrubber
from custom_components.admin.desk import Desk, Ticket
from custom_components.channels.asides import Asides
from custom_components.channels.notices import Notices
from custom_components.channels.parse_cache import ParseCache
from custom_components.channels.shouting import without_shouting
from custom_components.channels.suggestions import Suggestions
from custom_components.health.metrics import Metrics
from custom_components.intent_classifier.batching import MOST_TOGETHER
from custom_components.intent_classifier.engines.engine import EngineError
from custom_components.security.errors import Conflict, Unavailable
from custom_components.security.offers import Offers
from custom_components.security.sessions import Sessions, Turn
from custom_components.security.tokens import Principal

logger = logging.getLogger(__name__)

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
_ALTERNATIVES = 3
# Looks like a slash, has its length, and is none: Rasa's `/intent{…}` shortcut does not see it.
_PLAIN_SLASH = "\N{DIVISION SLASH}"
# A second-factor code never comes back in an answer, not even as the number that was found in the words.
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


class Parser(Protocol):
    """The part of Rasa's Agent that a turn needs."""

    tracker_store: Any
    lock_store: LockStore

    @property
    def model_id(self) -> str | None: ...

    def is_ready(self) -> bool: ...

    def parse_message(self, message_data: str) -> Awaitable[dict[str, Any]]: ...


@dataclass(frozen=True)
class Route:
    """How a turn reaches Rasa: the channel's name, the loaded agent (None while it loads) and Rasa's handler."""

    channel: str
    parser: Parser | None
    send: OnNewMessage
    trace_id: str


class Turns:
    """Runs turns for every door that talks; needs `sessions`, `offers` and the house's keys."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        offers: Offers,
        keyring: Keyring,
        scrubber: Scrubber,
        suggestions: Suggestions,
        metrics: Metrics,
        desk: Desk,
        notices: Notices,
    ) -> None:
        self._sessions = sessions
        self._offers = offers
        self._keyring = keyring
        self._scrubber = scrubber
        self._suggestions = suggestions
        self._metrics = metrics
        self._desk = desk
        self._notices = notices
        self._parses = ParseCache(keyring.derive("parse cache"))
        # As many as the classifier takes into one batch: parses that run at once meet there. A graph's components
        # must therefore be safe to call from several threads, as Rasa's own and ours are.
        self._parsing = ThreadPoolExecutor(max_workers=MOST_TOGETHER, thread_name_prefix="parse")
        self._running: set[asyncio.Task[dict[str, Any]]] = set()

    async def answer(self, principal: Principal, turn: Turn, words: str, route: Route) -> dict[str, Any]:
        """The answer to a claimed turn, kept as its first answer.

        The turn runs on when the caller goes away: money that moved must also be remembered.
        Raises Conflict while another turn of the session runs, Unavailable without a model or an action server.
        """
        task = asyncio.create_task(self._run(principal, turn, words, route))
        self._running.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    async def parse(self, parser: Parser, text: str) -> dict[str, Any]:
        """Rasa's parse of a text, made in a parsing thread; raises Unavailable when the classifier does not answer."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._parsing, lambda: asyncio.run(_parse(parser, text)))
        except GraphComponentException as error:
            if not isinstance(error.__cause__, EngineError):
                raise
            logger.error("%s", error.__cause__)
        raise Unavailable("classifier_away", "The assistant cannot read messages just now; ask again.", retry_after=5)

    async def close(self) -> None:
        """Let running turns end, then stop."""
        if self._running:
            await asyncio.wait(self._running, timeout=20)
        self._parsing.shutdown(wait=False)

    async def _run(self, principal: Principal, turn: Turn, words: str, route: Route) -> dict[str, Any]:
        claim = asyncio.create_task(self._sessions.keep(turn))
        try:
            answer = await self._converse(principal, turn, words, route)
        except BaseException:
            await self._sessions.abandon(turn)
            raise
        finally:
            claim.cancel()
        await self._sessions.finish(turn, answer)
        return answer

    async def _converse(self, principal: Principal, turn: Turn, words: str, route: Route) -> dict[str, Any]:
        if route.parser is None or not route.parser.is_ready():
            raise Unavailable("not_ready", "The assistant is still starting.", retry_after=5)
        started = time.perf_counter()
        asides = Asides(route.parser.tracker_store, route.parser.lock_store)
        held = await self._desk.holder(turn.session_id)
        if held is not None:
            return await self._pass_on(asides, held, turn, words, route, started)
        offered = words.startswith(INTENT_MESSAGE_PREFIX) and await self._offers.includes(turn.session_id, words)
        parsed, cached = await self._understand(
            route.parser, words if offered else as_plain_text(without_shouting(words))
        )
        parsed["text"] = words
        parsed_at = time.perf_counter()
        output = CollectingOutputChannel()
        message = UserMessage(
            words,
            output,
            turn.session_id,
            parse_data=parsed,
            input_channel=route.channel,
            message_id=turn.message_id,
            metadata={
                "assertion": assertion.issue(self._keyring, principal.customer_id, turn.session_id, turn.message_id)
            },
        )
        try:
            await route.send(message)
        except LockError:
            raise Conflict("turn_running", "An earlier message is still being answered.", retry_after=2) from None
        if not output.messages:  # Rasa only logs an action that failed; silence would be kept as the first answer
            raise Unavailable("no_answer", "The bank does not answer just now; ask again shortly.", retry_after=5)
        intent = parsed.get("intent") or {}
        notices = await self._news(asides, turn.session_id, principal.customer_id, route.trace_id)
        responses = [*({"text": text} for text in notices), *_responses(output.messages)]
        suggestions = self._suggestions.after(intent.get("name"), _suggested(output.messages), _spoken(output.messages))
        await self._offers.replace(turn.session_id, _payloads([*responses, {"buttons": suggestions}]))
        entities = await asyncio.to_thread(self._masked, parsed.get("entities") or [])
        ended = time.perf_counter()
        metrics = {
            "nlu_ms": _ms(parsed_at - started),
            "dialogue_ms": _ms(ended - parsed_at),
            "total_ms": _ms(ended - started),
            "cached": cached,
        }
        self._metrics.turn(route.channel, intent.get("name"), parsed_at - started, ended - parsed_at)
        return {
            "session_id": turn.session_id,
            "message_id": turn.message_id,
            "responses": responses,
            "intent": _intent(intent, parsed.get("intent_ranking") or []),
            "entities": entities,
            "suggestions": suggestions,
            "metrics": metrics,
            "trace_id": route.trace_id,
        }

    async def _pass_on(
        self, asides: Asides, held: Ticket, turn: Turn, words: str, route: Route, started: float
    ) -> dict[str, Any]:
        """Store the words for the agent who holds the talk; the assistant is silent."""
        await asides.customer_says(turn.session_id, words, route.channel, turn.message_id)
        await self._desk.heard(held.number)
        await self._offers.replace(turn.session_id, ())
        took = _ms(time.perf_counter() - started)
        return {
            "session_id": turn.session_id,
            "message_id": turn.message_id,
            "responses": [],
            "handled_by": "agent",
            "intent": _intent({}, []),
            "entities": [],
            "suggestions": [],
            "metrics": {"nlu_ms": 0.0, "dialogue_ms": took, "total_ms": took, "cached": False},
            "trace_id": route.trace_id,
        }

    async def _news(self, asides: Asides, session_id: str, customer_id: str | None, trace: str) -> list[str]:
        """What the bank has to tell; where that fails it is told later, for the turn itself is done."""
        try:
            return await self._notices.deliver(asides, session_id, customer_id)
        except Exception as error:
            log_failure(error, trace)
            return []

    async def _understand(self, parser: Parser, text: str) -> tuple[dict[str, Any], bool]:
        """The parse of a text, and whether it was known."""
        model_id = parser.model_id
        known = self._parses.get(model_id, text)
        if known is not None:
            return known, True
        parsed = await self.parse(parser, text)
        self._parses.put(model_id, text, parsed)
        return parsed, False

    def _masked(self, entities: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"entity": entity.get("entity"), "value": self._masked_value(entity)} | _places(entity)
            for entity in entities
        ]

    def _masked_value(self, entity: dict[str, Any]) -> Any:
        kind, value = str(entity.get("entity")), entity.get("value")
        if kind not in self._scrubber.policy.entities_kept:
            return f"<{kind.upper()}>"
        if _CODE.search(str(value)):
            return "<CODE>"
        if value is None or isinstance(value, (int, float)):
            return value
        return self._scrubber.scrub(str(value), "entity")

    def _done(self, task: asyncio.Task[dict[str, Any]]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()


def as_plain_text(words: str) -> str:
    """The words for the NLU, so that a typed `/intent{…}` is read as ordinary text; offsets stay."""
    stripped = words.lstrip()
    if not stripped.startswith(INTENT_MESSAGE_PREFIX):
        return words
    return words[: len(words) - len(stripped)] + _PLAIN_SLASH + stripped[1:]


def log_failure(error: BaseException, trace_id: str) -> None:
    """Where it broke, without messages: an exception's text may quote the customer."""
    places = re.sub(r"\s+", " ", " < ".join(reversed(_frames(error))))
    logger.error("request failed trace_id=%s error=%s at=%s", trace_id, type(error).__name__, places)


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]


async def _parse(parser: Parser, text: str) -> dict[str, Any]:
    return await parser.parse_message(text)


def _responses(messages: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    for message in messages:
        text, buttons = message.get("text"), message.get("buttons")
        if text is None:
            continue
        response: dict[str, Any] = {"text": text}
        if buttons:
            response["buttons"] = [{"title": button["title"], "payload": button["payload"]} for button in buttons]
        yield response


def _suggested(messages: Iterable[dict[str, Any]]) -> Iterable[str]:
    """The intents that the answer suggests beside its words."""
    return [intent for message in messages for intent in (message.get("custom") or {}).get("suggestions", ())]


def _spoken(messages: Iterable[dict[str, Any]]) -> str:
    """The language of the answer; the actions name it where it is not the assistant's first."""
    named = ((message.get("custom") or {}).get("language") for message in messages)
    return next(filter(None, named), HOME)


def _payloads(responses: Iterable[dict[str, Any]]) -> Iterable[str]:
    return [button["payload"].strip() for response in responses for button in response.get("buttons", [])]


def _intent(intent: dict[str, Any], ranking: list[dict[str, Any]]) -> dict[str, Any]:
    others = [entry for entry in ranking if entry.get("name") != intent.get("name")][:_ALTERNATIVES]
    return _confidence(intent) | {"alternatives": [_confidence(entry) for entry in others]}


def _confidence(entry: dict[str, Any]) -> dict[str, Any]:
    return {"name": entry.get("name"), "confidence": round(float(entry.get("confidence") or 0.0), 4)}


def _places(entity: dict[str, Any]) -> dict[str, Any]:
    return {key: entity[key] for key in ("start", "end", "role", "group") if entity.get(key) is not None}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
