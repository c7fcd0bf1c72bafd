"""Crypto-currency addresses and private keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.recognizers.base import Finding, Recogniser, matches

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ADDRESS = re.compile(
    rf"\b(?:(?:bc1|tb1|ltc1|addr1)[a-z0-9]{{25,100}}|0x[0-9a-fA-F]{{40,64}}|[13LMDXr4T][{_BASE58}]{{25,34}}"
    rf"|4[{_BASE58}]{{94}}|[5KL][{_BASE58}]{{50,51}})\b"
)


class CryptoRecogniser(Recogniser):
    """By shape: a Base58 string of a number's digits alone is left to the card recogniser."""

    entities = ("CRYPTO_ADDRESS",)

    def find(self, text: str) -> Iterator[Finding]:
        for finding in matches(_ADDRESS, text, "CRYPTO_ADDRESS", 0.9):
            value = text[finding.start : finding.end]
            if any(map(str.isalpha, value)) and any(map(str.isdigit, value)):
                yield finding
