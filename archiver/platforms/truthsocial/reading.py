"""How is Truth Social asked, whose server runs Mastodon's code and talks to no other?

Its API shows signed-out readers the posts of public figures alone, and of the others says 401
(https://help.truthsocial.com/open-source/, app/controllers/api/v1/statuses_controller.rb: `unauth_visibility`); whether
there is such a post it says first, so a 404 holds for every account. Cloudflare stands in front and turns programs away
with 403. Its pages show nothing before their scripts run, so the account's own list is the second witness.
"""

from __future__ import annotations

from archiver.model import PostRef
from archiver.platforms.base import Clues, Inquiry, Remark
from archiver.platforms.mastodon import endpoints, search, vouching
from archiver.platforms.mastodon.endpoints import Place
from archiver.platforms.mastodon.servers import Server
from archiver.platforms.truthsocial import urls

SERVER = Server(host="truthsocial.com", platform=urls.NAME, alone=True)

VOUCHING_ACCOUNT = "107780257626128497"
"""The account that is public as long as the network is: where its posts are not listed for us, we are refused."""


def place_of(ref: PostRef) -> Place | None:
    """Where a post is asked for; null where the id is none of the network's."""
    if not (ref.id.isascii() and ref.id.isdecimal()):
        return None
    return Place(server=SERVER, post_id=ref.id, page=ref.url, user=ref.handle, api=True, pages=False)


def searched(clues: Clues) -> Inquiry:
    """The account's posts of that time."""
    user = clues.handle.lstrip("@")[:64]
    if not urls.IS_HANDLE.fullmatch(user):
        yield Remark(text=f"{user} is no account of Truth Social")
        return
    yield from search.within(SERVER, user, clues)


def vouch() -> Inquiry:
    """Whether the network shows us public posts at all."""
    yield from vouching.listed(SERVER, endpoints.statuses(SERVER, VOUCHING_ACCOUNT, None))
