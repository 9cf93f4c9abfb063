"""Which posts are in the archive that X gives an account of its own data?

A ZIP file with scripts that are JSON behind an assignment: `window.YTD.tweets.part0 = [ {"tweet": {…}} ]` in
`data/tweets.js` (`data/tweet.js` until 2022, and the entries without `tweet` around them until 2019), further parts in
`data/tweets-part1.js`. The entries are API v1.1 records without their author, whom `data/account.js` names, and with
numbers as text. `data/note-tweet.js` has the whole of long posts, of which the records have the beginning; nothing but
time and beginning says which belong together. `data/manifest.js` says when the archive was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from msgspec.structs import replace

from archiver.brought.elements import elements
from archiver.brought.items import Item, Kind, Passed, Problem, Record
from archiver.brought.packages import Package
from archiver.model import Post
from archiver.platforms.values import MAX_TEXT, Json, clean, dig, moment, parse_json, string
from archiver.platforms.x import PLATFORM
from archiver.platforms.x.records import v1_post

TWEETS = re.compile(r"(?:.*/)?(?:tweets?|deleted-tweets?|community-tweet)(?:-part\d{1,4})?\.js")
OTHERS = re.compile(r"(?:.*/)?data/(?:account|manifest|note-tweet(?:-part\d{1,4})?)\.js")

ENTRIES = frozenset({("*",)})
MADE = frozenset({("archiveInfo", "generationDate")})

MAX_NOTES = 200_000
"""Long posts of an account."""

REPOST = re.compile(r"RT @\w{1,20}: ")
LAST_LINKS = re.compile(r"(?:\s*https://t\.co/\w{1,20}){1,4}\s*$")
LEAST_BEGINNING = 60
"""Characters from which on the beginning says which long post it is."""


def wanted(name: str) -> bool:
    """Whether a member of the archive is read."""
    return TWEETS.fullmatch(name) is not None or OTHERS.fullmatch(name) is not None


def is_one(names: frozenset[str]) -> bool:
    """Whether a package with these members is such an archive."""
    return any(TWEETS.fullmatch(name) for name in names) and any(name.endswith("data/account.js") for name in names)


def read_archive(package: Package, *, subject: str) -> Iterator[Item]:
    """The account's posts, those that it deleted included, as far as X still had them.

    Raises `InputError`, `LimitError`.
    """
    yield Kind(name="an archive of X")
    owner: Json = {}
    seen: str | None = None
    notes: dict[str, list[str]] = {}
    for name in package.wanted():
        with package.open(name) as stream:
            if name.endswith("/account.js"):
                entry = next((parse_json(data) for _, data in elements(stream, ENTRIES, subject=subject)), None)
                found = dig(entry, "account")
                owner = found if isinstance(found, Mapping) else owner
            elif name.endswith("/manifest.js"):
                made = next((parse_json(data) for _, data in elements(stream, MADE, subject=subject)), None)
                seen = made[:10] if isinstance(made, str) and moment(made) else None
            elif "note-tweet" in name:
                _read_notes(stream, notes, subject)
    for name in package.wanted():
        if TWEETS.fullmatch(name):
            with package.open(name) as stream:
                yield from read_script(stream, owner, notes, seen, name=name, subject=subject)


def read_script(
    stream: BinaryIO,
    owner: Json,
    notes: Mapping[str, list[str]] | None = None,
    seen: str | None = None,
    *,
    name: str,
    subject: str,
) -> Iterator[Item]:
    """The posts of one script.

    owner: `username`, `accountId` and `accountDisplayName` of the account. notes: texts of long posts by second. seen:
    the day on which it had that name.

    Raises `InputError`.
    """
    for number, (_, data) in enumerate(elements(stream, ENTRIES, subject=subject), 1):
        where = f"{name.rpartition('/')[2]}, entry {number}"
        entry = parse_json(data)
        record = dig(entry, "tweet") or entry
        post_id = string(record, "id_str") or string(record, "id")
        if not isinstance(record, Mapping) or post_id is None or not (post_id.isascii() and post_id.isdecimal()):
            yield Problem(where=where, what="no record of a post")
            continue
        post = v1_post(_like_api(record, post_id), post_id, seen_in="x.archive")
        if post is None or post.text is None or (PLATFORM.time_of(post_id) is None and not post.created_at):
            yield Problem(where=where, what="no record of a post")
        elif REPOST.match(string(record, "full_text") or ""):
            yield Passed(why="a repost of somebody else's post")
        else:
            yield Record(post=_by(_whole(post, notes or {}), owner), seen=seen)


def _like_api(record: Json, post_id: str) -> Json:
    """The record with its numbers as numbers, where the reader of API records looks at them."""
    span = record.get("display_text_range")
    out = {**record, "id_str": post_id}
    if isinstance(span, list) and len(span) == 2 and all(isinstance(n, str) and n.isdecimal() for n in span):
        out["display_text_range"] = [int(n[:9]) for n in span]
    edits = dig(record, "edit_info", "initial", "editTweetIds") or dig(record, "edit_info", "edit", "editTweetIds")
    if isinstance(edits, list):
        out["edit_control"] = {"edit_tweet_ids": edits}
    return out


def _by(post: Post, owner: Json) -> Post:
    handle = string(owner, "username")
    if handle is None:
        return post
    return replace(
        post,
        handle=handle,
        display_name=clean((string(owner, "accountDisplayName") or "")[:256]) or None,
        account_id=string(owner, "accountId"),
        url=PLATFORM.ref_from_id(post.id, handle).url,
    )


def _read_notes(stream: BinaryIO, notes: dict[str, list[str]], subject: str) -> None:
    for number, (_, data) in enumerate(elements(stream, ENTRIES, subject=subject)):
        if number >= MAX_NOTES:
            return
        note = dig(parse_json(data), "noteTweet")
        made = moment(dig(note, "createdAt"))
        text = string(dig(note, "core"), "text")
        if made and text:
            notes.setdefault(f"{made:%Y-%m-%dT%H:%M:%S}", []).append(clean(text[:MAX_TEXT]).strip())


def _whole(post: Post, notes: Mapping[str, list[str]]) -> Post:
    """The post with all of its text, where the record has only the beginning."""
    text = post.text or ""
    if post.created_at is None:
        return post
    beginning = _without_end(text)
    fits = [
        note
        for note in notes.get(f"{post.created_at:%Y-%m-%dT%H:%M:%S}", ())
        if len(beginning) >= LEAST_BEGINNING and len(note) > len(beginning) and note.startswith(beginning)
    ]
    if len(set(fits)) == 1:
        return replace(post, text=fits[0], text_complete=True)
    return replace(post, text_complete=False) if beginning != text.rstrip() and "…" in text[-60:] else post


def _without_end(text: str) -> str:
    """The beginning of a long post, without the ellipsis and the links behind it."""
    return (text[:-200] + LAST_LINKS.sub("", text[-200:])).rstrip().removesuffix("…").rstrip()
