"""`python -m common.rights retain|apply`.

retain  end what is past its time, class by class (retention.py); for a daily job
apply   complete the erasures on the list, as a restore does; changes nothing when they are complete
"""

from __future__ import annotations

import argparse
import asyncio
import sys

import psycopg

from common import embedded, keys
from common.rights.retention import retain
from common.settings import Settings, SettingsError, load


def main() -> int:
    """One command; expected failures are one line on standard error and exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m common.rights", description="Retention and erasure.")
    parser.add_argument("command", choices=["retain", "apply"])
    command = parser.parse_args().command
    try:
        settings = load()
        try:
            return _retain(settings) if command == "retain" else _apply(settings)
        finally:
            embedded.stop(settings.home)
    except psycopg.Error as error:
        print(f"error: the database refuses ({type(error).__name__})", file=sys.stderr)
    except (SettingsError, embedded.EmbeddedServerError, keys.KeyringError) as error:
        print(f"error: {error}", file=sys.stderr)
    return 1


def _retain(settings: Settings) -> int:
    for data, number in asyncio.run(retain(settings)).items():
        print(f"{data:<32} {number}")
    return 0


def _apply(settings: Settings) -> int:
    with psycopg.connect(settings.database_url) as connection:
        row = connection.execute("SELECT keys.apply_erasures()").fetchone()
    print(f"{row[0] if row else 0} erasures on the list, all complete")
    return 0


if __name__ == "__main__":
    sys.exit(main())
