"""Files that a user may bring along, made of invented posts."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archiver.brought import Claim, Item, Kind, Passed, Problem, Record, read
from archiver.model import Post


def items(path: Path, **options: Any) -> list[Item]:
    """All that a file has."""
    return list(read(path, **options))


def posts(found: list[Item]) -> list[Post]:
    return [item.post for item in found if isinstance(item, Record | Claim)]


def kinds(found: list[Item]) -> list[str]:
    return [item.name for item in found if isinstance(item, Kind)]


def passed(found: list[Item]) -> list[str]:
    return [item.why for item in found if isinstance(item, Passed)]


def problems(found: list[Item]) -> list[tuple[str, str]]:
    return [(item.where, item.what) for item in found if isinstance(item, Problem)]


def zipped(path: Path, members: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return path


def tarred(path: Path, members: Mapping[str, str | bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode, format=tarfile.USTAR_FORMAT) as package:  # type: ignore[call-overload]
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            package.addfile(info, io.BytesIO(data))
    return path


def script(name: str, entries: list[Any], part: int = 0) -> str:
    """A script of X's archive."""
    return f"window.YTD.{name}.part{part} = {json.dumps(entries, indent=2)}"


def tweet(number: int = 1, **fields: Any) -> dict[str, Any]:
    """An entry of X's archive; the id is of 9 November 2022, 02:37:48."""
    post_id = str(1590171771531264000 + number)
    known = {
        "edit_info": {"initial": {"editTweetIds": [post_id], "editsRemaining": "5", "isEditEligible": True}},
        "retweeted": False,
        "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
        "display_text_range": ["0", "40"],
        "id_str": post_id,
        "id": post_id,
        "truncated": False,
        "created_at": "Wed Nov 09 02:37:48 +0000 2022",
        "favorited": False,
        "full_text": "The tide gauge at pier nine stands still &amp; nobody knows why.",
        "lang": "en",
    }
    return {"tweet": known | fields}


ACCOUNT = script(
    "account",
    [
        {
            "account": {
                "email": "nobody@example.org",
                "username": "Pier_Nine",
                "accountId": "770077",
                "createdAt": "2011-06-23T13:04:14.000Z",
                "accountDisplayName": "Pier Nine ⚓",
            }
        }
    ],
)
MANIFEST = (
    'window.__THAR_CONFIG = {"userInfo": {"accountId": "770077"}, "archiveInfo": {"sizeBytes": "12",'
    ' "generationDate": "2024-02-03T04:05:06.000Z", "isPartialArchive": false}, "dataTypes": {"tweets": {"files": []}}}'
)


def x_archive(path: Path, entries: list[Any], more: Mapping[str, str] | None = None) -> Path:
    members = {
        "Your archive.html": "<html></html>",
        "data/account.js": ACCOUNT,
        "data/manifest.js": MANIFEST,
        "data/direct-messages.js": script("direct_messages", [{"dmConversation": {"messages": ["secret"]}}]),
        "data/tweets.js": script("tweets", entries),
        "data/tweets_media/1-a.jpg": b"\xff\xd8",
    }
    return zipped(path, {**members, **(more or {})})


PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ANA = "https://social.example/users/ana"


def note(number: int = 1, **fields: Any) -> dict[str, Any]:
    """An entry of Mastodon's outbox."""
    post_id = 110372412617177781 + number
    made = {
        "id": f"{ANA}/statuses/{post_id}",
        "type": "Note",
        "summary": None,
        "inReplyTo": None,
        "published": "2023-05-15T09:45:00Z",
        "url": f"https://social.example/@ana/{post_id}",
        "attributedTo": ANA,
        "to": [PUBLIC],
        "cc": [f"{ANA}/followers"],
        "content": "<p>The new crane is <b>not</b> for the old pier.<br>It came by mistake.</p>",
        "attachment": [{"type": "Document", "mediaType": "image/jpeg", "url": "media_attachments/files/1/a.jpg"}],
    }
    return {
        "id": f"{ANA}/statuses/{post_id}/activity",
        "type": "Create",
        "actor": ANA,
        "published": "2023-05-15T09:45:00Z",
        "to": made["to"],
        "object": made | fields,
    }


def outbox(entries: list[Any]) -> str:
    return json.dumps(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": "outbox.json",
            "type": "OrderedCollection",
            "totalItems": len(entries),
            "orderedItems": entries,
        }
    )


ACTOR = json.dumps({"id": ANA, "type": "Person", "preferredUsername": "ana", "name": "Ana of the Pier"})
