"""UK Open Banking's way of asking: headers, tokens, signatures, error bodies and pages, over the wire."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from actions.bank.core.errors import AuthorisationNeeded, CoreAnswerInvalid, CoreRefused, CoreUnavailable, Purpose
from actions.bank.errors import BankError
from actions.bank.open_banking import signature
from actions.bank.open_banking.keys import KeySet
from actions.bank.open_banking.signature import Expected, SignatureInvalid, Signer
from actions.bank.open_banking.wire import Answer, AnswerTooLarge, NoAnswer, Wire

INTERACTION = "x-fapi-interaction-id"
SIGNATURE = "x-jws-signature"
MOST_PAGES = 100
ANSWERED = {"GET": 200, "POST": 201, "DELETE": 204}
Token = Callable[[str | None], Awaitable[str]]
"""Gives an access token; asked again with the one that the bank refused (401)."""
Message = Mapping[str, Any]


class Api:
    """`base` ends with the version; paths begin with `/aisp/` or `/pisp/`.

    Everything under `/pisp/` is signed, both ways.
    """

    def __init__(
        self, base: str, wire: Wire, signer: Signer, bank_keys: KeySet, bank_signer: str, clock: Callable[[], datetime]
    ) -> None:
        self._base = base
        self._wire = wire
        self._signer = signer
        self._bank_keys = bank_keys
        self._bank_signer = bank_signer
        self._clock = clock

    async def get(self, path: str, token: Token) -> Message:
        """The JSON object at `path`. Raises CoreUnavailable, CoreRefused, AuthorisationNeeded, CoreAnswerInvalid."""
        return await self._ask("GET", path, token, {}, None, in_doubt=None)

    async def all(self, path: str, token: Token, name: str) -> list[Message]:
        """The entries `Data.<name>` of every page of an account resource."""
        found: list[Message] = []
        seen: set[str] = set()
        following: str | None = path
        while following is not None:
            if following in seen or len(seen) == MOST_PAGES:
                raise CoreAnswerInvalid("Links.Next")
            seen.add(following)
            page = await self.get(following, token)
            found += entries(page, name)
            following = self.next_path(page, path)
        return found

    async def post(
        self,
        path: str,
        token: Token,
        message: Message,
        *,
        key: str | None = None,
        in_doubt: BankError | None = None,
    ) -> Message:
        """Create something; with `key` as its idempotency key.

        `in_doubt` is raised in place of any other error wherever the bank may have acted on the request.
        """
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["x-idempotency-key"] = key
        if _purpose(path) == "payments":
            headers[SIGNATURE] = self._signer.sign(body)
        return await self._ask("POST", path, token, headers, body, in_doubt=in_doubt)

    async def delete(self, path: str, token: Token) -> None:
        """End what is at `path`; again, it is an error that the bank words as it likes (CoreRefused)."""
        await self._ask("DELETE", path, token, {}, None, in_doubt=None)

    def next_path(self, page: Message, path: str) -> str | None:
        """`Links.Next` of a page as a path, if it leads on within the same resource of the same bank.

        A link elsewhere would carry the customer's token there: raises CoreAnswerInvalid.
        """
        try:
            link = (page.get("Links") or {}).get("Next")
            if link is None:
                return None
            wanted, given = urlsplit(self._base + path), urlsplit(link)
        except (AttributeError, ValueError, TypeError) as error:
            raise CoreAnswerInvalid("Links.Next") from error
        same = (given.scheme, given.netloc, unquote(given.path).rstrip("/")) == (
            wanted.scheme,
            wanted.netloc,
            unquote(wanted.path),
        )
        if not same or not given.query or given.fragment:
            raise CoreAnswerInvalid("Links.Next")
        return f"{path.partition('?')[0]}?{given.query}"

    async def _ask(
        self,
        method: str,
        path: str,
        token: Token,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        in_doubt: BankError | None,
    ) -> Message:
        """Ask, and once more with another token where the bank did not want the first."""
        interaction = str(uuid4())
        sent = {"Accept": "application/json", INTERACTION: interaction, **headers}
        perhaps, refused = False, None
        try:
            while True:
                access = await token(refused)
                bearer = {"Authorization": f"Bearer {access}"}
                answer = await self._wire.exchange(method, self._base + path, headers=sent | bearer, body=body)
                perhaps = perhaps or answer.doubtful
                if answer.status != 401 or refused is not None:
                    break
                refused = access
                await self._wire.rest()
            perhaps = perhaps or answer.status < 400
            return await self._read(answer, path, interaction, ANSWERED[method])
        except NoAnswer as failure:
            perhaps = perhaps or failure.doubtful
            raise (in_doubt if in_doubt and perhaps else CoreUnavailable(failure.retry_after)) from failure
        except AnswerTooLarge as failure:
            raise in_doubt or CoreAnswerInvalid("body") from failure
        except BankError as error:
            if in_doubt and perhaps:
                raise in_doubt from error
            raise

    async def _read(self, answer: Answer, path: str, interaction: str, wanted: int) -> Message:
        if answer.status == 401:
            raise AuthorisationNeeded(_purpose(path))
        if answer.status != wanted:
            raise CoreRefused(answer.status, _error_codes(answer.body))
        if answer.headers.get(INTERACTION) != interaction:
            raise CoreAnswerInvalid(INTERACTION)
        if wanted == ANSWERED["DELETE"]:
            return {}
        if answer.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise CoreAnswerInvalid("content-type")
        if _purpose(path) == "payments":
            await self._verify(answer)
        try:
            message = json.loads(answer.body)
        except ValueError as error:
            raise CoreAnswerInvalid("body") from error
        if not isinstance(message, dict) or not isinstance(message.get("Data"), dict):
            raise CoreAnswerInvalid("Data")
        return message

    async def _verify(self, answer: Answer) -> None:
        given = answer.headers.get(SIGNATURE, "")
        expected = Expected(self._bank_signer, self._signer.trust_anchor, self._clock())
        try:
            key = await self._bank_keys.get(signature.key_id(given))
            if key is None:
                raise SignatureInvalid("no such key")
            signature.verify(given, answer.body, key, expected)
        except SignatureInvalid as error:
            raise CoreAnswerInvalid(SIGNATURE) from error


def entries(page: Message, name: str) -> list[Message]:
    """`Data.<name>` of a page; a list may be left out where it is empty."""
    found = page["Data"].get(name, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise CoreAnswerInvalid(f"Data.{name}")
    return found


def _purpose(path: str) -> Purpose:
    return "payments" if path.startswith("/pisp/") else "accounts"


def _error_codes(body: bytes) -> tuple[str, ...]:
    """The four-character codes of an error body; its sentences, which may quote the customer, are not kept."""
    try:
        errors = json.loads(body)["Errors"]
        return tuple(error["ErrorCode"] for error in errors if len(error["ErrorCode"]) == 4)
    except (ValueError, KeyError, TypeError):
        return ()
