"""Are recorded answers of the platforms read rightly, and does no damage to them ever look like a deletion?

    python benchmarks/recorded.py ../shared/fixtures

Every recording of an endpoint that the program reads is put to its platform's own reader, as if it were answered now;
recordings of what web archives hold (APIs of X, pages) are put to the reader of archived copies. Then each is damaged,
with a seed: members left out, values replaced by others, pages cut or with a piece taken out. Counted are states that
are right, fields that are filled, answers of an unknown shape; of the damaged ones crashes, and findings that the post
is missing: both have to be none.

`benchmarks/resolution.py --recorded FOLDER` prints the same.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Post, PostRef, State
from archiver.platforms import platform as platform_named
from archiver.platforms.base import Gap, Lookup, Platform, Remark, Shown
from archiver.resolution.inquiry import drive
from archiver.resolution.wayback import Found, read_index, read_memento

WHEN = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)
JSON, HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"
FIELDS = ("handle", "display_name", "created_at", "text", "title", "account_id", "media", "links")
SHOWN = (State.LIVE, State.EDITED, State.RESTRICTED)
GONE = (State.DELETED, State.ACCOUNT_GONE, State.SUSPENDED)
DAMAGED = 40
"""So many damaged ones are made of each recording."""

OF_ONE_FILE = 12
"""Posts that are read out of one file that lists many."""

OTHERS: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**30, 1.5, "", "x", "\ud800", "[deleted]", "deleted", [], {}, [[]]),
    {"id": {}},
    "x" * 70_000,
    "1" * 5000,
)


@dataclass(frozen=True)
class Recording:
    """One post of a recorded answer."""

    group: str
    file: Path
    platform: str
    ref: PostRef
    body: bytes
    endpoint: str | None
    """Which of the platform's questions it answers; null: it is what a web archive holds."""
    beside: Mapping[str, bytes] = field(default_factory=dict)
    """Answers to other questions, by endpoint."""
    empty: bool = False
    """It shows no post: a page that only loads the application."""

    @property
    def content_type(self) -> str:
        return JSON if self.body.lstrip()[:1] in (b"{", b"[") else HTML


@dataclass
class Count:
    """What came of one group of recordings."""

    posts: int = 0
    right: int = 0
    unexpected: int = 0
    filled: int = 0
    damaged: int = 0
    crashes: int = 0
    missing: int = 0
    notes: list[str] = field(default_factory=list)


def exchange(
    url: str, body: bytes, content_type: str, status: int = 200, headers: Iterable[tuple[str, str]] = ()
) -> Exchange:
    return Exchange(
        url=url,
        time=WHEN,
        status=status,
        headers=(("Content-Type", content_type), *headers),
        open_response=lambda: io.BytesIO(body),
        response_length=len(body),
    )


# -- which recordings there are


def recordings(folder: Path) -> Iterator[Recording]:
    """All that have a reader."""
    yield from _x(folder / "x")
    yield from _bluesky(folder / "bluesky")
    yield from _mastodon(folder / "mastodon")
    yield from _others(folder)


def _x(folder: Path) -> Iterator[Recording]:
    platform = _platform("x")
    for file in sorted((folder / "syndication").glob("*.json")):
        data = json.loads(file.read_bytes())
        if isinstance(data, dict) and data.get("id_str"):
            ref = platform.ref_from_id(data["id_str"])
            yield Recording("x/syndication", file, "x", ref, file.read_bytes(), "x.syndication")
    for file in sorted((folder / "oembed").glob("*.json")):
        data = json.loads(file.read_bytes())
        ref = platform.ref_from_url(str(data.get("url") or ""))
        if ref is not None:
            yield Recording("x/oembed", file, "x", ref, file.read_bytes(), "x.oembed")
    for group in ("api_v1", "api_v2", "graphql"):
        for file in sorted((folder / group).glob("*.json")):
            body = file.read_bytes()
            ids = list(dict.fromkeys(_ids_of_x(group, json.loads(body), file.stem)))[:OF_ONE_FILE]
            for post_id in ids:
                yield Recording(f"x/{group}", file, "x", platform.ref_from_id(post_id), body, None)
    for file in sorted((folder / "page").glob("*.html")):
        post_id = file.stem.rpartition("-")[2]
        body = file.read_bytes()
        yield Recording(
            "x/page", file, "x", platform.ref_from_id(post_id), body, None, empty=b"data-tweet-id" not in body
        )


def _ids_of_x(group: str, data: Any, stem: str) -> Iterator[str]:
    if group == "graphql":
        wanted = stem.rpartition("_")[2]
        if wanted.isdecimal() and '"Tweet' in json.dumps(data) and f'"rest_id": "{wanted}"' in json.dumps(data):
            yield wanted
        return
    listed = data if isinstance(data, list) else data.get("data", data)
    for entry in listed if isinstance(listed, list) else [listed]:
        if isinstance(entry, dict) and ("text" in entry or "full_text" in entry):
            yield str(entry.get("id_str") or entry.get("id"))


def _bluesky(folder: Path) -> Iterator[Recording]:
    platform = _platform("bluesky")
    for file in sorted(folder.glob("app.bsky.feed.*/*.json")):
        data = json.loads(file.read_bytes())
        views = [*data.get("posts", ()), *(item["post"] for item in data.get("feed", ()))]
        if "thread" in data:
            views.append(data["thread"]["post"])
        for view in views:
            ref = _bluesky_ref(platform, view["uri"])
            body = json.dumps({"posts": [view]}).encode()
            yield Recording("bluesky/posts", file, "bluesky", ref, body, "bluesky.posts")
            yield Recording("bluesky/archived JSON", file, "bluesky", ref, file.read_bytes(), None)
    for file in sorted((folder / "com.atproto.repo.getRecord").glob("*.json")):
        data = json.loads(file.read_bytes())
        ref = _bluesky_ref(platform, data["uri"])
        document = {
            "id": ref.scope,
            "service": [
                {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://oak.example"}
            ],
        }
        beside = {"bluesky.did": json.dumps(document).encode()}
        yield Recording("bluesky/record", file, "bluesky", ref, file.read_bytes(), "bluesky.record", beside)


def _bluesky_ref(platform: Platform, uri: str) -> PostRef:
    did, _, key = uri.removeprefix("at://").partition("/app.bsky.feed.post/")
    ref = platform.ref_from_url(f"https://bsky.app/profile/{did}/post/{key}")
    assert ref is not None, uri
    return ref


def _mastodon(folder: Path) -> Iterator[Recording]:
    for file in sorted([*folder.glob("statuses_id/*_200.json"), *folder.glob("statuses/*_200.json")]):
        data = json.loads(file.read_bytes())
        if not isinstance(data, dict) or "content" not in data or "_DELETE_" in file.name:
            continue
        host = "mastodon.social" if file.name.startswith("real_") else "localhost"
        ref = PostRef(platform="mastodon", id=data["id"], url=f"https://{host}/@x/{data['id']}", scope=host)
        yield Recording("mastodon/status", file, "mastodon", ref, file.read_bytes(), "mastodon.status")


def _others(folder: Path) -> Iterator[Recording]:
    for file in sorted((folder / "reddit/oembed").glob("*.json")):
        ref = _platform("reddit").ref_from_url(_first(json.loads(file.read_bytes())["html"], 'href="'))
        if ref is not None:
            yield Recording("reddit/oembed", file, "reddit", ref, file.read_bytes(), "reddit.oembed")
    for file in sorted((folder / "reddit/json").glob("*.json")):
        data = json.loads(file.read_bytes())
        if isinstance(data, list) and (children := data[0].get("data", {}).get("children")):
            ref = _platform("reddit").ref_from_id(children[0]["data"]["id"])
            yield Recording("reddit/json", file, "reddit", ref, file.read_bytes(), None)
    for file in sorted((folder / "reddit/page").glob("*.html")):
        ref = _platform("reddit").ref_from_id(file.name.partition("comments-")[2].partition("-")[0])
        yield Recording("reddit/page", file, "reddit", ref, file.read_bytes(), None)
    for file in sorted((folder / "tiktok/oembed").glob("*.json")):
        ref = _platform("tiktok").ref_from_id(json.loads(file.read_bytes())["embed_product_id"])
        yield Recording("tiktok/oembed", file, "tiktok", ref, file.read_bytes(), "tiktok.oembed")
    for file in sorted((folder / "tiktok/page").glob("*.html")):
        ref = _platform("tiktok").ref_from_id(file.stem.rpartition("-")[2])
        yield Recording("tiktok/page", file, "tiktok", ref, file.read_bytes(), "tiktok.page")
        yield Recording("tiktok/archived page", file, "tiktok", ref, file.read_bytes(), None)
    for file in sorted((folder / "youtube/oembed").glob("*_200.json")) + sorted(
        (folder / "youtube/oembed").glob("embed_*.json")
    ):
        ref = _platform("youtube").ref_from_id(json.loads(file.read_bytes())["thumbnail_url"].split("/")[4])
        yield Recording("youtube/oembed", file, "youtube", ref, file.read_bytes(), "youtube.oembed")
    for file in sorted((folder / "tumblr/oembed").glob("*.json")):
        ref = _platform("tumblr").ref_from_url(json.loads(file.read_bytes())["url"])
        if ref is not None:
            yield Recording("tumblr/oembed", file, "tumblr", ref, file.read_bytes(), "tumblr.oembed")
            for page in sorted((folder / "tumblr/page").glob("*.html")):
                yield Recording("tumblr/page", page, "tumblr", ref, page.read_bytes(), "tumblr.page")
    for name, pattern, mark in (
        ("facebook", "oembed_*/*_200.json", 'data-href="'),
        ("instagram", "oembed/*_200.json", 'data-instgrm-permalink="'),
    ):
        for file in sorted((folder / name).glob(pattern)):
            ref = _platform(name).ref_from_url(_first(json.loads(file.read_bytes())["html"], mark))
            if ref is not None:
                yield Recording(f"{name}/oembed", file, name, ref, file.read_bytes(), f"{name}.oembed")


def _first(markup: str, mark: str) -> str:
    return markup.partition(mark)[2].partition('"')[0].replace("&amp;", "&")


def _platform(name: str) -> Platform:
    found = platform_named(name)
    assert found is not None, name
    return found


# -- reading


def read(one: Recording, body: bytes) -> tuple[list[Answer], Post | None]:
    """What the platform's reader makes of a body in the recording's place."""
    platform = _platform(one.platform)
    if one.endpoint is None:
        address = next(iter(platform.archived_urls(one.ref)), one.ref.url)
        content_type = JSON if body.lstrip()[:1] in (b"{", b"[") else HTML
        copy = exchange(f"https://web.archive.org/web/20200102030405id_/{address}", body, content_type)
        return [], platform.read_archived(one.ref, copy)
    answers: list[Answer] = []
    asked: list[str] = []

    def ask(lookup: Lookup) -> Exchange | None:
        if lookup.endpoint == one.endpoint and not asked:
            asked.append(lookup.url)
            return exchange(lookup.url, body, one.content_type)
        known = one.beside.get(lookup.endpoint)
        return exchange(lookup.url, known, JSON) if known is not None else None

    def take(step: Answer | Shown | Remark | Gap) -> bool:
        if isinstance(step, Answer):
            answers.append(step)
        return False

    drive(platform.look(one.ref), ask, take)
    mine = [answer for answer in answers if answer.endpoint.startswith(one.endpoint) or answer.post is not None]
    verdict = platform.judge(one.ref, mine or answers) if answers else None
    return mine, verdict.post if verdict is not None else None


def missing(answers: Iterable[Answer], one: Recording) -> bool:
    """Whether anything says that the post is gone; a list without it alone does not."""
    given = list(answers)
    verdict = _platform(one.platform).judge(one.ref, given) if given else None
    said = any(a.state in GONE and a.kind is not AnswerKind.NOT_FOUND for a in given)
    return said or (verdict is not None and verdict.state in GONE)


def measure(folder: Path, seed: int, tries: int) -> dict[str, Count]:
    """All recordings, and `tries` damaged ones of each."""
    counts: dict[str, Count] = {}
    for one in recordings(folder):
        count = counts.setdefault(one.group, Count())
        count.posts += 1
        answers, post = read(one, one.body)
        shown = any(a.state in SHOWN for a in answers) if one.endpoint else post is not None
        fits = post is None or post.id == one.ref.id or one.ref.id in post.edits or one.endpoint == "mastodon.status"
        if shown is not one.empty and fits:
            count.right += 1
        else:
            count.notes.append(f"{one.file.name} {one.ref.key}: {[(a.state.value, a.reason) for a in answers]}")
        count.unexpected += any(a.kind is AnswerKind.UNEXPECTED for a in answers)
        count.filled += sum(bool(getattr(post, name)) for name in FIELDS) if post is not None else 0
        roll = random.Random(f"damage {seed} {one.file.name} {one.ref.key}")
        for _ in range(tries):
            _try_damaged(one, roll, count)
    counts |= {name: _archive(folder, name, seed, tries) for name in ("wayback/cdx_text", "wayback/memento")}
    return counts


def _try_damaged(one: Recording, roll: random.Random, count: Count) -> None:
    count.damaged += 1
    body = damaged(one.body, roll)
    try:
        answers, _ = read(one, body)
        gone = missing(answers, one)
    except Exception as error:
        count.crashes += 1
        count.notes.append(f"{one.file.name}: {type(error).__name__}: {error}")
        return
    if gone:
        count.missing += 1
        count.notes.append(f"{one.file.name}: {[(a.state.value, a.reason) for a in answers]} of {body[:200]!r}")


def _archive(folder: Path, name: str, seed: int, tries: int) -> Count:
    """Index answers and copies of the web archive itself."""
    count = Count()
    heads = _heads(folder)
    for file in sorted((folder / name).iterdir()):
        if file.suffix not in (".txt", ".html"):
            continue
        row = heads.get(str(file.relative_to(folder)), {})
        body, status = file.read_bytes(), int(row.get("status") or 200)
        url = row.get("request_url") or "https://web.archive.org/web/20200102030405id_/https://a.example/"
        headers = [(k, str(v if not isinstance(v, list) else v[0])) for k, v in (row.get("headers") or {}).items()]
        headers = [
            (k, v) for k, v in headers if k.lower() not in ("content-encoding", "transfer-encoding", "content-length")
        ]
        reader: Callable[[Exchange], Any] = read_index if "cdx" in name else read_memento
        count.posts += 1
        found = reader(exchange(url, body, "text/plain" if "cdx" in name else HTML, status, headers))
        if "cdx" in name:
            good = found.found in (Found.ROWS, Found.NOTHING, Found.EXCLUDED) and bool(found.rows) == (
                status == 200 and bool(body.strip())
            )
        else:
            has_date = any(k.lower() == "memento-datetime" for k, _ in headers)
            good = (found.captured is not None) == has_date
        count.right += good
        if not good:
            count.notes.append(f"{file.name}: {found.reason}")
        roll = random.Random(f"damage {seed} {file.name}")
        for _ in range(tries):
            count.damaged += 1
            try:
                reader(exchange(url, _cut(body, roll), "text/plain", status, headers))
            except Exception as error:
                count.crashes += 1
                count.notes.append(f"{file.name}: {type(error).__name__}: {error}")
    return count


def _heads(folder: Path) -> dict[str, dict[str, Any]]:
    rows = map(json.loads, (folder / "index.jsonl").read_text("utf-8").splitlines())
    return {row["file"]: row for row in rows}


# -- damaging


def damaged(body: bytes, roll: random.Random) -> bytes:
    """The body with one to four members left out or replaced; of a page, with a piece taken out or doubled."""
    if body.lstrip()[:1] not in (b"{", b"[") or roll.random() < 0.05:
        return _cut(body, roll)
    data = json.loads(body)
    for _ in range(roll.choice((1, 1, 2, 4))):
        data = _changed(data, roll)
    return json.dumps(data).encode("utf-8", "surrogatepass")


def _changed(data: Any, roll: random.Random) -> Any:
    if not isinstance(data, dict | list) or not data:
        return data
    holder: Any = data
    while True:
        place = roll.choice(list(holder)) if isinstance(holder, dict) else roll.randrange(len(holder))
        inner = holder[place]
        if isinstance(inner, dict | list) and inner and roll.random() < 0.8:
            holder = inner
            continue
        if roll.random() < 0.4:
            del holder[place]
        else:
            holder[place] = roll.choice(OTHERS)
        return data


def _cut(body: bytes, roll: random.Random) -> bytes:
    if len(body) < 4:
        return b""
    begin = roll.randrange(len(body))
    end = min(len(body), begin + roll.choice((1, 16, 256, 4096, len(body))))
    way = roll.randrange(3)
    if way == 0:
        return body[:begin] + body[end:]
    if way == 1:
        return body[:end] + body[begin:]
    return body[:begin] + bytes(roll.randrange(256) for _ in range(8)) + body[begin:]


# -- printing


def report(counts: Mapping[str, Count], *, notes: int) -> list[str]:
    """Print the table; what is not as it has to be."""
    print(
        f"{'recorded':26}{'posts':>7}{'right':>7}{'fields':>8}{'unexp.':>8}{'damaged':>9}{'crashes':>9}{'missing':>9}"
    )
    for name, one in counts.items():
        fields = f"{one.filled / one.posts:.1f}" if one.filled else "–"
        print(
            f"{name:26}{one.posts:7}{one.right:7}{fields:>8}{one.unexpected:8}{one.damaged:9}{one.crashes:9}{one.missing:9}"
        )
        for note in one.notes[:notes]:
            print(f"    {note[:300]}")
    print(f"fields: filled of {len(FIELDS)} on average; damaged: with members left out or replaced")
    out = []
    wrong = sum(one.posts - one.right for one in counts.values())
    for what, count in (
        ("recordings not read rightly", wrong),
        ("crashes on damaged recordings", sum(one.crashes for one in counts.values())),
        ("damaged recordings taken for a deletion", sum(one.missing for one in counts.values())),
    ):
        if count:
            out.append(f"{count} {what}")
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--damaged", type=int, default=DAMAGED, help="of each recording")
    parser.add_argument("--errors", type=int, default=3, help="notes shown of each group")
    args = parser.parse_args()
    missed = report(measure(args.folder, args.seed, args.damaged), notes=args.errors)
    print("targets: " + ("met" if not missed else "MISSED: " + "; ".join(missed)))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
