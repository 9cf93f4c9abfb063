"""What does an embed of Threads leave in bare text?

`Post by @ana.example View on Threads`, on one line, on two, or without a space between; nothing of the post itself.
What tells it is the handle directly before the second phrase: `View on Threads` alone stands under share buttons too.

Cost: one bounded window at each `Threads`.
"""

from __future__ import annotations

import re

from archiver.platforms.base import TextExample, TextRule, TextSighting
from archiver.platforms.threads.urls import HANDLE, ref_from_url

REACH = 40
"""Code points on both sides of the network's name that its phrase takes up."""

LINE = 90
"""Code points before that phrase that hold the handle and what is said of it."""

_S = r"[\s\u00a0>]"

VIEWS: tuple[str, ...] = (
    r"View (?:post )?on Threads",
    r"Auf Threads an(?:sehen|zeigen)",
    r"(?:Voir|Afficher) sur Threads",
    r"Ver en Threads",
    r"Ver no Threads",
    r"(?:Visualizza|Vedi|Guarda) su Threads",
    r"(?:Mostra|Veure) a Threads",
    r"(?:Bekijken|Weergeven) op Threads|Bekijk op Threads",
    r"(?:Wyświetl|Zobacz) (?:w|na)(?: aplikacji| serwisie)? Threads",
    r"(?:Посмотреть|Смотреть) в Threads",
    r"(?:Переглянути|Дивитися) (?:в|у) Threads",
    r"(?:Вижте|Преглед|Виж) в Threads",
    r"(?:Zobrazit|Zobraziť) (?:na|v) (?:Threads(?:u|ech)?)",
    r"(?:Pogledaj(?:te)?|Prikaži|Vidi) na Threads(?:u|-u)?",
    r"(?:Visa|Vis|Se) på Threads",
    r"(?:Näytä|Katso) Threadsissa",
    r"(?:Megtekintés|Megnézés|Megnézem) a Threadsen",
    r"(?:Vezi|Vizualizează) pe Threads",
    r"(?:Προβολή|Δείτε(?: το)?) στο Threads",
    r"Threads['’]?(?:te|ta|de| üzerinde) (?:gör(?:üntüle)?|aç)",
    r"Lihat di Threads",
    r"Tingnan sa Threads",
    r"Xem trên Threads",
    r"ดู(?:บน|ใน|ที่) ?Threads",
    r"Threads पर देखें",
    r"Threads-?এ দেখুন",
    r"عرض (?:على|في) Threads",
    r"(?:مشاهده|دیدن) در Threads",
    r"(?:הצגה|הצג|צפייה) ב-?Threads",
    r"Threads ?で(?:見る|表示)",
    r"Threads ?에서 보기",
    r"在 ?Threads ?(?:上)?(?:查看|檢視|浏览)",
    r"Vidi (?:ĉe|en) Threads",
)
"""`View on Threads`."""

POSTS_BY: tuple[str, ...] = (
    *("Post by", "Beitrag von", "Publication de", "Publicación de", "Publicació de", "Publicação de", "Post de"),
    *("Post di", "Bericht van", "Post van", "Post użytkownika", "Post od", "Публикация от", "Публикация", "Допис від"),
    *("Публикация на", "Příspěvek od", "Příspěvek uživatele", "Príspevok od", "Objava korisnika", "Inlägg av"),
    *("Opslag af", "Innlegg av", "Julkaisija", "Bejegyzés:", "Postare de", "Δημοσίευση από", "Postingan dari"),
    *("Postingan oleh", "Kiriman dari", "Kiriman oleh", "Siaran oleh", "Post ni", "Bài viết của", "โพสต์โดย"),
    *("منشور بواسطة", "منشور من", "پست از", "پستی از", "פוסט מאת", "Afiŝo de"),
)
"""`Post by`, before the handle."""

_VIEW = re.compile(
    "|".join(re.sub(r" (\?)?", lambda gap: _S + ("{0,3}" if gap[1] else "{1,3}"), view) for view in VIEWS),
    re.IGNORECASE,
)
_SAID = "|".join(re.escape(said).replace(chr(92) + " ", _S + "{1,3}") for said in POSTS_BY)
_SAID_AFTER = (
    r"(?: ?(?:さん)?の投稿| ?님의 (?:게시물|스레드)| ?(?:發佈|发布)?的(?:貼文|帖子|串文)|['’]\w{1,4} gönderisi)?"
)
_SIGNED = re.compile(
    rf"(?:(?P<said>{_SAID}){_S}{{0,3}})?[@＠](?P<handle>{HANDLE}){_SAID_AFTER}{_S}{{0,12}}$", re.IGNORECASE
)
_LINK = re.compile(r"\s{0,3}\]\(\s{0,2}<?(?P<url>https?://[^\s)>]{1,400})[^\n)]{0,60}\)")


def read(text: str, at: int, floor: int) -> TextSighting | None:
    """The post whose residue has the network's name at `at`."""
    if "@" not in text[max(floor, at - LINE - REACH) : at] and "＠" not in text[max(floor, at - LINE - REACH) : at]:
        return None
    view = next(
        (
            v
            for v in _VIEW.finditer(text, max(floor, at - REACH), min(len(text), at + REACH))
            if v.start() <= at < v.end()
        ),
        None,
    )
    if view is None:
        return None
    before = text[max(floor, view.start() - LINE) : view.start()]
    signed = _SIGNED.search(before)
    if signed is None:
        return None
    start = view.start() - len(before) + signed.start()
    if text[start - 1 : start].isalnum() and not signed["said"]:
        return None  # `ana@server.example`
    link = _LINK.match(text, view.end())
    ref = ref_from_url(link["url"]) if link else None
    if ref is not None and text[start - 1 : start] == "[":
        start -= 1
    handle = signed["handle"].strip(".")
    return TextSighting(
        start=start,
        end=link.end() if link and ref else view.end(),
        handle=handle,
        post_id=ref.id if ref else None,
        url=ref.url if ref else None,
        found_url=link["url"] if link and ref else None,
        shape="post by, view on" if signed["said"] else "handle, view on",
        confidence=0.97 if signed["said"] else 0.85,
    )


RULES: tuple[TextRule, ...] = (
    TextRule(
        name="threads.post_by",
        triggers=("Threads",),
        marks=(),
        read=read,
        examples=(
            *(
                TextExample(text=text, handle="ana.example")
                for text in (
                    "Post by @ana.example View on Threads",
                    "Post by @ana.example\n\nView on Threads",
                    "Post by @ana.exampleView on Threads",
                    "> Post by @ana.example\n> View on Threads",
                    "Beitrag von @ana.example\nAuf Threads ansehen",
                    "Publicación de @ana.example Ver en Threads",
                    "Publicação de @ana.example\nVer no Threads",
                    "@ana.exampleの投稿\nThreadsで見る",
                    "@ana.example 的貼文\n在 Threads 查看",
                    "@ana.example\nVoir sur Threads",
                )
            ),
            TextExample(
                text="[ Post by @ana.example View on Threads ](https://www.threads.net/@ana.example/post/CuE2WNQs6vH)",
                handle="ana.example",
                post_id="CuE2WNQs6vH",
            ),
        ),
        negatives=(
            "View on Threads",
            "Post by @ana@server.example View on Mastodon",
            "Follow @ana.example on Threads",
            "Threads: @ana.example",
            "Share on X\nView on Threads",
            "Write to ana@server.example\nView on Threads",
        ),
    ),
)
