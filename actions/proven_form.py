"""Forms whose operation is prepared, confirmed by a pure yes and proved by a code for exactly that operation."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime, timezone
from typing import Any, ClassVar

from actions.bank.errors import (
    CodeExpired,
    CodeLocked,
    CodeNotSent,
    CodeVoid,
    CodeWrong,
    KeyConflict,
    NotFound,
    PreparedExpired,
    StepUpUnavailable,
)
from actions.form_turn import FormTurn, Miss
from actions.forms import CONFIRMATION_LIFE, TellerForm
from actions.parsing.answers import wants_new_code
from actions.parsing.numbers_in_ids import find_code


class ProvenForm(TellerForm):
    """`prepared` is the slot with `key`, `at` (when the summary was shown) and `facts`; `declined` notes that the
    summary was refused and nothing has been changed since."""

    prepared: ClassVar[str]
    declined: ClassVar[str]
    said_kept: ClassVar[str]
    said_change_what: ClassVar[str]

    @abstractmethod
    async def withdraw(self, turn: FormTurn, key: str) -> None:
        """Cancel what was prepared under `key` in the bank."""

    async def read_confirmation(self, turn: FormTurn) -> None:
        shown_at = self._shown_at(turn)
        if turn.says_no:
            await self._decline(turn)
        elif turn.says_yes:
            if shown_at is None:
                raise Miss(self.said_change_what)
            if datetime.now(timezone.utc) - shown_at > CONFIRMATION_LIFE:
                await self._go_stale(turn)
            else:
                await self._confirm(turn)
        elif not await self.correct(turn):
            if turn.intent != "deny":
                raise Miss("utter_form_plain_yes" if shown_at else self.said_change_what)
            await self._decline(turn)

    async def read_code(self, turn: FormTurn) -> None:
        if not await self.is_value(turn, self.code):
            if turn.says_no:
                await self._decline(turn)
                return
            if await self.correct(turn):
                return
        await self._prove(turn)

    async def void(self, turn: FormTurn) -> None:
        prepared = turn[self.prepared]
        for slot in (self.prepared, self.confirmation, self.code):
            turn[slot] = None
        turn[self.declined] = True
        if prepared:
            try:
                await self.withdraw(turn, prepared["key"])
            except (KeyConflict, NotFound, PreparedExpired):
                return  # dead already; an executed one has ended the form before (see recover)

    async def refresh(self, turn: FormTurn) -> None:
        await self.void(turn)
        turn[self.declined] = None

    def note_prepared(self, turn: FormTurn, key: str, facts: dict[str, str]) -> None:
        turn[self.prepared] = {"key": key, "at": datetime.now(timezone.utc).isoformat(), "facts": facts}

    async def _confirm(self, turn: FormTurn) -> None:
        try:
            await self._send_code(turn)
        except (PreparedExpired, KeyConflict):
            await self._go_stale(turn)
            return
        except CodeNotSent as error:  # the summary stands: a yes tries again
            turn.say_refusal(error)
            return
        except StepUpUnavailable as error:
            turn.say_refusal(error)
            await self.stop(turn, self.said_cancelled)
        turn[self.confirmation] = "yes"

    async def _decline(self, turn: FormTurn) -> None:
        """A no to the summary: nothing is done, and what to change is asked; a second no ends the form."""
        if turn[self.prepared] is None:
            await self.stop(turn, self.said_cancelled)
        await self.void(turn)
        turn.say(self.said_kept, self.about(turn))

    async def _go_stale(self, turn: FormTurn) -> None:
        turn.say("utter_form_confirmation_stale")
        await self.refresh(turn)

    async def _prove(self, turn: FormTurn) -> None:
        """Verify the code of the message, or send another; raises Miss where neither was meant."""
        code = find_code(turn.text)
        try:
            if code is not None:
                await turn.bank.step_up.verify(turn.customer_id, turn[self.prepared]["key"], code)
                turn[self.code] = "verified"
            elif wants_new_code(turn.text):
                await self._send_code(turn)
                turn.say("utter_form_code_resent")
            else:
                raise Miss("utter_form_code_unclear")
        except (CodeWrong, CodeNotSent) as error:
            turn.say_refusal(error)
        except CodeExpired as error:
            await self._renew_code(turn, error)
        except CodeLocked as error:
            turn.say_refusal(error)
            await self.stop(turn, self.said_cancelled)
        except CodeVoid as error:
            turn.say_refusal(error)
            await self.refresh(turn)
        except (PreparedExpired, KeyConflict, NotFound):
            await self._go_stale(turn)

    async def _renew_code(self, turn: FormTurn, expired: CodeExpired) -> None:
        try:
            await self._send_code(turn)
            turn.say_refusal(expired)
        except CodeNotSent as error:
            turn.say_refusal(error)

    async def _send_code(self, turn: FormTurn) -> None:
        """A fresh code for what is prepared; where the bank sends no more of them the form ends."""
        try:
            await turn.bank.step_up.challenge(turn.customer_id, turn[self.prepared]["key"])
        except CodeLocked as error:
            turn.say_refusal(error)
            await self.stop(turn, self.said_cancelled)

    def _shown_at(self, turn: FormTurn) -> datetime | None:
        prepared: dict[str, Any] | None = turn[self.prepared]
        return datetime.fromisoformat(prepared["at"]) if prepared else None
