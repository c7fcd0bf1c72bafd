"""Secrets that are named in one message and given, whole or in parts, in the next ones.

Right after a label that was left open ("my password is") a message is its value; later, or when the secret was only
mentioned, a message counts that says nothing but a value: no verb, no greeting, no word of the bank's business.
"""

from __future__ import annotations

import re

from common.privacy.digits import runs
from common.privacy.normalise import normalise

LATER = "_LATER"
PART = "_PART"
TURNS = 3

# A message that ends in the word for a secret, whose value the next one brings.
_LABELS = (
    (
        "PASSWORD",
        r"pass ?words?|passwd|pasword|pwd|pw|pass ?phrase|memorable word|security answer|(?:pass|kenn)wort|mot de passe"
        r"|contrasena",
    ),
    ("PIN", r"pin|passcode"),
    ("CVV", r"cvv2?|cvc2?|security code|(?:digits|number|code) on the back"),
    ("CODE", r"(?:otp|one[ -]time (?:code|password)|(?:verification |access |security )?code|text(?:ed me)?|sms)"),
    ("CARD_EXPIRY", r"expiry(?: date)?|expires|valid until"),
    ("IBAN", r"iban"),
    (
        "ACCOUNT_NUMBER",
        r"sort code|(?:account|routing|card|passport|licence|phone|social(?: security)?)(?: number| no)?|ssn",
    ),
    ("PERSON", r"my (?:(?:full|first|last|maiden) )?name|(?:payee|beneficiary|sur|first |last )name"),
    ("DATE_OF_BIRTH", r"birth ?day|date of birth|dob|born(?: on)?"),
    (
        "ADDRESS",
        r"(?:i|we)(?:'ve)? (?:now |just )?(?:live|stay|moved|reside)(?: (?:at|in|on|to|house))?|(?:new "
        r"|my |home )address"
        r"|(?:street|house|road)(?: name| number)?|(?:send|post|deliver) it to|post ?code",
    ),
)
_LEFT_OPEN = re.compile(
    rf"\b(?:{'|'.join(f'(?P<{kind}>{words})' for kind, words in _LABELS)})"
    r"(?:\s(?:number|is|was|are|it's|to|at|as|will be|would be|should be|coming(?: up)?|please|now|begins?|starts?|with"
    r"|goes|says|said|here|ok)){0,3}\s?[?!:=.…-]{0,5}\s{0,5}$",
    re.IGNORECASE,
)
# What is only spoken of; a name or a date is asked for too often.
_SPOKEN_OF = frozenset({"PASSWORD", "PIN", "CVV", "CODE", "IBAN", "ADDRESS"})
_MENTION = re.compile(
    rf"\b(?:{'|'.join(f'(?P<{kind}>{words})' for kind, words in _LABELS if kind in _SPOKEN_OF)})\b", re.IGNORECASE
)
# A message that gave a part of a secret: the next one brings another.
_PART_GIVEN = re.compile(
    r"\b(?:first|second|third|half|part|begins?|starts?)\b[^<>]{0,60}<(?P<kind>PIN|CVV|CODE|PASSWORD|SORT_CODE)>",
    re.IGNORECASE,
)
# What is said about a value in the same breath.
_LEAD = re.compile(
    r"(?:\W*\b(?:so|ok|okay|well|it's|its|it is|it|is|are|was|that's|this is|then|and|next|now|first|second|third|last"
    r"|finally|lastly|the|a|part|half|bit|piece|group|block|rest|remaining|one|digits?|number|numbers|letters|value|of"
    r"|followed by|plus|with|starts?|begins?|ends?|goes|continues|comes|in|at|on|yes|yep|yeah|sure|here|you go|dann"
    r"|und|puis|et|y|luego|poi|e|all|lower ?case|upper ?case|capital|capitals|again|im|der|die|das|le|la"
    r"|el)\b(?!['’]))*\W*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:\W+(?:ok|okay|thanks|thank you|please|pls|thx|right|i think|i believe|i guess|got it|yes|no spaces?|sorry"
    r"|all lower ?case|with a capital \w|done|that's it|that's all|first|at the end))*\W*$",
    re.IGNORECASE,
)
# What is said to a bank or while something is looked for, and is no value.
_TALK_WORDS = """
a an the i i'm im i've i'll i'd you you're he she we they me my your his her our their this that these those
what when where which who why how is isn't are aren't was were be been am do does don't dont did didn't doesn't
have has haven't had can can't cant could would will won't wont should must may might not no nope yes yep yeah
ok okay k sure hi hello hey bye goodbye thanks thank thx ty cheers please pls plz sorry oops wait hang hold on
sec second seconds minute minutes moment one just got to from for with about but or if because so as of in at by
up down out off again still help need want let let's lets give get go going know think see look looking check
show tell ask say said send sent pay paid make change reset forgot forgotten lost block blocked freeze unblock
cancel stop start transfer transfers payment payments money balance card cards account accounts bank app
statement statements loan mortgage savings bill bills fee fees limit pin password code address phone email name
login log agent human person someone anyone somebody nothing something anything never mind nevermind later now
today tomorrow yesterday good great fine cool nice lol haha hmm um uh er erm oh ah typo mistake wrong right
correct enter pressed hit early dog baby kids kid cat door rang back there here it its it's type typing done
ready really very too much many more yours mine nearly almost okey alright brb ups damn ugh whoops speak talk
stupid useless working works work worked failed broken stuck slow happened happening finding find where's what's
moment's
"""
_TALK = frozenset(_TALK_WORDS.split())
_STRANGE = re.compile(r"(?=\S*[^\W_])(?:\S*\d\S*|\S*[a-z][A-Z]\S*|\S+[#$%^&*_+=~!@]\S+)")
_MIXED_OR_CAPITALS = re.compile(r"(?<![\w<])(?:(?=[A-Z]{0,8}\d)[A-Z\d]{2,34}|(?-i:[A-Z]{2,6}))(?![\w>])", re.IGNORECASE)
# The next message is a name when it is a few words and none of these.
_NAME_WORDS = 5
_NAME_WORD = re.compile(r"(?<![<\w])(?!(?:is|it's|its|it|mr|mrs|ms|dr)\b)[^\W\d_][^\s,.!?<>]*", re.IGNORECASE)
_NO_NAME = re.compile(
    r"\d|<|\b(?:ok|okay|thanks|thank|yes|no|never|mind|help|what|why|how|please|wait|sorry|hello|hi|changed|wrong|card"
    r"|account|balance|transfer|send|pay|the|not|i|you|can|do|does|cancel|stop)\b",
    re.IGNORECASE,
)
_LONGEST_VALUE = 160  # characters of a message that says nothing but a value
_LEAST = {"ACCOUNT_NUMBER": 4}


def left_open(text: str) -> str | None:
    """The kind of secret that a stored message names without its value, gives in part, or (`LATER`) mentions."""
    opened, part = _LEFT_OPEN.search(text), _PART_GIVEN.search(text)
    if opened:
        return opened.lastgroup
    if part:
        return f"{part['kind'].upper()}{PART}"
    mention = _MENTION.search(text)
    if mention is None or (f"<{mention.lastgroup}" in text and mention.lastgroup not in ("IBAN", "ADDRESS")):
        return None
    return f"{mention.lastgroup}{LATER}"


def later(kind: str) -> str | None:
    """The kind as it is waited for once another message has passed."""
    plain = kind.removesuffix(LATER).removesuffix(PART)
    return f"{plain}{LATER}" if plain not in ("PERSON", "CARD_EXPIRY") else None


def value_span(text: str, most: int, *, phrase: bool = False) -> tuple[int, int] | None:
    """Where the value stands in a message of at most `most` words that says nothing else; a `phrase` of four words
    and more may hold an everyday one."""
    if len(text) > _LONGEST_VALUE:
        return None
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    tail = _TAIL.search(text, start)
    end = tail.start() if tail else len(text)
    words = text[start:end].split()
    if not words or len(words) > most or "<" in text[start:end]:
        return None
    talk = sum(word.strip(".,;:!?'\"").lower() in _TALK for word in words)
    return None if talk > (phrase and len(words) >= 4) else (start, end)


def mask_labelled(text: str, kind: str) -> str:
    """`text`, which follows a message that named a secret of this `kind`, without what may be its value."""
    plain, waited = kind.removesuffix(LATER).removesuffix(PART), kind.endswith(LATER)
    if plain == "PERSON":
        few = len(text.split()) <= _NAME_WORDS and not _NO_NAME.search(text)
        return _NAME_WORD.sub("<PERSON>", text) if few else text
    if plain in ("PASSWORD", "ADDRESS"):
        return _without_words(text, plain, waited=waited)
    if plain == "IBAN":
        return _without_groups(text)
    view = normalise(text)
    bare = value_span(view.text, 8) is not None
    least = 1 if kind.endswith(PART) else 2 if bare else 99 if waited else _LEAST.get(plain, 3)
    masked, at = [], 0
    for run in runs(view.text, stops=False):
        if len(run.digits) >= least:
            first, last = view.original_span(run.start, run.end)
            masked += [text[at:first], f"<{plain}>"]
            at = last
    return "".join([*masked, text[at:]])


def _without_words(text: str, kind: str, *, waited: bool) -> str:
    most = 6 if not waited or kind == "ADDRESS" else 2
    span = value_span(text, most, phrase=kind == "PASSWORD" and not waited)
    if span:
        return f"{text[: span[0]]}<{kind}>{text[span[1] :]}"
    words = text.split()
    if len(words) == 1 and not waited and not text.startswith("<") and words[0].lower().strip(".!?,") not in _TALK:
        return f"<{kind}>"
    if len(words) > 6:
        return text
    return " ".join(
        f"<{kind}>" if not word.startswith("<") and _is_telling(word, waited=waited) else word for word in words
    )


def _is_telling(word: str, *, waited: bool) -> bool:
    """Whether a word among others can be nothing but a value."""
    if waited:
        return _STRANGE.fullmatch(word) is not None and any(map(str.isalpha, word))
    return not word.strip(".,!?;:'’").replace("'", "").replace("’", "").isalpha()


def _without_groups(text: str) -> str:
    """Without the groups of an account number that has letters."""
    span = value_span(text, 10)
    if span:
        return f"{text[: span[0]]}<IBAN>{text[span[1] :]}"
    return _MIXED_OR_CAPITALS.sub("<IBAN>", text)
