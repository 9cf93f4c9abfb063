"""What does an answer of Threads' public endpoints say of a post?

Posts that are deleted, private or for signed-in readers only all get "Thread not available" from the embed and a page
without preview lines: nothing here ever says "deleted".
"""

from __future__ import annotations

from collections.abc import Sequence

from archiver.model import Answer, PostRef
from archiver.platforms import answering
from archiver.platforms.meta_coded import CodedNetwork
from archiver.platforms.threads import pages
from archiver.platforms.threads.endpoints import HOSTS, LOGIN, embed_lookup, oembed_lookup, page_lookup

NETWORK = CodedNetwork(
    hosts=HOSTS,
    login=LOGIN,
    embed=embed_lookup,
    oembed=oembed_lookup,
    page=page_lookup,
    embedded_post=pages.embedded_post,
    scripted_post=pages.scripted_post,
    previewed_post=pages.previewed_post,
    notice=pages.unavailable,
    notice_is="the embed's notice for posts that are deleted, private or for signed-in readers only",
)


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from all answers, with the name from the page and the words from the embed."""
    return answering.judged_together(ref, answers)
