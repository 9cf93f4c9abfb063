"""One post as a card: a single HTML file that holds its style and its pictures, and asks nobody for anything.

What is on it comes out of checked records, as on the site. The evidence (digest, time, record) is printed below the
post, so that a picture of the card says where it can be looked up.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Literal, NamedTuple

from jinja2 import ChoiceLoader, PackageLoader
from markupsafe import Markup

from archiver.errors import ArchiverError, InputError
from archiver.model import Capture
from archiver.platforms import platforms
from archiver.replay import Library, Shelf, facts, wording
from archiver.replay.payload import open_payload
from archiver.replay.show import environment

MAX_PICTURES = 4
"""On one card; platforms show four."""

MAX_PICTURE_BYTES = 16 << 20
"""Of one picture; a larger one is named, not shown."""

MAX_DIMENSION = 20_000
"""Pixels, as a platform may claim them."""

Theme = Literal["light", "dark", "auto"]


class _Shown(NamedTuple):
    """A picture on the card."""

    data: str | None
    """A `data:` URL."""
    alt: str | None
    width: int | None
    height: int | None
    problem: str


def card_html(source: Path | Sequence[Path], post: str, *, theme: Theme = "auto") -> str:
    """The card of one post, as HTML that stands alone.

    source: an archive's folder, or WARC and WACZ files. post: its key (`x:1590171771531264000`) or its permalink.
    theme: `auto` follows the reader's system.

    Raises `InputError` where the archive shows no such post, `ArchiveError` when what it rests on does not verify.
    """
    key = _key(post)
    with Library([source] if isinstance(source, Path) else list(source)) as library:
        for shelf in library.shelves:
            if card := facts.post_card(shelf, key):
                return _rendered(shelf, card, theme)
    raise InputError("no stored answer shows this post", subject=post, hint="its key, such as x:20, or its permalink")


def _key(post: str) -> str:
    wanted = post.strip()
    if "://" in wanted:
        for platform in platforms().values():
            if ref := platform.ref_from_url(wanted):
                return ref.key
    return wanted


def _rendered(shelf: Shelf, card: facts.Card, theme: Theme) -> str:
    templates = environment()
    templates.loader = ChoiceLoader([PackageLoader("archiver.exporting")])
    style = files("archiver.exporting").joinpath("templates/card.css").read_text("utf-8")
    looks, _ = facts.timeline(shelf, card.key, limit=1)
    look = looks[0].observation if looks else None
    faces = [item for item in card.pictures if item.media.kind == "avatar"]
    others = [item for item in card.pictures if item.media.kind != "avatar"]
    shown = [_shown(shelf, item) for item in others[:MAX_PICTURES]]
    face = next((one for one in (_shown(shelf, item) for item in faces[:1]) if one.data), None)
    html = templates.get_template("card.html").render(
        card=card,
        theme=theme,
        policy=_policy(style),
        style=Markup(style),  # noqa: S704 (our own, out of this package)
        state=wording.state_word(look.state.value if look else None),
        seen_at=look.seen_at if look else None,
        face=face,
        pictures=shown,
        left_out=max(0, len(others) - MAX_PICTURES),
        quoted=card.quoted.post if card.quoted else None,
        proof=_proof(card),
    )
    return html.encode("utf-8", "replace").decode()


def _policy(style: str) -> str:
    """No script, nothing from elsewhere, and no style but this one (CSP Level 3, hash-source)."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none'"


def _proof(card: facts.Card) -> Capture | None:
    """The capture that shows the post, else the record of what was concluded."""
    found = next((item.capture for item in card.evidence if item.capture), None)
    return found or card.record.capture


def _shown(shelf: Shelf, item: facts.Picture) -> _Shown:
    media = item.media
    width, height = _dimension(media.width), _dimension(media.height)
    if item.capture is None:
        return _Shown(None, media.alt, width, height, f"{media.kind}: not stored")
    if item.problem or item.kind is None:
        return _Shown(
            None, media.alt, width, height, f"{media.kind}: refused, its bytes do not verify or are no picture"
        )
    if item.kind.element != "img" or item.capture.length > MAX_PICTURE_BYTES:
        return _Shown(None, media.alt, width, height, f"{media.kind}: stored, not shown on a card")
    data = bytearray()
    try:
        for piece in open_payload(shelf.archive, item.capture).open():
            data += piece
            if len(data) > MAX_PICTURE_BYTES:
                return _Shown(None, media.alt, width, height, f"{media.kind}: stored, too large for a card")
    except ArchiverError as error:
        return _Shown(None, media.alt, width, height, f"{media.kind}: refused, {error.problem}")
    url = f"data:{item.kind.media_type};base64,{base64.b64encode(data).decode()}"
    return _Shown(url, media.alt, width, height, "")


def _dimension(number: int | None) -> int | None:
    return number if number is not None and 0 < number <= MAX_DIMENSION else None
