"""Where everything is: read from the environment, once per process, by whoever puts a process together."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from common import embedded

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(RuntimeError):
    """A setting is missing or has a value that cannot be used."""


@dataclass(frozen=True)
class Settings:
    """The settings of one process.

    `mode` is "demo" or "production"; `token_seconds` is the life of an access token; `rate_limit` counts
    requests a minute for one principal; `keys` is the text of TELLER_KEYS, or None for the demo's key file.
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
    )


def _positive(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise SettingsError(f"{name} must be a whole number above zero, not {text!r}")
    return int(text)
