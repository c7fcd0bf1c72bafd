"""Addresses of machines: IP, MAC, IMEI and named device ids."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from common.privacy.digits import luhn, runs
from common.privacy.recognizers.base import Finding, Recogniser, has_context, matches

_IPV4 = re.compile(
    r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\s?\.\s?|\s?[\[(](?:\.|dot)[\])]\s?"
    r"|\sdot\s)){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d]|\.\d)"
)
_VERSION = re.compile(
    r"\b(?:build|version|release|firmware|ios|android|v)\W{0,3}(?:is\s|no\.?\s|number\s)?$", re.IGNORECASE
)
_IPV6 = re.compile(r"(?<![0-9A-Fa-f:])[0-9A-Fa-f:]{2,39}(?:\.\d{1,3}){0,3}(?![0-9A-Fa-f:])")
_MAPPED = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:\d{1,3}\.){3}\d{1,3}(?![\w.]\d)")
_DASHED = re.compile(r"\bip\b[^\d\n]{0,15}(?P<value>(?:\d{1,3}[ _-]){3}\d{1,3})(?![\d-])", re.IGNORECASE)
_MAC = re.compile(
    r"\b[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}\b"
    r"|\b(?=\w{0,3}\d|\w{4}\.\w{0,3}\d)(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}\b"
)
_DEVICE = re.compile(
    r"\b(?:device|serial|android|advertising|hardware)\s(?:id|number|no)\b[^A-Za-z0-9]{0,4}(?:is\s)?"
    r"(?P<value>(?=[A-Za-z0-9-]{0,40}\d)[A-Za-z0-9-]{6,40})",
    re.IGNORECASE,
)
_BARE_MAC = re.compile(r"\bmac(?:\s(?:address|id))?\W{1,3}(?:is\s)?(?P<value>[0-9A-Fa-f]{12})\b", re.IGNORECASE)
_IMEI_CONTEXT = re.compile(r"\bimei\b", re.IGNORECASE)


class NetworkRecogniser(Recogniser):
    """IP addresses are parsed, so that times and versions with colons and dots stay."""

    entities = ("IP_ADDRESS", "DEVICE_ID")

    def find(self, text: str) -> Iterator[Finding]:
        if not any(map(str.isdigit, text)) and ":" not in text:
            return
        for match in _IPV4.finditer(text):
            if not _VERSION.search(text, max(0, match.start() - 30), match.start()):
                yield Finding("IP_ADDRESS", *match.span(), 0.8)
        yield from matches(_DASHED, text, "IP_ADDRESS", 0.8)
        yield from matches(_MAPPED, text, "IP_ADDRESS", 0.9)
        for match in _IPV6.finditer(text):
            if match.group().count(":") >= 2 and _is_ipv6(match.group()):
                yield Finding("IP_ADDRESS", *match.span(), 0.8)
        yield from matches(_MAC, text, "DEVICE_ID", 0.9)
        yield from matches(_BARE_MAC, text, "DEVICE_ID", 0.9)
        yield from matches(_DEVICE, text, "DEVICE_ID", 0.8)
        for run in runs(text):
            if len(run.digits) == 15 and luhn(run.digits) and has_context(_IMEI_CONTEXT, text, run.start, run.end):
                yield Finding("DEVICE_ID", run.start, run.end, 1.0)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return len(text) > 3
