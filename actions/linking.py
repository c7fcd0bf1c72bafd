"""Linking accounts at another bank, paying from them and unlinking them, whatever else the message was taken for.

It comes before any answer, like the wish for another language: no intent is about it. The link leads through our own
door to the other bank, and what the bank gives the customer to bring back is worth something only to them, logged in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actions import linked_payments
from actions.bank.core.errors import CoreError
from actions.parsing.elsewhere import Wish, linking

if TYPE_CHECKING:
    from actions.turn import Turn

# The slot of caller.OFFER_SLOT, which imports this module.
OFFER = "service_offer"


def wish(turn: Turn) -> Wish | None:
    """What a customer wants of the other bank, where there is one."""
    linked = turn.bank.linked
    return linking(turn.text, linked.name) if linked is not None and turn.customer is not None else None


async def serve(turn: Turn, wanted: Wish) -> dict[str, Any]:
    """Give the link, end what was agreed to, or sum up a payment; the slots that are set by it."""
    if wanted == "pay" and turn.bank.linked is not None:
        proposal = await linked_payments.put(turn, turn.bank.linked)
        return {} if proposal is None else {OFFER: proposal}
    await (link if wanted == "link" else unlink)(turn)
    return {}


async def link(turn: Turn) -> None:
    """The link under which the customer agrees at the other bank."""
    linked = turn.bank.linked
    if linked is None:
        turn.say("utter_linked_not_offered")
        return
    try:
        turn.say("utter_linked_link", bank=linked.name, link=await linked.link(turn.customer_id))
    except CoreError:
        turn.say("utter_linked_no_link", bank=linked.name)


async def unlink(turn: Turn) -> None:
    """End the reading here at once, and at the other bank as soon as it listens."""
    linked = turn.bank.linked
    if linked is None or not await linked.linked(turn.customer_id):
        turn.say("utter_linked_nothing_to_end")
        return
    told = await linked.unlink(turn.customer_id)
    turn.say("utter_linked_ended" if told else "utter_linked_ended_here", bank=linked.name)
