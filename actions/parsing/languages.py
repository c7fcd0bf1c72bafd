"""In which language a customer wants to go on: "Deutsch bitte", "can we speak English?"."""

from __future__ import annotations

from actions.parsing.text import normalise, tokens, words

_NAMES = {"de": words("deutsch german"), "en": words("englisch english")}
_AROUND = words(
    "bitte please danke thanks auf in to into on ja yes hallo hello hi can could we you i do speak talk chat write "
    "answer reply continue switch change use me with now the language sprache sprechen sie kannst können wir du ich "
    "möchte will want would like prefer reden schreiben weiter wechseln zu mit mir und nur only sprichst spreche "
    "antworten antworte wechsle lieber instead rather back zurück wieder again jetzt"
)


def wished_language(text: str, *, asked: bool = False) -> str | None:
    """`de` or `en` where the message asks for that language and for nothing else.

    `asked`: the classifier heard a wish for another language, so naming one is enough.
    """
    said = tokens(normalise(text))
    for language, names in _NAMES.items():
        if any(word in names for word in said) and (asked or all(word in names or word in _AROUND for word in said)):
            return language
    return None
