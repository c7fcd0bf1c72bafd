"""Words that stand for digits, in the languages customers count in, and the letters of the radio alphabet.

Words are folded as `normalise` folds a text, in lower case, so that they can be looked up in what it returns.
"""

from __future__ import annotations

from common.privacy.normalise import normalise

# Zero to nine; alternatives of a digit are joined by a stroke.
_LANGUAGES = (
    "zero|oh|nought|naught one two three four five six seven eight nine|niner",
    "null eins|ein zwei|zwo drei vier fünf|fuenf sechs sieben acht neun",
    "zéro un|une deux trois quatre cinq six sept huit neuf",
    "cero uno|una dos tres cuatro cinco seis siete ocho nueve",
    "zero uno due tre quattro cinque sei sette otto nove",
    "zero um|uma dois|duas três quatro cinco seis|meia sete oito nove",
    "nul een twee drie vier vijf zes zeven acht negen",
    "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć",
    "noll ett två tre fyra fem sex sju åtta nio",
    "zero unu doi|două trei patru cinci șase șapte opt nouă",
    "sıfır bir iki üç dört beş altı yedi sekiz dokuz",
    "nula jedan|jeden dva|dvě tri|tři četiri|čtyři|štyri pet|pět|päť šest|šesť sedam|sedm|sedem osam|osm"
    "|osem devet|devět|deväť",
    "nulla egy kettő|két három négy öt hat hét nyolc kilenc",
    "nolla yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän",
    "ноль|нуль один|одна|раз два|две три четыре пять шесть семь восемь девять",
    "нуль один два три чотири п'ять|пять шість сім вісім дев'ять|девять",
    "nol odin dva tri chetyre|chetyri pyat|piat shest sem vosem devyat|deviat",
    "μηδέν ένα|ένας δύο τρία τέσσερα πέντε έξι επτά|εφτά οκτώ|οχτώ εννέα|εννιά",
    "शून्य|ज़ीरो एक दो तीन चार पाँच|पांच छह|छः|छे सात आठ नौ",
    "shunya|shoonya|sunya ek do teen|tin chaar|char paanch|panch chhe|chhah|chah saat|sat aath|ath nau",
    "صفر واحد اثنان|اثنين|إثنان ثلاثة أربعة|اربعة خمسة ستة سبعة ثمانية تسعة",
    "sifr wahid ithnan|ithnain thalatha arbaa|arba'a khamsa sitta sabaa|saba'a thamaniya tisaa|tis'a",
    "zero|rei ichi ni san yon|shi go roku nana|shichi hachi kyu|kyuu",
    "ling yi er san si wu liu qi ba jiu",
)  # fmt: skip
# Ten and more, with the digits that are meant; what a word adds to another one need not be exact to be hidden.
_LARGER = (
    "ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14 fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19"
    " twenty=20 thirty=30 forty=40 fourty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90"
    " zehn=10 elf=11 zwölf=12 dreizehn=13 vierzehn=14 fünfzehn=15 sechzehn=16 siebzehn=17 achtzehn=18 neunzehn=19"
    " zwanzig=20 dreißig=30 dreissig=30 vierzig=40 fünfzig=50 sechzig=60 siebzig=70 achtzig=80 neunzig=90"
    " dix=10 onze=11 douze=12 treize=13 quatorze=14 quinze=15 seize=16 vingt=20 trente=30 quarante=40 cinquante=50"
    " soixante=60 septante=70 nonante=90 diez=10 doce=12 trece=13 catorce=14 veinte=20 treinta=30 cuarenta=40"
    " cincuenta=50 sesenta=60 setenta=70 ochenta=80 noventa=90 dieci=10 undici=11 dodici=12 tredici=13 quattordici=14"
    " quindici=15 sedici=16 diciassette=17 diciotto=18 diciannove=19 venti=20 trenta=30 quaranta=40 cinquanta=50"
    " sessanta=60 settanta=70 ottanta=80 novanta=90 dez=10 doze=12 treze=13 vinte=20 trinta=30 quarenta=40"
    " cinquenta=50 sessenta=60 oitenta=80 десять=10 одиннадцать=11 двенадцать=12 двадцать=20 тридцать=30 сорок=40"
    " пятьдесят=50 шестьдесят=60 семьдесят=70 восемьдесят=80 девяносто=90 dziesięć=10 dwadzieścia=20 trzydzieści=30"
    " czterdzieści=40 pięćdziesiąt=50 sześćdziesiąt=60 siedemdziesiąt=70 osiemdziesiąt=80 dziewięćdziesiąt=90"
    " tien=10 twintig=20 dertig=30 veertig=40 vijftig=50 zestig=60 zeventig=70 tachtig=80 negentig=90"
)
_GERMAN_TENS = "zwanzig=2 dreißig=3 dreissig=3 vierzig=4 fünfzig=5 sechzig=6 siebzig=7 achtzig=8 neunzig=9"
_GERMAN_UNITS = "ein zwei drei vier fünf sechs sieben acht neun"
# How digits are mistyped, misheard and said on the radio.
_SLIPS = (
    "wun=1 won=1 tow=2 too=2 tree=3 thre=3 threee=3 fower=4 foure=4 fiv=5 fife=5 fiver=5 siks=6 sixx=6 sevn=7 sevan=7"
    " ait=8 ate=8 eigth=8 eght=8 nein=9 nien=9 nil=0 ziro=0 zeroo=0"
)
# Everyday words too: they are digits only among digits that are said.
_EVERYDAY = frozenset(
    [
        "un",
        "um",
        "une",
        "una",
        "do",
        "go",
        "sei",
        "ett",
        "san",
        "ni",
        "sex",
        "due",
        "sept",
        "een",
        "ek",
        "teen",
        "tin",
        "nau",
        "saat",
        "sat",
        "no",
        "null",
        "nul",
        "nil",
        "zip",
        "won",
        "tow",
        "too",
        "tree",
        "ate",
        "ait",
        "nein",
        "pet",
        "char",
        "chah",
        "ath",
        "sem",
        "si",
        "er",
        "ba",
        "wu",
        "yi",
        "ling",
        "hat",
        "set",
        "meia",
        "dos",
        "bes",
        "bir",
        "er",
        "shi",
        "nana",
        "nol",
        "fiver",
        "fem",
        "seize",
        "elf",
        "doze",
        "en",
        "opt",
        "dix",
        "onze",
        "um",
        "rei",
        "раз",
    ]
)

RADIO = {
    word: word[0]
    for word in [
        "alpha",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliet",
        "kilo",
        "lima",
        "mike",
        "november",
        "oscar",
        "papa",
        "quebec",
        "romeo",
        "sierra",
        "tango",
        "uniform",
        "victor",
        "whiskey",
        "xray",
        "yankee",
        "zulu",
        "alfa",
        "juliett",
        "whisky",
    ]
}
REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4, "doppel": 2, "doble": 2, "doppio": 2, "dubbel": 2}


def _folded(word: str) -> set[str]:
    return {normalise(form).text.lower() for form in (word, word.upper(), word.capitalize())}


def _pairs(listed: str) -> list[tuple[str, str]]:
    return [(word, digits) for word, _, digits in (entry.partition("=") for entry in listed.split())]


def _table() -> dict[str, str]:
    entries = [
        (word, str(digit))
        for language in _LANGUAGES
        for digit, words in enumerate(language.split())
        for word in words.split("|")
    ]
    entries += _pairs(_LARGER) + _pairs(_SLIPS)
    for ten, digit in _pairs(_GERMAN_TENS):
        entries += [(f"{unit}und{ten}", f"{digit}{index}") for index, unit in enumerate(_GERMAN_UNITS.split(), 1)]
    table: dict[str, str] = {}
    for word, digits in entries:
        for folded in _folded(word):
            table.setdefault(folded, digits)
    return table


WORDS = _table()
WEAK = frozenset(folded for word in _EVERYDAY for folded in _folded(word)) & WORDS.keys()
# Those that may be glued to each other or to another word.
SINGLE = {word: digits for word, digits in WORDS.items() if len(digits) == 1 and len(word) > 2 and word not in WEAK}
# Glued among themselves they are written right: "zeroone" holds no "zeroo".
GLUED = {word: digits for word, digits in SINGLE.items() if word not in dict(_pairs(_SLIPS))}
