"""Amounts of money in what people type: "£1,250.50", "1.250,50 €", "twenty five quid", "25k".

A wrong amount is worse than a question, so whatever could be read in two ways is refused with its reason:
`1.250` is three decimals to a Briton and a thousand to a German. (price-parser reads such texts without
doubting, and drops a minus sign; that is why the grammar is our own.) Number words come from text2num,
currency precision from Babel.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import get_currency_precision, list_currencies
from text_to_num import alpha2digit

from actions.parsing.numbers_in_ids import without_identifiers
from actions.parsing.text import normalise, words

MAX_VALUE = Decimal(10) ** 12
_SYMBOLS = {"£": "GBP", "€": "EUR", "$": "USD", "¥": "JPY", "₹": "INR", "zł": "PLN", "kč": "CZK", "₺": "TRY"}
_NAMES = {
    "GBP": "gbp pound pounds quid sterling squid",
    "EUR": "eur euro euros",
    "USD": "usd dollar dollars buck bucks",
    "CHF": "chf franc francs",
    "PLN": "pln zloty zlotys zloties",
    "SEK": "sek krona kronor",
    "NOK": "nok",
    "DKK": "dkk",
    "CZK": "czk koruna korunas",
    "HUF": "huf forint forints",
    "RON": "ron lei",
    "JPY": "jpy yen",
    "INR": "inr rupee rupees rs",
    "AUD": "aud",
    "CAD": "cad",
    "AED": "aed dirham dirhams",
    "TRY": "lira liras",
    "ZAR": "zar rand",
}
_WORDS = {word: code for code, words in _NAMES.items() for word in words.split()} | _SYMBOLS
_NATIONAL = (
    (r"swiss francs?", "CHF"),
    (r"(?:us|u\.s\.|american) (?:dollars?|bucks?)", "USD"),
    (r"canadian (?:dollars?|bucks?)", "CAD"),
    (r"(?:australian|aussie) (?:dollars?|bucks?)", "AUD"),
    (r"new zealand dollars?", "NZD"),
    (r"hong kong dollars?", "HKD"),
    (r"singapore dollars?", "SGD"),
    (r"(?:british|english|uk) pounds?|pounds? sterling", "GBP"),
    (r"polish (?:zlotys?|zloties)", "PLN"),
    (r"swedish (?:kronor|kronas?|crowns?)", "SEK"),
    (r"norwegian (?:kroner|krone|crowns?)", "NOK"),
    (r"danish (?:kroner|krone|crowns?)", "DKK"),
    (r"czech (?:korunas?|crowns?)", "CZK"),
    (r"(?:japanese|indian|turkish|hungarian|south african) (?=(?:yen|rupees?|liras?|forints?|rand)\b)", ""),
)
"""Names of two words, of which the second alone means another currency or none that can be read beside a number."""
_CODES = frozenset(list_currencies())
_TIMES = {"k": 1_000, "grand": 1_000, "m": 1_000_000, "million": 1_000_000, "mil": 1_000_000}

_CURRENCY = "|".join(sorted((re.escape(word) for word in _WORDS), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<sign>(?<![\w\d])-|(?<![\w\d]-)\b(?:minus|negative)\s+)?"
    rf"(?:(?P<before>{_CURRENCY}|\b[A-Z]{{3}}\b)\s?)?(?P<sign2>(?<!\d)-)?(?<![\d.,])"
    rf"(?P<digits>\d(?:[\d.,']|\s(?=\d{{3}}(?!\d)))*(?<=\d)|\d)"
    rf"(?P<times>\s?(?:grand|million|mil|k)\b|m\b)?"
    rf"(?:\s?(?P<after>(?:{_CURRENCY})(?!\w)|[A-Z]{{3}}\b|p\b|pence\b|penny\b|pennies\b|cents?\b))?"
    rf"(?P<tail>\w*%?)",
    re.IGNORECASE,
)
_PENCE = re.compile(
    rf"(?P<whole>\d+)\s?(?P<unit>{_CURRENCY})\s(?:(?:and\s)?(?P<rest>\d{{1,2}})\s?(?:p|pence|cents?)\b|"
    rf"(?P<bare>\d\d)(?=[\s.,!?]*$))",
    re.I,
)
_SIGN_PENCE = re.compile(r"([£€$]\s?\d+)\s(\d\d)(?=[\s.,!?]*$)")
_SIGN_AND_PENCE = re.compile(r"([£€$]\s?\d+)\s(?:and\s)?(\d{1,2})\s?(?:p|pence|cents?)\b", re.I)
_NOTES = re.compile(r"\b(\d{1,3})\s(fiver|tenner)s\b", re.I)
_NOTE_VALUES = {"fiver": 5, "tenner": 10}
_SPAN = re.compile(r"\b\d{1,3}\s(?:day|week|month|year)s?\b", re.I)
_MARKUP = re.compile(r"[{}<>*=/\\]")
_HALF = re.compile(r"\bhalf\s(?:of\s)?a\s(grand|thousand|million)\b", re.I)
_HALVES = {"grand": "500", "thousand": "500", "million": "500000"}
_MANY = re.compile(r"(?<=\d)\s(thousand|million)\b", re.I)
_COIN = re.compile(r"\b\d[\d.,]*\s?(?:BTC|ETH|XRP|USDT|USDC|bitcoins?|ether|ethereum|percent|per cent)\b", re.I)
_VAGUE = re.compile(
    rf"\u2044|\b(?:couple|few|several|quarters?|thirds?|dozens?)\s(?:of\s)?(?:a\s)?"
    rf"(?:hundreds?|thousands?|grand|million|\d|(?:{_CURRENCY})(?!\w))",
    re.I,
)
"""A fraction sign, or a word that leaves the number open, before what it counts."""
_NOT_NUMBERS = re.compile(r"\b(?:nan|inf|infinity|infinite)\b|∞", re.IGNORECASE)
_SLANG = (
    (r"\b(?:a |one )?fiver\b", "£5"),
    (r"\b(?:a |one )?tenner\b", "£10"),
    (r"\ba grand\b", "1000"),
    (r"\ba (?=(?:quid|pound|euro|dollar)\b)", "1 "),
    (r"\ba (?=(?:hundred|thousand)\b)", "one "),
)
_FILLER = words(
    "about around just only please pls make it say exactly let's of a to the amount is and thanks ok okay "
    "send transfer pay for total actually no "
)
_PENNIES = ("p", "pence", "penny", "pennies")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SMALL = {word: str(value) for value, word in enumerate(_DIGITS)}
_BEFORE_UNIT = re.compile(
    rf"\b({'|'.join(_SMALL)})(?=\s(?:{_CURRENCY}|grand|million|fivers|tenners)(?!\w))", re.IGNORECASE
)


class AmountProblem(Exception):
    """An amount was meant but cannot be used.

    `code`: not_a_number | negative | zero | too_precise | too_large | several.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Amount:
    """A positive amount with at most two decimals; `currency` is None where the text named none."""

    value: Decimal
    currency: str | None

    def minor(self, currency: str) -> int:
        """The integer minor units in `currency`; raises AmountProblem where it has fewer decimals than typed."""
        scaled = self.value.scaleb(get_currency_precision(currency))
        if scaled != scaled.to_integral_value():
            raise AmountProblem("too_precise")
        return int(scaled)


def find_amount(text: str) -> Amount | None:
    """The one amount in `text`, None if there is none; raises AmountProblem if it cannot be used as it stands.

    Numbers beside a currency win over bare ones; account numbers, card endings and dates are no amounts.
    """
    plain = _readable(text)
    if _COIN.search(plain) or _VAGUE.search(normalise(text)):
        raise AmountProblem("not_a_number")
    found = [match for match in _NUMBER.finditer(plain) if not match["tail"].endswith("%")]
    with_currency = [match for match in found if _currency(match) or _is_small_coin(match)]
    chosen = with_currency or found
    if not chosen:
        if _NOT_NUMBERS.search(plain):
            raise AmountProblem("not_a_number")
        return None
    amounts = {_amount(match) for match in chosen}
    if len(amounts) > 1:
        raise AmountProblem("several")
    return amounts.pop()


def find_amounts(text: str) -> list[Amount]:
    """Every usable amount in `text`, in order: for filters such as "between 10 and 20"."""
    amounts = []
    for match in _NUMBER.finditer(_readable(text)):
        try:
            amounts.append(_amount(match))
        except AmountProblem:
            continue
    return amounts


def without_amounts(text: str) -> str:
    """`text` without its amounts, for whoever looks for names in the rest."""
    return normalise(_NOT_NUMBERS.sub(" ", _NUMBER.sub(_besides, _readable(text))))


def is_bare_amount(text: str) -> bool:
    """Whether the message is an amount and nothing else worth reading: "25", "about forty quid please"."""
    plain = _readable(text)
    if _MARKUP.search(plain) or not (_NUMBER.search(plain) or _NOT_NUMBERS.search(plain)):
        return False
    rest = _NOT_NUMBERS.sub(" ", _NUMBER.sub(_besides, plain)).casefold()
    return all(word in _FILLER for word in re.findall(r"[\w']+", rest))


def find_currency(text: str) -> str | None:
    """The one currency named in `text` by code, sign or everyday name; None where none or several are."""
    named = find_currencies(text)
    return named[0] if len(named) == 1 else None


def find_currencies(text: str) -> list[str]:
    """The different currencies named in `text`, in order."""
    plain = _with_codes(normalise(text))
    named: list[str] = []
    for match in re.finditer(rf"(?<![^\W\d_])(?:{_CURRENCY})(?![^\W\d_])|\b[A-Z]{{3}}\b", plain, re.IGNORECASE):
        word = match.group()
        code = _WORDS.get(word.casefold()) or (word if word in _CODES else None)
        if code and code not in named:
            named.append(code)
    return named


def _with_codes(plain: str) -> str:
    """`plain` with "Swiss francs" and the like as their codes."""
    for pattern, code in _NATIONAL:
        plain = re.sub(rf"\b(?:{pattern})(?!\w)" if code else rf"\b{pattern}", code, plain, flags=re.IGNORECASE)
    return plain


def _readable(text: str) -> str:
    plain = _with_codes(without_identifiers(normalise(text)))
    plain = _HALF.sub(lambda match: _HALVES[match[1].casefold()], plain)
    plain = _SIGN_AND_PENCE.sub(lambda match: f"{match[1]}.{match[2]:0>2}", _SIGN_PENCE.sub(r"\1.\2", plain))
    plain = _MANY.sub(lambda match: "k" if match[1].casefold() == "thousand" else "m", plain)
    for pattern, value in _SLANG:
        plain = re.sub(pattern, value, plain, flags=re.IGNORECASE)
    if plain.casefold().strip(" .!") in _SMALL:
        return _SMALL[plain.casefold().strip(" .!")]
    plain = _BEFORE_UNIT.sub(lambda match: _SMALL[match[1].casefold()], alpha2digit(plain, "en"))
    plain = _SPAN.sub(" ", plain)
    plain = _NOTES.sub(lambda match: f"£{int(match[1]) * _NOTE_VALUES[match[2].casefold()]}", plain)
    return _PENCE.sub(lambda match: f"{match['whole']}.{match['rest'] or match['bare']:0>2} {match['unit']}", plain)


def _besides(match: re.Match[str]) -> str:
    """What stays of an amount that is cut out: a word of three letters beside it that is no currency ("Max 5")."""
    around = [word for word in (match["before"], match["after"]) if word and re.fullmatch(r"[a-z]{3}", word, re.I)]
    return " ".join(["", *(word for word in around if not _is_currency(word)), ""])


def _is_currency(word: str) -> bool:
    return word.casefold() in _WORDS or word in _CODES


def _is_small_coin(match: re.Match[str]) -> bool:
    return (match["after"] or "").casefold() in (*_PENNIES, "cent", "cents")


def _currency(match: re.Match[str]) -> str | None:
    for word in (match["before"], match["after"]):
        if word and (code := _WORDS.get(word.casefold()) or (word if word in _CODES else None)):
            return code
    return None


def _amount(match: re.Match[str]) -> Amount:
    if match["tail"]:
        raise AmountProblem("not_a_number")
    if match["sign"] or match["sign2"]:
        raise AmountProblem("negative")
    value = _decimal(match["digits"])
    value *= _TIMES.get((match["times"] or "").strip().casefold(), 1)
    currency = _currency(match)
    if (match["after"] or "").casefold() in _PENNIES:
        value, currency = value / 100, "GBP"
    elif (match["after"] or "").casefold() in ("cent", "cents"):
        value /= 100
    if value == 0:
        raise AmountProblem("zero")
    if value > MAX_VALUE:
        raise AmountProblem("too_large")
    exponent = value.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -2:
        raise AmountProblem("too_precise")
    return Amount(value, currency)


def _decimal(digits: str) -> Decimal:
    """The value of a number as typed, British or continental; raises AmountProblem where it can be read twice."""
    groups = re.split(r"[.,' ]", digits)
    marks = re.findall(r"[.,' ]", digits)
    if sum(map(len, groups)) > 24:
        raise AmountProblem("too_large")
    if not marks:
        return Decimal(digits)
    *whole, last = groups
    mark = marks[-1]
    thousands = len(whole[0]) <= 3 and all(len(group) == 3 for group in whole[1:])
    if len(set(marks)) == 1:
        if len(last) == 3 and thousands and (mark != "." or len(marks) > 1):
            return Decimal("".join(groups))
        if len(marks) > 1 or mark in "' ":
            raise AmountProblem("not_a_number")
    elif not thousands or mark not in ".," or mark in marks[:-1]:
        raise AmountProblem("not_a_number")
    if len(last) > 2:
        raise AmountProblem("too_precise")
    return Decimal(f"{''.join(whole)}.{last}")
