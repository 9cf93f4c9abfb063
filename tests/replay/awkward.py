"""An invented archive of what is awkward to show: endless words, names that turn the writing around, empty ones, crowds
of posts in one article, threads, every state, media that are not there; for the tests of how pages look."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from archiver.article import article_of
from archiver.model import Article, Candidate, Media, Mention, Observation, Outcome, Post, Reason, Resolution, State
from archiver.store import Archive, Session
from archiver.store.conclusions import article_conclusion, observation_conclusion, resolution_conclusion
from tests.replay.staged import MP4, answer, png

START = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 8
ZALGO = "z" + "\u0321\u0489\u033c\u0348" * 12 + "a" + "\u035c\u0360\u0335" * 12 + "lgo"
FAMILY = "👨\u200d👩\u200d👧\u200d👦"
OVERRIDE = "\u202eecilop\u202c \u2066\u2067twisted"
PICTURES = {
    "https://media.example/wide.png": png(1600, 200),
    "https://media.example/tall.png": png(120, 1400),
    "https://media.example/small.png": png(16, 16),
    "https://media.example/face.png": png(48, 48),
}
VIDEO = "https://media.example/film.mp4"


def post(number: int, text: str | None, **more: Any) -> Post:
    made = Post(
        platform="x",
        id=f"1787{number:015}",
        url=f"https://x.com/gauge/status/1787{number:015}",
        handle="gauge",
        display_name="Gauge",
        created_at=START - timedelta(days=1, minutes=1000 - number),
        text=text,
        language="en",
        seen_in="x.syndication",
    )
    return msgspec.structs.replace(made, **more)


MEDIA = tuple(Media(kind="photo", url=url, alt=LONG if "wide" in url else None) for url in PICTURES)
PLAIN = post(1, "The gauge stands at four metres.")
LENGTHY = post(
    2,
    f"{LONG} https://example.org/{LONG} #{LONG}\n\n{FAMILY} {ZALGO}",
    handle="h" * 300,
    display_name=LONG,
    account_id="9" * 300,
    links=(f"https://example.org/{LONG}?q={LONG}",),
    in_reply_to=f"x:{'8' * 200}",
    edits=("1" * 200, "2" * 200),
)
TURNED = post(
    3,
    f"{OVERRIDE} and back. مرحبا \u202dhidden",
    handle="real\u202efdp",
    display_name=f"{OVERRIDE} ميناء",
    title=f"A title {OVERRIDE}",
    warning=f"a warning {OVERRIDE}",
)
NAMELESS = post(4, "", handle=None, display_name=None, created_at=None, language=None)
FULL = post(
    5,
    "Four pictures, a film and a quotation.",
    media=(*MEDIA, Media(kind="video", url=VIDEO), Media(kind="photo", url="https://media.example/lost.png", alt=LONG)),
    quoted=TURNED.key,
    in_reply_to=PLAIN.key,
)
ARABIC = post(
    6,
    "@gauge https://example.org/ الجسر القديم مغلق حتى الصباح، قال المكتب (gauge).",
    handle="gauge_ar",
    display_name="مكتب الجسر",
    language="ar",
)
HEBREW = post(7, "הגשר סגור.\nThe bridge is shut.\nעד הבוקר!", language="he", display_name="לשכת הגשר")
THAI = post(8, "ระดับน้ำในแม่น้ำลดลงแล้ว ถนนเปิดแล้ว", language="th", display_name="น้ำ")
TITLED = post(9, None, platform="reddit", title="The gauge, from the bank", warning="high water")
STATES = tuple(post(100 + at, f"This one is {state.value}.") for at, state in enumerate(State))
CROWD = tuple(post(200 + at, f"Reading number {at}: {at} centimetres.") for at in range(53))
THREAD = tuple(
    post(400 + at, f"Part {at} of a long tale.", in_reply_to=f"x:1787{399 + at:015}" if at else None)
    for at in range(30)
)
POSTS = (PLAIN, LENGTHY, TURNED, NAMELESS, FULL, ARABIC, HEBREW, THAI, TITLED, *STATES, *CROWD, *THREAD)


class Awkward:
    """The archive on disk and what is in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.articles: dict[str, Article] = {}
        self.mentions: dict[str, tuple[Mention, ...]] = {}


def write_awkward(path: Path) -> Awkward:
    """Write the archive into `path`."""
    minutes, numbers = itertools.count(), itertools.count(1)
    awkward = Awkward(path)
    with (
        Archive.open(
            path,
            write=True,
            clock=lambda: START + timedelta(minutes=next(minutes)),
            new_id=lambda: f"urn:uuid:00000000-0000-4000-8000-{next(numbers):012d}",
        ) as archive,
        archive.session(operator="Harbour library") as session,
    ):
        for url, data in PICTURES.items():
            session.write_exchange(answer(url, data, "image/png", at=START))
        session.write_exchange(answer(VIDEO, MP4, "video/mp4", at=START))
        _posts(session)
        _articles(awkward, session)
    return awkward


def _posts(session: Session) -> None:
    states = {post.key: state for post, state in zip(STATES, State, strict=True)}
    for shown in POSTS:
        record = session.write_exchange(
            answer(f"https://api.example/{shown.id}", b"{}", "application/json", at=START)
        ).record_id
        state = states.get(shown.key, State.LIVE)
        looks = [(0, State.LIVE), (1, State.LIVE), (2, State.LIVE), (3, State.LIVE), (4, state)]
        for day, seen in looks if shown in STATES else looks[-1:]:
            session.write_conclusion(
                observation_conclusion(
                    Observation(
                        platform=shown.platform,
                        post_id=shown.id,
                        url=shown.url,
                        state=seen,
                        seen_at=START + timedelta(days=day),
                        how="x.syndication+x.oembed",
                        reason=LONG if shown is LENGTHY else f"as the platform says {OVERRIDE}",
                        evidence=(record,),
                        post=shown if seen is State.LIVE else None,
                    )
                )
            )


def _articles(awkward: Awkward, session: Session) -> None:
    cited = {
        "awkward": (
            (PLAIN, "The gauge stands at four metres …"),
            (LENGTHY, f"{LONG} {ZALGO}"),
            (TURNED, OVERRIDE),
            (NAMELESS, "No words of anybody."),
            (FULL, "Four pictures, a film, and a quotation."),
            (ARABIC, "قال المكتب: الجسر القديم مغلق حتى المساء"),
            (HEBREW, "The bridge is shut."),
            (THAI, "ระดับน้ำในแม่น้ำเพิ่มขึ้นแล้ว"),
            (TITLED, None),
            *((one, one.text) for one in STATES),
        ),
        "crowd": tuple((one, one.text) for one in (*CROWD, THREAD[15])),
        "": (),
    }
    for name, quotes in cited.items():
        _article(awkward, session, name, quotes)


def _article(awkward: Awkward, session: Session, name: str, quotes: Sequence[tuple[Post, str | None]]) -> None:
    text = f"{LONG} {OVERRIDE}\n\n" if name == "awkward" else "An article without any title\n\n"
    mentions = []
    for shown, quote in quotes:
        words = quote or f"[{shown.platform}]"
        mentions.append(
            Mention(
                source="https://paper.example/" + name,
                platform=shown.platform,
                handle=shown.handle,
                display_name=shown.display_name,
                date="2024-05-05T23:30:00+05:30",
                text=quote,
                start=len(text),
                end=len(text) + len(words),
                selector=LONG if shown is LENGTHY else None,
                rule="x.signature",
                confidence=0.9,
                url=shown.url,
            )
        )
        text += f"{words}\n\nOf the paper's own: {LONG[:90]} end.\n\n"
    source = f"https://paper.example/{LONG}" if name == "awkward" else "/home/editor/desk/story.txt"
    article = msgspec.structs.replace(
        article_of(text.encode(), source=source, content_type="text/plain; charset=utf-8"),
        title=f"{LONG} {OVERRIDE}" if name == "awkward" else None,
    )
    body = session.write_resource(article.uri, "text/plain; charset=utf-8", text.encode())
    awkward.articles[name] = article
    awkward.mentions[name] = tuple(mention.with_id(article.digest) for mention in mentions)
    session.write_conclusion(article_conclusion(article, awkward.mentions[name]), body.record_id)
    for mention, (shown, _) in zip(awkward.mentions[name], quotes, strict=True):
        session.write_conclusion(
            resolution_conclusion(
                Resolution(
                    mention_id=mention.id,
                    outcome=Outcome.RESOLVED,
                    post_key=shown.key,
                    candidates=(
                        Candidate(
                            post=shown,
                            score=0.9,
                            source=LONG[:60],
                            reasons=(Reason(feature="text", weight=0.5, note=LONG),),
                        ),
                        Candidate(post=msgspec.structs.replace(LENGTHY, id="7" * 200), score=0.1),
                    ),
                    reason=LONG if shown is LENGTHY else "named by the permalink",
                    steps=(LONG,),
                )
            )
        )
