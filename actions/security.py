"""PINs, devices, passcodes, the identity check and where money comes from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rasa_sdk.events import EventType

from actions.bank.card_health import causes
from actions.bank.errors import NotFound
from actions.bank.model.cards import Card
from actions.bank.model.customers import Device, IdentityCheck
from actions.caller import GUEST, TellerAction
from actions.card_checks import asked_cards, day, today
from actions.forms import HANDOFF
from actions.lookup_facts import facts
from actions.operation_values import card_values
from actions.operations import start_operation
from actions.parsing.text import normalise
from actions.topics import topic
from actions.turn import Button, Turn

_CREDITS_TOLD = 3
_UNUSABLE = ("blocked", "expired")
_CREDITS = ("transfer", "top_up", "cash_deposit", "cheque", "refund")


class ActionSecureAccount(TellerAction):
    """The rows of the table about PINs, devices, passcode and identity."""

    login = False

    def name(self) -> str:
        return "action_secure_account"

    async def answer(self, turn: Turn) -> list[EventType]:
        return await _ANSWERS[topic(turn, _ANSWERS)](turn)


async def get_physical_card(turn: Turn) -> list[EventType]:
    """Where the PIN of a card is found."""
    cards = await _with_pin(turn)
    if not cards:
        turn.say("utter_pin_no_card", await _policy(turn))
        return [turn.offer(HANDOFF)]
    for card in cards:
        said = "utter_get_physical_card" if card.pin_set else "utter_get_physical_card_unset"
        turn.say(said, await _policy(turn), last4=card.last4, status=card.status)
    usable = [card for card in cards if card.pin_set and card.status not in _UNUSABLE]
    return start_operation(turn, "get_physical_card", "view_pin", card_values(usable)) if usable else []


async def change_pin(turn: Turn) -> list[EventType]:
    cards = await _with_pin(turn)
    if not cards:
        turn.say("utter_pin_no_card", await _policy(turn))
        return [turn.offer(HANDOFF)]
    for card in cards:
        turn.say("utter_change_pin", await _policy(turn), last4=card.last4, status=card.status)
    usable = [card for card in cards if card.status not in _UNUSABLE]
    return start_operation(turn, "change_pin", "change_pin", card_values(usable)) if usable else []


async def pin_blocked(turn: Turn) -> list[EventType]:
    cards = await _with_pin(turn)
    if not cards:
        turn.say("utter_pin_no_card", await _policy(turn))
        return [turn.offer(HANDOFF)]
    blocked = [card for card in cards if card.pin_blocked_at]
    for card in blocked:
        turn.say("utter_pin_blocked", await _policy(turn), last4=card.last4, since=card.pin_blocked_at)
    if blocked:
        return start_operation(turn, "pin_blocked", "unblock_pin", card_values(blocked))
    for card in cards:
        turn.say("utter_pin_not_blocked", last4=card.last4, tries=card.pin_tries_left)
        for cause in causes(card, today(turn))[:1]:
            reason = await turn.bank.accounts.explain(cause)
            turn.say("utter_lookup_reason", explanation=reason.explanation, fix=reason.fix)
    return []


async def passcode_forgotten(turn: Turn) -> list[EventType]:
    policy = await turn.bank.policies.facts("passcode_forgotten", turn.customer)
    if turn.customer is GUEST:
        turn.say("utter_passcode_forgotten", policy)
        return [turn.offer(HANDOFF)]
    try:
        reset = await turn.bank.devices.start_passcode_reset(turn.customer_id)
    except NotFound:
        turn.say("utter_passcode_no_device", policy)
        return [turn.offer(HANDOFF)]
    if reset.locked_at:
        turn.say("utter_passcode_locked", since=reset.locked_at)
    turn.say("utter_passcode_reset", policy, device=reset.device.name, check=reset.check, until=reset.expires_at)
    return []


async def lost_or_stolen_phone(turn: Turn) -> list[EventType]:
    """Sign out the device that is named, or the only one it can be; never the one in use without being asked to."""
    policy = await turn.bank.policies.facts("lost_or_stolen_phone", turn.customer)
    if turn.customer is GUEST:
        turn.say("utter_handoff_emergency", policy)
        _ = turn.customer_id
    held = await turn.bank.devices.list(turn.customer_id)
    if not held:
        turn.say("utter_lost_or_stolen_phone_none", policy)
        return [turn.offer(HANDOFF)]
    lost = _meant(turn.text, list(held))
    if lost is None:
        buttons = [Button(device.name, f"I lost my phone, the {device.name}") for device in held]
        names = [device.name for device in held]
        turn.say("utter_lost_or_stolen_phone_which", policy, devices=names, buttons=buttons)
        return [turn.offer("action_secure_account")]
    device, at = await turn.bank.devices.revoke(turn.customer_id, lost.id)
    turn.say("utter_lost_or_stolen_phone", policy, device=device.name, at=at, seen=device.last_seen)
    if device.wallet_cards:
        turn.say("utter_lost_or_stolen_phone_wallets", cards=device.wallet_cards)
    return []


async def verify_my_identity(turn: Turn) -> list[EventType]:
    check, policy = await turn.bank.identity.check(turn.customer_id), await _policy(turn)
    if check and check.state == "verified":
        turn.say("utter_identity_verified", policy)
        return []
    if check and check.state == "in_review":
        turn.say("utter_identity_in_review", policy)
        if check.missing_step is None:
            return []
    elif check and check.state == "rejected":
        turn.say("utter_identity_rejected", policy)
    return await _open_check(turn, check)


async def unable_to_verify_identity(turn: Turn) -> list[EventType]:
    check, policy = await turn.bank.identity.check(turn.customer_id), await _policy(turn)
    if check is None or check.state == "not_started":
        turn.say("utter_unable_to_verify_identity_none", policy)
        return await _open_check(turn, check)
    if check.state == "verified":
        turn.say("utter_identity_verified", policy)
        return []
    if check.state == "in_review":
        turn.say("utter_unable_to_verify_identity_sent", sent=_day(check))
        turn.say("utter_identity_in_review", policy)
        return []
    turn.say("utter_unable_to_verify_identity_sent", sent=_day(check))
    turn.say("utter_identity_rejected", policy)
    return await _open_check(turn, check)


async def verify_source_of_funds(turn: Turn) -> list[EventType]:
    request = await turn.bank.identity.funds_request(turn.customer_id)
    if request:
        until = await turn.bank.identity.open_documents(turn.customer_id)
        turn.say(
            "utter_verify_source_of_funds_request",
            reason=request.reason,
            documents=request.documents,
            due=request.due_at,
            effect=request.effect,
            until=until,
        )
        return []
    turn.say("utter_verify_source_of_funds", await _policy(turn))
    page = await turn.bank.accounts.transactions(
        turn.customer_id, kind=_CREDITS, direction="in", status=("completed", "pending"), limit=_CREDITS_TOLD
    )
    for item in page.items:
        method = item.method or item.kind.replace("_", " ")
        turn.say("utter_verify_source_of_funds_credit", {**facts(item), "method": method})
    if not page.items:
        turn.say("utter_verify_source_of_funds_no_credit")
    return []


async def _open_check(turn: Turn, check: IdentityCheck | None) -> list[EventType]:
    if check and check.attempts_left == 0:
        turn.say("utter_identity_no_attempts")
        return [turn.offer(HANDOFF)]
    until = await turn.bank.identity.open_check(turn.customer_id)
    turn.say("utter_verify_my_identity", await _policy(turn), until=until)
    return []


async def _with_pin(turn: Turn) -> list[Card]:
    return [card for card in await asked_cards(turn) if card.kind == "physical" and card.status not in ("cancelled",)]


async def _policy(turn: Turn) -> dict[str, str]:
    return await turn.bank.policies.facts(topic(turn, _ANSWERS), turn.customer_id)


def _meant(text: str, held: list[Device]) -> Device | None:
    """The device the words name; else the only phone or tablet, unless it is the one that was in use last."""
    said = normalise(text).casefold()
    named = [device for device in held if device.name.casefold() in said]
    if len(named) == 1:
        return named[0]
    mobile = [device for device in held if device.platform != "web"]
    return mobile[0] if not named and len(mobile) == 1 and mobile[0] is not held[0] else None


def _day(check: IdentityCheck) -> str:
    return day(check.submitted_at.date()) if check.submitted_at else ""


_ANSWERS: dict[str, Callable[[Turn], Awaitable[list[EventType]]]] = {
    "change_pin": change_pin,
    "get_physical_card": get_physical_card,
    "lost_or_stolen_phone": lost_or_stolen_phone,
    "passcode_forgotten": passcode_forgotten,
    "pin_blocked": pin_blocked,
    "unable_to_verify_identity": unable_to_verify_identity,
    "verify_my_identity": verify_my_identity,
    "verify_source_of_funds": verify_source_of_funds,
}
