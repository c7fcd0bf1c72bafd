"""Why a card does not work, as far as the card itself tells. Pure: reason codes of the bank's own table."""

from __future__ import annotations

from datetime import date

from actions.bank.model.cards import Card

_BY_STATUS = {
    "inactive": "card_inactive",
    "frozen": "card_frozen",
    "blocked": "card_blocked",
    "expired": "card_expired",
    "cancelled": "card_cancelled",
}
_CHANNELS = ("online", "atm", "abroad")


def causes(card: Card, today: date) -> list[str]:
    """Reason codes, the one that stops everything first; empty for a healthy card."""
    found = [_BY_STATUS[card.status]] if card.status in _BY_STATUS else []
    if card.status == "active" and card.expires_on < today:
        found.append("card_expired")
    if card.kind == "physical" and (card.pin_blocked_at or card.pin_tries_left == 0):
        found.append("pin_blocked")
    if card.kind == "physical" and not card.contactless_on:
        found.append("contactless_off")
    physical_only = () if card.kind == "physical" else ("atm",)
    found += [f"{one}_off" for one in _CHANNELS if one not in physical_only and not getattr(card, f"{one}_on")]
    return found
