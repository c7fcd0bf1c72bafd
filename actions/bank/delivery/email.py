"""Mail by SMTP, over TLS unless the settings say that the server is a local relay."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Literal

from actions.bank.delivery.port import DeliveryFailed

TIMEOUT_SECONDS = 8.0
Tls = Literal["starttls", "implicit", "none"]


class SmtpMail:
    """One connection a message, in a thread; the subject is the same for all, so that it gives nothing away."""

    def __init__(
        self, host: str, port: int, sender: str, subject: str, tls: Tls, login: tuple[str, str] | None = None
    ) -> None:
        self._host, self._port, self._sender, self._subject = host, port, sender, subject
        self._tls, self._login = tls, login

    async def send(self, address: str, text: str, ttl_s: int) -> None:
        """Raises DeliveryFailed with the class of what went wrong."""
        try:
            await asyncio.to_thread(self._hand_over, self._message(address, text, ttl_s))
        except smtplib.SMTPResponseException as error:
            raise DeliveryFailed(f"the mail server answered {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise DeliveryFailed(f"the mail was not handed over ({type(error).__name__})") from None

    async def close(self) -> None:
        return

    def _message(self, address: str, text: str, ttl_s: int) -> EmailMessage:
        """Raises ValueError for an address that would end its line."""
        now = datetime.now(timezone.utc)
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, address, self._subject
        message["Date"], message["Message-ID"] = format_datetime(now), make_msgid(domain=self._sender.split("@")[-1])
        message["Expires"] = format_datetime(now + timedelta(seconds=ttl_s))
        message.set_content(text)
        return message

    def _hand_over(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        if self._tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        with server:
            if self._tls == "starttls":
                server.starttls(context=context)
            if self._login:
                server.login(*self._login)
            server.send_message(message)
