"""Rasa's wording: from data/responses, in the customer's language, changed without training."""

from __future__ import annotations

import copy
import logging
from collections import OrderedDict
from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator, ResponseVariationFilter
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from common.locales import HOME, LOCALES
from custom_components.nlg.wording import Wording, WordingMissing, fill

logger = logging.getLogger(__name__)

LANGUAGE = "language"
NOT_TRANSLATED = "utter_not_translated"
_MOST_REMEMBERED = 4096


class LanguageNLG(NaturalLanguageGenerator):
    """`endpoints.yml` names it: `nlg: {type: custom_components.nlg.generator.LanguageNLG}`.

    The language is the fact `language` of the utterance, else the slot of that name, else English. What a language
    lacks is said in English, after one sentence that says so, once a session.
    """

    def __init__(
        self,
        endpoint_config: EndpointConfig | None = None,
        domain: Domain | None = None,
        wording: Wording | None = None,
    ) -> None:
        self._wording = wording or Wording()
        self._told: OrderedDict[tuple[str, float], None] = OrderedDict()

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """A response with its fields filled, as Rasa's output channels take it; None (and a log) for none at all."""
        slots = tracker.current_slot_values()
        language = _known(kwargs.get(LANGUAGE) or slots.get(LANGUAGE))
        try:
            found = self._wording.find(utter_action, language)
        except WordingMissing:
            logger.error("there is no response %s in data/responses", utter_action)
            return None
        fitting = ResponseVariationFilter({utter_action: found.variants}).responses_for_utter_action(
            utter_action, output_channel, slots
        )
        response = copy.deepcopy(self._wording.choose(fitting))
        facts = {**slots, **kwargs}
        for key in ("text", "image", "attachment"):
            if isinstance(response.get(key), str):
                response[key] = fill(response[key], facts)
        for button in response.get("buttons") or ():
            button.update({key: fill(text, facts) for key, text in button.items() if isinstance(text, str)})
        if found.language != language and self._first_time(tracker, language):
            response["text"] = f"{self._wording.text(NOT_TRANSLATED, language, {})} {response['text']}"
        return response

    def _first_time(self, tracker: DialogueStateTracker, language: str) -> bool:
        """Whether this session has not heard yet that some answers are in English only."""
        began = tracker.get_last_event_for(SessionStarted)
        session = (tracker.sender_id, began.timestamp if began else 0.0)
        notes = [variant["text"] for variant in self._wording.find(NOT_TRANSLATED, language).variants]
        told = session in self._told or any(
            isinstance(event, BotUttered) and event.text and event.text.startswith(tuple(notes))
            for event in tracker.applied_events()
        )
        self._told[session] = None
        self._told.move_to_end(session)
        if len(self._told) > _MOST_REMEMBERED:
            self._told.popitem(last=False)
        return not told


def _known(language: Any) -> str:
    return language if language in LOCALES else HOME
