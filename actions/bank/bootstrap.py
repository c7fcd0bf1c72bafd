"""The one place where the bank is put together."""

from __future__ import annotations

import os
from datetime import datetime, timezone

from redis.asyncio import Redis

from actions.bank.core.bootstrap import open_linked, other_bank
from actions.bank.delivery import chosen
from actions.bank.delivery.post import Post
from actions.bank.repository.unit import open_bank_pool
from actions.bank.sealing import Sealer
from actions.bank.services import Bank
from actions.bank.use_cases.accounts import Accounts
from actions.bank.use_cases.base import Clock, Messenger
from actions.bank.use_cases.cards import Cards
from actions.bank.use_cases.cases import Cases
from actions.bank.use_cases.complaints import Complaints
from actions.bank.use_cases.costs import Costs
from actions.bank.use_cases.customers import Customers
from actions.bank.use_cases.denials import Denials
from actions.bank.use_cases.devices import Devices
from actions.bank.use_cases.exchange import Exchange
from actions.bank.use_cases.handoff import Handoff
from actions.bank.use_cases.identity import Identity
from actions.bank.use_cases.lending import Lending
from actions.bank.use_cases.operation_kinds import KINDS
from actions.bank.use_cases.operations import Operations
from actions.bank.use_cases.payees import Payees
from actions.bank.use_cases.policies import Policies
from actions.bank.use_cases.regular import Regular
from actions.bank.use_cases.rights import Rights
from actions.bank.use_cases.statements import Statements
from actions.bank.use_cases.step_up import StepUp
from actions.bank.use_cases.support import Support
from actions.bank.use_cases.top_ups import TopUps
from actions.bank.use_cases.transfers import Transfers
from common import key_service, keys
from common.audit.pseudonym import Pseudonyms
from common.audit.tally import Tally
from common.inbox import Inbox
from common.settings import Settings


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


async def open_bank(settings: Settings, clock: Clock = utc_now, *, connections: int = 8) -> Bank:
    """The bank on its PostgreSQL schema; its messages go out by the carriers that the environment names.

    Raises SettingsError where one of them, or the way to another bank, is incomplete. Without any carrier, the demo has
    its inbox and production no codes.
    """
    inbox, named = chosen.use_inbox(settings), chosen.carriers()
    elsewhere = other_bank(os.environ)
    keyring = keys.load(settings)
    await key_service.prove(keyring)
    sealer = Sealer(keyring)
    pool = await open_bank_pool(settings, connections)
    redis: Redis | None = Redis.from_url(settings.redis_url) if inbox else None
    post = Post(pool, sealer, named) if named else None
    messenger: Messenger | None = Inbox(redis, keyring) if redis is not None else post
    denials = Denials(Pseudonyms(keyring), Tally(pool))
    step_up = StepUp(pool, sealer, clock, messenger, keyring.derive("bank.step-up"))

    accounts = Accounts(pool, sealer, clock)
    linked = None if elsewhere is None else open_linked(elsewhere, accounts)

    async def close() -> None:
        if linked is not None:
            await linked.close()
        await denials.close()
        await pool.close()
        if redis is not None:
            await redis.close()
        if post is not None:
            await post.close()

    return Bank(
        accounts=accounts,
        customers=Customers(pool, sealer, clock),
        cards=Cards(pool, sealer, clock, step_up),
        payees=Payees(pool, sealer, clock),
        transfers=Transfers(pool, sealer, clock, step_up),
        step_up=step_up,
        exchange=Exchange(pool, sealer, clock),
        policies=Policies(pool, sealer, clock),
        cases=Cases(pool, sealer, clock),
        complaints=Complaints(pool, sealer, clock),
        costs=Costs(pool, sealer, clock),
        regular=Regular(pool, sealer, clock),
        support=Support(pool, sealer, clock),
        top_ups=TopUps(pool, sealer, clock),
        handoff=Handoff(pool, sealer, clock),
        operations=Operations(pool, sealer, clock, step_up, KINDS),
        devices=Devices(pool, sealer, clock, messenger),
        identity=Identity(pool, sealer, clock),
        statements=Statements(pool, sealer, clock),
        lending=Lending(pool, sealer, clock),
        rights=Rights(pool, sealer, clock),
        denials=denials,
        close=close,
        linked=linked,
    )
