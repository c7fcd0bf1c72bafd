"""Which field of which Rasa event is scrubbed how, before the event is written or published.

Pure: dictionaries as `Event.as_dict()` makes them go in, dictionaries that hold no personal data come out,
as many and in the same order, beside the slot values that the vault must keep for running forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from common.privacy.fragments import Heard, mask_code, mask_fragments, mask_labelled
from common.privacy.normalise import normalise
from common.privacy.policy import Place, Policy
from common.privacy.scrubber import REDACTED, Scrubber
from custom_components.privacy.walker import Walker

REFERENCE = "$vault"

_FIXED = frozenset(
    {"event", "timestamp", "policy", "confidence", "hide_rule_turn", "date_time", "kill_on_user_msg", "is_interrupted"}
    | {"input_channel", "use_text_for_featurization"}
)
_NAME = re.compile(r"(?!.*\d{5})[A-Za-z][A-Za-z0-9_./+-]{0,99}")
_IDENTIFIER = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SLUG = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_-]{1,64}")
_SECRET_QUESTIONS = ("_code", "_pin", "_cvv", "_otp", "_passcode")
_TELLING_DIGITS = 4
_RESETS = frozenset({"restart", "reset_slots", "session_started"})


@dataclass
class DialogueState:
    """What the events so far say about the next one: the open question, and what the last messages left hanging."""

    requested_slot: str | None = None
    heard: Heard = field(default_factory=Heard)

    def hear(self, text: str | None) -> None:
        """Move on by one message of the customer, as it is stored."""
        self.heard = self.heard.then(text)


@dataclass
class Batch:
    """Events ready to be written. `vault` maps a reference's id to its slot and value; `cleared` names slots
    whose values the vault must forget, `clear_all` all of them, before the new ones are added."""

    payloads: list[dict[str, Any]] = field(default_factory=list)
    vault: dict[str, tuple[str, Any]] = field(default_factory=dict)
    cleared: set[str] = field(default_factory=set)
    clear_all: bool = False

    def forget(self, slot: str | None = None) -> None:
        """Forget one slot's values, or all."""
        self.vault = {} if slot is None else {key: kept for key, kept in self.vault.items() if kept[0] != slot}
        self.clear_all = self.clear_all or slot is None
        if slot is not None:
            self.cleared.add(slot)


class EventScrubber:
    """Scrubs the events of a turn; `pseudonym` turns an identifier that may say something into one that does not."""

    def __init__(self, scrubber: Scrubber, pseudonym: Callable[[str], str]) -> None:
        self._scrubber = scrubber
        self._policy = scrubber.policy
        self._pseudonym = pseudonym

    def scrub(self, events: Iterable[dict[str, Any]], state: DialogueState, known: Iterable[str] = ()) -> Batch:
        """A batch for `events`; `state` is moved on. `known` are values to replace wherever they stand."""
        listed = list(events)
        named = _pattern([*known, *self._named_in(listed)], self._policy.not_names)
        turn = _Turn(self, state, named, _pattern(self._numbers_in(listed), frozenset()))
        for event in listed:
            turn.add(event)
        return turn.batch

    def for_broker(self, payload: dict[str, Any]) -> dict[str, Any]:
        """A stored payload as a broker may see it: what the policy shows of a secret there, and no vault reference."""
        walk = Walker(lambda text: self._policy.narrowed(text, "broker")).walk
        return {key: None if _is_reference(value) else walk(value) for key, value in payload.items()}

    def _named_in(self, events: list[dict[str, Any]]) -> list[str]:
        """Values in these events that name somebody: payees in slots and entities, and the like."""
        found: list[str] = []
        for event in events:
            if event.get("event") == "slot" and self._policy.is_known_value(str(event.get("name"))):
                found += naming(event.get("value"), self._policy)
            if event.get("event") == "bot":  # the facts that its words were filled with
                found += naming(event.get("metadata"), self._policy)
            for entity in _entities(event.get("entities")) + _entities((event.get("parse_data") or {}).get("entities")):
                if self._policy.is_known_value(str(entity.get("entity"))):
                    found += naming(entity.get("value"), self._policy)
        return found

    def _numbers_in(self, events: list[dict[str, Any]]) -> list[str]:
        """Secret numbers that the customer says: a bot repeats them without the words that tell what they are."""
        found: list[str] = []
        for event in events:
            text = str(event.get("text") or "")[: self._policy.limit]
            if event.get("event") != "user" or not any(map(str.isdigit, text)):
                continue
            for _, start, end in self._scrubber.findings(text):
                for part in (text[start:end], *text[start:end].split()):
                    if sum(map(str.isdigit, part)) >= _TELLING_DIGITS:
                        found += [part, normalise(part).text]
        return found


class _Turn:
    """One run over a list of events; `known` names are replaced everywhere, `numbers` where the bot repeats them."""

    def __init__(
        self,
        owner: EventScrubber,
        state: DialogueState,
        known: re.Pattern[str] | None,
        numbers: re.Pattern[str] | None,
    ) -> None:
        self.batch = Batch()
        self._owner = owner
        self._scrubber = owner._scrubber
        self._policy = owner._policy
        self._state = state
        self._known = known
        self._numbers = numbers
        self._done: dict[tuple[str, str], str] = {}

    def add(self, event: dict[str, Any]) -> None:
        kind = str(event.get("event"))
        handler = {"user": self._user, "slot": self._slot}.get(kind, self._other)
        self.batch.payloads.append(handler(event))
        if kind in _RESETS:
            self.batch.forget()
            self._state.requested_slot = None
        elif kind == "active_loop" and not event.get("name"):
            self._state.requested_slot = None

    def _user(self, event: dict[str, Any]) -> dict[str, Any]:
        parsed = event.get("parse_data") or {}
        text = self._user_text(event.get("text"))
        entities = self._entity_list(parsed.get("entities"))
        handled = ("text", "parse_data", "message_id")
        payload = self._other({key: value for key, value in event.items() if key not in handled})
        payload["text"] = text
        payload["message_id"] = self._identifier(event.get("message_id"))
        payload["parse_data"] = {
            **self._walk({key: value for key, value in parsed.items() if key in ("response_selector",)}, "metadata"),
            "intent": self._intent(parsed.get("intent")),
            "intent_ranking": [self._intent(intent) for intent in list(parsed.get("intent_ranking") or [])[:10]],
            "entities": entities,
            "text": text,
            "message_id": payload["message_id"],
            "metadata": payload.get("metadata", {}),
        }
        self._state.hear(text)
        return payload

    def _user_text(self, text: Any) -> str | None:
        if text is None:
            return None
        question = self._state.requested_slot or ""
        raw = str(text)[: self._policy.limit + 1]
        if question.endswith("_password"):
            return "<PASSWORD>"
        if question.endswith(_SECRET_QUESTIONS):
            return self._string(mask_code(raw), "user_text")
        heard = self._state.heard
        scrubbed = self._string(raw, "user_text")
        return mask_fragments(
            mask_labelled(scrubbed, heard.label) if heard.label else scrubbed,
            after_fragment=heard.numbers > 0,
            amount_asked=question.endswith("_amount"),
            digit_by_digit=heard.small >= 2,
        )

    def _intent(self, intent: Any) -> dict[str, Any]:
        if not isinstance(intent, dict):
            return {"name": None, "confidence": 0.0}
        kept = {key: self._name(intent[key]) for key in ("name", "full_retrieval_intent_name") if key in intent}
        confidence = intent.get("confidence")
        return {**kept, "confidence": confidence if isinstance(confidence, (int, float)) else 0.0}

    def _entity_list(self, entities: Any) -> list[dict[str, Any]]:
        return [self._entity(entity) for entity in _entities(entities)[:100]]

    def _entity(self, entity: dict[str, Any]) -> dict[str, Any]:
        kind = str(self._name(entity.get("entity")))
        kept = {key: self._name(entity[key]) for key in ("role", "group", "extractor") if entity.get(key) is not None}
        value = entity.get("value")
        if kind not in self._policy.entities_kept:
            value = f"<{re.sub(r'[^A-Z]', '_', kind.upper())[:30]}>"
        elif (self._state.requested_slot or "").endswith(_SECRET_QUESTIONS) and re.search(r"\d", str(value)):
            value = "<CODE>"
        else:
            value = self._walk(value, "entity")
        return {"entity": kind, "value": value, **kept}

    def _slot(self, event: dict[str, Any]) -> dict[str, Any]:
        name, value = str(event.get("name")), event.get("value")
        rule = self._policy.slot_rule(name)
        payload = self._other({key: kept for key, kept in event.items() if key not in ("name", "value")})
        payload["name"] = self._name(name)
        if name == "requested_slot":
            self._state.requested_slot = value if isinstance(value, str) else None
        if value is None and rule == "vault":
            self.batch.forget(name)
        if rule == "drop" or value is None:
            payload["value"] = None
        elif rule == "never":
            payload["value"] = value if isinstance(value, bool) or value in self._policy.markers else None
        elif isinstance(value, bool):
            payload["value"] = value
        elif rule == "keep" and not self._is_for_vault(value) and not self._repeats_secret(value):
            payload["value"] = self._kept(value)
        else:
            reference = str(uuid4())
            self.batch.vault[reference] = (name, value)
            payload["value"] = {REFERENCE: reference}
        return payload

    def _is_for_vault(self, value: Any) -> bool:
        """Whether a slot that is kept holds, against expectation, what the policy sends to the vault."""
        kinds: set[str] = set()

        def note(text: str) -> str:
            if not _is_plain(text):
                kinds.update(self._scrubber.kinds(text, "slot"))
            return text

        Walker(note).walk(value)
        operators = {self._policy.operator(kind, "slot") for kind in kinds}
        return "vault" in operators and not operators - {"vault", "keep"}

    def _repeats_secret(self, value: Any) -> bool:
        """Whether a slot has taken a secret number for something harmless, as an account number for an amount."""
        found: list[str] = []
        pattern = self._numbers

        def note(text: str) -> str:
            found.extend(pattern.findall(text) if pattern else ())
            return text

        Walker(note).walk(value)
        return bool(found)

    def _kept(self, value: Any) -> Any:
        """Names and made-up identifiers as they are, at any depth; whatever else reads as text, scrubbed."""

        def scrub(text: str) -> str:
            return text if _is_plain(text) else self._string(text, "slot")

        return Walker(scrub, self._policy.metadata_dropped).walk(value)

    def _other(self, event: dict[str, Any]) -> dict[str, Any]:
        payload: dict[str, Any] = {}
        place: Place = "bot_text" if event.get("event") in ("bot", "agent") else "metadata"
        for key, value in event.items():
            if key in _FIXED:
                payload[key] = value if isinstance(value, (int, float, bool, type(None))) else self._name(value)
            elif key in ("name", "intent") and isinstance(value, str):
                payload[key] = self._name(value)
            elif key == "entities":
                payload[key] = self._entity_list(value)
            elif key == "metadata":
                payload[key] = self._marks(value) if place == "bot_text" else self._metadata(value)
            else:
                payload[key] = self._walk(value, place)
        return payload

    def _marks(self, metadata: Any) -> dict[str, Any]:
        """What the program reads again beside its own words. The facts there (a payee, a new address) are not stored:
        without words about them, nothing tells what they are."""
        known = metadata if isinstance(metadata, dict) else {}
        return {name: known[name] for name in self._policy.metadata_verbatim & known.keys() if _is_slug(known[name])}

    def _metadata(self, metadata: Any) -> Any:
        if not isinstance(metadata, dict):
            return {}
        dropped, verbatim = self._policy.metadata_dropped, self._policy.metadata_verbatim
        kept = {key: value for key, value in metadata.items() if key in verbatim and _is_slug(value)}
        rest = {key: value for key, value in metadata.items() if key not in kept and key not in dropped}
        return {**kept, **self._walk(rest, "metadata")}

    def _identifier(self, value: Any) -> str | None:
        if value is None:
            return None
        text = str(value)
        harmless = _IDENTIFIER.fullmatch(text) and not re.search(r"\d{12}", text.replace("-", ""))
        return text if harmless else self._owner._pseudonym(text)

    def _name(self, value: Any) -> str | None:
        """The name of an intent, slot, action or entity type: kept when it can be nothing else."""
        if value is None:
            return None
        text = str(value)
        return text if _is_plain(text) else self._string(text, "metadata")

    def _walk(self, value: Any, place: Place) -> Any:
        return Walker(lambda text: self._string(text, place), self._policy.metadata_dropped).walk(value)

    def _string(self, text: str, place: Place) -> str:
        cached = self._done.get((text, place))
        if cached is None:
            rest = text if self._numbers is None or place != "bot_text" else self._numbers.sub("<NUMBER>", text)
            rest = rest if self._known is None else self._known.sub("<PERSON>", rest)
            cached = self._done[(text, place)] = self._scrubber.scrub(rest, place)
        return cached


def naming(value: Any, policy: Policy) -> list[str]:
    """The strings in a JSON-like value that name somebody: in a dictionary, only those of its telling fields."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, item in value.items() if policy.is_known_value(key) for text in naming(item, policy)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in naming(item, policy)]
    return []


def _pattern(values: list[str], plain: frozenset[str]) -> re.Pattern[str] | None:
    """Any of `values` as whole words, in any case; what is too short or too `plain` to name anybody is left."""
    stripped = {value.strip() for value in values if 2 <= len(value.strip()) <= 200 and re.search(r"[^\W_]", value)}
    usable = {value for value in stripped if not set(value.lower().split()) <= plain}
    parts = sorted((re.escape(value).replace(r"\ ", r"\s+") for value in usable), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE) if parts else None


def _entities(value: Any) -> list[dict[str, Any]]:
    return [entity for entity in value if isinstance(entity, dict)] if isinstance(value, list) else []


def _is_plain(text: str) -> bool:
    return bool(_NAME.fullmatch(text) or _IDENTIFIER.fullmatch(text))


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and REFERENCE in value


def _is_slug(value: Any) -> bool:
    return isinstance(value, str) and bool(_SLUG.fullmatch(value)) and REDACTED not in value
