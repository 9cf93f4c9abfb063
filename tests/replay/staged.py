"""An invented archive for the replay tests: one article of a harbour town's paper, four cited posts, hostile captures.

Everything is written through `Archive` and `Session` as a job would do it, from exchanges made by hand.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import struct
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archiver.exchange import Exchange
from archiver.model import (
    Article,
    Candidate,
    Capture,
    Media,
    Mention,
    Observation,
    Outcome,
    Post,
    Reason,
    Resolution,
    State,
)
from archiver.store import Archive, Session
from archiver.store.conclusions import article_conclusion, observation_conclusion, resolution_conclusion

START = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)
ARTICLE_URL = "https://paper.example/harbour/bridge-stays-shut"
PICTURE_URL = "https://media.example/bridge.png"
VIDEO_URL = "https://media.example/fog.mp4"
HOSTILE_URL = "https://evil.example/page"
HOSTILE_SVG_URL = "https://evil.example/drawing.svg"
HOSTILE_DISGUISED_URL = "https://evil.example/not-a-picture.png"
CANARY = "/canary"

ARTICLE_HTML = """<!doctype html><html lang="en"><title>The bridge stays shut</title>
<p>The swing bridge will not open this spring.</p>
<blockquote><p>The lower swing bridge stays shut until the tide gauge is mended.</p>
&mdash; Mira Quay (@mira_quay)</blockquote>
"""


def hostile_html(canary: str = CANARY) -> str:
    """A page that calls `canary` in every way that a page knows, with scripts and without."""
    return f"""<!doctype html><html><head><title>Innocent</title>
<meta http-equiv="refresh" content="0;url={canary}?refresh">
<link rel="stylesheet" href="{canary}?css"><link rel="preload" as="image" href="{canary}?preload">
<script src="{canary}?src"></script>
<script>fetch("{canary}?fetch"); new Image().src = "{canary}?image"; document.title = "owned";
navigator.sendBeacon("{canary}?beacon"); document.documentElement.setAttribute("data-owned", "yes")</script>
</head><body onload="fetch('{canary}?onload')"><img src="{canary}?img" onerror="fetch('{canary}?onerror')">
<iframe src="{canary}?frame"></iframe><form action="{canary}?form"><input autofocus onfocus="form.submit()"></form>
<svg onload="fetch('{canary}?svg')"></svg></body></html>"""


def hostile_svg(canary: str = CANARY) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f"""onload="fetch('{canary}?svg-onload')"><script>fetch("{canary}?svg-script")</script>"""
        f'<image xlink:href="{canary}?svg-image" width="9" height="9"/></svg>'
    )


SEAL = hashlib.sha256(b"harbour").hexdigest().encode()
"""Stands in the picture: something to alter that packs badly, so that the altered record is not the larger one."""


def png(width: int, height: int) -> bytes:
    """A picture of a grey sea under a pale sky."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    sky, sea = b"\x00" + b"\xc8\xd6\xe0" * width, b"\x00" + b"\x5b\x70\x7c" * width
    rows = sky * (height // 2) + sea * (height - height // 2)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"tEXt", b"Seal\0" + SEAL)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42" + bytes(range(256)) * 40
"""Begins as a video does; long enough to be asked for in parts."""


def answer(
    url: str,
    body: bytes,
    content_type: str,
    *,
    at: datetime,
    status: int = 200,
    coding: str | None = None,
    chunked: bool = False,
    extra: tuple[tuple[str, str], ...] = (),
) -> Exchange:
    """An exchange as the network door makes it, from invented bytes."""
    if coding == "gzip":
        body = gzip.compress(body, mtime=0)
    sent = body
    headers = [("Content-Type", content_type), *extra]
    if coding:
        headers.append(("Content-Encoding", coding))
    if chunked:
        headers.append(("Transfer-Encoding", "chunked"))
        pieces = [body[i : i + 1000] for i in range(0, len(body), 1000)]
        sent = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    else:
        headers.append(("Content-Length", str(len(sent))))
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in headers), "", ""]
    head = "\r\n".join(lines).encode("latin-1")
    host, _, path = url.partition("://")[2].partition("/")
    return Exchange(
        url=url,
        time=at,
        status=status,
        headers=tuple(headers),
        request=f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: archiver/test\r\n\r\n".encode(),
        open_response=lambda: io.BytesIO(head + sent),
        response_length=len(head) + len(sent),
        head_length=len(head),
        payload_digest=f"sha256:{hashlib.sha256(body).hexdigest()}",
        ip_address="203.0.113.9",
    )


LIVE_POST = Post(
    platform="x",
    id="1787400000000000001",
    url="https://x.com/mira_quay/status/1787400000000000001",
    handle="mira_quay",
    display_name="Mira Quay ⚓",
    account_id="42",
    created_at=datetime(2024, 5, 5, 7, 12, 30, tzinfo=UTC),
    text="The lower swing bridge stays shut until the tide gauge is repaired.\n"
    "Ask the harbour master. <b>& friends</b>",
    language="en",
    media=(
        Media(kind="photo", url=PICTURE_URL, alt="The bridge, closed, in grey weather", width=640, height=360),
        Media(kind="photo", url="https://media.example/lost.jpg", alt="A picture that was gone", width=640, height=480),
        Media(kind="video", url=VIDEO_URL, width=640, height=360),
    ),
    links=("https://paper.example/notice", "javascript:alert(1)"),
    seen_in="x.syndication",
)
RTL_POST = Post(
    platform="x",
    id="1787400000000000002",
    url="https://x.com/port_office/status/1787400000000000002",
    handle="port_office",
    display_name="مكتب الميناء \u202e(eciffo)",
    created_at=datetime(2024, 5, 4, 18, 0, tzinfo=UTC),
    text="الجسر السفلي مغلق حتى إصلاح مقياس المد. اسألوا مدير الميناء قبل يوم الجمعة.",
    language="ar",
    seen_in="x.oembed",
)


class Staged:
    """The archive on disk and the captures in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.captures: dict[str, Capture] = {}
        self.article: Article
        self.mentions: tuple[Mention, ...]

    @property
    def segment(self) -> Path:
        return next((self.path / "archive").glob("*.warc.gz"))


def stage(path: Path) -> Staged:
    """Write the archive into `path`."""
    minutes = itertools.count()
    numbers = itertools.count(1)

    def clock() -> datetime:
        return START + timedelta(minutes=next(minutes))

    staged = Staged(path)
    with (
        Archive.open(
            path, write=True, clock=clock, new_id=lambda: f"urn:uuid:00000000-0000-4000-8000-{next(numbers):012d}"
        ) as archive,
        archive.session(operator="Harbour library") as session,
    ):
        _write_captures(staged, session)
        _write_conclusions(staged, session)
    return staged


def _write_captures(staged: Staged, session: Session) -> None:
    def keep(name: str, exchange: Exchange) -> None:
        staged.captures[name] = session.write_exchange(exchange)

    keep("article", answer(ARTICLE_URL, ARTICLE_HTML.encode(), "text/html; charset=utf-8", at=START, coding="gzip"))
    keep("picture", answer(PICTURE_URL, png(640, 360), "image/png", at=START))
    keep("picture again", answer(PICTURE_URL, png(640, 360), "image/png", at=START + timedelta(days=1)))
    keep("video", answer(VIDEO_URL, MP4, "video/mp4", at=START))
    keep("record", answer("https://api.example/1", b'{"id": "1787400000000000001"}', "application/json", at=START))
    keep(
        "gone",
        answer(
            "https://api.example/3",
            b"not found",
            "text/plain",
            at=START,
            status=404,
            chunked=True,
            extra=(("X-Odd", "be\x07ll \x1b[31m"),),
        ),
    )
    keep("hostile page", answer(HOSTILE_URL, hostile_html().encode(), "text/html", at=START))
    keep("hostile svg", answer(HOSTILE_SVG_URL, hostile_svg().encode(), "image/svg+xml", at=START))
    keep("hostile disguised", answer(HOSTILE_DISGUISED_URL, hostile_html().encode(), "image/png", at=START))


def _write_conclusions(staged: Staged, session: Session) -> None:
    captures = staged.captures
    digest = "sha256:" + hashlib.sha256(ARTICLE_HTML.encode()).hexdigest()
    article = Article(
        source=ARTICLE_URL,
        uri=ARTICLE_URL,
        digest=digest,
        html=ARTICLE_HTML,
        language="en",
        published="2024-05-06",
        title="The bridge stays shut <script>alert(1)</script>",
    )

    def mention(position: int, handle: str, name: str, date: str, text: str) -> Mention:
        bare = Mention(
            source=ARTICLE_URL,
            platform="x",
            handle=handle,
            display_name=name,
            date=date,
            text=text,
            start=position * 1000,
            end=position * 1000 + 300,
            rule="x.signature",
            confidence=0.97,
        )
        return bare.with_id(digest)

    mentions = (
        mention(
            1,
            "mira_quay",
            "Mira Quay",
            "2024-05-05",
            "The lower swing bridge stays shut until the tide gauge is mended. "
            "Ask the harbour master. <b>& friends</b>",
        ),
        mention(2, "port_office", "مكتب الميناء", "2024-05-04", "الجسر السفلي مغلق حتى إصلاح مقياس المد."),
        mention(3, "lamp_counter", "Lamps", "2024-05-03", "We counted the street lamps again: 41 of 60 work."),
        mention(4, "nobody_at_all", "No One", "2024-05-02", "The old customs house has a new roof, and no doors yet."),
    )
    staged.article, staged.mentions = article, mentions
    session.write_conclusion(article_conclusion(article, mentions), captures["article"].record_id)
    record = captures["record"].record_id
    session.write_conclusion(
        resolution_conclusion(
            Resolution(
                mention_id=mentions[0].id,
                outcome=Outcome.RESOLVED,
                post_key=LIVE_POST.key,
                candidates=(
                    Candidate(
                        post=LIVE_POST,
                        score=0.94,
                        reasons=(
                            Reason(feature="text", weight=0.6, note="9 of 10 words are the same"),
                            Reason(feature="name", weight=-0.1, note="the name has one more sign"),
                        ),
                        source="cdx",
                        evidence=(record,),
                    ),
                ),
                reason="one candidate fits far better than any other",
                steps=("asked the index for mira_quay on 2024-05-05: 3 captures",),
                evidence=(record,),
                state=State.LIVE,
                method="1",
            )
        )
    )
    session.write_conclusion(
        resolution_conclusion(
            Resolution(
                mention_id=mentions[1].id,
                outcome=Outcome.RESOLVED,
                post_key=RTL_POST.key,
                candidates=(Candidate(post=RTL_POST, score=0.88, source="permalink", evidence=(record,)),),
                reason="the permalink stands in the article",
                state=State.LIVE,
            )
        )
    )
    doubtful = [
        Candidate(
            post=Post(
                platform="x",
                id=f"178740000000000001{n}",
                url=f"https://x.com/lamp_counter/status/178740000000000001{n}",
                handle="lamp_counter",
                display_name="Lamps",
                day="2024-05-03",
                text=f"We counted the street lamps again: 4{n} of 60 work.",
            ),
            score=0.7 - n / 100,
            reasons=(Reason(feature="text", weight=0.5, note="nearly the same words"),),
            source="store",
        )
        for n in (1, 2)
    ]
    session.write_conclusion(
        resolution_conclusion(
            Resolution(
                mention_id=mentions[2].id,
                outcome=Outcome.AMBIGUOUS,
                candidates=tuple(doubtful),
                reason="two posts fit equally well",
            )
        )
    )
    session.write_conclusion(
        resolution_conclusion(
            Resolution(
                mention_id=mentions[3].id,
                outcome=Outcome.UNRESOLVED,
                reason="no candidate was found",
                steps=("asked the index for nobody_at_all: nothing archived",),
            )
        )
    )
    looks = ((0, State.LIVE, "record", False), (30, State.DELETED, "gone", False), (31, State.DELETED, "gone", True))
    for days, state, evidence, confirmed in looks:
        session.write_conclusion(
            observation_conclusion(
                Observation(
                    platform="x",
                    post_id=LIVE_POST.id,
                    url=LIVE_POST.url,
                    state=state,
                    seen_at=START + timedelta(days=days),
                    how="x.syndication+x.oembed",
                    reason="the record was given" if state is State.LIVE else "both endpoints say that it is gone",
                    evidence=(captures[evidence].record_id,),
                    post=LIVE_POST if state is State.LIVE else None,
                    confirmed=confirmed,
                )
            )
        )


def rewrite_member(segment: Path, capture: Capture, old: bytes, new: bytes) -> None:
    """Alter the stored bytes of one record under the same headers and digests, as a forger would."""
    assert len(old) == len(new)
    whole = segment.read_bytes()
    member = gzip.decompress(whole[capture.offset : capture.offset + capture.length])
    assert old in member
    forged = gzip.compress(member.replace(old, new, 1), 9, mtime=0)
    # Padding by an extra field keeps the offsets of all other records.
    room = capture.length - len(forged) - 2
    assert room >= 0, "the forged member is larger than the real one"
    forged = forged[:3] + b"\x04" + forged[4:10] + struct.pack("<H", room) + b"\x00" * room + forged[10:]
    segment.write_bytes(whole[: capture.offset] + forged + whole[capture.offset + capture.length :])
