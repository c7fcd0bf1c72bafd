"""A conversation without Rasa: the real actions and forms, driven by the real rules and domain.

It does what Rasa's rule policy and FormAction do with them, one turn at a time, so that a test reads like a talk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.utils import all_subclasses

import actions.account_services
import actions.accounts
import actions.cancellation
import actions.card_checks
import actions.card_orders
import actions.cards
import actions.complaints
import actions.disputes
import actions.exchange
import actions.form_end
import actions.handoff
import actions.lookups
import actions.next_steps
import actions.payees
import actions.policy
import actions.scheduled
import actions.security
import actions.service
import actions.spending
import actions.top_ups
import actions.transfers  # noqa: F401 (registers the actions, as the action server does)
from common import assertion
from common.keys import Keyring

ROOT = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=1)
def domain() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def responses() -> dict[str, list[dict[str, Any]]]:
    """Every response, by name."""
    files = sorted((ROOT / "data" / "responses").glob("*.yml"))
    return {name: texts for file in files for name, texts in _read(file)["responses"].items()}


@lru_cache(maxsize=1)
def rules() -> dict[str, str]:
    """Intent to the action its rule runs."""
    found: dict[str, str] = {}
    for file in sorted((ROOT / "data" / "rules").glob("*.yml")):
        for rule in _read(file)["rules"]:
            steps = rule["steps"]
            first = steps[0].get("or", [steps[0]])
            action = next(step["action"] for step in steps if "action" in step)
            found |= {step["intent"]: action for step in first if "intent" in step}
    return found


@dataclass
class Reply:
    """One bot message: its response, the text of its first wording, its facts and buttons."""

    response: str
    text: str
    facts: dict[str, str]
    buttons: list[dict[str, str]]


@dataclass
class Talk:
    """A conversation of `customer` (None: a guest); `say` returns the replies of one turn."""

    keyring: Keyring
    customer: str | None
    session_id: str = "session-of-a-test"
    slots: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    form: str | None = None
    executed: list[str] = field(default_factory=list)
    token: str | None = None
    now: float = 1_000_000.0  # seconds; a test moves it to leave a form alone
    suggested: list[str] = field(default_factory=list)

    async def say(
        self, text: str, intent: str = "inform", ranking: tuple[str, ...] = (), entities: Sequence[dict[str, str]] = ()
    ) -> list[Reply]:
        token = self.token or assertion.issue(self.keyring, self.customer, self.session_id, "message")
        ranked = [{"name": name} for name in (intent, *ranking)]
        parsed = {"intent": ranked[0], "intent_ranking": ranked, "entities": list(entities)}
        self._message = {**parsed, "text": text, "metadata": {"assertion": token}}
        self.now += 1
        self.events.append({"event": "user", "text": text, "parse_data": parsed, "timestamp": self.now})
        self._replies: list[Reply] = []
        self.executed = []
        self.suggested = []
        if self.form:
            await self._form_turn(intent)
        else:
            await self._follow_rule(intent)
        return self._replies

    async def press(self, payload: str) -> list[Reply]:
        """Send a button's payload, read as Rasa reads it: an intent with what stands beside it, or plain text."""
        found = re.fullmatch(r"/(\w+)(\{.*\})?", payload)
        if found is None:
            return await self.say(payload)
        beside = json.loads(found[2] or "{}")
        entities = [{"entity": name, "value": value} for name, value in beside.items()]
        return await self.say(payload, found[1], entities=entities)

    async def _follow_rule(self, intent: str) -> None:
        await self._perform(rules()[intent])

    async def _perform(self, action: str) -> None:
        """Run an action or open a form, and what either of them hands over to."""
        if action in domain()["forms"]:
            self.form = action
            await self._run(f"validate_{action}")
            await self._ask_or_submit()
        else:
            await self._run(action)
            if self._followup and self._followup != "action_listen":
                await self._perform(self._followup)

    async def _form_turn(self, intent: str) -> None:
        form = self.form
        done = await self._run(f"validate_{form}")
        if any(event["event"] == "action_execution_rejected" for event in done):
            await self._perform(rules()[intent])
            if self.form == form:
                await self._run(f"validate_{form}")
                await self._ask_or_submit()
        else:
            await self._ask_or_submit()

    async def _ask_or_submit(self) -> None:
        form = str(self.form)
        wanted = domain()["forms"][form]["required_slots"]
        missing = next((slot for slot in wanted if self.slots.get(slot) is None), None)
        missing = self._requested or missing
        if missing and not self._ended:
            self.slots["requested_slot"] = missing
            names = (f"action_ask_{form}_{missing}", f"action_ask_{missing}")
            ask = next((name for name in names if name in domain()["actions"]), None)
            if ask:
                await self._run(ask)
            else:
                self._utter({"response": f"utter_ask_{form}_{missing}"})
        else:
            self.form, self.slots["requested_slot"] = None, None
            await self._perform(f"action_submit_{form}")

    async def _run(self, name: str) -> list[dict[str, Any]]:
        self._ended, self._requested, self._followup = False, None, None
        dispatcher = CollectingDispatcher()
        done = await _action(name).run(dispatcher, self._tracker(), domain())
        self.executed.append(name)
        self.events.append({"event": "action", "name": name, "timestamp": self.now})
        for event in done:
            self.events.append(dict(event))
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
                if event["name"] == "requested_slot":
                    self._ended, self._requested = event["value"] is None, event["value"]
            elif event["event"] == "followup":
                self._followup = event["name"]
            elif event["event"] == "active_loop":
                self.form = event["name"]
        for message in dispatcher.messages:
            self._utter(message)
        return [dict(event) for event in done]

    def _tracker(self) -> Tracker:
        slots = {**dict.fromkeys(domain()["slots"]), "requested_slot": None, **self.slots}
        loop = {"name": self.form} if self.form else {}
        return Tracker(self.session_id, slots, self._message, self.events, False, None, loop, "action_listen")

    def _utter(self, message: dict[str, Any]) -> None:
        name = message["response"]
        if name is None:  # no words: suggestions or the language, for the channel
            self.suggested += message["custom"].get("suggestions", ())
            return
        facts = {key: value for key, value in message.items() if isinstance(value, str)}
        wording = responses()[name][0]
        text = wording["text"].format(**facts)
        self._replies.append(Reply(name, text, facts, [*wording.get("buttons", ()), *(message.get("buttons") or ())]))


_CODE_QUESTION = re.compile(r"(?<=^utter_ask_operation_code)_(?:amount|payee)$")


def names(replies: list[Reply]) -> list[str]:
    """The responses of a turn, in order; a code's question by one name, whatever it repeats of the order."""
    return [_CODE_QUESTION.sub("", reply.response) for reply in replies]


def _action(name: str) -> Action:
    return next(
        kind() for kind in all_subclasses(Action) if kind.__module__.startswith("actions.") and _named(kind) == name
    )


def _named(kind: type[Action]) -> str | None:
    return None if getattr(kind, "__abstractmethods__", None) else str(kind().name())


def _read(file: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))
