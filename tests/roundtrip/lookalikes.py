"""What looks like a cited post and is none? By-lines, credits, follow lines, towns in parentheses, changelogs, menus.

Each look-alike stands in an invented article; whatever is found in one is false. People, places and sentences are
invented, as everywhere here.
"""

from __future__ import annotations

import html
import random
from collections.abc import Callable, Iterator, Mapping

from archiver.model import Article
from tests.roundtrip import days, words
from tests.roundtrip.invent import UNSPACED, Inventor, Post

Shape = Callable[[Inventor, Post, str], str]
"""(inventor, whose names and day are used, the printed day) → the look-alike."""


def _shape(pattern: str) -> Shape:
    def render(inv: Inventor, post: Post, printed: str) -> str:
        rng = inv.random
        other = inv.post("x", "en", plain_name=True)
        return pattern.format(
            name=post.name,
            handle=post.handle,
            date=printed,
            other=other.name,
            other_handle=other.handle,
            iso=post.day,
            y=post.moment.year,
            d=post.moment.day,
            Month=f"{post.moment:%B}",
            Weekday=f"{post.moment:%A}",
            n=rng.randrange(18, 90),
            sentence=rng.choice(words.ARTICLES["en"]),
        )

    return render


TEXT: Mapping[str, tuple[str, ...]] = {
    "by-line": (
        "By {name} @{handle}\n{date}",
        "By {name} (@{handle}) | {date}",
        "{name} @{handle}\n{sentence}",
        "Von {name} · {date}",
        "-- By {name} Follow @{handle}",
        "Written by {name} on {Weekday}, {Month} {d}, {y}",
        "{name} ({handle})\n{sentence}",
    ),
    "credit": (
        "Photo: {name} (@{handle}), {date}",
        "(Photo by {name} / Velmora News) @{handle}",
        "Image credit: @{handle} via Instagram",
        "Foto: {name}/{handle} – {date}",
        "Video by {name} (@{handle})",
    ),
    "follow line": (
        "Follow {name} (@{handle}) on Twitter",
        "You can follow her on X at @{handle} or on Instagram @{other_handle}.",
        "Twitter: @{handle}\nInstagram: @{other_handle}\nTelegram: t.me/{handle}",
        "{name} is a reporter in Velmora. Follow him on Twitter @{handle}.",
        "Suivez-nous sur Instagram (@{handle}) et sur Facebook.",
        "Folgen Sie uns auf Instagram: @{handle}",
    ),
    "dateline": (
        "VELMORA – {date} – {sentence}",
        "Trandel, {date} — {sentence}",
        "TRANDEL ({name}) {date}",
    ),
    "place, age or party in parentheses": (
        "– {name} (Dunmarsh) {date}",
        "{name} (Oberfels) {date}",
        "— {name} ({n}), {date}",
        "{name} (SPV) said on {date} that the bridge would open.",
        "{name} (left) and {other} (right) on {date}",
        "- {name} (Lower Town) {date}",
    ),
    "prose with a handle": (
        "The account @{handle} had announced the visit on {date}, and {other} confirmed it.",
        "She thanked @{handle} and @{other_handle} in a speech on {date}.",
        "On {date}, {name} (@{handle}) wrote that the bridge was closed, and {other} agreed.",
        "According to {name} (@{handle}), the lanterns were lit until {date}, when the storm came.",
        "They include {name} (@{handle}), {other} (@{other_handle}) and others.",
    ),
    "list of people": (
        "{name} (@{handle})\n{other} (@{other_handle})",
        "- {name} (@{handle})\n- {other} (@{other_handle})",
        "Speakers: {name} (@{handle}), {other} (@{other_handle}). Date: {date}.",
    ),
    "comment or blog by-line": (
        "Posted by {name} on {Weekday} {Month} {d}, {y} @03:34AM",
        "Posted by {name} at 3:15 PM",
        "Posted by {name} on {date} in News",
        "{name} says:\n{date} at 3:02 pm\n{sentence}",
        "Submitted by {handle} on {date}",
        "by {handle} » {date}",
    ),
    "changelog": (
        " -- {name} <{handle}@velmora.example>  {Weekday}, {d} {Month} {y} 10:12:00 +0000",
        "* {iso} {name} ({handle})\n  - bridge: fixed",
        "## 1.2.3 ({iso})\n- Thanks to @{handle} for the fix (#{n})",
        "1.4.0 (released {date})\nContributed by {name} (@{handle}).",
        "- Fix the lantern module ({name}, {iso})",
    ),
    "code": (
        "@media (max-width: 600px) {{ .a: {n}px }}",
        "@Override public void open() // {name} {iso}",
        "@param {handle}: the name of the bridge, see {other}",
        "git log --author=@{handle} --since={iso}",
        'print("@{handle}: hello", date("{iso}"))',
    ),
    "citation": (
        "{name} ({y}), “Bridges and lanterns”, {Month} {d}, {y}.",
        "(Velmora Gazette, {date}).",
        "[1] {name}. Retrieved {date}.",
        "“Bridges”, {name}, ISBN (pbk), {date}",
    ),
    "e-mail": (
        "Write to {handle}@velmora.example or to {name} (desk@gazette.example) by {date}.",
        "On {date}, {name} <{handle}@velmora.example> wrote:\n> {sentence}",
    ),
    "site or mail address in parentheses": (
        "– {name} (gazette.example) {date}",
        "{name} (www.gazette.example), {date}",
        "Source: {name} (news.gazette.example) {date}",
        "— {name} ({handle}@gazette.example) {date}",
        "{name}, desk@gazette.example, {date}",
    ),
    "comment": (
        "{name} (@{handle}) says:\n{date} at 3:02 pm\n{sentence}",
        "{name} replied to {other} on {date}\n{sentence}",
        "@{other_handle} That is not true.\nReply\n{name}, {date}",
    ),
    "release notes": (
        "@{handle} released this {date}",
        "* Fix the lantern by @{handle} in https://github.com/velmora/lantern/pull/{n}",
        "Thanks to {name} (@{handle}) and {other} (@{other_handle})! ({iso})",
    ),
    "programme": (
        "Talk by {name} (@{handle}), {date}, 10:00, Hall 2",
        "{date}, 10:00: {name} (@{handle}) and {other} (@{other_handle}), Hall 2",
    ),
    "prose about posts": (
        "The best reply came in a thread by u/{handle} in r/lanterns, readers said on {date}.",
        "A post shared by @{handle} on Instagram reached many readers on {date}.",
        "The video by @{handle} with the song ♬ Lantern Waltz was seen by many.",
        "{name}’s post on Mastodon (@{handle}@velmora.town) was boosted often.",
        "He deleted his account @{handle} on {date} and opened {other_handle}.bsky.social instead.",
    ),
    "words of an embed without a post": (
        "Press “View this post on Instagram” to open the app.",
        "The button reads View on Threads and leads to the app.",
        "Post by post, the river wall was inspected on {date}.",
        "A post shared by many readers shows the bridge.",
        "The song ♬ Lantern Waltz ♬ was played by {name}.",
        "The best comment by a reader in our forum came on {date}.",
        "He explained what “image or embed” means.",
    ),
    "link in prose": (
        "As the city said (https://twitter.com/{handle}), the bridge is closed.",
        "The new programme of {name} (https://t.me/{handle}) starts on {date}.",
        "More at https://www.youtube.com/@{handle} and https://www.instagram.com/{handle}/",
        "Read https://x.com/i/events/1234567890123456789 or https://twitter.com/search?q=bridge",
    ),
}

UNDER_A_TITLE: tuple[str, ...] = (
    "By {name} (@{handle}) {date}",
    "By {name} (@{handle})\n{date}",
    "By {name} @{handle} {date} 3:02 PM",
    "{name} @{handle}\n{date}",
    "{name} (@{handle}) | {date} | Updated 3:02 PM",
    "Posted by {name} on {Weekday}, {Month} {d}, {y}",
    "Posted on {date} by {name}",
    "Von {name} (@{handle}), {date}",
    "Par {name} (@{handle}) le {date}",
    "Автор: {name} (@{handle}), {date}",
)
"""By-lines that stand between a title and the article."""

HTML: Mapping[str, tuple[str, ...]] = {
    "comments and related boxes": (
        (
            '<div id="comments"><h3>Comments</h3><ol class="comment-list"><li class="comment"><p>{name}: {sentence}</p>'
            "<p>https://twitter.com/{handle}/status/1590173336165216257</p></li></ol></div>"
        ),
        '<div class="related-posts"><h3>Related</h3><a href="https://www.youtube.com/watch?v=AbCdEfGhIjk">Film</a></div>',
    ),
    "share buttons": (
        '<a href="https://twitter.com/intent/tweet?text=Bridge&amp;url=https%3A%2F%2Fnews.example%2Fa">Share</a>',
        '<a class="twitter-share-button" href="https://twitter.com/share">Tweet</a>',
        '<a href="https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fnews.example%2Fa">Share</a>',
        '<a href="https://t.me/share/url?url=https%3A%2F%2Fnews.example%2Fa">Send</a>',
        '<a href="https://www.linkedin.com/shareArticle?mini=true&amp;url=https%3A%2F%2Fnews.example%2Fa">Share</a>',
        '<a href="https://vk.com/share.php?url=https%3A%2F%2Fnews.example%2Fa">Share</a>',
        '<a href="https://www.reddit.com/submit?url=https%3A%2F%2Fnews.example%2Fa">Submit</a>',
        (
            '<a data-pin-do="buttonPin" href="https://www.pinterest.com/pin/create/button/?url=https%3A%2F%2Fnews.example">'
            "Pin</a>"
        ),
        '<a href="https://bsky.app/intent/compose?text=Bridge">Post</a>',
        '<div class="fb-like" data-href="https://news.example/a"></div>',
    ),
    "follow links and profiles": (
        '<a class="twitter-follow-button" href="https://twitter.com/{handle}">Follow @{handle}</a>',
        '<p>By {name} (<a href="https://twitter.com/{handle}">@{handle}</a>) {date}</p>',
        '<a href="https://www.instagram.com/{handle}/">Instagram</a>',
        '<a href="https://www.tiktok.com/@{handle}">TikTok</a>',
        '<a href="https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv">Channel</a>',
        '<a rel="me" href="https://mastodon.example/@{handle}">Mastodon</a>',
        '<div class="fb-page" data-href="https://www.facebook.com/{handle}"></div>',
        '<a data-pin-do="embedUser" href="https://www.pinterest.com/{handle}/"></a>',
        '<blockquote class="tiktok-embed" data-unique-id="{handle}" data-embed-type="creator"><section></section></blockquote>',
    ),
    "timelines and feeds": (
        '<a class="twitter-timeline" href="https://twitter.com/{handle}?ref_src=twsrc%5Etfw">Tweets by {handle}</a>',
        '<iframe src="https://www.facebook.com/plugins/page.php?href=https%3A%2F%2Fwww.facebook.com%2F{handle}"></iframe>',
        '<iframe src="https://www.youtube.com/embed/videoseries?list=PLabcdefghijklmnop"></iframe>',
        '<a data-pin-do="embedBoard" href="https://www.pinterest.com/{handle}/bridges/"></a>',
    ),
    "hashtags and searches": (
        '<a href="https://twitter.com/hashtag/bridge?src=hash">#bridge</a>',
        '<a href="https://www.instagram.com/explore/tags/bridge/">#bridge</a>',
        '<a href="https://twitter.com/search?q=%23bridge">#bridge</a>',
    ),
    "link in prose": (
        (
            '<p>{sentence} As <a href="https://twitter.com/{handle}/status/1590173336165216257">the mayor wrote</a> on {date}, '
            "the bridge stays closed for the rest of the week.</p>"
        ),
        '<p>{sentence} A <a href="https://www.youtube.com/watch?v=AbCdEfGhIjk">film of the storm</a> shows the damage.</p>',
        '<p>She said so <a href="https://www.facebook.com/{handle}/posts/1234567890123456">on Facebook</a>. {sentence}</p>',
    ),
    "quotation": (
        "<blockquote><p>{sentence}</p>&mdash; {name}, {date}</blockquote>",
        "<blockquote>{sentence}<cite>{name} (Velmora)</cite></blockquote>",
    ),
}


def articles(count: int, seed: int = 1) -> Iterator[tuple[str, Article]]:
    """(kind, an article that cites nothing) `count` times, every look-alike in turn."""
    inventor = Inventor(seed)
    rng = inventor.random
    every = [("text", kind, _shape(pattern)) for kind, patterns in TEXT.items() for pattern in patterns]
    every += [("title", "by-line under a title", _shape(pattern)) for pattern in UNDER_A_TITLE]
    every += [("html", kind, _shape(pattern)) for kind, patterns in HTML.items() for pattern in patterns]
    made = 0
    while made < count:
        for form, kind, render in every:
            lang = rng.choice(("en", "en", "de", "fr", "es", "ru", "pl", "ar", "ja", "hi", "tr"))
            post = inventor.post("x", lang, plain_name=rng.random() < 0.7)
            printed = days.x(post.moment.date(), lang, rng)
            content = render(inventor, post, html.escape(printed) if form == "html" else printed)
            yield f"{form}: {kind}", _around(rng, form, lang, content)
            made += 1
            if made >= count:
                return


def _around(rng: random.Random, form: str, lang: str, content: str) -> Article:
    sentences = words.ARTICLES[lang]
    glue = "" if lang in UNSPACED else " "
    before, after = (glue.join(rng.choices(sentences, k=rng.choice((1, 2, 3)))) for _ in range(2))
    if form == "html":
        page = (
            f'<!DOCTYPE html><html lang="{lang}"><head><title>Bridge</title></head><body><article><p>{before}</p>'
            f"{content}<p>{after}</p></article></body></html>"
        )
        return Article(source="look-alike", uri="ni:///", digest="sha256:0", html=page, language=lang)
    sep = rng.choice(("\n\n", "\n"))
    if form == "title":
        before = before.partition(".")[0][:60]
    text = sep.join((before, content, after))
    return Article(source="look-alike", uri="ni:///", digest="sha256:0", text=text, language=lang)
