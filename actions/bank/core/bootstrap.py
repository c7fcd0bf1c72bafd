"""Which core bank this deployment has: the one place that knows both adapters."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from actions.bank.core.ledger import LedgerCore
from actions.bank.core.port import CoreBank
from actions.bank.open_banking import settings as open_banking
from actions.bank.open_banking.adapter import OpenBankingCore
from actions.bank.open_banking.api import Api
from actions.bank.open_banking.authorisation import Authorisation
from actions.bank.open_banking.consents import ConsentStore
from actions.bank.open_banking.keys import KeySet
from actions.bank.open_banking.oauth import AuthorisationServer
from actions.bank.open_banking.settings import OpenBankingSettings
from actions.bank.open_banking.signature import Signer
from actions.bank.open_banking.wire import Patience, Pause, Wire
from actions.bank.services import Bank
from actions.bank.use_cases.base import Service

USUAL_PATIENCE = Patience()


def open_core(environment: Mapping[str, str], bank: Bank) -> CoreBank:
    """The core that TELLER_CORE_BANK names; raises SettingsError with one line that says what is missing.

    It shares the bank's pool, sealer and clock: close the core before the bank.
    """
    base = bank.accounts
    if open_banking.core_kind(environment) == "ledger":
        return LedgerCore(base.pool, base.sealer, base.clock, bank)
    return open_banking_core(open_banking.load(environment), base)


def open_banking_core(
    settings: OpenBankingSettings, base: Service, patience: Patience = USUAL_PATIENCE, pause: Pause = asyncio.sleep
) -> OpenBankingCore:
    wire = Wire(settings.tls, patience, pause)
    signer = Signer(settings.signing_key, settings.key_id, settings.signer, settings.trust_anchor, base.clock)
    bank_keys = KeySet(settings.keys_url, wire, base.clock)
    server = AuthorisationServer(settings, wire, base.clock)
    store = ConsentStore(base.pool, base.sealer, base.clock)
    api = Api(settings.url, wire, signer, bank_keys, settings.bank_signer, base.clock)
    return OpenBankingCore(api, server, Authorisation(server, store), wire)
