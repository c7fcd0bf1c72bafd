"""Which other bank this deployment reaches: the one place that puts the adapter together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

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
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.linked import Linked

USUAL_PATIENCE = Patience()


def other_bank(environment: Mapping[str, str]) -> OpenBankingSettings | None:
    """The bank beside our own ledger, where TELLER_CORE_BANK says that there is one.

    Raises SettingsError with one line that says what is missing.
    """
    return None if open_banking.core_kind(environment) == "ledger" else open_banking.load(environment)


def open_linked(settings: OpenBankingSettings, base: Service) -> Linked:
    """The customers' accounts there. It shares the bank's pool, sealer and clock: close it before the bank."""
    return Linked(settings.name, open_banking_core(settings, base), base)


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
