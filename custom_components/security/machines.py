"""Give a machine its credentials: `python -m custom_components.security.machines add NAME`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys

from psycopg import Error
from psycopg_pool import PoolTimeout

from common import database, embedded, keys
from common import settings as teller
from common.audit.pseudonym import Pseudonyms
from common.audit.tally import Tally
from custom_components.security.audit import DoorAudit
from custom_components.security.identities import API_KEY_PREFIX, Identities


async def _add(name: str) -> None:
    settings = teller.load()
    pool = await database.open_pool(settings, "identity", max_size=1)
    try:
        audit = DoorAudit(Pseudonyms(keys.load(settings)), Tally(pool))
        machine_id, secret = await Identities(pool, audit).add_machine(name)
    finally:
        await pool.close()
    print(f"client_id      {machine_id}\nclient_secret  {secret}")
    print(f"X-API-Key      {API_KEY_PREFIX}_{machine_id}_{secret}")
    print("The secret is shown this once.")


def main() -> int:
    """One command; expected failures are one line on standard error and exit status 1."""
    parser = argparse.ArgumentParser(description="Credentials for machines that call the assistant.")
    parser.add_argument("command", choices=["add"])
    parser.add_argument("name", help="what the machine is, for the record")
    name = parser.parse_args().name
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # every single try; ours is the one line
    try:
        asyncio.run(_add(name))
    except (Error, PoolTimeout) as error:
        print(f"error: the database refuses or is away ({type(error).__name__})", file=sys.stderr)
        return 1
    except (teller.SettingsError, keys.KeyringError, embedded.EmbeddedServerError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
