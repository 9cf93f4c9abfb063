"""What does an answer of Instagram's public endpoints say of a post?

The embed's page shows the post, or one and the same notice for posts that are deleted, private, restricted by age or
not to be embedded; the post's own page has preview lines or none. So nothing here ever says "deleted": what is not
shown is left unsaid. A login page is about us.
"""

from __future__ import annotations

from collections.abc import Sequence

from archiver.model import Answer, PostRef
from archiver.platforms import answering
from archiver.platforms.instagram import pages
from archiver.platforms.instagram.endpoints import HOSTS, LOGIN, embed_lookup, oembed_lookup, page_lookup
from archiver.platforms.meta_coded import CodedNetwork

NETWORK = CodedNetwork(
    hosts=HOSTS,
    login=LOGIN,
    embed=embed_lookup,
    oembed=oembed_lookup,
    page=page_lookup,
    embedded_post=pages.embedded_post,
    scripted_post=pages.scripted_post,
    previewed_post=pages.previewed_post,
    notice=pages.broken,
    notice_is="the embed's notice for posts that are deleted, private, restricted or not to be embedded",
)


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from all answers, with the name from the page and the words from the embed."""
    return answering.judged_together(ref, answers)
