"""How streets are written: by country, with the number first or last, with flats, boxes and towns beside them."""

from __future__ import annotations

import re

_AFTER_NUMBER = (
    r"street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|court|ct|place|pl|square|sq|terrace|ter|way|crescent|cres|"
    r"gardens|gdns|grove|hill|park|row|mews|walk|boulevard|blvd|highway|hwy|parkway|pkwy|parade|quay|wharf|circle|cir|"
    r"trail|trl|loop|alley|plaza|rise|view|green|yard|vale|heights|bank|embankment|circus|esplanade|promenade|"
    r"paddocks?|point|fields?|meadows?|common|chase|croft|fold|gate|garth|dene|end|approach|turnpike|pike|run|crossing|"
    r"strasse|straße|allee|platz|nagar|marg|chowk|vihar|puram|colony|enclave|layout|extension|phase|sector|caddesi|cad|"
    r"sokak|sok|bulvari|mahallesi"
)
# Words that name a place to live in, where no number does.
PLACE = re.compile(
    r"\b(?:street|road|avenue|lane|drive|close|court|crescent|gardens|grove|mews|terrace|cottage|rectory|vicarage|manor"
    r"|lodge|farm|farmhouse|barn|mill|villa|villas|house|hall|towers?|apartments?|mansions?|estate|residency|heights"
    r"|paddocks?|nagar|colony|vihar|enclave|strasse|weg|gasse|platz|rue|calle|via|piazza|plaza|avenida)\b",
    re.IGNORECASE,
)
_SIGN = r"(?:\d[\w/-]{0,6}|[a-z]\d{0,4}|[a-z]-\d{1,4})\b"
_UNIT_WORD = (
    r"(?:flat|apartment|apt|unit|suite|ste|floor|room|rm|no|number|house|block|plot|door|h\.?\s?no|building|bldg"
    r"|shop|villa"
    r"|site|survey no|blk|lot)"
)
UNIT = rf"(?:{_UNIT_WORD}\b\.?\s?(?:no\.?\s?)?#?\s?{_SIGN},?\s(?:{_UNIT_WORD}\b\.?\s?#?{_SIGN},?\s)?)"
WORD = r"[^\W\d_][\w'’.-]{0,30}"
_NUMBER = r"\d{1,5}(?:[/-]\d{1,4}){0,2}[A-Za-z]?"
STREET = re.compile(
    rf"(?<![\w.,£$€/-])(?P<value>{UNIT}?{_NUMBER},?\s(?:{WORD}\s){{1,4}}?(?:{_AFTER_NUMBER})\b\.?"
    rf"(?:\s(?:{_AFTER_NUMBER})\b\.?)?(?:\s\d{{1,3}}\b(?![.,:]\d))?"
    rf"(?:,?\s(?:flat|apartment|apt|unit|suite|ste|#)\.?\s?\w{{1,5}})?)",
    re.IGNORECASE,
)
COMPOUND = re.compile(
    r"\b(?P<value>(?:(?:[^\W\d_]+[\s-]){0,2}[^\W\d_]{2,25}|(?:[^\W\d_]+-){1,3})"
    r"(?:stra(?:ss|ß)e|str\b\.?|stigen|stig|grand|torget|backen|hof|promenade|markt|weg|platz|allee|gasse|ring|damm"
    r"|ufer|chaussee|steig|stieg|straat|laan|gracht|kade|plein|dijk"
    r"|singel|gatan?|vägen|vagen|gade|vej|veien|katu|tie|utca|burgwal)\s?\d{1,4}\s?(?:[a-z]\b)?(?:[-/]\d{1,4})?)",
    re.IGNORECASE,
)
_KINDS = (
    r"rue|avenida|avda\.?|av\.|calle|c/|carrer|carretera|travesia|glorieta|urbanizacion|urb\.|costanilla|cuesta"
    r"|callejon|rambla|rambles|ctra\.|pza\.|pl\.|paseo|passeig|plaza|plaça|placa|praça|praca|rua|travessa|estrada|largo"
    r"|viale|piazza|piazzale|corso|vicolo|strada|ulica|ul\.|aleja|aleje|al\.|os\.|pl\.|ulitsa|prospekt|chemin"
    r"|impasse|allee|quai"
    r"|boulevard|bulevar|ronda|camino|jalan|jl\.?|lorong|calea|bulevardul|odos|leoforos"
)
# After the number of a house: a flat, a stair, a floor.
_INSIDE = (
    r"(?:,?\s(?:kv|kw|m|app|apt|wohnung|whg|stiege|top|int|interno|scala|piso|bajo|esc|apto|bl|sc|ap"
    r"|lok)\b\.?\s?\w{1,4}"
    r"|,?\s\d\s?[oºª]\.?\s?[A-Z]?\b){0,2}"
)
KIND_FIRST = re.compile(
    rf"\b(?P<value>(?:{_KINDS})\s(?:{WORD},?\s){{1,5}}?\d{{1,4}}\s?(?:[a-z]\b(?!\.))?(?:[-/]\d{{1,4}})?,?{_INSIDE})"
    rf"(?![\w.]?\d)",
    re.IGNORECASE,
)
# German streets that begin like everyday English, and Italian and Spanish ones.
PREPOSITION_FIRST = re.compile(
    r"\b(?P<value>(?:am|im|an der|an den|auf der|auf dem|unter den|unter der|hinter der|hinter dem|vor dem"
    r"|vor der|bei der|beim"
    rf"|zum|zur|in der|via|pl)\s(?:{WORD}\s){{1,4}}?\d{{1,4}}\s?(?:[a-z]\b)?(?:[-/]\d{{1,4}})?)(?![\w.,]?\d)",
    re.IGNORECASE,
)
NUMBER_FIRST = re.compile(
    r"(?<![\w.,£$€])(?P<value>\d{1,4}\s?(?:bis|ter|quater|[a-d])?,?\s"
    r"(?:rue|avenue|av\.|boulevard|bd\.?|chemin|quai|place|impasse|allée|allee|allées|allees|route|cours|passage"
    r"|square|sentier"
    r"|faubourg|residence|lotissement|hameau|jalan|lorong|nguyen|le|tran|pham)"
    rf"\s(?:(?:d[eu]s?|la|le|les|l'|d'|du|aux?|saint|sainte)\s){{0,3}}{WORD}(?:[\s-](?!(?:i|but|and|is|the|still|in"
    rf"|now|for|to|with"
    rf"|since|from|my|at|on|not|a|why|please|instead|anymore|until|of|was|by|this|that|as|it|or|are)\b){WORD}){{0,3}})",
    re.IGNORECASE,
)
BOX = re.compile(
    r"\b(?P<value>(?:p\.?\s?o\.?\s?box|post office box|postfach|apartado(?: de correos)?|boite postale"
    r"|b\.?p\.|casella postale"
    r"|caixa postal|postbus|skrytka pocztowa|locked bag|private bag|gpo box)\s?(?:no\.?\s|number\s)?\d(?:\s?\d){0,6}"
    r"|(?:rural route|rr|highway contract|hc)\s?\d{1,3},?\s(?:box\s)\d{1,6})",
    re.IGNORECASE,
)
JAPANESE = re.compile(
    r"(?<![\w/-])(?P<value>(?:\d{1,2}-chome\s)?\d{1,2}(?:-\d{1,3}){1,2},?\s[A-Za-z]+(?:-[A-Za-z]+)?"
    r"(?:,?\s[A-Za-z]+-(?:ku|cho|machi|shi|gun|dong|gu))?"
    r"(?:,?\s(?:tokyo|osaka|kyoto|yokohama|seoul|busan))?)",
    re.IGNORECASE,
)
JAPANESE_SIGN = re.compile(r"-(?:ku|cho|chome|machi|shi|gun|dong|gu)\b", re.IGNORECASE)
UNIT_FIRST = re.compile(
    rf"(?<![\w])(?P<value>(?:{_UNIT_WORD}\b\.?\s?#?{_SIGN}|[A-Z]-\d{{1,4}}),?\s(?:{WORD},?\s){{0,4}}?"
    r"(?:house|court|building|apartments?|towers?|mansions?|point|park|wharf|lodge|heights|residency|residences"
    r"|estate|nagar|sector"
    rf"|society|complex|paddocks?|jalan|lorong|block|phase|colony|mill|works|quay|gardens|view)\b(?:\s\d{{1,4}}"
    rf"|\s{WORD}){{0,3}})",
    re.IGNORECASE,
)
# A town, a state and a postcode after a comma: whole words up to the next stop.
TOWN = re.compile(
    rf"(?:,\s?(?P<town>{WORD}(?:\s{WORD}){{0,2}})(?=\s?(?:[,.;!?\n]|$|[A-Z]{{2}}\s\d{{5}}|\d{{4,6}}\b)))(?:,?\s"
    rf"(?:[A-Za-z]{{2}}\s)?\d{{4,6}}\b)?"
    r"|,?\s[A-Z]{2},?\s\d{5}(?:-\d{4})?\b|,\s?(?:district|sector|zone|ward|block)\s\d{1,3}\b"
    r"|,\s\d{4,6}\s[A-Z][^\W\d_]{2,20}",
    re.IGNORECASE,
)
NO_TOWN = re.compile(
    r"\b(?:thanks?|thank you|please|cheers|ok(?:ay)?|right|now|today|asap|sorry|mate|correct|and|but|is|it|i"
    r"|you|that|not|so|yes|no"
    r"|what|why|when|how|can|could|will|my|the)\b",
    re.IGNORECASE,
)
# After a street and its number: stairs, doors, floors, in many countries' words.
WITHIN = re.compile(
    r"(?:(?:/[\dA-Za-z]{1,4}\b){1,3}|-[IVX]{1,4}\b|\s?[A-Za-z]\b(?=\s?(?:,|$|\n|/\s))"
    r"|,?\s(?:m|lgh|leil|kv|kw|top|tur|stiege|stg|apt|app|appt|apartment|unit|flat|int|interno|scala|piso|pta"
    r"|puerta|bajo|atico"
    r"|etage|esc|escalera|dcha|izda|izq|bte|boite|bus|lok|daire|kat|suite|ste|floor|wohnung|whg|hus|as|ajto|em|sc"
    r"|bl|byt|room|rm|no)"
    r"\b\.?(?:\s?#?\d{1,4}[A-Za-z]?\b)?(?:/\d{1,3}\b)?"
    r"|,?\s\d{1,2}\s?(?:er|ere|e|eme|o|a|st|nd|rd|th|\.|-)?\s?(?:etage|floor|piso|og|stock|tv|th|mf|izq|dcha|izda"
    r"|emelet|kat|puerta)\b"
    r"(?:\s?[A-Za-z]\b)?"
    r"|,?\s#\d{1,3}-\d{1,4}\b|\s[A-Za-z]\s\d{1,3}\b(?!\s?(?:£|€|\$|eur|gbp|pounds|euros?))"
    r"|,?\s(?:ground floor|first floor|second floor|third floor|top floor|basement|rez-de-chaussee|rdc|parterre"
    r"|erdgeschoss"
    r"|dachgeschoss|hinterhaus|vorderhaus|bajo|parter|ground flr))",
    re.IGNORECASE,
)
HOUSE_BEFORE = re.compile(
    r"(?:^|(?<=[:\n,]\s)|(?<=\n)|(?<=[>;/]))\s?(?:the\s)?[^\W\d_][\w'’-]{2,20}(?:\s[^\W\d_][\w'’-]{2,20})?,\s$",
    re.IGNORECASE,
)
KIND_LAST = re.compile(
    rf"(?<![\w])(?P<value>(?!(?:to|at|in|on|is|an|the|my|and)\b){WORD}\s(?:{WORD}\s)?(?:straße|strasse|str\.|platz|allee|gasse|damm|ufer|chaussee"
    rf"|promenade|straat|laan"
    r"|gracht|gatan|gata|vagen|vej|alle|veien|katu|utca|ut|ter|korut|caddesi|sokak|sokagi|bulvari|ulitsa|prospekt"
    r"|marg|nagar)"
    r"\s\d{1,4}(?:\s?[a-z]\b)?)(?![\w.,]?\d)",
    re.IGNORECASE,
)
BLOCKS = re.compile(
    r"(?<![\w/.-])(?P<value>\d{1,2}-\d{1,2}(?:-\d{1,3})?,?\s(?P<town>[A-Za-z][a-z'’-]{4,20}|[A-Z]{5,20}))(?![\w-])"
)
INDIAN = re.compile(
    r"(?<!\w)(?P<value>(?:(?:h|house|flat|plot|door|d|site|survey|shop|villa)\.?\s?no\.?\s?"
    r"|#\s?)[A-Za-z]?-?\d[\d/A-Za-z-]{0,12}"
    r"(?:,\s(?:(?:[^\W\d_][\w'’.-]{0,20}\s){0,3}(?:no\.?\s?)?\d{1,4}(?:st|nd|rd|th)?(?:\s(?:main|cross|floor|block"
    r"|phase|stage|street))?"
    r"|[^\W\d_][\w'’-]{2,20}(?:\s[^\W\d_][\w'’-]{1,20}){0,2})){1,4})",
    re.IGNORECASE,
)
UNIT_BEFORE = re.compile(rf"(?<!\w){_UNIT_WORD}\b\.?\s?#?$|(?<![\w.,£$€]){UNIT}$", re.IGNORECASE)
