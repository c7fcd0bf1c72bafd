"""Give a machine its credentials: `python -m custom_components.security.machines add NAME`."""

from __future__ import annotations

import argparse
import asyncio

from common import database, keys
from common import settings as teller
from common.audit.pseudonym import Pseudonyms
from custom_components.security.audit import DoorAudit
from custom_components.security.identities import API_KEY_PREFIX, Identities
from custom_components.security.tally import Tally


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


def main() -> None:
    parser = argparse.ArgumentParser(description="Credentials for machines that call the assistant.")
    parser.add_argument("command", choices=["add"])
    parser.add_argument("name", help="what the machine is, for the record")
    asyncio.run(_add(parser.parse_args().name))


if __name__ == "__main__":
    main()
