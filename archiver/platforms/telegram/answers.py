"""What do Telegram's public pages say of one post?

The widget's frame answers 200 whatever has become of a post, and says it in a sentence in the place of the post
(`.tgme_widget_message_error`). "Post not found" is also said of posts that the web never shows, in groups above all. So
it counts only beside a second sign: the channel's preview is readable and lists what stands just below that number, and
not the post. A channel without a preview (a group, one with adult content, one that has it turned off) gives no such
sign. A post whose page carries `data-post` is there, whatever its words say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from archiver.exchange import Exchange
from archiver.model import Answer, PostRef, State
from archiver.platforms import answering
from archiver.platforms.answering import quoted
from archiver.platforms.base import Inquiry
from archiver.platforms.bounds import parse
from archiver.platforms.telegram.endpoints import EMBED, HOSTS, PREVIEW, embed_lookup, preview_lookup
from archiver.platforms.telegram.records import Message, messages, shown_text
from archiver.platforms.telegram.urls import parts_of

FRONT_PAGE = ("telegram.org",)
"""Where t.me sends names that Telegram does not accept."""

_CHANNEL = r"(?:channel|group|chat)"
_HIDDEN = r"(?:can['’]t|cannot|couldn['’]t) be displayed"

SENTENCES: tuple[tuple[re.Pattern[str], State, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), state, meaning)
    for pattern, state, meaning in (
        (
            rf"(?:{_CHANNEL}|user|bot) with username @?\w{{1,40}} (?:was )?not found\.?",
            State.ACCOUNT_GONE,
            "no channel has this name: it is deleted, was renamed or made private",
        ),
        (rf"(?:this )?{_CHANNEL} is private\.?", State.PROTECTED, "the channel is private"),
        (
            rf"this {_CHANNEL} {_HIDDEN} because it violated telegram['’]?s terms of service\.?",
            State.SUSPENDED,
            "Telegram has closed the channel",
        ),
        (
            rf"(?:unfortunately, )?this (?:{_CHANNEL}|post|message) {_HIDDEN}\b.{{0,200}}",
            State.RESTRICTED,
            "Telegram does not show it here",
        ),
        (
            rf"this (?:{_CHANNEL}|post|message) is (?:unavailable|not available) (?:due to|because of) .{{1,200}}",
            State.RESTRICTED,
            "Telegram does not show it",
        ),
    )
)
"""What the frame says in the place of a post, whole sentences; anything else states no known reason."""

NOT_FOUND = re.compile(r"post not found\.?", re.IGNORECASE)

UNTIL_HERE = 2
"""So many pages have to show that a post is not there."""


def view_url(ref: PostRef) -> str:
    """The widget's frame: the post's own page only leads to the application."""
    parts = parts_of(ref)
    return embed_lookup(*parts).url if parts else ref.url


def look(ref: PostRef) -> Inquiry:
    """The widget's frame; and where that does not show the post, what the channel's preview lists around it."""
    parts = parts_of(ref)
    if parts is None:
        yield answering.not_public("only posts of channels with a name can be asked for")
        return
    channel, number = parts
    frame = embed_lookup(channel, number)
    exchange = yield frame
    if exchange is not None:
        answer = answering.of(frame, exchange, read_embed(ref, exchange))
        yield answer
        if answer.state.readable or answer.positive or answer.state is State.BLOCKED:
            return
    listing = preview_lookup(channel, before=number + 1)
    exchange = yield listing
    if exchange is not None:
        yield answering.of(listing, exchange, read_preview(ref, exchange))


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from what both pages say."""
    return answering.judged(ref, answers, corroborated=UNTIL_HERE)


def page_of(exchange: Exchange) -> LexborHTMLParser | Answer:
    """A page of t.me that says something, or what is already clear. Never raises."""
    if answering.from_hosts(exchange.url, FRONT_PAGE) or answering.from_hosts(exchange.redirect or "", FRONT_PAGE):
        return answering.unsaid("sent on to Telegram's front page: no channel can have this name")
    body = answering.body_of(exchange, hosts=HOSTS, pages=True)
    if isinstance(body, Answer):
        return body
    if not body.page.strip():
        return answering.unexpected("an empty body" if body.data is None else "JSON where a page is due")
    return parse(body.page)


def read_embed(ref: PostRef, exchange: Exchange) -> Answer:
    """What the widget's frame says."""
    page = page_of(exchange)
    if isinstance(page, Answer):
        return page
    found = messages(page, EMBED)
    if found:
        number = (parts_of(ref) or ("", 0))[1]
        message = next((m for m in found if number in m.numbers), None)
        if message is None:
            return answering.unexpected(f"the page is about the post {found[0].post.id}")
        return shown(ref, message)
    error = page.css_first(".tgme_widget_message_error")
    if error is not None:
        return read_sentence(" ".join(shown_text(error).split()))
    return _other_page(page, exchange)


def read_sentence(sentence: str) -> Answer:
    """What the frame's sentence says of the post."""
    if NOT_FOUND.fullmatch(sentence):
        return answering.not_found(f"the widget says {quoted(sentence)}")
    for pattern, state, meaning in SENTENCES:
        if pattern.fullmatch(sentence):
            return answering.stated(state, f"{meaning}: {quoted(sentence)}")
    return answering.unsaid(f"the widget shows no post, for no known reason: {quoted(sentence)}")


def read_preview(ref: PostRef, exchange: Exchange) -> Answer:
    """What the channel's list of posts up to this one says."""
    if exchange.redirect is not None and answering.from_hosts(exchange.redirect, HOSTS):
        return answering.unsaid(f"the channel shows no preview (sent on to {exchange.redirect})")
    page = page_of(exchange)
    if isinstance(page, Answer):
        return page
    number = (parts_of(ref) or ("", 0))[1]
    found = messages(page, PREVIEW)
    message = next((m for m in found if number in m.numbers), None)
    if message is not None:
        return shown(ref, message)
    if not found:
        if page.css_first(".tme_no_messages_found") is None:
            return _other_page(page, exchange)
        return answering.unsaid("the channel's preview lists no post, as it also does when asked too often")
    highest = found[-1].number
    if highest > number:
        return answering.unexpected(f"asked for posts below {number + 1}, the preview lists {highest}")
    return answering.not_found(f"the channel's preview lists post {highest}, and none from there up to {number}")


def shown(ref: PostRef, message: Message) -> Answer:
    """The post is there. `ref` names it as it was asked for: an album is one post under the number of each picture."""
    post = message.post
    if post.id != ref.id and message.number != (parts_of(ref) or ("", 0))[1]:
        post = replace(post, id=ref.id, url=ref.url)
    reason = "the post is shown"
    if message.edited:
        reason += ", and it was edited"
    if message.hidden:
        reason += f", without its content: {quoted(message.hidden)}"
    elif message.service:
        reason += ", a line of Telegram's own about the channel"
    answer = answering.shown(post, reason, ref=post.ref if post.id != ref.id else None)
    return replace(answer, state=State.EDITED) if message.edited else answer


def _other_page(page: LexborHTMLParser, exchange: Exchange) -> Answer:
    """A page of t.me without a post and without a sentence."""
    head = page.html or ""
    if blocked := answering.wall_in(head):
        return answering.refused(f"{blocked} where a post is due")
    if page.css_first(".tgme_page_wrap, .tgme_page") is not None:
        return answering.unsaid("a page about the channel where a post is due")
    if exchange.content_type not in ("text/html", "application/xhtml+xml", None):
        return answering.unexpected(f"{exchange.content_type} where a page is due")
    return answering.unexpected("a page without a post and without a reason")
