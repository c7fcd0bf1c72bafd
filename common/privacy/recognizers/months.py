"""How the names of months begin, folded, in the languages that customers write dates in."""

from __future__ import annotations

from common.privacy.recognizers.base import folded

_LATIN = (
    "jan|janv|ene|genn|gen|ianuar|stycz|leden|ledna|tammi|ocak"
    "|feb|fev|lut|unor|helmik|subat"
    "|mar|mrz|maa|maer|brez"
    "|apr|avr|abr|kwie|dubn|duben|huhti|nisan"
    "|may|mai|maj|mei|mag|kvet|touko"
    "|jun|jui|giu|czerw|iun|kesak|hazir|cerv"
    "|jul|lug|lip|iul|heina|temm"
    "|aug|aou|ago|sierp|srp|elok|agu"
    "|sep|set|wrze|zari|syys|eylul"
    "|oct|okt|out|ott|pazdz|rijen|rijn|lokak|ekim"
    "|nov|lis|marras|kasim"
    "|dec|dez|dic|des|grud|prosin|joulu|aralik"
)
_OTHER = "янв|фев|мар|апр|май|мая|июн|июл|авг|сен|окт|ноя|дек|ιαν|φεβ|μαρ|απρ|μαϊ|ιουν|ιουλ|αυγ|σεπ|οκτ|νοε|δεκ"
MONTH = rf"(?:{_LATIN}|{folded(_OTHER)})[^\W\d_]{{0,8}}\.?"
