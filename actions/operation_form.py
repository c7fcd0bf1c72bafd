"""The one form of every operation that needs an approval besides transfers: its values, its summary, a yes, a code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from actions.bank.errors import BankError, KeyConflict
from actions.form_turn import Elsewhere, Ended, FormTurn, Miss
from actions.operation_recipe import Recipe
from actions.operation_table import RECIPES
from actions.operation_values import Field
from actions.operation_words import told
from actions.parsing.answers import wants_new_code
from actions.parsing.numbers_in_ids import find_code
from actions.parsing.text import normalise
from actions.proven_form import ProvenForm
from actions.transfer_reading import asks_for_code, only_digits
from actions.turn import Turn

ORDER, STEP, VALUE = "operation_order", "operation_step", "operation_value"
PREPARED, DECLINED = "operation_prepared", "operation_declined"
CONFIRMATION, CODE = "operation_confirmation", "operation_code"
OUTCOME = "operation_outcome"

_COMPLETE = "complete"
_CHANGE = re.compile(
    r"\b(?:change|make|switch|correct|use|take)\b|\b(?:wrong|different|another|other|instead|rather)\b", re.I
)


class ValidateOperationForm(ProvenForm):
    """Which operation it is was decided by the action that answered its intent; the table says what it asks."""

    slots = (ORDER, STEP, VALUE, PREPARED, DECLINED, CONFIRMATION, CODE)
    values = (ORDER,)
    asks = (VALUE, CONFIRMATION, CODE)
    prepared, declined = PREPARED, DECLINED
    confirmation, code = CONFIRMATION, CODE
    said_cancelled = "utter_operation_cancelled"
    said_kept = "utter_operation_nothing_done"
    said_change_what = "utter_operation_change_unclear"
    results = (OUTCOME,)

    def name(self) -> str:
        return "validate_operation_form"

    def topic(self, turn: FormTurn) -> str:
        return str((turn[ORDER] or {}).get("topic", ""))

    def explanation(self, turn: FormTurn, slot: str) -> tuple[str, dict[str, Any]]:
        if slot == CONFIRMATION:
            return "utter_form_explain_confirmation", {}
        if slot == CODE:
            return "utter_form_explain_code", {}
        return _field(turn).explain, turn[ORDER]["values"].get("told", {})

    async def begin(self, turn: FormTurn) -> None:
        order = turn.wish.get("order")
        if order is None:
            raise Ended
        turn[ORDER], turn[OUTCOME] = {"topic": turn.intent, "again": [], **order}, None
        await self._fill(turn)

    async def recover(self, turn: FormTurn) -> bool:
        if not turn[PREPARED] or not turn[ORDER]:
            return False
        outcome = await turn.bank.operations.outcome(turn.customer_id, turn[PREPARED]["key"])
        if outcome is None:
            return False
        turn.say("utter_operation_recovered", self.about(turn))
        turn[OUTCOME] = say_done(turn, _recipe(turn), outcome)
        return True

    async def is_value(self, turn: FormTurn, slot: str) -> bool:
        if slot == CODE:
            return find_code(turn.text) is not None or only_digits(turn.text) or asks_for_code(turn.text)
        if slot == CONFIRMATION:
            return False
        try:
            return await _field(turn).read(turn, turn[ORDER]["values"], True) is not None
        except (Miss, BankError, Elsewhere):
            return True

    def is_change(self, turn: FormTurn) -> bool:
        plain = normalise(turn.text)
        named = any(field.named.search(plain) for field in _recipe(turn).fields)
        return named and _CHANGE.search(plain) is not None and not wants_new_code(turn.text)

    async def read_answer(self, turn: FormTurn, slot: str) -> None:
        field = _field(turn)
        value = await self._value(turn, field, True)
        if value is not None:
            _set(turn, field, value)
        if not await self._fill(turn, besides=value) and value is None:
            raise Miss("utter_operation_unclear")

    async def correct(self, turn: FormTurn) -> bool:
        if only_digits(turn.text) and find_code(turn.text):
            return False  # a code typed too late is no new value
        values, given, named = turn[ORDER]["values"], {}, []
        for field in _recipe(turn).fields:
            value = await self._value(turn, field, False)
            if value is not None and value != values.get(field.name):
                given[field.name] = value
            elif value is None and field.named.search(normalise(turn.text)):
                named.append(field)
        for field in _recipe(turn).fields:
            if field.name in given:
                _set(turn, field, given[field.name])
        if not given:
            for field in named:
                _reopen(turn, field)
        if given or named:
            await self.refresh(turn)
        return bool(given or named)

    async def settle(self, turn: FormTurn) -> None:
        order = turn[ORDER]
        missing = next((field for field in _recipe(turn).fields if _is_missing(order, field)), None)
        turn[STEP] = missing.name if missing else None
        turn[VALUE] = None if missing else _COMPLETE
        if missing is None and not (turn[PREPARED] or turn[DECLINED]):
            try:
                await self._prepare(turn)
            except BankError as error:
                await self._refused(turn, error)

    async def withdraw(self, turn: FormTurn, key: str) -> None:
        await turn.bank.operations.cancel_prepared(turn.customer_id, key)

    async def _value(self, turn: FormTurn, field: Field, asked: bool) -> Any:
        """What the message says of a value; another operation that has to come first takes the form's place."""
        try:
            return await field.read(turn, turn[ORDER]["values"], asked)
        except Elsewhere as elsewhere:
            wanted = {"form": self.form_name(), "intent": elsewhere.topic, "text": "", "order": elsewhere.order}
            await self._make_way(turn, wanted)

    async def _fill(self, turn: FormTurn, besides: Any = None) -> bool:
        """Take every value that the message gives, besides the one that was asked for; whether there was one."""
        filled = False
        for field in _recipe(turn).fields:
            if turn[ORDER]["values"].get(field.name) is None:
                value = await self._value(turn, field, False)
                if value is not None and value != besides:
                    _set(turn, field, value)
                    filled = True
        return filled

    async def _prepare(self, turn: FormTurn) -> None:
        """Quote the operation and mint its key; what needs no code protects or can be undone, and is done at once."""
        recipe = _recipe(turn)
        order = recipe.order(turn[ORDER]["values"])
        quote = await turn.bank.operations.quote(turn.customer_id, recipe.kind, order)
        if not quote.needs_code:
            outcome = await turn.bank.operations.apply(turn.customer_id, recipe.kind, order)
            turn[OUTCOME] = say_done(turn, recipe, outcome)
            raise Ended
        prepared = await turn.bank.operations.prepare(turn.customer_id, recipe.kind, order)
        facts = told(prepared.quote.facts, turn.zone)
        self.note_prepared(turn, prepared.key, {**facts, "summary": recipe.said_summary(prepared.quote.facts)})

    async def _refused(self, turn: FormTurn, error: BankError) -> None:
        """Ask the value anew that a refusal is about; a refusal of the whole operation ends the form."""
        if isinstance(error, KeyConflict):
            raise error
        codes = {error.code, error.facts.get("reason")}
        field = next((field for field in _recipe(turn).fields if codes & field.again), None)
        if field is None:
            turn.say_refusal(error)
            raise Ended
        _reopen(turn, field)
        turn[STEP], turn[VALUE] = field.name, None
        raise error


def say_done(turn: Turn, recipe: Recipe, outcome: Mapping[str, Any]) -> dict[str, Any]:
    """Say what was done; returns the words' names and facts, so that they can be said again."""
    response, facts = recipe.said_done(outcome), told(outcome, turn.zone)
    turn.say(response, facts)
    return {"response": response, "facts": facts}


def _recipe(turn: FormTurn) -> Recipe:
    return RECIPES[turn[ORDER]["kind"]]


def _field(turn: FormTurn) -> Field:
    """The value that is asked for."""
    fields = _recipe(turn).fields
    return next((field for field in fields if field.name == turn[STEP]), fields[0])


def _is_missing(order: dict[str, Any], field: Field) -> bool:
    if order["values"].get(field.name) is not None:
        return False
    return not field.optional or field.name in order["again"]


def _set(turn: FormTurn, field: Field, value: Any) -> None:
    order = turn[ORDER]
    again = [name for name in order["again"] if name != field.name]
    turn[ORDER] = {**order, "values": {**order["values"], field.name: value}, "again": again}


def _reopen(turn: FormTurn, field: Field) -> None:
    order = turn[ORDER]
    again = [*order["again"], field.name]
    turn[ORDER] = {**order, "values": {**order["values"], field.name: None}, "again": again}
