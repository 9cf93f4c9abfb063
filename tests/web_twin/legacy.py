"""What web archives hold of X: status pages of before 2020 with the post in their HTML, empty pages of after, and JSON.

Only what readers of such captures look at is here (element names, classes, attributes, member order); the pages are
otherwise our own.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import quote

import regex

from tests.web_twin.population import Account, Population, TwinPost, code, hexes
from tests.web_twin.rendering import Segment, direction, placed, segments
from tests.web_twin.x import avatar_url, display_url, picture_url

EMOJI = regex.compile(
    r"\p{Regional_Indicator}{2}|\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic})*"
)

PACIFIC = timedelta(hours=-8)
"""Signed-out pages printed times of US Pacific; the exact time stands in `data-time`."""


def _attribute(text: str) -> str:
    return escape(text, quote=True).replace("&#x27;", "&#39;")


def _emoji_images(html: str) -> str:
    return str(
        EMOJI.sub(
            lambda match: (
                '<img class="Emoji Emoji--forText" src="https://abs.twimg.com/emoji/v2/72x72/'
                f'{"-".join(f"{ord(c):x}" for c in match[0] if c != chr(0xFE0F))}.png" draggable="false" '
                f'alt="{match[0]}" title="Emoji" aria-label="Emoji: emoji">'
            ),
            html,
        )
    )


def _text_html(post: TwinPost, population: Population) -> str:
    return "".join(_part_html(part, population) for part in segments(post, post.text))


def _part_html(part: Segment, population: Population) -> str:
    if part.kind == "text":
        return _emoji_images(_attribute(part.value))
    if part.kind == "mention":
        return (
            f'<a href="/{part.value}" class="twitter-atreply pretty-link js-nav" dir="ltr">'
            f"<s>@</s><b>{part.value}</b></a>"
        )
    if part.kind == "hashtag":
        return (
            f'<a href="/hashtag/{quote(part.value)}?src=hash" data-query-source="hashtag_click" '
            f'class="twitter-hashtag pretty-link js-nav" dir="ltr"><s>#</s><b>{part.value}</b></a>'
        )
    link = f"https://t.co/{part.value}"
    if part.kind == "media":
        return (
            f'<a href="{link}" class="twitter-timeline-link u-hidden" data-pre-embedded="true" dir="ltr">'
            f"pic.twitter.com/{part.value}</a>"
        )
    expanded = population.link(part.value) or link
    scheme, _, rest = expanded.partition("//")
    shown, cut, _ = display_url(expanded).partition("…")
    hidden = rest[len(shown) :] if cut else ""
    ellipsis = '<span class="tco-ellipsis"><span class="invisible">&nbsp;</span>…</span>' if hidden else ""
    return (
        f'<a href="{link}" rel="nofollow noopener" dir="ltr" data-expanded-url="{_attribute(expanded)}" '
        f'class="twitter-timeline-link" target="_blank" title="{_attribute(expanded)}">'
        f'<span class="tco-ellipsis"></span><span class="invisible">{scheme}//</span>'
        f'<span class="js-display-url">{_attribute(shown)}</span>'
        f'<span class="invisible">{_attribute(hidden)}</span>{ellipsis}</a>'
    )


def _tweet_div(post: TwinPost, population: Population, *, permalink: bool) -> str:
    seconds = int(post.created.timestamp())
    ms = round(post.created.timestamp() * 1000)
    local = post.created + PACIFIC
    shown = f"{local.strftime('%I').lstrip('0')}:{local:%M} {local:%p} - {local.day} {local:%b %Y}"
    name, handle = _attribute(post.account.name), post.handle
    classes = (
        "tweet permalink-tweet js-actionable-user js-actionable-tweet js-original-tweet"
        if permalink
        else "tweet js-stream-tweet js-actionable-tweet js-profile-popup-actionable"
    )
    size = "TweetTextSize--jumbo" if permalink else "TweetTextSize--normal"
    pictures = "".join(
        f'<div class="AdaptiveMedia-photoContainer js-adaptive-photo" data-image-url="{picture_url(picture)}">'
        f'<img data-aria-label-part src="{picture_url(picture)}" alt="{_attribute(picture.alt or "")}"></div>'
        for picture in post.media
    )
    return f"""<div class="{classes}" data-associated-tweet-id="{post.id}" data-tweet-id="{post.id}" \
data-item-id="{post.id}" data-permalink-path="/{handle}/status/{post.id}" \
data-conversation-id="{post.reply_to or post.id}" data-screen-name="{handle}" data-name="{name}" \
data-user-id="{post.account.id}">
  <div class="content clearfix">
    <div class="permalink-header">
      <a class="account-group js-account-group js-action-profile js-user-profile-link js-nav" href="/{handle}" \
data-user-id="{post.account.id}">
        <img class="avatar js-action-profile-avatar" src="{avatar_url(post.account)}" alt="">
        <span class="FullNameGroup"><strong class="fullname show-popup-with-id" data-aria-label-part>\
{_emoji_images(name)}</strong></span>
        <span class="username u-dir u-textTruncate" dir="ltr">@<b>{handle}</b></span></a>
      <small class="time"><a href="/{handle}/status/{post.id}" class="tweet-timestamp js-permalink js-nav js-tooltip" \
title="{shown}" data-conversation-id="{post.reply_to or post.id}"><span class="_timestamp js-short-timestamp" \
data-aria-label-part="last" data-time="{seconds}" data-time-ms="{ms}" data-long-form="true">\
{local.day} {local:%b %Y}</span></a></small>
    </div>
  </div>
  <div class="js-tweet-text-container">
    <p class="TweetTextSize {size} js-tweet-text tweet-text" lang="{post.lang}" data-aria-label-part="0" \
dir="{direction(post)}">{_text_html(post, population)}</p>
  </div>
  {f'<div class="AdaptiveMediaOuterContainer"><div class="AdaptiveMedia">{pictures}</div></div>' if pictures else ""}
</div>"""


def permalink_page(post: TwinPost, population: Population, replies: list[TwinPost]) -> bytes:
    """A status page of before mid-2020: the post, and posts of others below it that are not the one asked for."""
    text = _attribute(post.text)
    below = "\n".join(
        f'<li class="ThreadedConversation--loneTweet">{_tweet_div(reply, population, permalink=False)}</li>'
        for reply in replies
    )
    page = f"""<!DOCTYPE html>
<html lang="en" data-scribe-reduced-action-queue="true">
<head>
  <meta charset="utf-8">
  <title>{_attribute(post.account.name)} on Twitter: &quot;{text}&quot;</title>
  <link rel="canonical" href="https://twitter.com/{post.handle}/status/{post.id}">
  <meta property="og:type" content="article">
  <meta property="og:url" content="https://twitter.com/{post.handle}/status/{post.id}">
  <meta property="og:title" content="{_attribute(post.account.name)} on Twitter">
  <meta property="og:description" content="“{text}”">
  <meta property="og:site_name" content="Twitter">
</head>
<body class="three-col logged-out user-style-{post.handle} PermalinkPage" dir="ltr">
<div id="doc"><div id="page-outer"><div id="page-container">
<div class="permalink light-inline-actions stream-uncapped original-permalink-page">
<div class="permalink-inner permalink-tweet-container">
{_tweet_div(post, population, permalink=True)}
</div>
<div class="replies-to permalink-inner permalink-replies">
<ol class="stream-items js-navigable-stream" id="stream-items-id">
{below}
</ol></div>
</div>
</div></div></div>
</body>
</html>
"""
    return page.encode()


def gone_page() -> bytes:
    """What a status page of before 2020 answered with 404."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Twitter / ?</title></head>\n'
        '<body class="error404"><div class="body-content"><h1>Sorry, that page doesn’t exist!</h1>\n'
        "<p>You can search Twitter using the search box below.</p></div></body></html>\n"
    ).encode()


def shell_page(site: str = "Twitter") -> bytes:
    """A status page of mid-2020 and later: no post in it."""
    return (
        '<!DOCTYPE html><html dir="ltr" lang="en"><head><meta charset="utf-8" />'
        f'<meta property="og:site_name" content="{site}" /><title>{site}</title></head>'
        "<body><noscript><p>JavaScript is not available.</p></noscript>"
        '<div id="react-root"></div><script src="https://abs.twimg.com/responsive-web/client-web/main.js"></script>'
        "</body></html>"
    ).encode()


def _v1_time(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%a %b %d %H:%M:%S +0000 %Y")


def _v1_user(account: Account) -> dict[str, Any]:
    number = int(account.id)
    return {
        "id": number,
        "id_str": account.id,
        "name": account.name,
        "screen_name": account.handle,
        "location": "",
        "description": "",
        "url": None,
        "entities": {"description": {"urls": []}},
        "protected": False,
        "followers_count": number % 9000,
        "friends_count": number % 300,
        "listed_count": 0,
        "created_at": "Mon Feb 07 08:00:00 +0000 2011",
        "favourites_count": number % 500,
        "utc_offset": None,
        "time_zone": None,
        "geo_enabled": False,
        "verified": False,
        "statuses_count": number % 7000,
        "lang": None,
        "contributors_enabled": False,
        "is_translator": False,
        "is_translation_enabled": False,
        "profile_background_color": "000000",
        "profile_background_image_url": None,
        "profile_background_image_url_https": None,
        "profile_background_tile": False,
        "profile_image_url": avatar_url(account).replace("https:", "http:"),
        "profile_image_url_https": avatar_url(account),
        "profile_link_color": "1DA1F2",
        "profile_sidebar_border_color": "000000",
        "profile_sidebar_fill_color": "000000",
        "profile_text_color": "000000",
        "profile_use_background_image": False,
        "has_extended_profile": False,
        "default_profile": False,
        "default_profile_image": False,
        "following": False,
        "follow_request_sent": False,
        "notifications": False,
        "translator_type": "none",
    }


def v1_json(post: TwinPost, population: Population) -> bytes:
    """A capture of API v1.1: numeric and string ids, `created_at` in its old form, escaped text."""
    text, places = placed(post, post.text)
    entities: dict[str, list[dict[str, Any]]] = {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []}
    for place in places:
        kind, value, indices = place.segment.kind, place.segment.value, [place.start, place.end]
        if kind == "hashtag":
            entities["hashtags"].append({"text": value, "indices": indices})
        elif kind == "mention":
            known = population.of(value)
            account = known[0].account if known else Account(handle=value, name=value)
            entities["user_mentions"].append(
                {
                    "screen_name": value,
                    "name": account.name,
                    "id": int(account.id),
                    "id_str": account.id,
                    "indices": indices,
                }
            )
        elif kind in ("url", "quote"):
            expanded = population.link(value) or ""
            entities["urls"].append(
                {
                    "url": f"https://t.co/{value}",
                    "expanded_url": expanded,
                    "display_url": display_url(expanded),
                    "indices": indices,
                }
            )
        elif kind == "media":
            entities["media"] = [_v1_media(post, indices)]
    parent = population.by_id(post.reply_to) if post.reply_to else None
    result: dict[str, Any] = {
        "created_at": _v1_time(post.created),
        "id": int(post.id),
        "id_str": post.id,
        "text": text,
        "truncated": False,
        "entities": entities,
    }
    if "media" in entities:
        result["extended_entities"] = {"media": entities["media"]}
    result |= {
        "source": '<a href="http://twitter.com" rel="nofollow">Twitter Web Client</a>',
        "in_reply_to_status_id": int(post.reply_to) if post.reply_to else None,
        "in_reply_to_status_id_str": post.reply_to,
        "in_reply_to_user_id": int(parent.account.id) if parent else None,
        "in_reply_to_user_id_str": parent.account.id if parent else None,
        "in_reply_to_screen_name": parent.handle if parent else None,
        "user": _v1_user(post.account),
        "geo": None,
        "coordinates": None,
        "place": None,
        "contributors": None,
        "is_quote_status": post.quotes is not None,
        "retweet_count": post.likes // 9,
        "favorite_count": post.likes,
        "favorited": False,
        "retweeted": False,
        "possibly_sensitive": post.sensitive,
        "lang": post.lang,
    }
    return json.dumps(result, separators=(",", ":")).encode()


def _v1_media(post: TwinPost, indices: list[int]) -> dict[str, Any]:
    picture = post.media[0]
    media_id = str(int(post.id) - 4096)
    width, height = picture.width, picture.height
    size = {"w": width, "h": height, "resize": "fit"}
    return {
        "id": int(media_id),
        "id_str": media_id,
        "indices": indices,
        "media_url": picture_url(picture).replace("https:", "http:"),
        "media_url_https": picture_url(picture),
        "url": f"https://t.co/{post.media_code}",
        "display_url": f"pic.twitter.com/{post.media_code}",
        "expanded_url": f"https://twitter.com/{post.handle}/status/{post.id}/photo/1",
        "type": picture.kind,
        "sizes": {"medium": size, "small": size, "large": size, "thumb": {"w": 150, "h": 150, "resize": "crop"}},
    }


def v2_json(post: TwinPost, population: Population) -> bytes:
    """A capture of API v2: the post under `data`, its author in `includes.users`; entities have `start` and `end`."""
    text, places = placed(post, post.text)
    urls = [
        {
            "start": place.start,
            "end": place.end,
            "url": f"https://t.co/{place.segment.value}",
            "expanded_url": population.link(place.segment.value) or "",
            "display_url": display_url(population.link(place.segment.value) or ""),
        }
        for place in places
        if place.segment.kind in ("url", "quote", "media")
    ]
    data: dict[str, Any] = {
        "author_id": post.account.id,
        "conversation_id": post.reply_to or post.id,
        "created_at": post.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "edit_history_tweet_ids": list(post.versions or (post.id,)),
    }
    if urls:
        data["entities"] = {"urls": urls}
    data |= {"id": post.id, "lang": post.lang, "text": text}
    if post.reply_to or post.quotes:
        data["referenced_tweets"] = [
            {"type": kind, "id": target}
            for kind, target in (("replied_to", post.reply_to), ("quoted", post.quotes))
            if target
        ]
    user = {
        "created_at": "2011-02-07T08:00:00.000Z",
        "id": post.account.id,
        "name": post.account.name,
        "profile_image_url": avatar_url(post.account),
        "username": post.account.handle,
    }
    return json.dumps({"data": data, "includes": {"users": [user]}}, ensure_ascii=False, separators=(",", ":")).encode()


def original_headers(when: datetime, content_type: str, url: str) -> tuple[tuple[str, str], ...]:
    """The headers that the archived server had sent."""
    return (
        ("date", when.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")),
        ("server", "tsa_a"),
        ("content-type", content_type),
        ("strict-transport-security", "max-age=631138519"),
        ("x-transaction", hexes(f"archived {url} {when}", 16)),
        ("set-cookie", f"guest_id=v1%3A{int(when.timestamp())}{code(url, 6)}; Path=/; Domain=.twitter.com"),
    )
