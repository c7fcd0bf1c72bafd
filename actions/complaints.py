"""A complaint: its reference, the day of the final response, and where to turn after that."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType

from actions.caller import TellerAction
from actions.handoff import talk_summary
from actions.parsing.text import normalise
from actions.turn import Turn

REASON = "complaint"
_ABOUT_MONEY = re.compile(
    r"\b(?:money|pay(?:ment|ments|ing)?|paid|transfers?|transferred|charged?|charges|fees?|refund(?:s|ed)?|debit(?:s|ed)?|"
    r"cards?|cash|withdraw\w*|top[ -]?ups?|exchange|rate|£|€|\$)(?!\w)",
    re.IGNORECASE,
)


class ActionTakeComplaint(TellerAction):
    """Record the complaint and put the talk into the queue before ordinary ones; a guest may complain too."""

    login = False

    def name(self) -> str:
        return "action_take_complaint"

    async def answer(self, turn: Turn) -> list[EventType]:
        area = "payments" if _ABOUT_MONEY.search(normalise(turn.text)) else "service"
        complaint = await turn.bank.complaints.open(turn.customer, turn.session_id, area, turn.text)
        told = {"number": complaint.number, "opened": complaint.opened_at, "final_by": complaint.final_by}
        turn.say("utter_complaint_known" if complaint.already else "utter_complaint_taken", told)
        ticket = await turn.bank.handoff.open(turn.customer, turn.session_id, REASON, talk_summary(turn))
        if ticket.open_now:
            turn.say("utter_complaint_person", minutes=ticket.expected_wait_minutes, ticket=ticket.number)
        else:
            turn.say("utter_complaint_person_later", opening=ticket.next_opening, ticket=ticket.number)
        turn.say("utter_complaint_rights")
        return []
