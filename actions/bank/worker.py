"""What the bank does without being asked: `python -m actions.bank.worker run`, beside the action server.

run                                     settle, return, carry out, close and expire what is due, until SIGTERM
answer REFERENCE accepted               note that the other bank took a payment, or agreed to a top-up
answer REFERENCE rejected REASON_CODE   note that it refused; the worker gives the money back

Each item is one transaction that locks it, so several workers share the work, and a worker that is killed leaves
nothing half done. What fails is tried again later and stops nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import logging.config
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
import structlog
import yaml
from psycopg_pool import PoolTimeout

from actions.bank.bootstrap import open_bank, utc_now
from actions.bank.jobs.every import jobs_of
from actions.bank.jobs.job import Job
from actions.bank.repository import clearing, failures
from actions.bank.repository.ledger import booking
from actions.bank.repository.unit import Connection, Pool, open_bank_pool
from actions.bank.use_cases.base import Clock
from common import embedded, keys
from common.log import catch_uncaught
from common.settings import Settings, SettingsError, load

PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0
MOST_IN_A_ROW = 100
log = structlog.get_logger(__name__)


class AnswerError(RuntimeError):
    """The answer belongs to no open payment."""


@dataclass(frozen=True, slots=True)
class Worker:
    pool: Pool
    jobs: Sequence[Job]
    clock: Clock

    async def tick(self) -> int:
        """Do what is due, fairly by kind and bounded; returns how many items were taken."""
        taken = 0
        for job in self.jobs:
            for _ in range(MOST_IN_A_ROW):
                if not await self.one(job):
                    break
                taken += 1
        return taken

    async def one(self, job: Job) -> bool:
        """Take and finish one item; False where nothing is due. A failure is noted beside the item and logged."""
        held: list[object] = []

        async def work(connection: Connection) -> bool:
            held.clear()
            item = await job.take(connection)
            if item is None:
                return False
            held.append(item["id"])
            await job.carry_out(connection, item)
            await failures.forget(connection, job.name, item["id"])
            return True

        try:
            return await booking(self.pool, work)
        except (psycopg.OperationalError, PoolTimeout):
            raise
        except Exception as error:
            if not held:
                raise
            async with self.pool.connection() as connection:
                retry_at = await failures.note(connection, job.name, held[0], type(error).__name__, self.clock())
            log.warning("item_failed", job=job.name, error=type(error).__name__, retry_at=retry_at.isoformat())
            return True

    async def run(self, stop: asyncio.Event) -> None:
        """Tick until `stop`, with a pause where nothing is due, and longer ones while the database is away."""
        pause = PAUSE_SECONDS
        while not stop.is_set():
            try:
                busy = await self.tick()
                pause = PAUSE_SECONDS
            except (psycopg.Error, PoolTimeout) as error:
                log.error("worker_without_database", error=type(error).__name__)
                busy, pause = 0, min(2 * pause, LONGEST_PAUSE_SECONDS)
            if not busy:
                await _wait(stop, pause)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except asyncio.TimeoutError:
        return


async def answer(pool: Pool, reference: str, said: str, reason_code: str | None, now: datetime) -> None:
    """Note what the other bank said about the one open payment with this reference; raises AnswerError."""
    async with pool.connection() as connection:
        found = await clearing.open_with_reference(connection, reference)
        if len(found) != 1:
            raise AnswerError(f"{len(found)} open payments without an answer have the reference {reference}")
        await clearing.answer(connection, str(found[0]["id"]), said, reason_code, now)


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    bank = await open_bank(settings, connections=2)
    try:
        log.info("worker_started")
        await Worker(bank.transfers.pool, jobs_of(bank), utc_now).run(stop)
        log.info("worker_stopped")
    finally:
        await bank.close()


async def _answer(settings: Settings, reference: str, said: str, reason_code: str | None) -> None:
    pool = await open_bank_pool(settings, 1)
    try:
        await answer(pool, reference, said, reason_code, utc_now())
    finally:
        await pool.close()


def main() -> int:
    """One command; expected failures are one line on standard error and exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m actions.bank.worker", description="The bank's own work.")
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="do what is due until stopped")
    running.add_argument("--logging-config-file", type=Path)
    told = commands.add_parser("answer", help="note what another bank said about a payment")
    told.add_argument("reference")
    told.add_argument("said", choices=("accepted", "rejected"))
    told.add_argument("reason_code", nargs="?", help="for rejected: a code of the reason table")
    given = parser.parse_args()
    if given.command == "answer" and (given.said == "rejected") != (given.reason_code is not None):
        parser.error("rejected needs a reason code, accepted takes none")
    if given.command == "run" and given.logging_config_file:
        logging.config.dictConfig(yaml.safe_load(given.logging_config_file.read_text("utf-8")))
        catch_uncaught()
    try:
        settings = load()
        if given.command == "run":
            asyncio.run(_run(settings))
        else:
            asyncio.run(_answer(settings, given.reference, given.said, given.reason_code))
    except psycopg.errors.ForeignKeyViolation:
        print(f"error: {given.reason_code} is no code of the reason table", file=sys.stderr)
        return 1
    except (AnswerError, SettingsError, embedded.EmbeddedServerError, keys.KeyringError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
