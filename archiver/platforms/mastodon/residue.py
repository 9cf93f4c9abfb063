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

NAMES = ("Mastodon", "ماستودون", "Мастодон", "マストドン")
"""As it is published, and in the scripts into which translators write it."""

_NAME = re.compile(rf"(?P<bare>{'|'.join(NAMES)})(?:ie|issa|nissa|on|u|у|е)?")
"""With the endings that languages put on it; what an extractor glues to it begins with a capital."""

_VIEW: tuple[tuple[str, str], ...] = (
    # As published, then as translated: what stands before the name and behind it, in small letters.
    ("view on ", ""),
    *((f"{place} ", f" {verb}") for place in ("auf", "bei", "in") for verb in ("ansehen", "anzeigen", "anschauen")),
    *((f"{verb} sur ", "") for verb in ("voir", "afficher", "regarder", "consulter")),
    *((f"{verb} en ", "") for verb in ("ver", "mirar", "véalo", "ver más")),
    *((f"{verb} {place} ", "") for verb in ("ver", "veja", "visualizar", "veja mais") for place in ("no", "em")),
    *((f"{verb} su ", "") for verb in ("visualizza", "vedi", "guarda", "mostra")),
    *((f"{verb} op ", "") for verb in ("bekijk", "bekijken", "weergeven")),
    *((f"{verb} na ", "") for verb in ("zobacz", "wyświetl", "zobacz więcej", "zobrazit", "zobraziť", "prikaži")),
    *((f"{verb} {at} ", "") for verb in ("посмотреть", "просмотреть", "смотреть", "просмотр") for at in ("на", "в")),
    *(
        (f"{verb} {at} ", "")
        for verb in ("переглянути", "дивитися", "подивитися", "перегляд")
        for at in ("на", "в", "у")
    ),
    *(("", f"{mark}{at} {verb}") for mark in "'’" for at in ("da", "de", "ta", "te") for verb in ("görüntüle", "gör")),
    *(("", f"{gap}で{verb}") for gap in ("", " ") for verb in ("見る", "表示")),
    *(("", f"{gap}에서 {verb}") for gap in ("", " ") for verb in ("보기", "확인")),
    *(
        (f"在{gap}", f"{gap}{on}{verb}")
        for gap in ("", " ")
        for on in ("上", "")
        for verb in ("查看", "檢視", "观看", "觀看")
    ),
    *((f"{verb} på ", "") for verb in ("visa", "se", "vis")),
    *((f"{verb} ", "") for verb in ("näytä", "katso", "megtekintés a", "skoða á")),
    *((f"{verb} pe ", "") for verb in ("vezi", "vizualizați", "vizualizare")),
    *((f"{verb} στο ", "") for verb in ("προβολή", "δείτε", "δες")),
    *((f"{verb} di ", "") for verb in ("lihat", "paparan")),
    ("xem trên ", ""),
    *((f"ดู{at}{gap}", "") for at in ("ใน", "บน") for gap in ("", " ")),
    *((f"{verb} ב{mark}", "") for verb in ("עיין", "צפה", "הצג", "צפייה") for mark in ("", "-")),
    *((f"{verb} {at} ", "") for verb in ("عرض", "شاهد", "اعرض", "المشاهدة") for at in ("على", "في")),
    *((f"{verb} در ", "") for verb in ("مشاهده", "نمایش")),
    *((f"{verb} a ", "") for verb in ("mostra", "veure", "visualitza")),
    ("", " पर देखें"),
    ("", " پر دیکھیں"),
)
"""`View on Mastodon`, and what translators make of it."""

LONGEST_VIEW = max(len(before) for before, _ in _VIEW)
MAX_USER = 65
MAX_POST = 500
"""Characters of a post on a server that has not raised Mastodon's limit."""
VIEW_REACH = 40
"""Code points before an account in which the embed's own words stand, in any language."""

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
    name = text.find(NAMES[0], opening, opening + REACH)
    if name >= 0 and (sighting := _under(text, opening, name, floor)) is not None:
        return sighting
    found = _ACCOUNT.match(text, opening)
    if found is None or not _LINE_END.match(text, found.end()):
        return None
    return _sighting(text, at, found.end(), found["account"], "post by, account", 0.9)


def read_view_on(text: str, at: int, floor: int) -> TextSighting | None:
    """`View on Mastodon` in any language, below an account."""
    server = text.rfind("@", max(floor, at - REACH), at)
    if server < 0:
        return None
    opening = max(text.rfind(mark, max(floor, server - MAX_USER), server) for mark in "@＠")
    return _under(text, opening, at, floor) if opening >= 0 else None


def _under(text: str, opening: int, name: int, floor: int) -> TextSighting | None:
    """The account at `opening`, where the name at `name` is that of the second line."""
    view = _view(text, name)
    return _between(text, floor, opening, *view) if view is not None and view[0] > opening else None


def _view(text: str, name: int) -> tuple[int, int] | None:
    """Where the second line begins and ends whose name stands at `name`; null where it is no such line."""
    found = _NAME.match(text, name)
    if found is None:
        return None
    before = text[max(0, name - LONGEST_VIEW) : name].lower()
    for end in dict.fromkeys((found.end(), found.end("bare"))):
        after = text[end : end + 16].lower()
        for head, tail in _VIEW:
            if before.endswith(head) and after.startswith(tail):
                return name - len(head), end + len(tail)
    return None


def _between(text: str, floor: int, opening: int, start: int, end: int) -> TextSighting | None:
    """The account that begins at `opening`, where nothing but the embed's own words stands around it."""
    found = _ACCOUNT.match(text, opening, start)
    if found is None or not _BETWEEN.fullmatch(text, found.end(), start):
        return None
    before = text[max(floor, opening - VIEW_REACH) : opening]
    lead = next((lead for form in _LEADS if (lead := form.search(before))), None)
    if lead is None or (lead.re is not _LEADS[0] and _FOLLOW.search(lead[0])):
        return None
    return _sighting(text, opening - len(lead[0].lstrip(" \t>*[")), end, found["account"], "account, view on", 0.97)


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
        triggers=NAMES,
        marks=(),
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
            "Rain at Last\nBy: @ana@social.example Nov 20, 2024, 15:02\nThe bridge is open.",
            "Rain at Last\nAna Example @ana@social.example Nov 20, 2024\nThe bridge is open.",
            "Ana Example @ana@social.example Nov 20, 2024, 15:02\nThe bridge is open.",
            "Ana Example\n@ana@social.example\nThe bridge is open.\nThe end.",
            "Write to ana@social.example Nov 20, 2024, 15:02\nThe bridge is open.",
        ),
    ),
)
"""What is read in bare text, most telling first."""
