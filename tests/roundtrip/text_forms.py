"""How does bare text show a post whose embed's markup is lost?

Extractors, translators, editors and people leave different pieces of an embed: each function here renders one post as
one of them leaves it. Wordings of the platforms are facts of their embeds.
"""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable, Sequence
from datetime import timedelta

from babel.dates import get_day_names, get_month_names

from tests.roundtrip import days, words
from tests.roundtrip.forms import Expected, Form, Maker, Piece, shown
from tests.roundtrip.invent import RIGHT_TO_LEFT, Inventor, Post

SPOKEN = tuple(words.ARTICLES)
"""Languages of which whole invented articles exist."""

Render = Callable[[Inventor, Post, str], Piece]
"""(inventor, post, printed date) → what is left."""


def _lines(post: Post) -> str:
    return post.words.replace("\n\n", "\n")


def _line(post: Post) -> str:
    return " ".join(post.words.split())


def _marked(name: str, handle: str, lang: str, rng: random.Random) -> tuple[str, str]:
    """Name and `@handle`, with the bidi marks that right-to-left embeds have."""
    if lang not in RIGHT_TO_LEFT or rng.random() < 0.4:
        return name, f"@{handle}"
    return rng.choice(
        ((f"\u2067{name}\u2069", f"\u200e@{handle}\u200f"), (f"\u200f{name}\u200f", f"\u200e@{handle}\u200e"))
    )


# --- X, signed


def own_line(dash: str, **sep: str | None) -> Render:
    """The signature on a line of its own under the words."""

    def render(inv: Inventor, post: Post, printed: str) -> Piece:
        name, handle = _marked(post.name, post.handle, post.lang, inv.random)
        return Piece(f"{_lines(post)}\n{dash}{name} ({handle}) {printed}", (shown(post, text=_lines(post)),), **sep)

    return render


def same_line(dash: str, *, glue: str = " ", after: str | None = None) -> Render:
    """The signature on the line of the words, after `glue`."""

    def render(inv: Inventor, post: Post, printed: str) -> Piece:
        name, handle = _marked(post.name, post.handle, post.lang, inv.random)
        return Piece(f"{_line(post)}{glue}{dash}{name} ({handle}) {printed}", (shown(post),), after=after)

    return render


def glued_after(dash: str) -> Render:
    """The next sentence stands against the year."""
    return same_line(dash, after="")


def pattern(shape: str, **but: object) -> Render:
    """`shape` with {words}, {line}, {name}, {handle}, {date}, {url}, {escaped}, {code}."""

    def render(inv: Inventor, post: Post, printed: str) -> Piece:
        content = shape.format(
            words=_lines(post),
            line=_line(post),
            name=post.name,
            handle=post.handle,
            escaped=post.handle.replace("_", "\\_"),
            date=printed,
            url=_url(inv, post),
            code=inv.code(10),
        )
        expected = {key: value for key, value in but.items() if key not in ("before", "after", "last", "with_id")}
        if but.get("with_id"):
            expected["post_id"] = post.id
        placed = {key: but[key] for key in ("before", "after", "last") if key in but}
        return Piece(content, (shown(post, **expected),), **placed)  # type: ignore[arg-type]

    return render


def _url(inv: Inventor, post: Post) -> str:
    host = "x.com" if post.moment.year >= 2024 and inv.random.random() < 0.5 else "twitter.com"
    tail = inv.random.choice(("", "?ref_src=twsrc%5Etfw", "?ref_src=twsrc^tfw", "?s=20"))
    return f"https://{host}/{post.handle}/status/{post.id}{tail}"


def wrapped(prefix: str, dash: str, width: int) -> Render:
    """Hard-wrapped, as converters to Markdown write quotations, also within name and date."""

    def render(inv: Inventor, post: Post, printed: str) -> Piece:
        folded = [
            line
            for paragraph in _lines(post).split("\n")
            for line in textwrap.wrap(paragraph, width, break_long_words=False, break_on_hyphens=False) or [""]
        ]
        sign = textwrap.wrap(
            f"{dash} {post.name} (@{post.handle}) {printed}", width, break_long_words=False, break_on_hyphens=False
        )
        gap = [""] if prefix else []
        return Piece("\n".join(prefix + line for line in [*folded, *gap, *sign]), (shown(post),))

    return render


def markdown(prefix: str, *, inside: str = "") -> Render:
    """The date is a link to the post; `inside`: what a converter puts into the link's text."""

    def render(inv: Inventor, post: Post, printed: str) -> Piece:
        handle = post.handle.replace("_", "\\_")
        body = "\n".join(prefix + line for line in _lines(post).split("\n"))
        end = "\n" if inside else ""
        sign = f"{prefix}— {post.name} (@{handle}) [{inside}{printed}{end}]({_url(inv, post)})"
        return Piece(f"{body}\n{prefix.rstrip()}\n{sign}", (shown(post, post_id=post.id),))

    return render


def in_a_row(inv: Inventor, lang: str) -> Piece:
    """Three posts, one after the other."""
    posts = [inv.post("x", lang, first=2011) for _ in range(3)]
    gap = inv.random.choice(("\n\n", "\n"))
    parts = [f"{_lines(p)}\n— {p.name} (@{p.handle}) {days.x(p.moment.date(), lang, inv.random)}" for p in posts]
    return Piece(gap.join(parts), tuple(shown(p) for p in posts))


def a_thread(inv: Inventor, lang: str) -> Piece:
    """Two posts of one author on one day."""
    one = inv.post("x", lang, first=2012)
    two = inv.post("x", lang)
    both = [one, Post("x", one.handle, one.name, one.moment, lang, two.text + " 2/2", None, two.id)]
    printed = days.x(one.moment.date(), lang, inv.random)
    parts = [f"{_lines(p)}\n— {p.name} (@{p.handle}) {printed}" for p in both]
    return Piece("\n\n".join(parts), tuple(shown(p) for p in both))


def scrambled(glue: str) -> Render:
    """An extractor put the signature behind the first line; the rest follows, up to the picture."""

    def render(inv: Inventor, post: Post, printed: str) -> Piece:
        first, rest = _two_lines(post)
        pic = post.pic or f"pic.twitter.com/{inv.code(10)}"
        content = f"{first}{glue}— {post.name} (@{post.handle}) {printed}\n{rest} {pic}"
        return Piece(content, (shown(post, text=first),))

    return render


def _two_lines(post: Post) -> tuple[str, str]:
    sentences = words.POSTS.get(post.lang) or words.POSTS["en"]
    return sentences[0], sentences[1]


def cut(inv: Inventor, lang: str) -> Piece:
    """The text ends within the year."""
    post = inv.post("x", "en", first=2011)
    printed = f"{post.moment:%B} {post.moment.day}, {str(post.moment.year)[:3]}"
    return Piece(
        f"{_lines(post)}\n— {post.name} (@{post.handle}) {printed}", (shown(post, day=None, undated=True),), last=True
    )


def rendered_copy(inv: Inventor, lang: str) -> Piece:
    """Copied from the page of the post: name, handle, words, time · day · views."""
    rng = inv.random
    post = inv.post("x", lang, first=2019, plain_name=True)
    day = post.moment.date()
    month = f"{post.moment:%b}"
    time = f"{post.moment.hour % 12 or 12}:{post.moment.minute:02d} {'AM' if post.moment.hour < 12 else 'PM'}"
    stamp = rng.choice(
        (
            f"{time} · {month} {day.day}, {day.year}",
            f"{time} · {month} {day.day}, {day.year} · {rng.randrange(2, 99)}.{rng.randrange(9)}K Views",
            f"{time} · {month} {day.day}, {day.year}·Twitter for iPhone",
        )
    )
    return Piece(f"{post.name}\n@{post.handle}\n{_lines(post)}\n{stamp}", (shown(post),))


def between_markers(inv: Inventor, lang: str) -> Piece:
    """The hidden lines for screen readers around a broadcaster's embed, and nothing else."""
    post = inv.post("x", "en")
    number = inv.random.choice(("", " 2"))
    word = inv.random.choice(("Twitter", "twitter", "X"))
    return Piece(
        f"Skip {word} post{number} by @{post.handle}\n{_lines(post)}\n— {post.name} (@{post.handle}) "
        f"{days.x(post.moment.date(), 'en', inv.random)}\nEnd of {word} post{number} by @{post.handle}",
        (shown(post),),
    )


TITLES: dict[str, str] = {"en": "on", "de": "auf", "es": "en", "fr": "sur", "it": "su", "pt": "no", "nl": "op"}


def title(inv: Inventor, lang: str) -> Piece:
    """The title of the post's page: `Ana (@ana) on X: "It rained."`"""
    post = inv.post("x", lang, first=2012)
    host = inv.random.choice(("X", "Twitter"))
    opening, closing = inv.random.choice((('"', '"'), ("“", "”")))
    content = f"{post.name} (@{post.handle}) {TITLES[lang]} {host}: {opening}{_line(post)}{closing}"
    return Piece(content, (shown(post, day=None, undated=True),))


def signed(render: Render, style: str = "x", **limits: object) -> Maker:
    """`render` for a new post on X whose date is printed in `style`."""

    def make(inv: Inventor, lang: str) -> Piece:
        post = inv.post("x", lang, **limits)  # type: ignore[arg-type]
        return render(inv, post, days.PRINTERS[style](post.moment.date(), lang, inv.random))

    return make


def translated(render: Render) -> Maker:
    """The date is in another language than the words."""

    def make(inv: Inventor, lang: str) -> Piece:
        post = inv.post("x", inv.random.choice(SPOKEN))
        return render(inv, post, days.x(post.moment.date(), lang, inv.random))

    return make


ENDED: dict[str, object] = {"plain_name": True}
ALL_X = tuple(days.X_LANGUAGES)
SOME = ("en", "de", "fr", "es", "ru", "ar", "ja", "tr", "hi", "pl")
SEEN = (*days.SEEN, "eo")


def _full_stop(render: Render) -> Render:
    """For signatures that only a full stop sets apart from the words."""

    def ended(inv: Inventor, post: Post, printed: str) -> Piece:
        text = (words.POSTS.get(post.lang) or words.POSTS["en"])[0]
        plain = Post(post.platform, post.handle, post.name, post.moment, post.lang, text, post.pic, post.id)
        return render(inv, plain, printed)

    return ended


X_FORMS: Sequence[tuple[str, Sequence[str], Maker]] = (
    ("own line, dash", ALL_X, signed(own_line("— "))),
    ("own line, dash, CLDR date", (*ALL_X, *days.OTHER_LANGUAGES), signed(own_line("— "), "long")),
    ("own line, dash, date as seen", SEEN, signed(own_line("— "), "seen", first=2020)),
    ("own line, dash, weekday", ALL_X, signed(own_line("— "), "weekday")),
    ("own line, dash, short month", ALL_X, signed(own_line("— "), "medium")),
    ("own line, dash, own digits", tuple(days.NATIVE_DIGITS), signed(own_line("— "), "native")),
    ("own line, dash without space", SOME, signed(own_line("—"))),
    ("own line, en dash", ALL_X, signed(own_line("– "))),
    ("own line, hyphen", SOME, signed(own_line("- "))),
    ("own line, no dash", ALL_X, signed(own_line(""), **ENDED)),
    ("own line, odd dashes", ("en", "de", "fr", "ru"), lambda inv, lang: signed(
        own_line(inv.random.choice(("-- ", "― ", "__ ", "??? ", "&mdash; ", "&#8212; ", "â€” ", "Ă˘â‚¬â€ť ")))
    )(inv, lang)),
    ("same line, dash", ALL_X, signed(same_line("— "))),
    ("same line, en dash", SOME, signed(same_line("– "))),
    ("same line, no dash", SOME, signed(_full_stop(same_line("")), **ENDED)),
    ("glued before", SOME, signed(_full_stop(same_line("— ", glue="")))),
    ("glued after the year, dash", ALL_X, signed(glued_after("— "))),
    ("glued after the year, no dash", SOME, signed(_full_stop(glued_after("")), **ENDED)),
    ("two spaces, no dash", SOME, signed(_full_stop(same_line("", glue="  ")), **ENDED)),
    ("wrapped, quoted", ("en", "de", "fr", "es", "ru"), signed(wrapped("> ", "--", 72), **ENDED)),
    ("wrapped", ("en", "de", "fr", "es", "ru"), signed(wrapped("", "—", 66), **ENDED)),
    ("Markdown", SOME, signed(markdown("> "), first=2011)),
    ("Markdown, quote mark within the link", SOME, signed(markdown("> ", inside="> "), first=2011)),
    ("Markdown, no quote", SOME, signed(markdown(""), first=2011)),
    ("lost @, dash", SOME, signed(pattern("{words}\n— {name} ({handle}) {date}"), telling=True, **ENDED)),
    ("lost @, dash, same line", SOME, signed(pattern("{line} – {name} ({handle}) {date}"), telling=True, **ENDED)),
    ("spaced @", SOME, signed(pattern("{words}\n— {name} (@ {handle}) {date}"))),
    ("wide parentheses", ("ja", "zh", "zh_Hant"), signed(pattern("{words}\n— {name}（@{handle}）{date}"))),
    ("wide @", ("ja",), signed(pattern("{words}\n— {name} （＠{handle}） {date}"))),
    ("moved brackets", ("en", "de", "es", "ru"), lambda inv, lang: signed(
        pattern("{words}\n— {name} " + inv.random.choice(("@({handle})", "( @{handle} )", "[@{handle}]", "(@{handle} )")) + " {date}")
    )(inv, lang)),
    ("page title", tuple(TITLES), title),
    ("no parentheses", SOME, signed(pattern("{words}\n— {name} @{handle} {date}"), **ENDED)),
    ("comma before the date", ALL_X, signed(pattern("{words}\n— {name} (@{handle}), {date}"))),
    ("date on the next line", SOME, signed(pattern("{words}\n— {name} (@{handle})\n{date}"))),
    ("no name", SOME, signed(pattern("{words}\n— (@{handle}) {date}", name=None))),
    ("no date", SOME, signed(pattern("{words}\n— {name} (@{handle})", day=None, undated=True))),
    ("date in another language", ALL_X, translated(own_line("— "))),
    ("date in another language, same line", ALL_X, translated(same_line("— "))),
    ("quoted words", ("en", "es", "pl", "ru"), signed(pattern("“{line}”\n— {name} (@{handle}) {date}"))),
    ("after a picture, no dash", SOME, signed(
        pattern("{line} pic.twitter.com/{code} {name} (@{handle}) {date}"), first=2011, **ENDED)),
    ("three in a row", SOME, in_a_row),
    ("thread", SOME, a_thread),
    ("signature after the first line", SOME, signed(scrambled("\n"), first=2012, **ENDED)),
    ("signature glued to the first line", SOME, signed(scrambled(""), first=2012, **ENDED)),
    ("cut year", ("en",), cut),
    ("between markers", ("en",), between_markers),
    ("rendered copy", ("en",), rendered_copy),
    ("signature first, picture last", ("en",), signed(
        pattern("{name} (@{handle})\n{line} pic.twitter.com/{code}", day=None, undated=True), first=2012, **ENDED)),
    ("signature first, date, colon", ("en", "de", "es"), signed(
        pattern("{name} (@{handle}) {date}: {line}"), first=2012, **ENDED)),
    ("permalink alone", ("en",), signed(
        pattern("{url}", name=None, day=None, with_id=True), first=2011)),
    ("permalink under the signature", ("en",), signed(
        pattern("{words}\n— {name} (@{handle}) {date}\n{url}"), first=2011)),
)  # fmt: skip


# --- Instagram: `A post shared by NAME (@h)`

VIEW: dict[str, str] = {
    "en": "View this post on Instagram",
    "de": "Sieh dir diesen Beitrag auf Instagram an",
    "fr": "Voir cette publication sur Instagram",
    "es": "Ver esta publicación en Instagram",
    "it": "Visualizza questo post su Instagram",
    "pt": "Ver essa foto no Instagram",
    "pt_PT": "Ver esta publicação no Instagram",
    "nl": "Dit bericht op Instagram bekijken",
    "pl": "Wyświetl ten post na Instagramie",
    "ru": "Посмотреть эту публикацию в Instagram",
    "uk": "Переглянути цей допис в Instagram",
    "tr": "Bu gönderiyi Instagram'da gör",
    "id": "Lihat postingan ini di Instagram",
    "ja": "この投稿をInstagramで見る",
    "ko": "Instagram에서 이 게시물 보기",
    "zh_Hant": "在 Instagram 查看這則貼文",
    "zh": "在 Instagram 查看这篇帖子",
    "cs": "Zobrazit příspěvek na Instagramu",
    "sv": "Visa detta inlägg på Instagram",
    "da": "Se dette opslag på Instagram",
    "nb": "Vis dette innlegget på Instagram",
    "fi": "Näytä tämä julkaisu Instagramissa",
    "hu": "A bejegyzés megtekintése az Instagramon",
    "ar": "عرض هذا المنشور على Instagram",
}

SHARED: dict[str, tuple[str, ...]] = {
    "en": ("A post shared by {n} (@{h})",),
    "de": ("Ein Beitrag geteilt von {n} (@{h})",),
    "fr": ("Une publication partagée par {n} (@{h})",),
    "es": ("Una publicación compartida por {n} (@{h})", "Una publicación compartida de {n} (@{h})"),
    "it": ("Un post condiviso da {n} (@{h})",),
    "pt": ("Uma publicação compartilhada por {n} (@{h})",),
    "pt_PT": ("Uma publicação partilhada por {n} (@{h})",),
    "nl": ("Een bericht gedeeld door {n} (@{h})",),
    "pl": ("Post udostępniony przez {n} (@{h})",),
    "ru": ("Публикация от {n} (@{h})",),
    "uk": ("Допис, поширений {n} (@{h})",),
    "tr": ("{n} (@{h})'in paylaştığı bir gönderi", "{n} (@{h})'ın paylaştığı bir gönderi"),
    "id": ("Sebuah kiriman dibagikan oleh {n} (@{h})",),
    "ja": ("{n}(@{h})がシェアした投稿", "{n}（@{h}）がシェアした投稿"),
    "ko": ("{n}(@{h})님의 공유 게시물",),
    "zh_Hant": ("{n}（@{h}）分享的貼文", "{n} (@{h})分享的貼文"),
    "zh": ("{n}（@{h}）分享的帖子", "{n} (@{h})分享的帖子"),
    "cs": ("Příspěvek sdílený {n} (@{h})", "Příspěvek sdílený uživatelem {n} (@{h})"),
    "sv": ("Ett inlägg delat av {n} (@{h})",),
    "da": ("Et opslag delt af {n} (@{h})",),
    "nb": ("Et innlegg delt av {n} (@{h})",),
    "fi": ("{n} (@{h}) jakama julkaisu",),
    "hu": ("{n} (@{h}) által megosztott bejegyzés",),
    "ar": ("تمت مشاركة منشور بواسطة {n} (@{h})",),
    "he": ("פוסט משותף על ידי {n} (@{h})",),
    "hi": ("{n} (@{h}) द्वारा शेयर की गई पोस्ट",),
    "th": ("โพสต์ที่แชร์โดย {n} (@{h})",),
    "vi": ("Bài viết do {n} (@{h}) chia sẻ",),
    "ro": ("O postare distribuită de {n} (@{h})",),
    "el": ("Η δημοσίευση κοινοποιήθηκε από {n} (@{h})",),
}

SHARED_ON: dict[str, tuple[str, ...]] = {
    "en": ("{shared} on {Mon} {d}, {y} at {h12}:{mm}{ap} {z}",),
    "de": ("{shared} am {d}. {Mon} {y} um {h12}:{mm} Uhr", "{shared} am {MonEn} {d}, {y} um {h12}:{mm} {z}"),
    "fr": ("{shared} le {d} {Mon}. {y} à {h12} :{mm} {z}", "{shared} le {d} {month} {y} à {h12}h{mm}"),
    "es": ("{shared} el {d} de {month} de {y} a las {h12}:{mm} {apes} {z}", "{shared} el {d} {Mon}, {y} a las {h12}:{mm} {z}"),
    "it": ("{shared} in data: {d} {Mon} {y} alle ore {h12}:{mm} {z}", "{shared} il {d} {month} {y} alle {h12}: {mm}{ap} {z}"),
    "ru": ("{shared} {d} {Mon} {y} в {h12}:{mm} {z}", "{shared}{d} {Mon} {y} в {h12}:{mm} {z}", "{shared} {Mon} {d}, {y} at {h12}:{mm} {z}"),
    "ja": ("{shared} - {y} {m}月 {d} {h12}:{mm}{apja} {z}",),
    "ko": ("{shared}님, {y} {m}월 {d} {h12}:{mm}{apko} {z}",),
    "pt": ("{shared} em {d} de {Mon}, {y} às {h12}:{mm} {z}",),
    "nl": ("{shared} op {d} {Mon} {y} om {h12}:{mm} {z}",),
    "pl": ("{shared} {Mon} {d}, {y} o {h12}:{mm} {z}",),
    "id": ("{shared} pada {d} {Mon} {y} jam {h12}:{mm} {z}",),
    "sv": ("{shared} {d} {Mon} {y} kl. {h12}:{mm} {z}",),
}  # fmt: skip
"""The date's tail until 2019, in US Pacific time."""

RUSSIAN_SHORT = ("Янв", "Фев", "Мар", "Апр", "Май", "Июн", "Июл", "Авг", "Сен", "Окт", "Ноя", "Дек")
IG_LANGUAGES = tuple(SHARED)
VIEWED = tuple(VIEW)


def _shared(inv: Inventor, post: Post, lang: str) -> str:
    return inv.random.choice(SHARED[lang]).format(n=post.name, h=post.handle)


def _tail(inv: Inventor, post: Post, lang: str) -> tuple[str, str]:
    """The line with its date, and the day that it prints."""
    base = {"pt_PT": "pt"}.get(lang, lang)
    local = post.moment - timedelta(hours=7)
    short = get_month_names("abbreviated", "format", locale=base)[local.month].rstrip(".")
    if base == "ru":
        short = RUSSIAN_SHORT[local.month - 1]
    morning = local.hour < 12
    line = inv.random.choice(SHARED_ON[lang]).format(
        shared=_shared(inv, post, lang),
        d=local.day,
        m=local.month,
        y=local.year,
        Mon=short[:1].upper() + short[1:],
        MonEn=f"{local:%b}",
        month=get_month_names("wide", "format", locale=base)[local.month],
        h12=local.hour % 12 or 12,
        mm=f"{local.minute:02d}",
        ap="am" if morning else "pm",
        apes="a. m." if morning else "p. m.",
        apja="午前" if morning else "午後",
        apko="오전" if morning else "오후",
        z=inv.random.choice(("PDT", "PST")),
    )
    return line, local.date().isoformat()


def ig(shape: str, *, dated: bool = False, first: int = 2014, last: int = 2026) -> Maker:
    """`shape` with {view}, {caption}, {line}."""

    def make(inv: Inventor, lang: str) -> Piece:
        base = {"pt_PT": "pt"}.get(lang, lang)
        post = inv.post("instagram", base, first=first, last=2019 if dated else last)
        line, day = _tail(inv, post, lang) if dated else (_shared(inv, post, lang), None)
        caption = post.text.replace("\n\n", "\n") or words.POSTS["en"][0]
        content = shape.format(view=VIEW.get(lang, VIEW["en"]), caption=caption, line=line)
        # a caption above the line may as well be the article's, unless the view line stands before it
        text = caption if "{view}" in shape.partition("{caption}")[0] and "{caption}" in shape else None
        return Piece(content, (shown(post, day=day, text=text, undated=not dated),))

    return make


def ig_old(inv: Inventor, lang: str) -> Piece:
    """Until 2016: a photo or a video."""
    post = inv.post("instagram", "en", first=2014, last=2016)
    local = post.moment - timedelta(hours=7)
    stamp = f"{local:%b} {local.day}, {local.year} at {local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'} PDT"
    kind = inv.random.choice(("photo", "video"))
    gap = inv.random.choice((" ", "\n"))
    caption = post.text.replace("\n\n", "\n") or words.POSTS["en"][0]
    content = f"{caption}\nA {kind} posted by {post.name} (@{post.handle}) on{gap}{stamp}"
    return Piece(content, (shown(post, day=local.date().isoformat()),))


def ig_nameless(inv: Inventor, lang: str) -> Piece:
    post = inv.post("instagram", "en", first=2017, last=2026)
    return Piece(f"{VIEW['en']}\nA post shared by (@{post.handle})", (shown(post, name=None, day=None, undated=True),))


INSTAGRAM_FORMS: Sequence[tuple[str, Sequence[str], Maker]] = (
    ("view line, line", VIEWED, ig("{view}\n{line}", first=2018)),
    ("view line, caption, line", VIEWED, ig("{view}\n\n{caption}\n\n{line}", first=2018)),
    ("caption, view line, line", VIEWED, ig("{caption}\n{view}\n{line}", first=2018)),
    ("line alone", IG_LANGUAGES, ig("{line}", first=2017)),
    ("view line glued to the line", VIEWED, ig("{view}{line}", first=2018)),
    ("view line, line, one line", VIEWED, ig("{view} {line}", first=2018)),
    ("caption, line with date", tuple(SHARED_ON), ig("{caption}\n{line}", dated=True, first=2017)),
    ("view line, caption, line with date", tuple(SHARED_ON), ig("{view}\n{caption}\n{line}", dated=True, first=2017)),
    ("line with date alone", tuple(SHARED_ON), ig("{line}", dated=True, first=2017)),
    ("photo or video posted by", ("en",), ig_old),
    ("no name", ("en",), ig_nameless),
)  # fmt: skip


# --- Facebook: `Posted by PAGE on Thursday, August 27, 2015`

POSTED: dict[str, tuple[str, ...]] = {
    "en": (
        "Posted by {n} on {Weekday}, {Month} {d}, {y}",
        "Posted by {n} on {Weekday} , {Month} {d} , {y}",
        "Posted by {n} on {Weekday}, {d} {Month} {y}",
    ),
    "es": ("Publicado por {n} en {Weekday}, {d} de {month} de {y}", "Publicada por {n} en {Weekday}, {d} de {month} de {y}"),
    "fr": ("Publiée par {n} sur {Weekday} {d} {month} {y}", "Publié par {n} sur {Weekday} {d} {month} {y}"),
    "id": ("Dikirim oleh {n} pada {Weekday}, {d} {Month} {y}",),
    "vi": ("Người đăng: {n} vào {Weekday}, {d} tháng {m}, {y}",),
    "de": ("Gepostet von {n} am {Weekday}, {d}. {Month} {y}",),
    "it": ("Pubblicato da {n} su {Weekday} {d} {month} {y}",),
    "pt": ("Publicado por {n} em {Weekday}, {d} de {month} de {y}",),
    "pl": ("Opublikowany przez {n} {Weekday}, {d} {month} {y}",),
    "nl": ("Geplaatst door {n} op {Weekday} {d} {month} {y}",),
    "ru": ("Опубликовано {n} {Weekday}, {d} {month} {y} г.",),
    "uk": ("Опубліковано {n} {Weekday}, {d} {month} {y} р.",),
    "tr": ("Gönderen {n} {d} {Month} {y} {Weekday}",),
}  # fmt: skip


def posted(shape: str) -> Maker:
    """`shape` with {words} and {line}."""

    def make(inv: Inventor, lang: str) -> Piece:
        post = inv.post("facebook", lang, first=2013, plain_name=True)
        day = post.moment.date()
        weekday = get_day_names("wide", "format", locale=lang)[day.weekday()]
        month = get_month_names("wide", "format", locale=lang)[day.month]
        line = inv.random.choice(POSTED[lang]).format(
            n=post.name,
            d=day.day,
            m=day.month,
            y=day.year,
            month=month,
            Month=month[:1].upper() + month[1:],
            Weekday=weekday[:1].upper() + weekday[1:],
        )
        text = post.text.replace("\n\n", "\n") or words.POSTS["en"][0]
        return Piece(
            shape.format(words=text, line=line),
            (shown(post, handle=None, text=text if "{words}\n" in shape else None),),
            follows=True,
        )

    return make


POSTED_FLAT = tuple(lang for lang in POSTED if lang != "tr")
"""Which words stand in a Turkish line, and in which order, is not known well enough to ask for it without markup."""

FACEBOOK_FORMS: Sequence[tuple[str, Sequence[str], Maker]] = (
    ("words, line", POSTED_FLAT, posted("{words}\n{line}")),
    ("line alone", POSTED_FLAT, posted("{line}")),
)


# --- Bluesky, Mastodon, Threads, TikTok, Telegram, Reddit


def bluesky(shape: str, stamp: str) -> Maker:
    """`shape` with {words}, {line}, {name}, {handle}, {date}; `stamp`: `iso` or a CLDR width."""

    def make(inv: Inventor, lang: str) -> Piece:
        post = inv.post("bluesky", lang, first=2024)
        if stamp == "iso":
            printed = f"{post.moment:%Y-%m-%dT%H:%M:%S}.{inv.random.randrange(1000):03d}Z"
        else:
            printed = days.timed(post.moment, lang, stamp)
        text = post.text or words.POSTS["en"][1]
        content = shape.format(
            words=text.replace("\n\n", "\n"),
            line=" ".join(text.split()),
            name=post.name,
            handle=post.handle,
            date=printed,
        )
        return Piece(content, (shown(post, name=post.name if "{name}" in shape else None),))

    return make


BLUESKY_FORMS: Sequence[tuple[str, Sequence[str], Maker]] = (
    ("dash, local time", (*ALL_X, "ca", "et", "bg"), bluesky("{words}\n— {name} (@{handle}) {date}", "long")),
    ("dash, short month, local time", ALL_X, bluesky("{words}\n— {name} (@{handle}) {date}", "medium")),
    ("same line, media marker", SOME, bluesky("{line} [image or embed] — {name} (@{handle}) {date}", "long")),
    ("media marker glued", SOME, bluesky("{line}[image or embed]— {name} (@{handle}) {date}", "long")),
    ("no dash", SOME, bluesky("{words}\n[image or embed]\n{name} (@{handle}) {date}", "long")),
    ("ISO time", SOME, bluesky("{words}\n— {name} (@{handle}) {date}", "iso")),
    ("no name, ISO time", SOME, bluesky("{words}\n— @{handle} {date}", "iso")),
)


def mastodon(shape: str) -> Maker:
    def make(inv: Inventor, lang: str) -> Piece:
        post = inv.post("mastodon", "en", first=2018)
        return Piece(shape.format(h=post.handle), (shown(post, name=None, day=None, undated=True),))

    return make


def mastodon_copy(inv: Inventor, lang: str) -> Piece:
    post = inv.post("mastodon", "en", first=2018, plain_name=True)
    day = post.moment
    stamp = f"{day:%b} {day.day:02d}, {day.year}, {day:%H:%M}"
    text = post.text.replace("\n\n", "\n") or words.POSTS["en"][0]
    return Piece(f"{post.name}\n@{post.handle}\n{text}\n{stamp}", (shown(post),))


def threads(shape: str) -> Maker:
    def make(inv: Inventor, lang: str) -> Piece:
        post = inv.post("threads", "en", first=2024)
        return Piece(shape.format(h=post.handle), (shown(post, name=None, day=None, undated=True),))

    return make


SOUNDS: dict[str, str] = {
    "en": "original sound",
    "pt": "som original",
    "es": "sonido original",
    "fr": "son original",
    "de": "Originalton",
    "it": "suono originale",
    "ru": "оригинальный звук",
    "uk": "оригінальний звук",
    "ja": "オリジナル楽曲",
    "ko": "원본 소리",
    "tr": "orijinal ses",
    "id": "suara asli",
    "vi": "nhạc nền",
    "ar": "الصوت الأصلي",
    "pl": "oryginalny dźwięk",
}


def tiktok(shape: str) -> Maker:
    """`shape` with {h}, {caption}, {tags}, {sound}, {n}."""

    def make(inv: Inventor, lang: str) -> Piece:
        rng = inv.random
        post = inv.post("tiktok", lang, first=2019)
        caption = rng.choice(words.POSTS.get(lang) or words.POSTS["en"])
        tags = " ".join(words.HASHTAGS.get(lang, words.HASHTAGS["en"]))
        sound = SOUNDS[lang] if rng.random() < 0.7 else "Lantern Song (Quill Remix)"
        dash = rng.choice(("-", "–"))
        content = shape.format(h=post.handle, caption=caption, tags=tags, sound=f"♬ {sound} {dash} {post.name}")
        return Piece(content, (shown(post, name=None, day=None, undated=True),))

    return make


def telegram(inv: Inventor, lang: str) -> Piece:
    post = inv.post("telegram", lang, first=2016, plain_name=True)
    at = post.moment
    stamp = inv.random.choice(
        (
            f"{at:%d.%m.%Y %H:%M}",
            f"{at:%b} {at.day}, {at.year} at {at.hour % 12 or 12}:{at:%M} {'AM' if at.hour < 12 else 'PM'}",
        )
    )
    text = post.text.replace("\n\n", "\n") or words.POSTS["en"][0]
    return Piece(f"{post.name}, [{stamp}]\n{text}", (shown(post, handle=None),))


def reddit(shape: str) -> Maker:
    def make(inv: Inventor, lang: str) -> Piece:
        post = inv.post("reddit", "en", first=2022)
        title = inv.random.choice(words.POSTS["en"])
        sub = inv.random.choice(("lanterns", "velmora", "BridgeWatch", "harbour_days"))
        content = shape.format(title=title, h=post.handle, sub=sub)
        return Piece(content, (shown(post, name=None, day=None, undated=True),))

    return make


PERMALINKS: dict[str, tuple[str, ...]] = {
    "bluesky": ("https://bsky.app/profile/{h}/post/{id}",),
    "mastodon": ("https://{host}/@{user}/{id}",),
    "threads": ("https://www.threads.net/@{h}/post/{id}", "https://www.threads.com/@{h}/post/{id}"),
    "instagram": ("https://www.instagram.com/p/{id}/", "https://instagram.com/{h}/p/{id}/", "https://www.instagram.com/reel/{id}/?igshid=abc"),
    "tiktok": ("https://www.tiktok.com/@{h}/video/{id}", "https://www.tiktok.com/@{h}/video/{id}?lang=en"),
    "telegram": ("https://t.me/{h}/{id}",),
    "facebook": ("https://www.facebook.com/{h}/posts/{id}",),
    "youtube": ("https://www.youtube.com/watch?v={id}", "https://youtu.be/{id}", "https://www.youtube.com/shorts/{id}"),
    "reddit": ("https://www.reddit.com/r/lanterns/comments/{id}/the_footbridge_is_open/",),
    "linkedin": ("https://www.linkedin.com/feed/update/{id}/",),
    "vk": ("https://vk.com/{id}",),
    "tumblr": ("https://{h0}.tumblr.com/post/{id}/the-bridge", "https://www.tumblr.com/{h0}/{id}"),
    "pinterest": ("https://www.pinterest.com/pin/{id}/",),
    "truthsocial": ("https://truthsocial.com/@{h}/posts/{id}", "https://truthsocial.com/@{h}/{id}"),
}  # fmt: skip
"""A permalink of each platform, alone on its line, as editors leave them to be embedded."""


def permalink(post: Post, inv: Inventor) -> str:
    user, _, host = post.handle.partition("@")
    return inv.random.choice(PERMALINKS[post.platform]).format(
        h=post.handle, h0=re.sub(r"[^a-z0-9]", "", post.handle.lower()), id=post.id, user=user, host=host
    )


def lone_link(platform: str) -> Maker:
    first = {"bluesky": 2024, "threads": 2024}.get(platform, 2019)

    def make(inv: Inventor, lang: str) -> Piece:
        post = inv.post(platform, "en", first=first)
        return Piece(permalink(post, inv), (Expected(platform=platform, post_id=_post_id(post)),))

    return make


def _post_id(post: Post) -> str:
    return f"{post.handle.lower()}/{post.id}" if post.platform == "telegram" else post.id


def forms() -> list[Form]:
    """Every text form."""
    tables: list[tuple[str, Sequence[tuple[str, Sequence[str], Maker]]]] = [
        ("x", X_FORMS),
        ("instagram", INSTAGRAM_FORMS),
        ("facebook", FACEBOOK_FORMS),
        ("bluesky", BLUESKY_FORMS),
        ("mastodon", (
            ("post by, view on", ("en",), mastodon("Post by @{h}\nView on Mastodon")),
            ("post by, view on, one line", ("en",), mastodon("Post by @{h} View on Mastodon")),
            ("post by, view on, glued", ("en",), mastodon("Post by @{h}View on Mastodon")),
            ("copied", ("en",), mastodon_copy),
        )),
        ("threads", (
            ("post by, view on", ("en",), threads("Post by @{h}\nView on Threads")),
            ("post by, view on, one line", ("en",), threads("Post by @{h} View on Threads")),
            ("post by, view on, glued", ("en",), threads("Post by @{h}View on Threads")),
        )),
        ("tiktok", (
            ("one line", tuple(SOUNDS), tiktok("@{h} {caption} {tags} {sound}")),
            ("lines", tuple(SOUNDS), tiktok("@{h}\n{caption} {tags}\n{sound}")),
            ("no tags", tuple(SOUNDS), tiktok("@{h} {caption} {sound}")),
        )),
        ("telegram", (("copied", ("en", "ru", "uk", "de"), telegram),)),
        ("reddit", (
            ("title by", ("en",), reddit("{title}\nby u/{h} in {sub}")),
            ("title by, one line", ("en",), reddit("{title} by u/{h} in {sub}")),
            ("title by, glued", ("en",), reddit("{title}\nbyu/{h} in{sub}")),
            ("comment by", ("en",), reddit("Comment\nby u/{h} from discussion in {sub}")),
            ("comment by, glued", ("en",), reddit("Comment\nbyu/{h} from discussion\nin{sub}")),
        )),
        *((platform, (("permalink alone", ("en",), lone_link(platform)),)) for platform in PERMALINKS),
    ]  # fmt: skip
    return [
        Form("text", platform, name, tuple(languages), make)
        for platform, table in tables
        for name, languages, make in table
    ]
