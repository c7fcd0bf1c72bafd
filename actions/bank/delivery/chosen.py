"""Which carriers the environment names: TELLER_DELIVERY=sms,email and what each of them needs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import cast

from actions.bank.delivery.email import SmtpMail, Tls
from actions.bank.delivery.port import Carrier
from actions.bank.delivery.post import Way
from actions.bank.delivery.sms import TwilioSms
from common.settings import Settings, SettingsError

TWILIO = "https://api.twilio.com"
SUBJECT = "A message from your bank"


def use_inbox(settings: Settings) -> bool:
    """Whether messages go to the demo's inbox; raises SettingsError where production names it."""
    named = _named()
    if "inbox" in named and not settings.demo:
        raise SettingsError("production has no inbox: set TELLER_DELIVERY to sms, email or both")
    if "inbox" in named and len(named) > 1:
        raise SettingsError("TELLER_DELIVERY is inbox alone, or sms, email or both")
    return settings.demo and named in ([], ["inbox"])


def carriers() -> Mapping[Way, Carrier]:
    """The carriers by their way; none where none is named. Raises SettingsError for what is missing."""
    made: dict[Way, Carrier] = {}
    for name in _named():
        if name == "sms":
            made["sms"] = TwilioSms(
                _given("TWILIO_ACCOUNT_SID"), _given("TWILIO_AUTH_TOKEN"), _given("TELLER_SMS_SENDER"),
                os.environ.get("TWILIO_URL") or TWILIO,
            )  # fmt: skip
        elif name == "email":
            made["email"] = _mail()
        elif name != "inbox":
            raise SettingsError(f"TELLER_DELIVERY knows inbox, sms and email, not {name!r}")
    return made


def _mail() -> SmtpMail:
    tls = os.environ.get("SMTP_TLS") or "starttls"
    if tls not in ("starttls", "implicit", "none"):
        raise SettingsError(f"SMTP_TLS must be starttls, implicit or none, not {tls!r}")
    port = os.environ.get("SMTP_PORT") or {"starttls": "587", "implicit": "465", "none": "25"}[tls]
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        raise SettingsError(f"SMTP_PORT must be a port, not {port!r}")
    user = os.environ.get("SMTP_USER")
    if user and tls == "none":
        raise SettingsError("SMTP_TLS=none would send the password of SMTP_USER in the clear: leave one of them out")
    login = (user, _given("SMTP_PASSWORD")) if user else None
    return SmtpMail(_given("SMTP_HOST"), int(port), _given("TELLER_MAIL_SENDER"), SUBJECT, cast(Tls, tls), login)


def _named() -> list[str]:
    return [name.strip() for name in os.environ.get("TELLER_DELIVERY", "").split(",") if name.strip()]


def _given(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise SettingsError(f"TELLER_DELIVERY needs {name}: set it in the environment")
    return value
