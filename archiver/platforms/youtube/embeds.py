"""How does HTML hold a video of YouTube, where no plain player frame is there?

Frames are read wherever they stand by their address alone. Here are the players of AMP and of custom elements, and the
stand-ins that load the frame on a click: their element names the video by its id, and says in its tag, its class or an
attribute that it is a player of YouTube. A still of a video alone is none: lists of related videos are made of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from selectolax.lexbor import LexborNode

from archiver.model import PostRef
from archiver.platforms import marks
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.markup import first_elements
from archiver.platforms.youtube.urls import ID, NO_VIDEO, ref_from_id, ref_from_thumbnail, ref_from_url

MAX_JSON = 200_000
"""Code points of one attribute's JSON; real ones are below 5,000."""

MAX_INNER = 40
"""Elements looked at within a stand-in: it holds a picture, a button and a title."""

_ID = re.compile(ID)
_ANOTHER_NAME = re.compile(r"[a-z]+|(?:video|youtube|player|embed|vid|yt)[-_].*")
"""What page builders call their own elements, of eleven characters too (`placeholder`, `video-12345`)."""
_ID_PREFIX = re.compile(r"(?:WYL_|lyte_|youtube2?-|youtube_)(?=[\w-]{11}$)")
_NO_PLAYER = re.compile(
    r"subscri|share|follow|channel|playlist|gallery|related|carousel|(?:swiper|slick|splide)[_-]+slide", re.IGNORECASE
)
"""Class names of buttons and lists."""
_YOUTUBE = re.compile(r"youtu|(?<![a-z])yt(?![a-z])", re.IGNORECASE)


def _named(value: str | None) -> PostRef | None:
    """What an attribute names: an id, or a whole address where an id belongs."""
    value = (value or "").strip()
    if not value or len(value) > 2000:
        return None
    if _ID.fullmatch(value):
        return None if value in NO_VIDEO or _is_word(value) else ref_from_id(value)
    if value.startswith(("youtube/", "youtube:")) and _ID.fullmatch(value[8:]):
        return ref_from_id(value[8:])
    if "/" not in value:
        return None
    return ref_from_url(value if "//" in value else "https://" + value)


def _is_word(value: str) -> bool:
    # Three of a thousand real ids have neither a capital nor a figure; none in a million is one plain word.
    return value.isdecimal() or (value.islower() and _ANOTHER_NAME.fullmatch(value) is not None)


def _sighting(ref: PostRef | None, value: str | None, shape: str) -> Sighting | None:
    if ref is None:
        return None
    found = value.strip() if value and "//" in value and len(value) <= 2000 else None
    return Sighting(post_id=ref.id, found_url=found, url=ref.url, shape=shape)


def _first(attributes: Mapping[str, str | None], keys: Iterable[str], shape: str) -> Sighting | None:
    for key in keys:
        value = attributes.get(key)
        if value and (seen := _sighting(_named(value), value, shape)):
            return seen
    return None


ELEMENTS = frozenset(
    [
        *("lite-youtube", "lite-youtube-embed", "lite-yt", "lazy-youtube", "youtube-lite", "youtube-video"),
        *(
            "youtube-embed",
            "youtube-player",
            "youtube-facade",
            "amp-youtube",
            "bento-youtube",
            "embetty-video",
            "media-player",
        ),
    ]
)
"""Custom elements that are players."""

ID_KEYS = (
    *("videoid", "video-id", "video_id", "data-videoid", "data-video-id", "data-video_id", "data-vid", "data-id"),
    *("data-video", "data-v", "data-code", "data-src", "data-url", "data-href", "data-embed", "data-embed-url"),
    *("data-embed-src", "data-video-url", "data-video-src", "data-facadesrc", "data-facadeoembed", "data-lazy-src"),
)
"""Attributes that hold a video's id or address on an element that is known to be a player of YouTube."""


def read_element(node: LexborNode) -> Sighting | None:
    """`<lite-youtube videoid>`, `<amp-youtube data-videoid>` and their relatives."""
    attributes = node.attributes
    if node.tag == "embetty-video" and (attributes.get("type") or "youtube").lower() != "youtube":
        return None
    return _first(attributes, (*ID_KEYS, "youtube-id", "ytid", "src", "href", "url", "code"), "player element")


OWN_KEYS = (
    *("data-ytid", "data-yt-id", "data-yt", "data-ytvideo", "data-yt-video", "data-yt-video-id", "data-yt-url"),
    *("data-youtube-id", "data-youtubeid", "data-youtube_id", "data-youtube", "data-youtube-url", "data-youtube-src"),
    *("data-youtube-video", "data-youtube-video-id", "data-youtube-video-url", "data-youtubevideoid", "youtube-id"),
    *("data-youtube-embed", "data-youtube-code", "data-youtube-key", "data-video-youtube", "data-embed-youtube"),
    *("data-lazy-youtube", "data-facadesrc", "youtube-video-id", "data-youtubeurl", "data-youtube-video-src"),
    *("data-video-id-youtube", "data-youtube-videoid", "data-yt-src", "data-yt-embed"),
)
"""Attributes that say YouTube in their name."""


def read_own_attribute(node: LexborNode) -> Sighting | None:
    """Any element that names a video in an attribute made for YouTube."""
    attributes = node.attributes
    if node.tag in ("meta", "link", "form", "input") or _NO_PLAYER.search(attributes.get("class") or ""):
        return None
    return _first(attributes, OWN_KEYS, "attribute of YouTube")


PLAYER_CLASSES = frozenset(
    [
        *("youtube-player", "youtube_player", "rll-youtube-player", "youtube-embed", "yt-lazy", "lazy-youtube"),
        *("youtube-lazy", "lazyYT", "js-lazyYT", "yt-player", "yt-embed", "ytplayer", "flying-press-youtube"),
        *("perfmatters-lazy-youtube", "lazy-load-youtube", "epyt-facade", "epyt-video-wrapper", "lyte", "lyMe"),
        *("lyte-wrapper", "youtube-facade", "yt-facade", "embed-youtube", "youtube-lite", "js-youtube-player"),
        *("youtube-placeholder", "youtube-iframe", "youtubeplayer", "video-embed-youtube", "lite-youtube", "lty"),
        *("youtube-embed-placeholder", "youtube-preview", "yt-placeholder", "youtube-video-embed", "embed--youtube"),
        *(
            "youtube-video-placeholder",
            "youtube-consent",
            "tac_youtube",
            "youtube-lazy-load",
            "lazyload-youtube",
            "youtube-loader",
        ),
    ]
)
"""Classes by which an element says that it stands where a player of YouTube will be."""

CLASSES = PLAYER_CLASSES | {
    *("youtube", "youtube-video", "youtube-container", "youtube-video-container", "video-youtube", "video--youtube"),
    *("media-youtube", "js-youtube", "youtubeVideo", "YoutubePlayer", "yt-video", "youtube-wrapper", "lazyframe"),
    *("plyr__video-embed", "youtube-block", "is-youtube", "youtube-wrap", "yt-container", "js-lazyframe"),
}
"""Classes of elements that may: the video has to be named on the element itself."""


def read_stand_in(node: LexborNode) -> Sighting | None:
    """An element that loads the player once it is seen or clicked."""
    if node.tag in ("iframe", "object", "meta", "link"):
        return None
    attributes = node.attributes
    own = attributes.get("class") or ""
    if _NO_PLAYER.search(own):
        return None
    keys = (*ID_KEYS, *(("href",) if node.tag == "a" and "lazy" in own else ()))
    if (seen := _first(attributes, keys, "stand-in")) is not None:
        return seen
    if (attributes.get("data-plyr-provider") or "youtube").lower() == "youtube" and (
        seen := _first(attributes, ("data-plyr-embed-id",), "stand-in")
    ):
        return seen
    element_id = (attributes.get("id") or "").strip()
    if (ref := _named(_ID_PREFIX.sub("", element_id))) is not None and "/" not in element_id:
        return _sighting(ref, None, "stand-in")
    return _facade(node, attributes) if PLAYER_CLASSES.intersection(own.split()) else None


def _facade(node: LexborNode, attributes: Mapping[str, str | None]) -> Sighting | None:
    """The one video whose still stands within a player's stand-in."""
    found: dict[str, PostRef] = {}
    for holder in (attributes, *(inner.attributes for inner in first_elements(node, MAX_INNER))):
        for key in ("style", "src", "data-src", "data-lazy-src", "data-bg", "srcset", "href"):
            value = holder.get(key)
            if not value or ("yout" not in value and "ytimg" not in value):
                continue
            if (ref := ref_from_thumbnail(value) or (ref_from_url(value) if key != "style" else None)) is not None:
                found[ref.id] = ref
    return _sighting(found.popitem()[1], None, "still in a stand-in") if len(found) == 1 else None


VIDEO_KEYS = (
    *("data-video", "data-video-url", "data-video-src", "data-video-id", "data-videoid", "data-video_id"),
    *("data-video-embed", "data-embed-video", "data-videourl", "data-video-link", "data-iframe-src"),
)
"""Attributes that hold a video of any service."""

_SERVICE_KEYS = (
    *("data-type", "data-provider", "data-video-type", "data-video-provider", "data-service", "data-vendor", "type"),
    *(
        "data-source",
        "data-player",
        "data-platform",
        "data-host",
        "data-embed-type",
        "data-video-source",
        "id",
        "class",
    ),
    *("data-embed-provider", "data-video-service", "data-videotype", "data-video-host", "data-media-type"),
)
"""Attributes that may say whose."""


def read_video_attribute(node: LexborNode) -> Sighting | None:
    """An element with a video in an attribute: its address says that it is YouTube's, an id alone does not."""
    attributes = node.attributes
    if node.tag == "li" or _NO_PLAYER.search(attributes.get("class") or ""):
        return None
    told = any(_YOUTUBE.search(attributes.get(key) or "") for key in _SERVICE_KEYS)
    for key in VIDEO_KEYS:
        value = (attributes.get(key) or "").strip()
        if value and (told or "youtu" in value) and (seen := _sighting(_named(value), value, "video attribute")):
            return seen
    return None


def read_loader(node: LexborNode) -> Sighting | None:
    """jQuery Lazy: `data-loader="yt"` makes an id in `data-src` a video of YouTube, on a frame, too."""
    attributes = node.attributes
    if (attributes.get("data-loader") or "").lower() not in ("yt", "youtube"):
        return None
    return _first(attributes, ("data-src", "data-id"), "loader")


_LAZY_KEYS = ("data-src", "data-lazy-src", "data-url", "data-iframe", "data-frame-src", "data-embed-src", "data-href")
_PLAYER_PATH = re.compile(r"/(?:embed|v)/")


def read_lazy(node: LexborNode) -> Sighting | None:
    """A `<div>` or `<span>` whose attribute holds the address of a player's frame."""
    if node.tag not in ("div", "span", "figure", "section", "p", "article"):
        return None
    for key in _LAZY_KEYS:
        value = node.attributes.get(key)
        if value and "yout" in value and _PLAYER_PATH.search(value[:2000]):
            return _sighting(_named(value), value, "frame address")
    return None


def _json(value: str | None) -> dict[str, Any] | None:
    if not value or not value.lstrip().startswith("{") or len(value) > MAX_JSON:
        return None
    try:
        data = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def read_newsletter(node: LexborNode) -> Sighting | None:
    """Substack: `{"videoId": …}` in `data-attrs`."""
    value = node.attributes.get("data-attrs")
    record = _json(value) if value and "videoId" in value else None
    video = record.get("videoId") if record else None
    return _sighting(_named(video), None, "record") if isinstance(video, str) else None


def read_page_builder(node: LexborNode) -> Sighting | None:
    """Elementor: the widget's settings as JSON. Those of other services keep the address of its own sample video."""
    value = node.attributes.get("data-settings")
    record = _json(value) if value and "youtube_url" in value else None
    if record is None or record.get("video_type", "youtube") != "youtube":
        return None
    url = record.get("youtube_url")
    return _sighting(_named(url), url, "record") if isinstance(url, str) else None


def read_object(node: LexborNode) -> Sighting | None:
    """The player of the Flash years: `<object>` with `<param name="movie">`, `<embed>`, or both."""
    values = [node.attributes.get("data"), node.attributes.get("src")]
    if node.tag == "object":
        for inner in first_elements(node, MAX_INNER):
            if inner.tag == "param" and (inner.attributes.get("name") or "").lower() in ("movie", "src", "filename"):
                values.append(inner.attributes.get("value"))
            elif inner.tag in ("embed", "iframe", "div", "span", "a"):  # what is drawn where no player can be
                values += [inner.attributes.get(key) for key in ("src", "data-src", "href")]
    for value in values:
        if value and "yout" in value and (seen := _sighting(_named(value), value, "object")):
            return seen
    return None


def read_video(node: LexborNode) -> Sighting | None:
    """A `<video>` or its `<source>` that a script plays from YouTube."""
    attributes = node.attributes
    value = attributes.get("src") or attributes.get("data-src")
    if value and "youtu" in value:
        return _sighting(_named(value), value, "video element")
    setup = attributes.get("data-setup")
    record = _json(setup) if setup and "youtu" in setup else None
    for source in (record.get("sources") or []) if record else []:
        url = source.get("src") if isinstance(source, dict) else None
        if isinstance(url, str) and (seen := _sighting(_named(url), url, "video element")):
            return seen
    return None


def read_island(node: LexborNode) -> Sighting | None:
    """The Guardian: the properties of the component that draws the player, as JSON."""
    attributes = node.attributes
    if "youtube" not in (attributes.get("name") or "").lower():
        return None
    record = _json(attributes.get("props"))
    video = record.get("assetId") if record else None
    return _sighting(_named(video), None, "record") if isinstance(video, str) else None


MAX_SCRIPT = 100_000
"""Code points of a script that is searched."""

_PLAYER_CALL = re.compile(
    r"YT\.Player\(\s{0,20}(?:[\"'][^\"'\n]{1,100}[\"']|[\w.]{1,60})\s{0,20},\s{0,20}\{[^{}]{0,400}?"
    r"\bvideoId[\"']?\s{0,5}:\s{0,5}[\"'](?P<id>[\w-]{11})[\"']"
)


def read_script(node: LexborNode) -> tuple[Sighting, ...]:
    """The calls of YouTube's own script that draw a player: `new YT.Player("place", {videoId: "…"})`."""
    found = dict.fromkeys(call["id"] for call in _PLAYER_CALL.finditer(node.text(deep=True), 0, MAX_SCRIPT))
    return tuple(
        Sighting(post_id=ref.id, url=ref.url, shape="script that draws it", confidence=0.9)
        for video in found
        if (ref := _named(video)) is not None
    )


_VIDEO = "a1B2c3D4e5U"
_EMBED = f"https://www.youtube.com/embed/{_VIDEO}"
_STILL = f"https://i.ytimg.com/vi/{_VIDEO}/hqdefault.jpg"

_MARKED_ID = r'{ }*{=}{ }*{"}*{ }*[\w-]{11}{ }*(?:{"}|{>}|[\s/])'
_NAMED_ID = r'id{ }*{=}{ }*{"}*{ }*(?:WYL_|lyte_|youtube2?-|youtube_)?[\w-]{11}{ }*(?:{"}|{>}|[\s/])'

STAND_INS = (
    marks.Mark(
        marks.one_of(CLASSES) + "{|}",
        before="{^}",
        tag="{^}(?:" + marks.one_of((*ID_KEYS, "data-plyr-embed-id")) + _MARKED_ID + "|" + _NAMED_ID + ")",
    ),
)
"""Beside addresses: a video's id in an attribute of the element."""

VIDEOS = (marks.Mark(marks.one_of(VIDEO_KEYS) + _MARKED_ID, before="{^}", tag="youtu|yt"),)
"""Beside addresses: an id in an element that names its service."""

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id=_VIDEO)
    for rule in (
        EmbedRule(
            name="youtube.element",
            read=read_element,
            tags=ELEMENTS,
            examples=(
                f'<lite-youtube videoid="{_VIDEO}" style="background-image: url(\'{_STILL}\');"></lite-youtube>',
                f'<amp-youtube data-videoid="{_VIDEO}" layout="responsive" width="480" height="270"></amp-youtube>',
                f'<embetty-video type="youtube" video-id="{_VIDEO}"></embetty-video>',
                f'<media-player src="youtube/{_VIDEO}"></media-player>',
                f'<youtube-video src="https://www.youtube.com/watch?v={_VIDEO}"></youtube-video>',
            ),
        ),
        EmbedRule(
            name="youtube.newsletter",
            marks=(marks.Mark("data-attrs", tag="videoid"),),
            read=read_newsletter,
            attributes=frozenset({"data-attrs"}),
            examples=(
                (
                    f'<div id="youtube2-{_VIDEO}" class="youtube-wrap" data-component-name="Youtube2ToDOM" '
                    f'data-attrs=\'{{"videoId":"{_VIDEO}","startTime":"18s","endTime":null}}\'></div>'
                ),
            ),
        ),
        EmbedRule(
            name="youtube.object",
            marks=(),
            read=read_object,
            tags=frozenset({"object", "embed"}),
            examples=(
                (
                    f'<object width="425"><param name="movie" value="http://www.youtube.com/v/{_VIDEO}&amp;hl=en">'
                    f'<embed src="http://www.youtube.com/v/{_VIDEO}&amp;hl=en" width="425"></object>'
                ),
                f'<object type="application/x-shockwave-flash" data="http://www.youtube.com/v/{_VIDEO}"></object>',
                f'<embed src="https://www.youtube-nocookie.com/v/{_VIDEO}?version=3">',
            ),
        ),
        EmbedRule(
            name="youtube.attribute",
            read=read_own_attribute,
            attributes=frozenset(OWN_KEYS),
            examples=(
                f'<div class="player" data-ytid="{_VIDEO}"></div>',
                f'<button data-youtube-id="{_VIDEO}">Play</button>',
                f'<div data-facadesrc="{_EMBED}?autoplay=1"></div>',
            ),
        ),
        EmbedRule(
            name="youtube.stand-in",
            marks=STAND_INS,
            read=read_stand_in,
            classes=CLASSES,
            examples=(
                f'<div class="youtube-player" data-id="{_VIDEO}"></div>',
                f'<div class="rll-youtube-player" data-src="{_EMBED}" data-id="{_VIDEO}" data-query="si=x"></div>',
                f'<div class="youtube_player" videoID="{_VIDEO}" width="560" height="315"></div>',
                f'<div class="yt-lazy" data-video-id="{_VIDEO}"></div>',
                f'<div class="lyte" id="WYL_{_VIDEO}"></div>',
                f'<a class="lazy-load-youtube" href="https://youtu.be/{_VIDEO}">The bridge</a>',
                f'<div class="plyr__video-embed" data-plyr-provider="youtube" data-plyr-embed-id="{_VIDEO}"></div>',
                f'<div class="youtube-facade"><img src="{_STILL}"><button>Play</button></div>',
            ),
        ),
        EmbedRule(
            name="youtube.video",
            marks=VIDEOS,
            read=read_video_attribute,
            attributes=frozenset(VIDEO_KEYS),
            examples=(
                f'<div class="video-container" data-video="{_EMBED}"></div>',
                f'<div data-provider="youtube" data-video-id="{_VIDEO}"></div>',
            ),
        ),
        EmbedRule(
            name="youtube.loader",
            marks=(marks.Mark('data-loader{ }*{=}{ }*{"}*{ }*(?:yt|youtube)'),),
            read=read_loader,
            attributes=frozenset({"data-loader"}),
            examples=(f'<iframe data-loader="yt" data-src="{_VIDEO}"></iframe>',),
        ),
        EmbedRule(
            name="youtube.settings",
            marks=(marks.Mark("youtube_url"),),
            read=read_page_builder,
            attributes=frozenset({"data-settings"}),
            examples=(
                (
                    '<div class="elementor-widget-video" data-settings=\'{"youtube_url":'
                    f'"https:\\/\\/youtu.be\\/{_VIDEO}","video_type":"youtube"}}\'></div>'
                ),
            ),
        ),
        EmbedRule(
            name="youtube.source",
            marks=(),
            read=read_video,
            tags=frozenset({"video", "source"}),
            examples=(
                f'<video><source type="video/youtube" src="https://www.youtube.com/watch?v={_VIDEO}&amp;_=1"></video>',
                (
                    '<video data-setup=\'{"techOrder":["youtube"],"sources":[{"type":"video/youtube",'
                    f'"src":"https://youtu.be/{_VIDEO}"}}]}}\'></video>'
                ),
            ),
        ),
        EmbedRule(
            name="youtube.island",
            marks=(marks.Mark("gu-island", tag="assetid"),),
            read=read_island,
            tags=frozenset({"gu-island"}),
            examples=(
                f'<gu-island name="YoutubeBlockComponent" props=\'{{"id":"a1","assetId":"{_VIDEO}"}}\'></gu-island>',
            ),
        ),
        EmbedRule(
            name="youtube.script",
            marks=(marks.Mark(r"YT[.]Player\([^{}]*\{[^{}]*videoId"),),
            read=read_script,
            in_script=frozenset({"YT.Player"}),
            examples=(
                f'<div id="p"></div><script>p = new YT.Player("p", {{height: "390", videoId: "{_VIDEO}"}});</script>',
            ),
        ),
        EmbedRule(
            name="youtube.lazy",
            marks=(),
            read=read_lazy,
            attributes=frozenset(_LAZY_KEYS),
            examples=(f'<div data-iframe="responsive" data-src="//www.youtube.com/embed/{_VIDEO}?rel=0"></div>',),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
