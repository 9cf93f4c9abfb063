"""What do YouTube's players leave in bare text?

A frame leaves nothing. Two things survive it: the short code of a publisher's software that was never replaced
(`[youtube a1B2c3D4e5U]`), which names the video, and the line that stand-ins write under a title (`Watch on YouTube`),
which does not.
"""

from __future__ import annotations

import re

from archiver.platforms.base import TextExample, TextRule, TextSighting
from archiver.platforms.marks import Mark
from archiver.platforms.youtube.urls import ID, NO_VIDEO, ref_from_id, ref_from_url

_SHORT_CODE = re.compile(
    r"\[{1,2}youtube(?:[_-]?[a-z]{1,12})?(?P<body>[\s=:][^\]\n]{3,300})?\]{1,2}(?:(?P<inner>[^\[\]\n]{5,300})\[/youtube)?"
    r"|\[embedyt\](?P<embedyt>[^\[\]\n]{5,300})\[/embedyt\]"
    r"|\{youtube\}(?P<joomla>[^{}\n]{5,300})\{/youtube\}"
    r"|\{\{[<%]\s{0,3}youtube\s(?P<hugo>[^<>%\n]{5,300})[>%]\}\}"
    r"|\{%\s{0,3}youtube\s(?P<liquid>[^%\n]{5,300})%\}",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?:https?:)?//[^\s\"'<>\[\]{}|]{5,300}|(?:www\.)?youtu(?:be\.com|\.be)/[^\s\"'<>\[\]{}|]{5,300}"
)
_ID = re.compile(rf"(?<![\w-]){ID}(?![\w-])")
_REST = re.compile(r"[^\[\]\n]{0,40}/youtube[^\]\n]{0,20}\]")


def read_short_code(text: str, at: int, floor: int) -> TextSighting | None:
    """A short code that names a video: WordPress, Joomla, Hugo, Jekyll."""
    start = at - 1 if at > floor and text[at - 1] == "[" else at
    found = _SHORT_CODE.match(text, start, min(len(text), at + 700))
    if found is None:
        return None
    for value in found.groups():
        if not value:
            continue
        address = _ADDRESS.search(value)
        if address is not None:
            url = address[0] if "//" in address[0] else "https://" + address[0]
            ref = ref_from_url(url)
        else:
            bare = next((word[0] for word in _ID.finditer(value) if _is_id(word[0])), None)
            url, ref = None, ref_from_id(bare) if bare else None
        if ref is not None:
            end = found.end()
            if (rest := _REST.match(text, end)) is not None and text[end - 1] != "]":
                end = rest.end()
            return TextSighting(
                start=start,
                end=end,
                post_id=ref.id,
                url=ref.url,
                found_url=url,
                shape="short code",
                confidence=0.95,
            )
    return None


def _is_id(word: str) -> bool:
    return word not in NO_VIDEO and not word.islower() and not word.isdecimal()


_FAILED = re.compile(r"Try watching this video on \[?www\.youtube\.com\]?\((?P<url>[^()\s]{10,300})\)")


def read_failure(text: str, at: int, floor: int) -> TextSighting | None:
    """What the player says where it cannot play, with its link: `Try watching this video on [www.youtube.com](…)`."""
    start = at - 1 if at > floor and text[at - 1] == "[" else at
    found = _FAILED.match(text, at, min(len(text), at + 400))
    ref = ref_from_url(found["url"]) if found else None
    if found is None or ref is None:
        return None
    return TextSighting(
        start=start,
        end=found.end(),
        post_id=ref.id,
        url=ref.url,
        found_url=found["url"],
        shape="player's failure",
        confidence=0.95,
    )


WATCH_LINES = (
    *(
        "Watch on YouTube",
        "Watch this video on YouTube",
        "Watch video on YouTube",
        "View on YouTube",
        "View this video on YouTube",
    ),
    *("Watch the video on YouTube", "Auf YouTube ansehen", "Ansehen auf YouTube", "Video auf YouTube ansehen"),
    *("Dieses Video auf YouTube ansehen", "Regarder sur YouTube", "Voir sur YouTube", "Voir la vidéo sur YouTube"),
    *("Regarder la vidéo sur YouTube", "Regarder cette vidéo sur YouTube", "Ver en YouTube", "Ver vídeo en YouTube"),
    *("Ver este vídeo en YouTube", "Mirar en YouTube", "Guarda su YouTube", "Guarda il video su YouTube"),
    *("Assistir no YouTube", "Assista no YouTube", "Ver no YouTube", "Bekijk op YouTube", "Bekijken op YouTube"),
    *(
        "Bekijk deze video op YouTube",
        "Obejrzyj w YouTube",
        "Zobacz w YouTube",
        "Obejrzyj na YouTube",
        "Oglądaj w YouTube",
    ),
    *("Смотреть на YouTube", "Посмотреть на YouTube", "Смотреть видео на YouTube", "Переглянути на YouTube"),
    *("Дивитися на YouTube", "Sledovat na YouTube", "Přehrát na YouTube", "Zobrazit na YouTube", "Pozrieť na YouTube"),
    *(
        "YouTube'da izle",
        "YouTube’da izle",
        "YouTube で見る",
        "YouTubeで見る",
        "YouTube에서 보기",
        "YouTube에서 시청하기",
    ),
    *(
        "在 YouTube 上观看",
        "在YouTube上观看",
        "在 YouTube 上觀看",
        "在 YouTube 觀看",
        "Titta på YouTube",
        "Visa på YouTube",
    ),
    *("Se på YouTube", "Katso YouTubessa", "Megtekintés a YouTube-on", "Nézd meg a YouTube-on", "Urmărește pe YouTube"),
    *(
        "Vezi pe YouTube",
        "Vizionează pe YouTube",
        "Παρακολούθηση στο YouTube",
        "Δείτε το στο YouTube",
        "צפייה ב-YouTube",
    ),
    *("צפו ב-YouTube", "المشاهدة على YouTube", "شاهد على YouTube", "تماشا در YouTube", "YouTube पर देखें", "ดูบน YouTube"),
    *("Xem trên YouTube", "Tonton di YouTube", "Mira-ho a YouTube", "Гледайте в YouTube", "Гледајте на YouTube"),
    *("Gledajte na YouTubeu", "Ogled v YouTubu", "Vaata YouTube'is", "Žiūrėti „YouTube“"),
)
"""The line as the player writes it in the reader's language, and as publishers' software does."""

_WATCH = frozenset(line.casefold() for line in WATCH_LINES)
_LONGEST = max(map(len, WATCH_LINES))

MAX_TITLE = 160
"""YouTube allows titles of 100 characters; a caption may be a little longer."""

MIN_TITLE = 12
"""One or two words over the line are a label (`Trailer`, `More videos`)."""

_OTHER_LINE = re.compile(
    r"subscri|follow|listen|spotify|podcast|instagram|facebook|twitter|tiktok|twitch|newsletter|abonn|suscr|inscreva|share",
    re.IGNORECASE,
)
"""What else stands in a list of a publisher's own channels."""


def read_watch_line(text: str, at: int, floor: int) -> TextSighting | None:
    """A title, and under it nothing but `Watch on YouTube`."""
    line = max(floor, text.rfind("\n", max(floor, at - _LONGEST), at) + 1)
    end = text.find("\n", at, at + _LONGEST + 2)
    end = end if end >= 0 else min(len(text), at + _LONGEST + 2)
    if text[line:end].strip(" \t.>*_▶►\u00a0").casefold() not in _WATCH or line <= floor:
        return None
    above_end = line - 1
    while above_end > floor and text[above_end - 1].isspace() and line - above_end < 6:
        above_end -= 1
    above = max(floor, text.rfind("\n", max(floor, above_end - MAX_TITLE - 2), above_end) + 1)
    title = text[above:above_end].strip()
    if above > floor and text[above - 1] != "\n":
        return None  # longer than a title
    after = text[end : end + 80].strip().partition("\n")[0]
    if (
        not MIN_TITLE <= len(title) <= MAX_TITLE
        or title[-1] in ".:;,。"
        or _OTHER_LINE.search(title + " " + after[:40])
    ):
        return None
    return TextSighting(start=above, end=end, text=title, shape="title and line", confidence=0.55)


_VIDEO = "a1B2c3D4e5U"

RULES: tuple[TextRule, ...] = (
    TextRule(
        name="youtube.code",
        triggers=("[youtube", "[embedyt]", "{youtube}", "{{< youtube", "{% youtube"),
        marks=(
            Mark(r"(?:\[|#91;|#x5b;|lsqb;|lbrack;)(?:youtube|embedyt)"),
            Mark(r"(?:\{|#123;|#x7b;|lcub;|lbrace;)(?:youtube{}}|{%}{ }*youtube|&?(?:\{|#123;|#x7b;){<}{ }*youtube)"),
        ),
        read=read_short_code,
        examples=(
            TextExample(text=f"[youtube {_VIDEO}]", post_id=_VIDEO),
            TextExample(text=f"[youtube=https://www.youtube.com/watch?v={_VIDEO}&w=640&h=360]", post_id=_VIDEO),
            TextExample(text=f'[youtube id="{_VIDEO}" width="600" height="350"]', post_id=_VIDEO),
            TextExample(text=f"[youtube]http://www.youtube.com/watch?v={_VIDEO}[/youtube]", post_id=_VIDEO),
            TextExample(text=f"[embedyt] https://www.youtube.com/watch?v={_VIDEO}[/embedyt]", post_id=_VIDEO),
            TextExample(text=f"{{youtube}}{_VIDEO}{{/youtube}}", post_id=_VIDEO),
            TextExample(text=f"{{{{< youtube {_VIDEO} >}}}}", post_id=_VIDEO),
            TextExample(text=f"{{% youtube https://youtu.be/{_VIDEO} %}}", post_id=_VIDEO),
        ),
        negatives=(
            "Write [youtube] where the film should stand.",
            "[youtube-feed channel=example]",
            "[youtube https://www.youtube.com/channel/UC0123456789abcdefghijkl]",
        ),
    ),
    TextRule(
        name="youtube.failure",
        triggers=("Try watching this video on",),
        read=read_failure,
        in_html=False,
        examples=(
            TextExample(
                text=f"[Try watching this video on www.youtube.com](https://www.youtube.com/watch?v={_VIDEO}), or "
                "enable JavaScript if it is disabled in your browser.",
                post_id=_VIDEO,
            ),
        ),
        negatives=(
            "Try watching this video on www.youtube.com, or enable JavaScript if it is disabled in your browser.",
        ),
    ),
    TextRule(
        name="youtube.line",
        triggers=("YouTub",),
        read=read_watch_line,
        in_html=False,
        examples=(
            TextExample(
                text="How the old bridge was built\nWatch on YouTube",
                words="How the old bridge was built",
            ),
            TextExample(
                text="Wie die alte Brücke gebaut wurde\n\nAuf YouTube ansehen",
                words="Wie die alte Brücke gebaut wurde",
            ),
        ),
        negatives=(
            "The film of the new bridge\nWatch on YouTube and read the report",
            "Listen on your way to work\nWatch on YouTube\nListen on Spotify",
            "The council met in the old town hall. Its members were tired.\nWatch on YouTube",
            "Trailer\nWatch on YouTube",
            "She posts every film of the bridge first on YouTube and later everywhere else",
        ),
    ),
)
"""Asked in this order."""
