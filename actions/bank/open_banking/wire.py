"""One exchange with the bank over HTTP: limits of time and size, and asking again within bounds.

Which failures leave it open whether the bank has acted:

| what happened                                   | acted?  |
|-------------------------------------------------|---------|
| no connection could be made, 429                | no      |
| connection lost or no answer in time, 5xx       | perhaps |
| any other answer                                | it says |
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import httpx

MAX_BODY = 4 * 1024 * 1024
Pause = Callable[[float], Awaitable[None]]
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class AnswerTooLarge(Exception):
    """The bank sends more than any answer can need."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. The specification forbids to repeat a request with the same idempotency key within one second."""

    attempts: int = 3
    first_pause: float = 1.0
    longest_pause: float = 10.0
    connect: float = 5.0
    answer: float = 15.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`doubtful`: an earlier attempt of this exchange may have been acted on without an answer coming back."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    doubtful: bool


class NoAnswer(Exception):
    """All attempts failed. `doubtful` as in Answer; `retry_after` is what a 429 last asked for."""

    def __init__(self, *, doubtful: bool, retry_after: int | None = None) -> None:
        super().__init__("no usable answer from the bank")
        self.doubtful = doubtful
        self.retry_after = retry_after


class Wire:
    """`pause` waits between attempts (a test may count instead)."""

    def __init__(self, tls: ssl.SSLContext, patience: Patience, pause: Pause) -> None:
        self._patience = patience
        self._pause = pause
        self._http = httpx.AsyncClient(
            verify=tls,
            timeout=httpx.Timeout(patience.answer, connect=patience.connect),
            follow_redirects=False,
        )

    async def exchange(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, once: bool = False
    ) -> Answer:
        """Send until an answer comes that says something, with the same headers and body every time.

        `once` for what must not be repeated. Raises NoAnswer, and AnswerTooLarge.
        """
        attempts = 1 if once else self._patience.attempts
        doubtful = False
        retry_after: int | None = None
        for attempt in range(attempts):
            if attempt:
                await self._pause(max(self._patience.first_pause * 2 ** (attempt - 1), retry_after or 0))
            try:
                sending = self._send(method, url, headers, body, doubtful=doubtful)
                answer = await asyncio.wait_for(sending, self._patience.connect + self._patience.answer)
            except _NOT_SENT:
                continue
            except (httpx.TransportError, asyncio.TimeoutError, ssl.SSLError):
                # httpx lets an SSLError through when the other side refuses our certificate (TLS 1.3).
                doubtful = True
                continue
            if answer.status == httpx.codes.TOO_MANY_REQUESTS:
                retry_after = _seconds(answer.headers.get("retry-after"))
                if retry_after is not None and retry_after > self._patience.longest_pause:
                    break
            elif answer.status >= 500:
                doubtful = True
            else:
                return answer
        raise NoAnswer(doubtful=doubtful, retry_after=retry_after)

    async def rest(self) -> None:
        """Wait as long as must pass before a request is repeated."""
        await self._pause(self._patience.first_pause)

    async def close(self) -> None:
        await self._http.aclose()

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, doubtful: bool
    ) -> Answer:
        plain = {"Accept-Encoding": "identity", **headers}
        async with self._http.stream(method, url, headers=plain, content=body) as response:
            received = bytearray()
            async for chunk in response.aiter_raw():
                received += chunk
                if len(received) > MAX_BODY:
                    raise AnswerTooLarge
        return Answer(response.status_code, response.headers, bytes(received), doubtful)


def _seconds(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
