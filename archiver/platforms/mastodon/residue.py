"""What does the embed of a fediverse post leave in bare text?

Mastodon's embed (since 4.3) holds two lines and none of the post's words: `Post by @ana@server.example` and `View on
Mastodon`. Both are fixed English (app/serializers/oembed_serializer.rb), but articles are translated with them;
extractors glue them together (`@ana@server.exampleView on Mastodon`).

Cost: a window of `REACH` code points around each place.
"""

from __future__ import annotations

import re

from archiver.platforms import copied
from archiver.platforms.base import TextExample, TextRule, TextSighting
from archiver.platforms.mastodon.urls import ACCOUNT, SERVER, ref_from_url

REACH = 320
"""`Post by`, an account of 64 and 253 code points, and what translators put between."""

_NAME = r"(?:Mastodon\w{0,4}|ماستودون|Мастодон\w{0,3}|马斯托顿|マストドン|마스토돈|มาสโตดอน|मास्टोडन|Μάστοδον|מסטודון)"

_VIEW = (
    # as published
    rf"View on {_NAME}",
    # as translated: a verb of seeing and the name, in either order
    rf"(?:Auf|Bei|In) {_NAME} (?:ansehen|anzeigen|anschauen)",
    rf"(?:Voir|Afficher|Regarder|Consulter) sur {_NAME}",
    rf"(?:Ver|Mira|Mirar|Véalo|Ver más) en {_NAME}",
    rf"(?:Ver|Veja|Visualizar|Veja mais) (?:no|em) {_NAME}",
    rf"(?:Visualizza|Vedi|Guarda|Mostra) su {_NAME}",
    rf"(?:Bekijk|Bekijken|Weergeven) op {_NAME}",
    rf"(?:Zobacz|Wyświetl|Zobacz więcej) na {_NAME}",
    rf"(?:Посмотреть|Просмотреть|Смотреть|Просмотр) (?:на|в) {_NAME}",
    rf"(?:Переглянути|Дивитися|Подивитися|Перегляд) (?:на|в|у) {_NAME}",
    rf"{_NAME}['’]?(?:da|de|ta|te) (?:görüntüle|gör|izle)",
    rf"{_NAME}\s?で(?:見る|表示(?:する)?)",
    rf"{_NAME}\s?에서 (?:보기|확인)",
    rf"在\s?{_NAME}\s?上?(?:查看|檢視|观看|觀看)",
    rf"(?:Zobrazit|Zobraziť|Prikaži|Prikaz) (?:na|u) {_NAME}",
    rf"(?:Visa|Se|Vis|Skoða) (?:på|á) {_NAME}",
    rf"(?:Näytä|Katso) {_NAME}",
    rf"(?:Megtekintés|Megnézés) (?:a|az) {_NAME}",
    rf"(?:Vezi|Vizualizați|Vizualizare) pe {_NAME}",
    rf"(?:Προβολή|Δείτε|Δες) στο {_NAME}",
    rf"(?:Lihat|Paparan) di {_NAME}",
    rf"Xem trên {_NAME}",
    rf"ดู(?:ใน|บน)\s?{_NAME}",
    rf"(?:עיין|צפה|הצג|צפייה) ב-?{_NAME}",
    rf"(?:عرض|شاهد|اعرض|المشاهدة) (?:على|في) {_NAME}",
    rf"(?:مشاهده|نمایش) در {_NAME}",
    rf"(?:Mostra|Veure|Visualitza) a {_NAME}",
    rf"{_NAME} (?:पर देखें|এ দেখুন|پر دیکھیں)",
)
"""`View on Mastodon`, and what translators make of it."""

_ANY_VIEW = re.compile("|".join(_VIEW), re.IGNORECASE)
MAX_USER = 65
MAX_POST = 500
"""Characters of a post on a server that has not raised Mastodon's limit."""
VIEW_REACH = 40
"""Code points of the longest of these on either side of the name."""

_ACCOUNT = re.compile(rf"[@＠](?P<account>[A-Za-z0-9_\\\\][A-Za-z0-9_.\\\\-]{{0,63}}@{SERVER})")
"""With the backslash that Markdown puts before `_`."""
_PLAIN = re.compile(ACCOUNT)

_BETWEEN = re.compile(r"(?:\]\([^()\s]{1,200}\))?[^\n@]{0,24}[\s>*|·•\[]{0,12}")
"""What may stand between the account and the second line: a link's end, words of a translation, white space, marks."""

_LEADS = tuple(
    re.compile(lead, re.IGNORECASE)
    for lead in (
        r"\[?(?:Re)?Post(?:ed)? by[ \u00a0]?\Z",  # the embed's own words, wherever they stand
        r"(?:^|(?<=\n))[ \t>*\[]{0,8}[^\n@.!?]{0,30}\Z",  # a short line's beginning: those words, translated
        r"(?<=[.!?…。！？”\"»])\s{0,2}\Z",  # none, after a sentence
    )
)
"""What stands before the account."""

_FOLLOW = re.compile(
    r"follow|folg|suiv|sig[ua]|segui|volg|følg|följ|подпис|підпис|obserwuj|sleduj|takip|フォロー|关注|追蹤|find|join"
    r"|\bon\b|\bat\b",
    re.IGNORECASE,
)
"""`Follow @ana@server.example` is no post."""

_MARKDOWN_TARGET = re.compile(r"\]\(\s?<?(?P<url>https?://[^\s)>]{1,400})[^\n)]{0,60}\)")
_LINE_END = re.compile(r"[ \t\u00a0*]{0,8}(?:\Z|\n)")

POST_BY = "Post by @"


def read_post_by(text: str, at: int, floor: int) -> TextSighting | None:
    """`Post by @ana@server.example`, with or without the second line."""
    opening = at + len(POST_BY) - 1
    view = _ANY_VIEW.search(text, opening, min(len(text), opening + REACH))
    if view is not None and (sighting := _between(text, floor, opening, view)) is not None:
        return sighting
    found = _ACCOUNT.match(text, opening)
    if found is None or not _LINE_END.match(text, found.end()):
        return None
    return _sighting(text, at, found.end(), found["account"], "post by, account", 0.9)


def read_view_on(text: str, at: int, floor: int) -> TextSighting | None:
    """`View on Mastodon` in any language, below an account."""
    since = max(floor, at - VIEW_REACH)
    for view in _ANY_VIEW.finditer(text, since, min(len(text), at + VIEW_REACH)):
        if view.start() <= at < view.end():
            server = text.rfind("@", max(floor, view.start() - REACH), view.start())
            opening = max(text.rfind(mark, max(floor, server - MAX_USER), max(server, 0)) for mark in "@＠")
            return _between(text, floor, opening, view) if opening >= 0 else None
    return None


def _between(text: str, floor: int, opening: int, view: re.Match[str]) -> TextSighting | None:
    """The account that begins at `opening`, where nothing but the embed's own words stands around it."""
    found = _ACCOUNT.match(text, opening, view.start())
    if found is None or not _BETWEEN.fullmatch(text, found.end(), view.start()):
        return None
    before = text[max(floor, opening - VIEW_REACH) : opening]
    lead = next((lead for form in _LEADS if (lead := form.search(before))), None)
    if lead is None or (lead.re is not _LEADS[0] and _FOLLOW.search(lead[0])):
        return None
    return _sighting(
        text, opening - len(lead[0].lstrip(" \t>*[")), view.end(), found["account"], "account, view on", 0.97
    )


def _sighting(text: str, start: int, end: int, account: str, shape: str, sure: float) -> TextSighting | None:
    handle = account.replace("\\_", "_")
    if not _PLAIN.fullmatch(handle):
        return None
    target = _MARKDOWN_TARGET.match(text, end)
    ref = ref_from_url(target["url"]) if target else None
    return TextSighting(
        start=start,
        end=target.end() if target and ref else end,
        handle=handle,
        post_id=ref.id if ref else None,
        url=ref.url if ref else None,
        found_url=target["url"] if target and ref else None,
        shape=shape,
        confidence=sure,
    )


RULES: tuple[TextRule, ...] = (
    TextRule(
        name="mastodon.post-by",
        triggers=(POST_BY,),
        read=read_post_by,
        examples=(
            TextExample(text="Post by @ana_ex@social.example View on Mastodon", handle="ana_ex@social.example"),
            TextExample(text="Post by @ana@social.exampleView on Mastodon", handle="ana@social.example"),
            TextExample(text="Post by @ana@social.example\n\nView on Mastodon", handle="ana@social.example"),
            TextExample(text="Post by @ana@social.example", handle="ana@social.example"),
            TextExample(
                text="> Post by @ana\\_ex@social.example  \n> View on Mastodon", handle="ana_ex@social.example"
            ),
            TextExample(
                text="[Post by @ana@social.example View on Mastodon](https://social.example/@ana/110372412617177781)",
                handle="ana@social.example",
                post_id="110372412617177781",
            ),
        ),
        negatives=(
            "Post by @ana View on Threads",
            "The blog post by @ana@social.example was the first of its kind.",
            "Guest post by ana@paper.example",
        ),
    ),
    TextRule(
        name="mastodon.view-on",
        triggers=("Mastodon", "ماستودون", "Мастодон", "マストドン"),
        read=read_view_on,
        examples=(
            TextExample(text="Beitrag von @ana@social.example Auf Mastodon ansehen", handle="ana@social.example"),
            TextExample(text="Publication de @ana@social.example\nVoir sur Mastodon", handle="ana@social.example"),
            TextExample(text="Пост от @ana@social.example\n\nПосмотреть на Mastodon", handle="ana@social.example"),
            TextExample(text="@ana@social.example による投稿 Mastodonで見る", handle="ana@social.example"),
            TextExample(text="@ana@social.example View on Mastodon", handle="ana@social.example"),
        ),
        negatives=(
            "Follow @ana@social.example View on Mastodon",
            "You can find her as @ana@social.example on Mastodon.",
            "Write to ana@paper.example or view on Mastodon what others say.",
            "Folgen Sie @ana@social.example auf Mastodon.",
            "View on Mastodon",
        ),
    ),
    TextRule(
        name="mastodon.copied",
        triggers=("@", "＠"),
        read=copied.reader(ACCOUNT, MAX_POST),
        examples=(
            TextExample(
                text="Ana Example @ana@social.example Nov 20, 2024, 15:02\nThe bridge is open.\nDrive slowly.",
                handle="ana@social.example",
                display_name="Ana Example",
                date="2024-11-20",
                words="The bridge is open.\nDrive slowly.",
            ),
            TextExample(
                text="Ana Example\n@ana@social.example\n\nDie Brücke ist offen.\n\n20. Nov. 2024, 15:02 · Web · 3",
                handle="ana@social.example",
                display_name="Ana Example",
                date="2024-11-20",
                words="Die Brücke ist offen.",
            ),
        ),
        negatives=(
            "By Ana Example @ana@social.example Nov 20, 2024, 15:02\nThe bridge is open.",
            "Ana Example @ana@social.example Nov 20, 2024\nThe bridge is open.",
            "Ana Example\n@ana@social.example\nThe bridge is open.\nThe end.",
            "Write to ana@social.example Nov 20, 2024, 15:02\nThe bridge is open.",
        ),
    ),
)
"""What is read in bare text, most telling first."""
