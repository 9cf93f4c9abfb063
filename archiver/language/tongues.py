"""Do two pieces of text look like the same language?

A post stands in its author's language, the article in its own: where they differ, the change is the surest sign of
where the post begins. Answered by script first and by the commonest function words second; silence (null) when there
is too little to tell. Not a language detector: it only has to notice a change within a few sentences.

Cost: linear in the text that is looked at, which the caller bounds.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

import regex

_WORDS = regex.compile(r"\p{L}+")
"""Words, cut at apostrophes: `dell’Italia` is the Italian `dell` and a name, `c'est` the French `c` and `est`."""

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "a an the of and to in is that it for was on are with as be at this have from or by not but you they "
        "we his her has will what who their can about which when there been i my your our just how had were "
        "all if so he she its than then them these those would could should no out up did do does after before "
        "more over into only also very here because am us me don isn didn doesn won ve re ll",
        "de": "der die und in den das von zu mit sich des auf für ist im dem nicht ein eine als auch es an "
        "werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über wir ich war aber "
        "einen eines zum zur wurde wurden haben sein seine ihre mehr oder durch gegen schon wenn nur man kein keine "
        "vor bis unter weil was so mich mir uns euch hier jetzt diese dieser dieses",
        "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont "
        "avec son aux cette ont mais nous comme ou été je vous l d c qu n s j sa ses leur leurs elle on y à "
        "même être fait tout tous très sans sous depuis entre après avant aussi donc ils elles quand où si ça",
        "es": "de la que el en y a los se del las un por con no una su para es al lo como más pero sus le ya o "
        "este sí porque esta entre muy sin sobre fue ha hay han son está están también hasta desde donde quien "
        "todo todos nos me mi yo tu te ni cuando ser era eso esto esa ese les contra durante según",
        "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu "
        "sua ou quando muito nos já eu também pelo pela até isso foi são é está ser tem têm há aos às num numa "
        "essa esse esta este meu minha nossa nosso você vocês só sem sobre entre depois onde quem era",
        "it": "di che è la il un a per in una mi non sono ho lo ma ha le si ti i e con cosa se io come da ci no "
        "questo questa qui del della dei delle degli dell nel nella nell alla al allo agli gli anche più dal dalla "
        "sul sulla l d un all ai o ed ad chi perché quando essere stato stata hanno siamo era sia dopo solo tutti "
        "tutto mio suo sua loro noi voi così già quindi senza",
        "nl": "de het een en van ik te dat die in is je niet met op zijn hij voor ook er maar om hem dan zou "
        "wat aan bij nog uit naar wordt worden deze door als dit we wij heeft hebben had was waren ze zij hun over "
        "kan tot werd meer geen mijn jouw onze dus al zo na ten",
        "sv": "och det att i en jag hon som han på den med var sig för så till är men ett om hade de av icke "
        "mig du då nu inte från har vi ni kan ska skulle eller när vara varit blir blev efter också detta denna "
        "mot under vid alla mycket hur vad",
        "da": "og i at det en den til er som på de med han af for ikke der var mig sig men et har om vi min "
        "havde fra eller hvad også jeg du kan skal ville blev bliver efter når være været meget mod ved over "
        "denne dette alle nu her hvor",
        "nb": "og i det på som er en til å han av for med at var de ikke den har jeg om et men så seg hun fra "
        "ble kan også vi du skal ville blir etter når være vært mye mot ved over denne dette alle nå her hvor eller",
        "fi": "ja on ei että se hän oli joka mutta ovat myös kun niin tai sen ole jos mitä vain hänen tämä "
        "siitä kuin mukaan minä sinä me te he olen olemme nyt vielä jo kanssa joita jotka ovat tämän näin sitten",
        "et": "ja on ei et see ta oli kes aga ka kui nii või seda mis oma pole olnud välja siis ning sest veel "
        "tema kas olid selle nende nad meie teie kuid juba mitte üks võib oleks ole tuleb pärast kõik need samuti",
        "pl": "w i z na do się nie to że jest o jak co za po ale od tak dla są przez był tym już tylko jego "
        "być oraz ma które a tego ich czy ze jej który która nas mnie mam pan może bardzo teraz więc przy pod "
        "także również będzie została",
        "cs": "a se v na je že to s z do i o k ve pro za by ale si po jako od jsem které který byl nebo už tak "
        "jsou při která jeho jejich také jen aby bude má podle není ze co když až před tím ten toho",
        "sk": "a sa v na je že to s z do aj o k vo pre za by ale si po ako od som ktoré ktorý bol alebo už tak "
        "sú pri ktorá jeho ich tiež len aby bude má podľa nie zo čo keď až pred tým ten",
        "hr": "i u je da se na su za od s a o kako koji koja koje što ne bi će ali iz ili nije do po već samo "
        "sam smo ste biti bio nakon sve te još to ovo taj jer kada prema",
        "hu": "a az és hogy nem is egy ez meg csak volt de már ha mint van még el sem lesz aki vagy azt ezt ami "
        "ki be fel le én te ő mi ti ők kell lehet nagyon majd után szerint ezért akkor itt minden",
        "ro": "de și în la a cu pe că nu o din un este pentru se mai au fost care sau dar prin după ca lui sunt să "
        "am ai ale al ei lor fi va vor ce cum când foarte doar fără nici dacă prea noi voi",
        "tr": "ve bir bu da de için çok ne ile gibi daha var ama o en kadar sonra olarak olan değil mi her ki ben "
        "biz siz onlar şu yok ise veya hem bile göre önce oldu olduğunu dedi ya diye nasıl",
        "id": "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena tersebut bisa "
        "ada mereka lebih kata oleh sudah telah adalah kami kita atau seorang namun jadi tak bagi para",
        "fil": "ang ng sa na mga ay at si ni kay para ito hindi ko mo niya nila namin atin siya sila kami tayo may "
        "wala pa lang din rin nang kung dahil noong",
        "vi": "và là của có trong được cho không một những đã với người các để khi này đến cũng về tôi anh chị "
        "bị thì như vào ra nhiều rất sẽ từ theo sau",
        "ca": "de la i el que a en les del un per els amb una és no al es ha va més com aquest són però ser "
        "l d aquesta pel hi han ens jo tot molt també quan sense dels als seva seu",
        "lt": "ir yra kad į iš su už ne kaip tai bet o jo ar per buvo apie dėl nuo tik jau jie savo bus mes aš",
        "lv": "un ir ka uz no ar par kas tas bet kā pie arī nav bija es mēs tikai jau vai lai pēc",
        "ru": "и в не на что с он как это по но из к у за от так же для вы бы был мы его она то а о до "
        "я ты они их ее её все всё уже если или только еще ещё когда были была быть есть чтобы этот эта при нет",
        "uk": "і в не на що з та як це до але він за у від для ми його ви був є по про й які чи щоб "
        "я ти вони їх її все вже якщо або тільки ще коли були була бути цей ця при немає також зі із",
        "be": "і ў не на што з як гэта да але ён за у ад для мы яго вы быў ёсць па пра які ці каб яна яны ўсё ужо",
        "bg": "и на в да се от за с не по са че това е ще до към като при беше но които или го си "
        "аз ти той тя те ние вие има няма още само вече със след този тази които който",
        "sr": "и у је да се на су за од с а о како који која које што не би ће али из или није до по већ само",
        "fa": "و در به از که این را با است برای آن یک هم تا بر ما من شد خود می های ها بود باید نیست اما یا",
        "ar": "في من على إلى أن عن التي الذي هذا هذه مع كان ما لا لم كل بعد قبل بين قد أو ثم هو هي إن كما",
        "ur": "کے میں کی ہے اور سے کا کو اس کہ نے پر ہیں یہ تھا ایک بھی نہیں ہو تو کر جو وہ گیا ان",
        "hi": "के में की है और से का को इस कि ने पर हैं यह था एक भी नहीं हो तो कर जो वह गया इन लिए",
        "mr": "आणि आहे या हे की ते तर ही मध्ये नाही होते केले आहेत त्यांनी असे हा",
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
    for word, times in Counter(_WORDS.findall(text.lower())).items():
        for language in _LANGUAGES_OF.get(word, ()):
            found[language] = found.get(language, 0) + times
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
    lead_here = here[best_here] - here.get(best_there, 0)
    lead_there = there[best_there] - there.get(best_here, 0)
    if lead_here >= MIN_HITS and lead_there >= MIN_HITS:
        return True
    for text, own, best, hits in ((one, here, best_there, there), (other, there, best_here, here)):
        # a sentence of some length without one common word of the other's language is not in it
        sure = hits[best] > MIN_HITS + max(hits.get(language, 0) for language in own)
        if sure and best not in own and len(_WORDS.findall(text)) >= MIN_WORDS:
            return True
    return False
