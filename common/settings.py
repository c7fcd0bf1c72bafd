"""Where everything is: read from the environment, once per process, by whoever puts a process together."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from common import embedded

Network = IPv4Network | IPv6Network
ROOT = Path(__file__).resolve().parent.parent


class SettingsError(RuntimeError):
    """A setting is missing or has a value that cannot be used."""


@dataclass(frozen=True)
class Settings:
    """The settings of one process.

    `mode` is "demo" or "production"; `token_seconds` is the life of an access token; `rate_limit` counts
    requests a minute for one principal; `keys` is the text of TELLER_KEYS, or None for the demo's key file.
    `trusted_proxies` are the networks of our own proxies, `country_header` is where they name a caller's country.
    """

    home: Path
    mode: str
    database_url: str
    redis_url: str
    keys: str | None
    rate_limit: int
    token_seconds: int
    assistant_port: int
    action_port: int
    trusted_proxies: tuple[Network, ...] = ()
    country_header: str | None = None

    @property
    def demo(self) -> bool:
        return self.mode == "demo"


def home() -> Path:
    """The folder for everything that is made at run time: $TELLER_HOME, or .teller/ beside the code."""
    return Path(os.environ.get("TELLER_HOME") or ROOT / ".teller").resolve()


def load() -> Settings:
    """The settings from the environment; embedded servers are started or joined where no URL is given.

    Raises SettingsError for an unusable value, or for a missing one in production.
    """
    mode = os.environ.get("TELLER_MODE", "demo")
    if mode not in ("demo", "production"):
        raise SettingsError(f"TELLER_MODE must be demo or production, not {mode!r}")
    database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    keys = os.environ.get("TELLER_KEYS")
    if mode == "production":
        given = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "TELLER_KEYS": keys}
        missing = [name for name, value in given.items() if not value]
        if missing:
            raise SettingsError(f"production needs {', '.join(missing)}: set them in the environment")
    folder = home()
    if not database_url or not redis_url:
        servers = embedded.start(folder, postgres=not database_url, redis=not redis_url)
        database_url = database_url or servers.database_url
        redis_url = redis_url or servers.redis_url
    return Settings(
        home=folder,
        mode=mode,
        database_url=database_url,
        redis_url=redis_url,
        keys=keys,
        rate_limit=_positive("TELLER_RATE_LIMIT", 100),
        token_seconds=_positive("TELLER_TOKEN_SECONDS", 86_400),
        assistant_port=_positive("TELLER_PORT", 5005),
        action_port=_positive("TELLER_ACTION_PORT", 5055),
        trusted_proxies=_networks("TELLER_TRUSTED_PROXIES"),
        country_header=_country_header(),
    )


def _networks(name: str) -> tuple[Network, ...]:
    text = os.environ.get(name, "")
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise SettingsError(f"{name} must name networks like 10.0.0.0/8, separated by commas, not {text!r}") from None


def _country_header() -> str | None:
    name = os.environ.get("TELLER_COUNTRY_HEADER")
    if not name:
        return None
    if not re.fullmatch("[A-Za-z0-9-]{1,64}", name):
        raise SettingsError(f"TELLER_COUNTRY_HEADER must be the name of a header, not {name!r}")
    if not os.environ.get("TELLER_TRUSTED_PROXIES"):
        raise SettingsError("TELLER_COUNTRY_HEADER needs TELLER_TRUSTED_PROXIES: anybody could send that header")
    return name


def _positive(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise SettingsError(f"{name} must be a whole number above zero, not {text!r}")
    return int(text)
