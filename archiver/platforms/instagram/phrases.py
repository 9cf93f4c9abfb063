"""With which words does an Instagram embed say whose post it is?

`View this post on Instagram` above (since 2017), `A post shared by Ana Example (@ana.example)` below, in the language
of whoever made the embed, which need not be the page's. Older embeds say `A photo posted by …`. What is said stands
before the name in some languages, behind the handle in others, around both in a few. Written as regular expressions
in which a space stands for any white space; articles and endings are left open where Instagram changed them, and
where translators do.

Sources: embeds of each language as public pages hold them (2014 to 2026).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec


class Phrase(msgspec.Struct, frozen=True):
    """What one language says before the name and behind the handle."""

    language: str
    stems: str
    """Beginnings of words in small letters, one of which every form of `before` contains: a look for them costs
    little."""
    before: str | None = None
    after: str | None = None
    both: bool = False
    """Whether `before` says nothing without `after`; else `after` only belongs to it where it is there."""


PHRASES: tuple[Phrase, ...] = (
    Phrase(
        "en",
        "shared posted published uploaded",
        r"an? (?:post|photo|video|reel|picture|clip) (?:shared|posted|published|uploaded) by",
    ),
    Phrase(
        "de",
        "geteilt gepostet veröffentlicht veroeffentlicht",
        r"ein(?:en|e)? (?:beitrag|post|foto|bild|video|reel),? (?:der |das )?(?:geteilt|gepostet|ver(?:ö|oe)ffentlicht)"
        r"(?: wurde)? von",
    ),
    Phrase("de", "von", r"ein von", r"(?:geteilte[rs]?|gepostete[rs]?) (?:beitrag|post|foto|bild|video)", True),
    Phrase(
        "fr",
        "partag publi posté",
        r"une? (?:publication|photo|vidéo|post|message|reel) (?:partagée?|publiée?|postée?) par",
    ),
    Phrase(
        "es",
        "compartid publicad subid",
        r"una? (?:publicación|foto|fotografía|v[ií]deo|post|imagen|reel) (?:compartid|publicad|subid)[ao] (?:por|de)",
    ),
    Phrase(
        "ca",
        "compartid compartit publicad publicat",
        r"una? (?:publicació|foto|vídeo) (?:compartida?|publicada?) (?:per|de)",
    ),
    Phrase("gl", "compartida", r"unha publicación compartida por"),
    Phrase(
        "it",
        "condivis pubblicat postat",
        r"un[ao]? (?:post|foto|video|reel|immagine|messaggio) (?:condivis|pubblicat|postat)[ao] da",
    ),
    Phrase(
        "pt",
        "partilhad compartilhad publicad postad",
        r"uma? (?:publicação|foto|vídeo|post|postagem|imagem|reel) (?:(?:com)?partilhad|publicad|postad)[ao] por",
    ),
    Phrase(
        "nl",
        "gedeeld geplaatst",
        r"een (?:bericht|foto|video|post|reel),?(?: d(?:ie|at) is)? (?:gedeeld|geplaatst) door",
    ),
    Phrase("af", "gedeel", r"'n (?:plasing|boodskap) gedeel deur"),
    Phrase(
        "pl",
        "udostępnion zamieszczon opublikowan",
        r"(?:post|zdjęcie|film|filmik|rolka|wideo) (?:udostępnion|zamieszczon|opublikowan)[yeai] przez",
    ),
    Phrase("ru", "публикация фото видео пост", r"(?:публикация|фото|видео|пост) от(?: пользователя)?"),
    Phrase(
        "ru",
        "опубликован размещ",
        r"(?:публикация|фото|видео|пост),? (?:опубликован|размещен|размещён)[а-я]{0,3}(?: пользователем)?",
    ),
    Phrase(
        "uk",
        "поширен опублікован розміщен від пошир",
        r"(?:допис|публікація|світлина|фото|відео),? (?:поширен|опублікован|розміщен)[а-яіїє]{0,3}(?: користувачем)?"
        r"|(?:допис|публікація|світлина|фото|відео),? (?:від|як(?:ий|у|е) пошир(?:ює|и[вл]а?))"
        r"(?: користувач(?:а|ка)?)?",
    ),
    Phrase("be", "публікацыя допіс", r"(?:публікацыя|допіс) ад"),
    Phrase(
        "bg",
        "споделен публикуван",
        r"(?:споделена публикация|публикация, споделена|снимка, публикувана|видеоклип, публикуван) от",
    ),
    Phrase("mk", "сподел", r"објава (?:споделена|сподели) од"),
    Phrase(
        "cs",
        "sdílen zveřejněn přidan",
        r"(?:příspěvek|fotka|fotografie|video) (?:sdílen|zveřejněn|přidan)[ýáéoaí](?: uživatelem)?",
    ),
    Phrase(
        "sk",
        "zdieľa",
        r"(?:príspevok|fotka|fotografia|video),? (?:zdieľan[ýáé]|ktor[ýéú] zdieľa)(?: používateľ(?:om)?)?",
    ),
    Phrase(
        "hr", "deli dijeli", r"objav[ua] (?:koju )?(?:dijeli|deli|je podijeli(?:o|la)|je podeli(?:o|la))(?: korisnik)?"
    ),
    Phrase(
        "sr",
        "дели дијели поделио поделила",
        r"објав[уа] (?:коју )?(?:дели|дијели|је поделио|је поделила)(?: корисник)?",
    ),
    Phrase("sl", "jo", r"objav[oa],? ki jo (?:deli|je delila?)(?: oseba| uporabnik)?"),
    Phrase(
        "sv",
        "delat delad delats postat postad upplagt",
        r"e(?:tt|n) (?:inlägg|foto|bild|video|reel) (?:som )?(?:delat|delad|delats|postat|postad|upplagt) av",
    ),
    Phrase("da", "delt slået", r"e[tn] (?:opslag|billede|foto|video),? (?:der er )?(?:delt|slået op) af"),
    Phrase(
        "no", "delt lagt publisert", r"e[tn] (?:innlegg|bilde|foto|video),? (?:som er )?(?:delt|lagt ut|publisert) av"
    ),
    Phrase("fi", "", None, r"(?:jakama|julkaisema|lähettämä) (?:julkaisu|kuva|video|valokuva)"),
    Phrase("et", "jagas", r"postitus(?:e)?,? mida jagas"),
    Phrase("lt", "dalijasi dalinasi", r"įraš(?:as|ą),? kuriuo (?:dalijasi|dalinasi)"),
    Phrase("lv", "kopīgo", r"ziņ(?:a|u),? ko kopīgo(?:ja)?"),
    Phrase("hu", "", None, r"által (?:megosztott|közzétett|feltöltött) (?:bejegyzés|fénykép|kép|videó|fotó)"),
    Phrase(
        "ro",
        "distribuit partajat postat publicat",
        r"(?:o (?:postare|fotografie|poză)|un (?:videoclip|clip|reel)) (?:distribuit|partajat|postat|publicat)ă? de",
    ),
    Phrase(
        "el",
        "κοινοποι δημοσιε ανέβασε μοιράστηκε",
        r"(?:η|μια|μία) (?:δημοσίευση|φωτογραφία) (?:που )?(?:κοινοποι|δημοσιε|ανέβασε|μοιράστηκε)[α-ωά-ώ]{0,8}"
        r"(?: από)?(?: (?:τον|το|τη|την|ο|η) χρήστη(?:ς)?)?",
    ),
    Phrase("sq", "ndarë", r"një postim i (?:shpërndarë|ndarë) nga"),
    Phrase(
        "tr",
        "",
        None,
        r"(?:[’'‘´`] ?)?(?:n?[ıiuü]n )?(?:paylaştığı|gönderdiği|yayınladığı) (?:bir )?(?:gönderi|fotoğraf|video|reels?)"
        r"|tarafından (?:paylaşılan|gönderilen|yayınlanan) (?:bir )?(?:gönderi|fotoğraf|video|reels?)",
    ),
    Phrase("az", "", None, r"tərəfindən paylaşıl(?:an|mış) (?:bir )?(?:paylaşım|post|göndəri)"),
    Phrase(
        "id",
        "dibagikan dikirimkan diposting dibagi",
        r"(?:sebuah )?(?:kiriman|postingan|foto|video) (?:yang )?(?:dibagikan|dikirimkan|diposting|dibagi) oleh",
    ),
    Phrase(
        "ms", "dikongsi", r"(?:sebuah |satu )?(?:siaran|hantaran|kiriman|pos|catatan) (?:yang )?dikongsi(?:kan)? oleh"
    ),
    Phrase(
        "fil",
        "ibinahagi shinare i-shinare ishinare pinost ipinost",
        r"(?:isang|ang) (?:post|larawan|video) na (?:ibinahagi|shinare|i-?shinare|pinost|ipinost) ni",
    ),
    Phrase(
        "vi",
        "bài ảnh video",
        r"(?:một )?(?:bài viết|bài đăng|ảnh|video) (?:do|được chia sẻ bởi|được đăng bởi)",
        r"(?:đã )?(?:chia sẻ|đăng)",
        True,
    ),
    Phrase("th", "โดย", r"(?:โพสต์|รูปภาพ|ภาพถ่าย|วิดีโอ) ?(?:ที่ ?)?(?:แชร์|โพสต์|เผยแพร่)โดย"),
    Phrase(
        "hi", "", None, r"(?:के? )?द्वारा (?:शेयर|साझा|पोस्ट) (?:की|किया) (?:गई|गयी|गया) (?:एक )?(?:पोस्ट|फ़ोटो|फोटो|वीडियो)"
    ),
    Phrase("bn", "", None, r"-?(?:এর|র)? ?(?:দ্বারা )?শেয়ার করা (?:একটি )?পোস্ট"),
    Phrase("ur", "", None, r"کی (?:طرف سے )?(?:شیئر|شئیر|اشتراک) ک(?:ردہ|ی گئی) (?:ایک )?پوسٹ"),
    Phrase(
        "ar",
        "مشارك شارك مشترك نشره نشرها",
        r"(?:تمت )?مشاركة (?:منشور|صورة|فيديو|مقطع فيديو|ريلز) (?:بواسطة|من قبل|من)"
        r"|(?:منشور|صورة|فيديو|مقطع فيديو) (?:تمت مشاركته|تمت مشاركتها|تم نشره|تم نشرها|شاركه|شاركها|نشره|نشرها|مشترك)"
        r"(?: بواسطة| من قبل| من)?",
    ),
    Phrase(
        "fa",
        "توسط",
        r"(?:یک )?(?:پست|عکس|ویدیو|ویدئو)ی?(?: که)? (?:به ?اشتراک ?گذاشته ?شده ?توسط|توسط|ارسال ?شده ?توسط)",
        r"به ?اشتراک ?گذاشته ?شده(?: ?است)?",
    ),
    Phrase(
        "he",
        'ידי ע"י ע״י',
        r"(?:פוסט|תמונה|סרטון)(?:,)? (?:משותף|משותפת|ש?שותף|ש?שותפה|ש?פורסם|ש?פורסמה) (?:על(?: |-)?ידי|ע[\"״]י)",
    ),
    Phrase("he", "ששיתפ ששיתף", r"(?:פוסט|תמונה|סרטון) ששיתפ(?:ה|ו)?|(?:פוסט|תמונה|סרטון) ששיתף"),
    Phrase(
        "ja",
        "",
        None,
        r"(?:さん)?(?:が|による)(?:シェア|共有|投稿|公開)(?:した|された|する)?(?:投稿|写真|動画|リール|ポスト)",
    ),
    Phrase("ko", "", None, r"님(?:의|이) ?(?:공유한?|게시한|올린) ?(?:게시물|사진|동영상|릴스)"),
    Phrase(
        "zh",
        "",
        None,
        r"(?:分享|張貼|张贴|發佈|發布|发布|貼出|上傳|上传)(?:了)?(?:的)?(?:貼文|帖子|帖文|相片|照片|影片|视频|視訊|連續短片)",
    ),
    Phrase(
        "eo",
        "dividita kunhavigita konigita kundividita",
        r"(?:afiŝo|afiŝaĵo|foto|mesaĝo) (?:dividita|kunhavigita|konigita|kundividita) de",
    ),
)
"""One or more entries a language; the first that fits is taken."""

WEAK = r"(?:post|photo|video|reel) (?:shared|posted) by"
"""`Photo posted by …` without an article is a credit more often than an embed: it needs a header or a time."""

HEADERS: tuple[str, ...] = (
    r"view (?:this )?(?:post|photo|video|reel|profile)? ?(?:on|in) instagram",
    r"sieh dir (?:diesen|den) (?:beitrag|post) (?:auf|bei) instagram an",
    r"(?:diesen )?(?:beitrag|post) (?:auf|bei) instagram an(?:sehen|schauen|zeigen)",
    r"(?:voir|afficher) (?:cette|ce|la|le) (?:publication|photo|post|vidéo|message) (?:sur|dans) instagram",
    (
        r"ver (?:esta|este|esa|ese|la|el|essa|esse|a|o) (?:publicación|post|foto|video|vídeo|publicação|postagem)"
        r" (?:en|no|em) instagram"
    ),
    r"(?:visualizza|guarda|vedi) (?:questo|il) post (?:su|in) instagram",
    r"(?:mostra aquesta publicació a|veure aquesta publicació a) (?:l'|l’)?instagram",
    (
        r"(?:dit |het )?bericht (?:op|in) instagram (?:bekijken|weergeven)"
        r"|bekijk (?:dit|deze) (?:bericht|post) op instagram"
    ),
    r"(?:wyświetl|zobacz) (?:ten |)post (?:na|w) instagram(?:ie)?",
    r"посмотреть (?:эту )?публикацию в instagram",
    r"(?:переглянути|подивитися) (?:цей |цю )?(?:допис|публікацію|світлину) в instagram",
    r"(?:вижте|виж) тази публикация в instagram",
    r"(?:zobrazit|zobraziť) (?:tento )?(?:příspěvek|príspevok) (?:na|v) instagramu?e?",
    r"(?:pogledajte|pogledaj|prikaži|vidi) (?:ovu )?objavu (?:na|u) instagramu",
    r"погледајте (?:ову )?објаву (?:на|у) instagramu?",
    r"oglejte si (?:to )?objavo (?:v|na) instagramu",
    r"(?:visa|se) (?:det här|detta|dette) (?:inlägget|inlägg|opslag) (?:på|i) instagram",
    r"(?:vis|se) (?:dette )?(?:innlegget|opslaget|opslag) (?:på|i) instagram",
    r"(?:näytä|katso) tämä julkaisu instagramissa",
    r"(?:a )?bejegyzés megtekintése az instagramon|nézd meg (?:ezt )?a bejegyzést az instagramon",
    r"(?:vezi|vizualizează) (?:această )?postarea? (?:pe|în) instagram",
    r"(?:δείτε|προβολή) (?:αυτή(?:ς)? τη(?:ς|ν)? )?δημοσίευση(?:ς)? (?:στο|από το) instagram",
    r"bu gönderiyi instagram(?:['’]?da| üzerinde| ?uygulamasında)? gör(?:üntüle)?",
    r"lihat (?:postingan|kiriman|foto|video) ini di instagram",
    r"lihat (?:siaran|hantaran|pos) ini di instagram",
    r"tingnan ang post na ito sa instagram",
    r"xem (?:bài viết|bài đăng|ảnh) này trên instagram",
    r"ดูโพสต์นี้บน instagram",
    r"(?:इस|यह) पोस्ट (?:को )?instagram पर देखें|instagram पर (?:यह|इस) पोस्ट (?:को )?देखें",
    r"instagram-?এ এই পোস্টটি দেখুন",
    r"عرض (?:هذا )?(?:المنشور|الصورة) (?:على|في) instagram",
    r"(?:مشاهده|دیدن) (?:این )?پست در instagram|این پست را در instagram (?:ببینید|مشاهده کنید)",
    r"(?:להצגת|הצגת|הצג(?:ת)?|ראה|צפה ב) ?(?:ה)?(?:פוסט|תמונה) (?:הזה |זה |זו )?ב-?instagram",
    r"この投稿を ?instagram ?で ?(?:見る|表示)",
    r"instagram ?에서 이 게시물 보기",
    r"在 instagram ?(?:上)? ?(?:查看|檢視|瀏覽)(?:這則|这篇|此|這篇|这条)?(?:貼文|帖子|帖文|相片)",
)
"""`View this post on Instagram`, each with the network's name in Latin letters, as all have it."""


def pattern(written: str) -> str:
    """The regular expression for a phrase as it is written here."""
    return re.sub(r" \?", r"[\\s\\u00a0\\u200c\\u200f]{0,3}", written).replace(" ", r"[\s\u00a0\u200c\u200f]{1,4}")


class Before(msgspec.Struct, frozen=True):
    """One way to say it before the name."""

    expression: str
    behind: str | None
    both: bool

    @property
    def said(self) -> re.Pattern[str]:
        return _compiled(self.expression)

    @property
    def then(self) -> re.Pattern[str] | None:
        """What may, or has to, follow the handle."""
        return _compiled(self.behind) if self.behind is not None else None


@functools.cache
def _compiled(expression: str) -> re.Pattern[str]:
    """Compiled when it is needed: there are many, and most pages use none."""
    return re.compile(expression, re.IGNORECASE)


def _behind(written: str) -> str:
    return rf"[\s\u00a0\u200e\u200f]{{0,3}}(?:{pattern(written)})"


HEAD = 4
"""Letters by which a word is looked up."""

UNSPACED = ("โดย", "ידי", 'ע"י', "ע״י")
"""Stems that need not begin a word: of a script without spaces, or behind a hyphen."""


def _by_stem() -> dict[str, tuple[Before, ...]]:
    table: dict[str, tuple[Before, ...]] = {}
    for phrase in PHRASES:
        if phrase.before is not None:
            then = _behind(phrase.after) if phrase.after else None
            way = Before(pattern(phrase.before), then, phrase.both)
            for stem in phrase.stems.split():
                table[stem] = (*table.get(stem, ()), way)
    return table


BEFORE: Mapping[str, tuple[Before, ...]] = MappingProxyType(_by_stem())
"""Stem → the ways that contain it."""

HEADS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {head: tuple(stem for stem in BEFORE if stem[:HEAD] == head) for head in {stem[:HEAD] for stem in BEFORE}}
)
"""The first letters of a stem → the stems."""


def stems_in(window: str) -> list[str]:
    """The stems that `window`, in small letters, may contain."""
    heads = {word[:HEAD] for word in window.split()} & HEADS.keys()
    found = [stem for head in heads for stem in HEADS[head]]
    if not window.isascii():
        found += [stem for stem in UNSPACED if stem in window]
    return found


BEFORE_WEAK: re.Pattern[str] = re.compile(pattern(WEAK), re.IGNORECASE)

AFTER: re.Pattern[str] = _compiled(_behind("|".join(p.after for p in PHRASES if p.after and p.before is None)))
"""What follows a handle and is enough."""

LEAD = re.compile(r"(?:henkilön|käyttäjän)\s{1,3}", re.IGNORECASE)
"""What may stand before a name whose phrase follows: Finnish."""


@functools.cache
def header() -> re.Pattern[str]:
    """What each of `HEADERS` looks like."""
    return re.compile("|".join(f"(?:{pattern(written)})" for written in HEADERS), re.IGNORECASE)
