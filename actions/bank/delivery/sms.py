"""Text messages by Twilio's Messages resource (api.twilio.com, 2010-04-01)."""

from __future__ import annotations

import re

import httpx

from actions.bank.delivery.port import DeliveryFailed

TIMEOUT_SECONDS = 8.0
LONGEST_WAIT_SECONDS = 36_000
"""Twilio's bound on `ValidityPeriod`, after which it drops a message that it could not hand on."""


class TwilioSms:
    """POST /2010-04-01/Accounts/{sid}/Messages.json with To, From, Body, ValidityPeriod; HTTP Basic sid:token."""

    def __init__(self, account: str, token: str, sender: str, address: str) -> None:
        self._path = f"/2010-04-01/Accounts/{account}/Messages.json"
        self._sender = sender
        self._client = httpx.AsyncClient(base_url=address, auth=(account, token), timeout=TIMEOUT_SECONDS)

    async def send(self, address: str, text: str, ttl_s: int) -> None:
        """One attempt: a second one could deliver twice. Raises DeliveryFailed with Twilio's number of the error."""
        form = {
            "To": re.sub(r"[^\d+]", "", address),
            "From": self._sender,
            "Body": text,
            "ValidityPeriod": str(max(1, min(ttl_s, LONGEST_WAIT_SECONDS))),
        }
        try:
            response = await self._client.post(self._path, data=form)
        except httpx.HTTPError as error:
            raise DeliveryFailed(f"Twilio was not reached ({type(error).__name__})") from None
        if response.status_code != httpx.codes.CREATED:
            raise DeliveryFailed(f"Twilio answered {response.status_code}{_number(response)}")

    async def close(self) -> None:
        await self._client.aclose()


def _number(response: httpx.Response) -> str:
    try:
        code = response.json().get("code")
    except (ValueError, AttributeError):
        return ""
    return f", error {code}" if isinstance(code, int) else ""
