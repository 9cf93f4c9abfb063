"""Do two pieces of text look like the same language?

A post stands in its author's language, the article in its own: where they differ, the change is the surest sign of
where the post begins. Answered by script first and by the commonest function words second; silence (null) when there
is too little to tell. Not a language detector: it only has to notice a change within a few sentences.

Cost: linear in the text that is looked at, which the caller bounds.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

_WORDS = regex.compile(r"\p{L}+(?:['’]\p{L}+)?")

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in is that it for was on are with as be at this have from or by not but you they "
        "we an his her has will what who their can about which when there been i my your our just how "
        "all if so",
        "de": "der die und in den das von zu mit sich des auf für ist im dem nicht ein eine als auch es an "
        "werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über wir ich war aber",
        "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont "
        "avec son aux d'un cette ont mais nous comme ou été je vous c'est",
        "es": "de la que el en y a los se del las un por con no una su para es al lo como más pero sus le ya o "
        "este sí porque esta entre muy sin sobre fue ha hay",
        "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu "
        "sua ou quando muito nos já eu também pelo pela até isso foi são",
        "it": "di che è la il un a per in una mi non sono ho lo ma ha le si ti i con cosa se io come da ci no "
        "questo qui del della dei nel alla gli anche più dal",
        "nl": "de het een en van ik te dat die in is je niet met op zijn hij voor ook er maar om hem dan zou "
        "wat aan bij nog uit naar wordt worden deze door",
        "sv": "och det att i en jag hon som han på den med var sig för så till är men ett om hade de av icke "
        "mig du då nu inte från",
        "da": "og i at det en den til er som på de med han af for ikke der var mig sig men et har om vi min "
        "havde fra eller hvad også",
        "nb": "og i det på som er en til å han av for med at var de ikke den har jeg om et men så seg hun fra "
        "ble kan også",
        "fi": "ja on ei että se hän oli joka mutta ovat myös kun niin tai sen ole jos mitä vain hänen tämä "
        "siitä kuin mukaan",
        "et": "ja on ei et see ta oli kes aga ka kui nii või seda mis oma pole olnud välja siis ning sest veel "
        "tema kas",
        "pl": "w i z na do się nie to że jest o jak co za po ale od tak dla są przez był tym już tylko jego "
        "być oraz ma które",
        "cs": "a se v na je že to s z do i o k ve pro za by ale si po jako od jsem které který byl nebo už tak "
        "jsou při",
        "hu": "a az és hogy nem is egy ez meg csak volt de már ha mint van még el sem lesz aki vagy azt ezt ami",
        "ro": "de și în la a cu pe că nu o din un este pentru se mai au fost care sau dar prin după ca lui sunt să",
        "tr": "ve bir bu da de için çok ne ile gibi daha var ama o en kadar sonra olarak olan değil mi her ki ben",
        "id": "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena tersebut bisa "
        "ada mereka lebih kata",
        "vi": "và là của có trong được cho không một những đã với người các để khi này đến cũng về",
        "ca": "de la i el que a en les del un per els amb una és no al es ha va més com aquest són però ser",
        "ru": "и в не на что с он как это по но из к у за от так же для вы бы был мы его она то а о до",
        "uk": "і в не на що з та як це до але він за у від для ми його ви був є по про й які чи щоб",
        "bg": "и на в да се от за с не по са че това е ще до към като при беше но които или го си",
    }.items()
}

MIN_WORDS = 5

MIN_HITS = 2
"""One common word can stand in any language (`de`, `a`, `in`)."""


def script(text: str) -> str | None:
    """The script that four of five letters are of, by their Unicode names (`LATIN`, `CYRILLIC`, `DEVANAGARI`,
    `CJK`…)."""
    counts: dict[str, int] = {}
    for char in text:
        if char.isalpha():
            name = _script_of(char)
            counts[name] = counts.get(name, 0) + 1
    if not counts:
        return None
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] * 5 > sum(counts.values()) * 4 else None


@lru_cache(maxsize=4096)
def _script_of(char: str) -> str:
    name = unicodedata.name(char, "").partition(" ")[0]
    # Japanese mixes three scripts in one sentence, and Chinese shares one of them.
    return "CJK" if name in ("HIRAGANA", "KATAKANA", "FULLWIDTH", "HALFWIDTH") else name


def scores(text: str) -> dict[str, int]:
    """How many function words of each language the text has."""
    found: dict[str, int] = {}
    for word in _WORDS.findall(text.lower()):
        for language in _LANGUAGES_OF.get(word.replace("’", "'"), ()):
            found[language] = found.get(language, 0) + 1
    return found


_LANGUAGES_OF: dict[str, tuple[str, ...]] = {}
for _language, _words in FUNCTION_WORDS.items():
    for _word in _words:
        _LANGUAGES_OF[_word] = (*_LANGUAGES_OF.get(_word, ()), _language)


def differ(one: str, other: str) -> bool:
    """True where the two are plainly in different scripts or languages; false also where it cannot be told."""
    first, second = script(one), script(other)
    if first and second and first != second:
        return True
    here, there = scores(one), scores(other)
    if not here or not there:
        return False
    best_here = max(here, key=lambda language: here[language])
    best_there = max(there, key=lambda language: there[language])
    if best_here == best_there:
        return False
    for text, own, best, hits in ((one, here, best_there, there), (other, there, best_here, here)):
        # a sentence of some length without one common word of the other's language is not in it
        sure = hits[best] > MIN_HITS + max(hits.get(language, 0) for language in own)
        if sure and best not in own and len(_WORDS.findall(text)) >= MIN_WORDS:
            return True
    return here[best_here] >= MIN_HITS + here.get(best_there, 0) and there[best_there] >= MIN_HITS + there.get(
        best_here, 0
    )
