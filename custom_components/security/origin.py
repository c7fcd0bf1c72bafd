"""Where a request comes from, as far as it can be believed.

The other end of the line is a fact. What it says of others (`X-Forwarded-For`, a country's header) is believed only
of a proxy of the house's own; anybody else could write anything there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address

from common.settings import Network, Settings

_COUNTRY = re.compile("[A-Z]{2}")
_NOWHERE = frozenset({"XX", "ZZ"})
"""What ISO 3166 leaves to its users: proxies say so of an address that they cannot place."""


@dataclass(frozen=True)
class Origin:
    """The address of whoever asks, and their country (ISO 3166-1 alpha-2) where one of our proxies knows it."""

    address: str
    country: str | None = None


@dataclass(frozen=True)
class Proxies:
    """The proxies in front of the house, and the header in which they tell a country."""

    networks: Sequence[Network] = ()
    country_header: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> Proxies:
        return cls(settings.trusted_proxies, settings.country_header)

    def origin(self, peer: str, forwarded: Sequence[str], country: str | None) -> Origin:
        """Whence a request of `peer` comes, by the values of its `X-Forwarded-For` and its country's header."""
        if not self._ours(peer):
            return Origin(peer)
        hops = [hop.strip() for value in forwarded for hop in value.split(",")]
        client = next((hop for hop in reversed(hops) if not self._ours(hop)), peer)
        return Origin(client if _is_address(client) else peer, _country(country))

    def _ours(self, address: str) -> bool:
        if not _is_address(address):
            return False
        found = ip_address(address)
        return any(found in network for network in self.networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _country(text: str | None) -> str | None:
    return text if text is not None and _COUNTRY.fullmatch(text) and text not in _NOWHERE else None


_country_of_request: ContextVar[str | None] = ContextVar("country", default=None)


def arrives(origin: Origin) -> None:
    """Note whence the running request comes."""
    _country_of_request.set(origin.country)


def country() -> str | None:
    """The running request's country, where it is known."""
    return _country_of_request.get()
