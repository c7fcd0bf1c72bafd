"""Only our own proxies are believed, and only for what they added themselves."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from custom_components.security.origin import Origin, Proxies

OURS = Proxies((ip_network("10.0.0.0/8"), ip_network("fd00::/8")), "CF-IPCountry")


@pytest.mark.parametrize(
    ("peer", "forwarded", "country", "origin"),
    [
        ("10.0.0.1", ["203.0.113.9"], "BR", Origin("203.0.113.9", "BR")),
        ("fd00::1", ["2001:db8::7"], "GB", Origin("2001:db8::7", "GB")),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.9"], "BR", Origin("203.0.113.9", "BR")),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.9, 10.2.2.2"], None, Origin("203.0.113.9")),
        ("10.0.0.1", [], None, Origin("10.0.0.1")),
        ("10.0.0.1", ["10.0.0.2"], "GB", Origin("10.0.0.1", "GB")),
        ("10.0.0.1", ["unknown"], "GB", Origin("10.0.0.1", "GB")),
        ("10.0.0.1", ["203.0.113.9"], "XX", Origin("203.0.113.9")),
        ("10.0.0.1", ["203.0.113.9"], "T1", Origin("203.0.113.9")),
        ("10.0.0.1", ["203.0.113.9"], "br", Origin("203.0.113.9")),
        ("203.0.113.9", ["198.51.100.1"], "BR", Origin("203.0.113.9")),
        ("", ["198.51.100.1"], "BR", Origin("")),
    ],
)
def test_a_callers_words_about_themselves_are_not_believed(
    peer: str, forwarded: list[str], country: str | None, origin: Origin
) -> None:
    assert OURS.origin(peer, forwarded, country) == origin


def test_without_proxies_the_other_end_of_the_line_is_the_caller() -> None:
    assert Proxies().origin("10.0.0.1", ["203.0.113.9"], "BR") == Origin("10.0.0.1")
