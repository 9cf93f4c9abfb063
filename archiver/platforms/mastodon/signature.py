"""How does a post of the fediverse look when only its text is left?

Copied from a page of Mastodon or written by authors: `Ana Example @ana@server.example Nov 20, 2024, 15:02` or
`It rained. — Ana Example (@ana@server.example) November 20, 2024`. The handle with its server is the platform's mark;
without its `@` it is an e-mail address.
"""

from __future__ import annotations

from archiver.platforms.base import Signature
from archiver.platforms.mastodon.urls import ACCOUNT

SIGNATURE = Signature(
    rule="mastodon.signature",
    handle=rf"(?<=[@＠]){ACCOUNT}",
    limits=(("2016-03-16", 500, 1),),  # Mastodon's own limit; servers may raise it
    link_weight=23,  # app/validators/status_length_validator.rb
    media_links=r"(?!)",
    date_basis="viewer",
    timed=True,
    telling=True,
)
