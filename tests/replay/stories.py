"""An invented archive of articles in several scripts, as text and as HTML, and of threads, for the tests of the pages.

Mentions are found by the program itself, so that places are what they are in an archive.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archiver.article import article_of
from archiver.detect import find
from archiver.model import Article, Candidate, Media, Mention, Observation, Outcome, Post, Resolution, State
from archiver.store import Archive
from archiver.store.conclusions import article_conclusion, observation_conclusion, resolution_conclusion
from tests.replay.staged import answer, png

START = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)
PHOTO = "https://media.example/weir.png"

TEXT = """The weir holds

Nobody slept in the lower town that night.

We open the weir at six. Keep clear of the bank. – Weir Office (weir_office) May 5, 2024

At seven the water had fallen by a hand.
"""
ARABIC = """<!doctype html><html lang="ar"><head><meta charset="utf-8"><title>ليلة الجسر</title></head><body><article>
<h1>ليلة الجسر</h1>
<p>لم ينم أحد في المدينة السفلى تلك الليلة، وكان الماء يرتفع ساعة بعد ساعة حتى بلغ حافة الجدار القديم.</p>
<blockquote class="twitter-tweet"><p lang="ar" dir="rtl">الجسر القديم مغلق حتى الصباح.</p>&mdash;
مكتب الجسر (@bridge_ar) <a href="https://twitter.com/bridge_ar/status/1787400000000000201">May 5, 2024</a></blockquote>
<p>وفي الصباح عاد الناس إلى بيوتهم، ووجدوا الطين في كل مكان ولم يجدوا الماء.</p>
</article></body></html>"""
JAPANESE = """<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>堤防の夜</title></head><body><article>
<h1>堤防の夜</h1>
<p>その夜、川沿いの町では誰も眠らなかった。水位は一時間ごとに上がり、古い堤防の縁に届いた。</p>
<blockquote class="twitter-tweet"><p lang="ja" dir="ltr">東京都の水門は閉鎖中です。</p>&mdash; 水門係 (@suimon)
<a href="https://twitter.com/suimon/status/1787400000000000301">May 5, 2024</a></blockquote>
<p>朝になると人びとは家に戻り、泥だけが残っていた。水はもうなかった。</p>
</article></body></html>"""


def thread_post(number: int, text: str, *, above: int | None = None, quoted: str | None = None) -> Post:
    """One post of the weir's office; its thread is numbered."""
    return Post(
        platform="x",
        id=f"17874000000000001{number:02}",
        url=f"https://x.com/weir_office/status/17874000000000001{number:02}",
        handle="weir_office",
        display_name="Weir Office",
        account_id="7",
        created_at=datetime(2024, 5, 5, 6, number, tzinfo=UTC),
        text=text,
        language="en",
        in_reply_to=f"x:17874000000000001{above:02}" if above is not None else None,
        quoted=quoted,
        media=(Media(kind="photo", url=PHOTO, alt="The weir at night"),) if number == 3 else (),
    )


THREAD = (
    thread_post(0, "It rains, and the gauge rises."),
    thread_post(1, "The gauge stands at four metres.", above=0),
    thread_post(2, "We open the weir at six. Keep clear of the banks.", above=1, quoted="x:1787400000000000201"),
    thread_post(3, "It is open.", above=2),
    thread_post(4, "The water falls. Grüße aus Lunnau, café open.", above=3),
)
BRIDGE = Post(
    platform="x",
    id="1787400000000000201",
    url="https://x.com/bridge_ar/status/1787400000000000201",
    handle="bridge_ar",
    display_name="مكتب الجسر",
    created_at=datetime(2024, 5, 5, 4, 0, tzinfo=UTC),
    text="الجسر القديم مغلق حتى الصباح.",
    language="ar",
)
GATE = Post(
    platform="x",
    id="1787400000000000301",
    url="https://x.com/suimon/status/1787400000000000301",
    handle="suimon",
    display_name="水門係",
    created_at=datetime(2024, 5, 5, 5, 0, tzinfo=UTC),
    text="東京都の水門は工事中です。",
    language="ja",
)
THAI = Post(
    platform="x",
    id="1787400000000000401",
    url="https://x.com/water_th/status/1787400000000000401",
    handle="water_th",
    display_name="น้ำ",
    created_at=datetime(2024, 5, 5, 5, 30, tzinfo=UTC),
    text="ระดับน้ำในแม่น้ำลดลงแล้ว",
    language="th",
)
HINDI = Post(
    platform="x",
    id="1787400000000000501",
    url="https://x.com/nadi/status/1787400000000000501",
    handle="nadi",
    display_name="नदी",
    created_at=datetime(2024, 5, 5, 5, 40, tzinfo=UTC),
    text="नदी का पानी उतर गया है",
    language="hi",
)


class Stories:
    """The archive on disk and what is in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.articles: dict[str, Article] = {}
        self.mentions: dict[str, list[Mention]] = {}


def write_stories(path: Path, more: dict[str, tuple[str, str]] | None = None) -> Stories:
    """Write the archive into `path`. more: `{name: (content type, document)}`, articles besides the three."""
    minutes, numbers = itertools.count(), itertools.count(1)
    stories = Stories(path)
    documents = {
        "text": ("text/plain; charset=utf-8", TEXT),
        "arabic": ("text/html; charset=utf-8", ARABIC),
        "japanese": ("text/html; charset=utf-8", JAPANESE),
        **(more or {}),
    }
    resolved = {"weir_office": THREAD[2], "bridge_ar": BRIDGE, "suimon": GATE}
    with (
        Archive.open(
            path,
            write=True,
            clock=lambda: START + timedelta(minutes=next(minutes)),
            new_id=lambda: f"urn:uuid:00000000-0000-4000-8000-{next(numbers):012d}",
        ) as archive,
        archive.session(operator="Harbour library") as session,
    ):
        session.write_exchange(answer(PHOTO, png(320, 200), "image/png", at=START))
        for name, (content_type, document) in documents.items():
            url = f"https://paper.example/{name}"
            body = session.write_exchange(answer(url, document.encode(), content_type, at=START))
            article = article_of(document.encode(), source=url, uri=url, content_type=content_type)
            mentions = find(article)
            stories.articles[name], stories.mentions[name] = article, mentions
            session.write_conclusion(article_conclusion(article, tuple(mentions)), body.record_id)
            for mention in mentions:
                if post := resolved.get(mention.handle or ""):
                    session.write_conclusion(
                        resolution_conclusion(
                            Resolution(
                                mention_id=mention.id,
                                outcome=Outcome.RESOLVED,
                                post_key=post.key,
                                candidates=(Candidate(post=post, score=0.97, source="permalink"),),
                                reason="named by the permalink in the article",
                            )
                        )
                    )
        for post in (*THREAD, BRIDGE, GATE, THAI, HINDI):
            record = session.write_exchange(
                answer(f"https://api.example/{post.id}", b"{}", "application/json", at=START)
            )
            session.write_conclusion(
                observation_conclusion(
                    Observation(
                        platform="x",
                        post_id=post.id,
                        url=post.url,
                        state=State.LIVE,
                        seen_at=START,
                        how="x.syndication",
                        reason="the record was given",
                        evidence=(record.record_id,),
                        post=post,
                    )
                )
            )
    return stories
